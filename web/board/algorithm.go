package board

import (
	"context"
	"strconv"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/rights"
	"huiyin/routing/register"
	"huiyin/web/shell"
)

// algorithm is the entry of the algorithm register for what proposes the responsible unit, in the shape of the United Kingdom's Algorithmic Transparency Recording Standard.
type algorithm struct {
	Decision register.Decision // which model is in use
	Model    register.Entry    // its card; zero where the rules work alone
	Use      register.Use      // what became of proposals since

	Overrides []register.Override // of the first proposal by people, since the model is in use, or of the latest days where the rules work alone
	Merges    register.Merges     // of duplicates, in the month of the page

	Raised, Granted int // objections of residents against what a machine proposed within a year, and how many a person granted
}

// lately is how far back overrides are counted where no model was switched on.
const lately = 90 * 24 * time.Hour

func (x *Pages) algorithm(ctx context.Context, s sheet, now time.Time) (algorithm, error) {
	r := &register.Register{DB: x.DB}
	var a algorithm
	var err error
	if a.Decision, err = r.InForce(ctx); err != nil {
		return a, err
	}
	since := now.Add(-lately)
	if a.Decision.Model != 0 {
		since = a.Decision.At
	}
	if a.Overrides, err = r.Overrides(ctx, since); err != nil {
		return a, err
	}
	if a.Merges, err = r.MergesOf(ctx, s.Month.Start(x.City.TZ), s.Month.Add(1).Start(x.City.TZ)); err != nil || a.Decision.Model == 0 {
		return a, err
	}
	all, err := r.List(ctx)
	if err != nil {
		return a, err
	}
	for _, one := range all {
		if one.ID == a.Decision.Model {
			a.Model = one
		}
	}
	if a.Raised, a.Granted, err = rights.Appeals(ctx, x.DB, now.AddDate(-1, 0, 0), now); err != nil {
		return a, err
	}
	a.Use, err = r.UsedSince(ctx, a.Decision)
	return a, err
}

// entry is the register's fields: the short part that everybody reads first, then the long one.
func (v useView) entry() []shell.Item {
	a, t := v.Algorithm, v.T
	items := []shell.Item{
		{Key: t("algorithm.name"), Value: t("algorithm.name_text")},
		{Key: t("algorithm.does"), Value: t("algorithm.does_text")},
		{Key: t("algorithm.why"), Value: t("algorithm.why_text")},
		{Key: t("algorithm.owner"), Value: t("algorithm.owner_text", locale.Args{"City": v.Rules.Name.In(v.Lang)})},
		{Key: t("algorithm.contact"), Value: v.Rules.Phone},
		{Key: t("algorithm.human"), Value: t("algorithm.human_" + onOff(a.Decision.Alone))},
		{Key: t("algorithm.appeal"), Value: t("algorithm.appeal_text")},
		{Key: t("algorithm.objections"), Value: t("algorithm.objections_text", locale.Args{"N": a.Raised, "Granted": a.Granted})},
		{Key: t("algorithm.risk"), Value: t("algorithm.risk_text")},
	}
	if a.Decision.Model == 0 {
		return append(items, shell.Item{Key: t("algorithm.model"), Value: t("algorithm.model_none")})
	}
	c := a.Model.Card
	return append(items,
		shell.Item{Key: t("algorithm.model"), Value: t("algorithm.model_text", locale.Args{"Version": register.Version(a.Decision.Model), "Day": v.Lang.Date(a.Decision.At)})},
		shell.Item{Key: t("algorithm.data"), Value: t("algorithm.data_text", locale.Args{"Rows": v.Lang.Number(c.Rows), "Day": v.Lang.Date(a.Model.MadeAt)})},
		shell.Item{Key: t("algorithm.accuracy"), Value: t("algorithm.accuracy_text", locale.Args{"First": hundredths(c.Accuracy), "Three": hundredths(c.TopThree), "Points": hundredths(c.Calibration)})},
		shell.Item{Key: t("algorithm.override"), Value: t("algorithm.override_text", locale.Args{"People": v.Lang.Number(a.Use.Dispatches - a.Use.Alone), "Other": v.Lang.Number(a.Use.Overridden())})},
		shell.Item{Key: t("algorithm.alone"), Value: t("algorithm.alone_text", locale.Args{"Alone": v.Lang.Number(a.Use.Alone), "Returned": v.Lang.Number(a.Use.Returned)})},
	)
}

func onOff(on bool) string {
	if on {
		return "some"
	}
	return "all"
}

// hundredths is a share with one digit.
func hundredths(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// accuracies are how right the model is, for each district and for each unit with enough cases to tell.
func (v useView) accuracies() (districts, units shell.Grid) {
	c := v.Algorithm.Model.Card
	columns := []shell.Column{{Title: v.T("board.district")}, {Title: v.T("uses.cases"), Numeric: true}, {Title: v.T("algorithm.right"), Numeric: true}}
	districts = shell.Grid{Caption: v.T("algorithm.by_district"), Columns: columns}
	for _, p := range c.ByPart {
		districts.Rows = append(districts.Rows, []shell.Cell{{Text: v.Rules.TerritoryName(p.Name, v.Lang)}, {Text: v.Lang.Number(p.Rows)}, {Text: hundredths(p.Accuracy)}})
	}
	units = shell.Grid{Caption: v.T("algorithm.by_unit"), Columns: []shell.Column{{Title: v.T("board.unit")}, columns[1], columns[2]}}
	for _, s := range c.ByClass {
		if s.Rows >= enoughToTell {
			units.Rows = append(units.Rows, []shell.Cell{{Text: v.Rules.UnitName(casework.UnitCode(s.Label), v.Lang)}, {Text: v.Lang.Number(s.Rows)}, {Text: hundredths(s.Recall)}})
		}
	}
	return districts, units
}

// enoughToTell is how many cases of a unit make a share worth printing; with fewer, single cases could be guessed at.
const enoughToTell = 10
