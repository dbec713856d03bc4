package admin

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing/register"
	"huiyin/web/shell"
)

// modelsView is the register of trained models: which is in use, how each does, and who decided what.
type modelsView struct {
	P       shell.Page
	InForce register.Decision
	Running int64 // the model by which this process proposes; 0: the rules alone
	Models  []register.Entry
	History []register.Decision
	Form    modelsForm
	units   func(casework.UnitCode, locale.Lang) string
}

// modelsForm is the decision as it was filled in.
type modelsForm struct{ Model, Alone, Reason string }

func (x *Pages) models(c *fiber.Ctx) error {
	return x.drawModels(c, fiber.StatusOK, modelsForm{}, nil)
}

func (x *Pages) drawModels(c *fiber.Ctx, status int, form modelsForm, mistakes shell.Errors) error {
	ctx := c.UserContext()
	v := modelsView{P: pageOf(c, "models", shell.Lang(c).T("models.title")), Running: x.Model, Form: form, units: x.Rules.City.UnitName}
	v.P.Errors = mistakes
	var err error
	if v.InForce, err = x.Models.InForce(ctx); err != nil {
		return err
	}
	if v.Models, err = x.Models.List(ctx); err != nil {
		return err
	}
	if v.History, err = x.Models.History(ctx); err != nil {
		return err
	}
	if form.Model == "" {
		v.Form.Model, v.Form.Alone = strconv.FormatInt(v.InForce.Model, 10), aloneWord(v.InForce.Alone)
	}
	return shell.Render(c, status, modelsPage(v))
}

// switchModel keeps a decision; "stop" ends automatic dispatch at once.
func (x *Pages) switchModel(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	ctx, lang := c.UserContext(), shell.Lang(c)
	form := modelsForm{Model: c.FormValue("model"), Alone: c.FormValue("alone"), Reason: c.FormValue("reason")}
	if c.FormValue("act") == "stop" {
		now, err := x.Models.InForce(ctx)
		if err != nil {
			return err
		}
		form = modelsForm{Model: strconv.FormatInt(now.Model, 10), Reason: lang.T("models.stop_reason")}
	}
	id, err := strconv.ParseInt(form.Model, 10, 64)
	if err != nil {
		id = -1
	}
	err = x.Models.Switch(ctx, by, id, form.Alone == aloneWord(true), form.Reason)
	if mistakes, ok := shell.Mistakes(lang, err); ok {
		return x.drawModels(c, shell.Status(err), form, mistakes)
	}
	if err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "models.kept")
	return shell.SeeOther(c, "/admin/models")
}

func aloneWord(alone bool) string {
	if alone {
		return "yes"
	}
	return "no"
}

// name is how a model is called on the page.
func (v modelsView) name(id int64) string {
	if id == 0 {
		return v.P.T("models.rules_alone")
	}
	return register.Version(id)
}

func (v modelsView) choices() []shell.Choice {
	list := []shell.Choice{{Value: "0", Label: v.P.T("models.rules_alone"), Hint: v.P.T("models.rules_alone_hint")}}
	for _, e := range v.Models {
		list = append(list, shell.Choice{Value: strconv.FormatInt(e.ID, 10), Label: register.Version(e.ID),
			Hint: v.P.T("models.choice_hint", locale.Args{"Day": v.P.Lang.Date(e.MadeAt), "Rows": v.P.Lang.Number(e.Card.Rows), "Right": percent(e.Card.Accuracy)})})
	}
	return list
}

// percent is a share in hundredths with one digit.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// of is a share of counts.
func of(n, all int) string {
	if all == 0 {
		return "0 %"
	}
	return percent(float64(n) / float64(all))
}

func cardItems(v modelsView, e register.Entry) []shell.Item {
	t, c := v.P.T, e.Card
	items := []shell.Item{
		{Key: t("models.made"), Value: v.P.Lang.DateTime(e.MadeAt)},
		{Key: t("models.data"), Value: t("models.data_text", locale.Args{"Rows": v.P.Lang.Number(c.Rows), "Units": v.P.Lang.Number(c.Classes)})},
		{Key: t("models.accuracy"), Value: t("models.accuracy_text", locale.Args{"First": percent(c.Accuracy), "Three": percent(c.TopThree)})},
		{Key: t("models.calibration"), Value: t("models.calibration_text", locale.Args{"Points": strconv.FormatFloat(100*c.Calibration, 'f', 1, 64)})},
	}
	alone := t("models.alone_never")
	if c.Auto.Threshold <= 1 {
		alone = t("models.alone_text", locale.Args{"P": percent(c.Auto.Threshold), "Share": percent(c.Auto.Share), "Wrong": percent(c.Auto.Mistaken), "Limit": percent(c.Auto.Wrong)})
	}
	items = append(items, shell.Item{Key: t("models.alone"), Value: alone})
	compared := t("models.compared_not")
	if m := e.Comparison; m.Cases > 0 {
		compared = t("models.compared_text", locale.Args{"N": v.P.Lang.Number(m.Cases), "Rules": of(m.Rules, m.Cases), "Current": of(m.Current, m.Cases), "Learned": of(m.Learned, m.Cases)})
		if m.Met {
			compared += t("models.compared_met")
		}
	}
	return append(items, shell.Item{Key: t("models.compared"), Value: compared})
}

func classRows(v modelsView, e register.Entry) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, s := range e.Card.ByClass {
		rows = append(rows, []shell.Cell{{Text: v.units(casework.UnitCode(s.Label), v.P.Lang)}, {Text: v.P.Lang.Number(s.Rows)}, {Text: percent(s.Precision)}, {Text: percent(s.Recall)}})
	}
	return rows
}

func decisionRows(v modelsView) [][]shell.Cell {
	var rows [][]shell.Cell
	for _, d := range v.History {
		rows = append(rows, []shell.Cell{{Text: v.P.Lang.DateTime(d.At)}, {Text: d.By}, {Text: v.name(d.Model)}, {Text: v.P.T("models.goes_alone_" + aloneWord(d.Alone))}, {Text: d.Reason}})
	}
	return rows
}
