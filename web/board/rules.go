package board

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/rights"
	"huiyin/routing"
	"huiyin/web/shell"
)

// dataUseRoutes are the pages beside /data-use: the rules, the registers, certificates, and the page of each department.
func (x *Pages) dataUseRoutes() []shell.Route {
	return []shell.Route{
		{Path: "/data-use/rules.json", Handler: x.rulesJSON, Door: shell.Files, MaxAge: fresh},
		{Path: "/data-use/rules", Handler: x.showRules, MaxAge: fresh},
		{Path: "/data-use/registers.json", Handler: x.registersJSON, Door: shell.Files, MaxAge: fresh},
		{Path: "/data-use/registers", Handler: x.showRegisters, MaxAge: fresh},
		{Path: "/data-use/certificates/:id.txt", Handler: x.certificateText, Door: shell.Files, MaxAge: fresh},
		{Path: "/data-use/certificates/:id", Handler: x.showCertificate, MaxAge: fresh},
		{Path: "/departments/:code/data-use.json", Handler: x.unitUsesJSON, Door: shell.Files, MaxAge: fresh},
		{Path: "/departments/:code/data-use", Handler: x.showUnitUses, MaxAge: fresh},
	}
}

// asJSONBody answers with indented JSON.
func asJSONBody(c *fiber.Ctx, v any) error {
	body, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
}

// rulesFile is how the data is processed, for programs: the rules in versions, the negative list, and the stages of life.
type rulesFile struct {
	Rules  []datause.RulesVersion `json:"rules"` // newest first
	Never  []privacy.Never        `json:"never"`
	Exits  privacy.ExitTable      `json:"exits"` // what may not leave where
	Stages []stage                `json:"stages"`
}

type stage struct {
	Stage   string `json:"stage"`
	Control name   `json:"control"`
}

func readRules() (rulesFile, error) {
	var f rulesFile
	var err error
	if f.Rules, err = datause.ProcessingRules(); err != nil {
		return f, err
	}
	for _, s := range datause.Stages {
		f.Stages = append(f.Stages, stage{s, texts("datarules.stage_" + s + "_how")})
	}
	f.Exits = privacy.Exits()
	f.Never, err = privacy.NegativeList()
	return f, err
}

func (x *Pages) rulesJSON(c *fiber.Ctx) error {
	f, err := readRules()
	if err != nil {
		return err
	}
	return asJSONBody(c, f)
}

// rulesView is how the data is processed.
type rulesView struct {
	shell.Page
	rulesFile
}

func (x *Pages) showRules(c *fiber.Ctx) error {
	f, err := readRules()
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("datarules.title"))
	p.Section, p.Back = "data-use", p.Href("/data-use")
	return shell.Render(c, fiber.StatusOK, rulesPage(rulesView{p, f}))
}

// lines are the lines of a version in the reader's language.
func (v rulesView) lines(r datause.RulesVersion) []string {
	if v.Lang == locale.ZH {
		return r.ZH
	}
	return r.EN
}

// changes are what the newest but n-th version added to the one before it, and dropped.
func (v rulesView) changes(n int) (added, dropped []string) {
	if n+1 >= len(v.Rules) {
		return nil, nil
	}
	return datause.Changed(v.lines(v.Rules[n+1]), v.lines(v.Rules[n]))
}

func (v rulesView) stages() shell.Grid {
	g := shell.Grid{Caption: v.T("datarules.stages"), Hidden: true, Columns: []shell.Column{{Title: v.T("datarules.stage")}, {Title: v.T("datarules.control")}}}
	for _, s := range v.Stages {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T("datarules.stage_" + s.Stage)}, {Text: v.Lang.Pick(s.Control.ZH, s.Control.EN)}})
	}
	return g
}

func (v rulesView) never() shell.Grid {
	g := shell.Grid{Caption: v.T("datarules.never"), Hidden: true, Columns: []shell.Column{{Title: v.T("datarules.never_what")}, {Title: v.T("datarules.law")}, {Title: v.T("datarules.held")}}}
	for _, n := range v.Never {
		how := v.T("datarules.by_design")
		if n.Refused {
			how = v.T("datarules.by_exit")
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.Lang.Pick(n.ZH, n.EN)}, {Text: n.Law}, {Text: how}})
	}
	return g
}

// registersFile is what the public is told of processors, assessments, incidents, audits, requests and destruction, for programs.
type registersFile struct {
	AsOf         time.Time          `json:"as_of"`
	Entries      []rights.Entry     `json:"entries"`
	Requests     rights.Figures     `json:"requests"` // of the last twelve months
	Standing     datause.Standing   `json:"standing"`
	Certificates []certificateEntry `json:"certificates"`
	Contact      string             `json:"contact"`
}

type certificateEntry struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	What   string    `json:"what"`
	Reason string    `json:"reason"`
	Items  int       `json:"items"`
	Index  int64     `json:"log_index"`
	Note   string    `json:"note"` // address of the signed note
}

// shownCertificates is how many certificates stand on the page.
const shownCertificates = 50

func (x *Pages) readRegisters(c *fiber.Ctx) (registersFile, error) {
	ctx, now := c.UserContext(), shell.Now(c)
	f := registersFile{AsOf: now.In(locale.Zone).Truncate(time.Second), Contact: shell.Phone, Certificates: []certificateEntry{}}
	var err error
	if f.Entries, err = rights.Entries(ctx, x.DB); err != nil {
		return f, err
	}
	if f.Requests, err = rights.Count(ctx, x.DB, now.AddDate(-1, 0, 0), now.Add(time.Minute), ""); err != nil {
		return f, err
	}
	if f.Standing, err = datause.Stand(ctx, x.DB, now); err != nil {
		return f, err
	}
	all, err := rights.Certificates(ctx, x.DB, shownCertificates)
	for _, k := range all {
		f.Certificates = append(f.Certificates, certificateEntry{k.ID.String(), k.At, k.What, k.Reason, k.Items, k.Index, "/data-use/certificates/" + k.ID.String() + ".txt"})
	}
	return f, err
}

func (x *Pages) registersJSON(c *fiber.Ctx) error {
	f, err := x.readRegisters(c)
	if err != nil {
		return err
	}
	return asJSONBody(c, f)
}

// registersView is the same for reading.
type registersView struct {
	shell.Page
	registersFile
}

func (x *Pages) showRegisters(c *fiber.Ctx) error {
	f, err := x.readRegisters(c)
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("registers.title"))
	p.Section, p.Back = "data-use", p.Href("/data-use")
	return shell.Render(c, fiber.StatusOK, registersPage(registersView{p, f}))
}

func (v registersView) stats() []shell.Figure {
	n := 0
	for _, k := range v.Standing.Withheld {
		n += k
	}
	return []shell.Figure{
		{Number: v.Lang.Number(v.Requests.Received), Label: v.T("registers.received"), Definition: v.T("registers.received_how", locale.Args{"Done": v.Lang.Number(v.Requests.Done), "Late": v.Lang.Number(v.Requests.Late)})},
		{Number: v.Lang.Number(n), Label: v.T("registers.withheld"), Definition: v.T("registers.withheld_how")},
		{Number: v.Lang.Number(v.Standing.Recused), Label: v.T("registers.recused"), Definition: v.T("registers.recused_how")},
		{Number: v.Lang.Number(v.Standing.Destroyed), Label: v.T("registers.destroyed"), Definition: v.T("registers.destroyed_how", locale.Args{"Right": v.Lang.Number(v.Standing.ByRight), "Due": v.Lang.Number(v.Standing.Due), "Masked": v.Lang.Number(v.Standing.Masked)})},
	}
}

// requestGrid shows requests about data by kind.
func requestGrid(p shell.Page, f rights.Figures) shell.Grid {
	g := shell.Grid{Caption: p.T("registers.requests"), Hidden: true, Empty: p.T("registers.no_requests"), Columns: []shell.Column{{Title: p.T("rights.what")}, {Title: p.T("registers.received_short"), Numeric: true},
		{Title: p.T("registers.granted"), Numeric: true}, {Title: p.T("registers.refused"), Numeric: true}, {Title: p.T("registers.late"), Numeric: true}, {Title: p.T("registers.days"), Numeric: true}}}
	for _, k := range f.Kinds {
		days := "–"
		if k.Days != nil {
			days = strconv.FormatFloat(*k.Days, 'f', 1, 64)
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: p.T("rights.kind_" + string(k.Kind))}, {Text: p.Lang.Number(k.Received)}, {Text: p.Lang.Number(k.Granted)}, {Text: p.Lang.Number(k.Refused)}, {Text: p.Lang.Number(k.Late)}, {Text: days}})
	}
	return g
}

func (v registersView) entries(kind rights.RegisterKind) shell.Grid {
	k := string(kind)
	g := shell.Grid{Caption: v.T("registers." + k), Hidden: true, Empty: v.T("registers.none"), Columns: []shell.Column{{Title: v.T("registers.name")}, {Title: v.T("registers.on")}, {Title: v.T("registers.scope_" + k)}, {Title: v.T("registers.measures")}, {Title: v.T("registers.result_" + k)}}}
	for _, e := range v.Entries {
		if e.Kind == kind {
			g.Rows = append(g.Rows, []shell.Cell{{Text: e.Name}, {Text: v.Lang.Date(e.On)}, {Text: e.Scope}, {Text: e.Measures}, {Text: e.Result}})
		}
	}
	return g
}

func (v registersView) certificates() shell.Grid {
	g := shell.Grid{Caption: v.T("rights.destroyed"), Hidden: true, Empty: v.T("registers.no_certificates"), Columns: []shell.Column{{Title: v.T("registers.on")}, {Title: v.T("registers.what")}, {Title: v.T("registers.items"), Numeric: true}}}
	for _, k := range v.Certificates {
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.Lang.DateTime(k.At), Href: v.Href("/data-use/certificates/" + k.ID)}, {Text: v.T("registers.what_" + k.What + "_" + k.Reason)}, {Text: v.Lang.Number(k.Items)}})
	}
	return g
}

// certificateView is one certificate.
type certificateView struct {
	shell.Page
	rights.Certificate
}

func (x *Pages) showCertificate(c *fiber.Ctx) error {
	one, err := rights.FindCertificate(c.UserContext(), x.DB, c.Params("id"))
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("rights.destroyed"))
	p.Section, p.Back = "data-use", p.Href("/data-use/registers")
	return shell.Render(c, fiber.StatusOK, certificatePage(certificateView{p, one}))
}

func (x *Pages) certificateText(c *fiber.Ctx) error {
	one, err := rights.FindCertificate(c.UserContext(), x.DB, c.Params("id"))
	if err != nil {
		return err
	}
	return send(c, fiber.MIMETextPlainCharsetUTF8, []byte(one.Note))
}

// unitUsesFile is how one department uses residents' data, for programs.
type unitUsesFile struct {
	Unit     casework.UnitCode `json:"unit"`
	Name     name              `json:"name"`
	From     time.Time         `json:"from"`
	Until    time.Time         `json:"until"`
	Uses     datause.UnitUses  `json:"uses"`
	Requests rights.Figures    `json:"requests"`
	Contact  string            `json:"contact"`
}

func (x *Pages) readUnitUses(c *fiber.Ctx) (unitUsesFile, routing.Unit, error) {
	code := casework.UnitCode(c.Params("code"))
	u, known := x.City.Unit(code)
	if !known {
		return unitUsesFile{}, u, fault.New(fault.NotFound, "fault.not_found")
	}
	now := shell.Now(c).In(x.City.TZ)
	until := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, x.City.TZ)
	f := unitUsesFile{Unit: code, Name: name{x.City.UnitName(code, locale.ZH), x.City.UnitName(code, locale.EN)}, From: until.AddDate(-1, 0, 0), Until: until, Contact: shell.Phone}
	var err error
	if f.Uses, err = datause.OfUnit(c.UserContext(), x.DB, code, datause.Span{From: f.From, Until: f.Until}); err != nil {
		return f, u, err
	}
	f.Requests, err = rights.Count(c.UserContext(), x.DB, f.From, f.Until, code)
	return f, u, err
}

func (x *Pages) unitUsesJSON(c *fiber.Ctx) error {
	f, _, err := x.readUnitUses(c)
	if err != nil {
		return err
	}
	return asJSONBody(c, f)
}

// unitUsesView is how one department uses residents' data.
type unitUsesView struct {
	shell.Page
	unitUsesFile
	unit func(casework.UnitCode, locale.Lang) string
}

func (x *Pages) showUnitUses(c *fiber.Ctx) error {
	f, _, err := x.readUnitUses(c)
	if err != nil {
		return err
	}
	lang := shell.Lang(c)
	p := shell.NewPage(c, lang.T("unituses.title", locale.Args{"Unit": lang.Pick(f.Name.ZH, f.Name.EN)}))
	p.Section, p.Back = "data-use", p.Href("/departments/"+string(f.Unit))
	return shell.Render(c, fiber.StatusOK, unitUsesPage(unitUsesView{p, f, x.City.UnitName}))
}

func (v unitUsesView) stats() []shell.Figure {
	per := "–"
	if n, ok := v.Uses.Total.PerHundred(); ok {
		per = strconv.FormatFloat(n, 'f', 1, 64)
	}
	return []shell.Figure{
		{Number: v.Lang.Number(v.Uses.Total.Human), Label: v.T("uses.by_people"), Definition: v.T("uses.by_people_how")},
		{Number: per, Label: v.T("uses.per_hundred"), Definition: v.T("unituses.per_hundred_how", locale.Args{"Cases": v.Lang.Number(v.Uses.Total.Cases)})},
		{Number: v.Lang.Number(v.Uses.Total.Unassigned), Label: v.T("uses.unassigned"), Definition: v.T("uses.unassigned_how")},
		{Number: v.Lang.Number(v.Uses.Out), Label: v.T("unituses.out"), Definition: v.T("unituses.out_how")},
		{Number: v.Lang.Number(v.Uses.Warnings), Label: v.T("uses.warnings"), Definition: v.T("unituses.warnings_how", locale.Args{"Misuse": v.Lang.Number(v.Uses.Misuse)})},
		{Number: v.Lang.Number(v.Uses.Recused), Label: v.T("registers.recused"), Definition: v.T("registers.recused_how")},
	}
}

func (v unitUsesView) purposes() shell.Grid {
	g := shell.Grid{Caption: v.T("uses.by_purpose"), Hidden: true, Empty: v.T("uses.none"), Columns: []shell.Column{{Title: v.T("uses.purpose")}, {Title: v.T("uses.people"), Numeric: true}, {Title: v.T("uses.per_hundred"), Numeric: true}}}
	for _, p := range v.Uses.Purposes {
		per := "–"
		if v.Uses.Total.Cases > 0 {
			per = strconv.FormatFloat(100*float64(p.Human)/float64(v.Uses.Total.Cases), 'f', 1, 64)
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: v.T(datause.PurposeNames[p.Purpose])}, {Text: v.Lang.Number(p.Human)}, {Text: per}})
	}
	return g
}

func (v unitUsesView) trend() shell.Grid {
	g := shell.Grid{Caption: v.T("unituses.trend"), Hidden: true, Columns: []shell.Column{{Title: v.T("unituses.month")}, {Title: v.T("uses.people"), Numeric: true}, {Title: v.T("uses.machine"), Numeric: true}}}
	for _, m := range v.Uses.Trend {
		g.Rows = append(g.Rows, []shell.Cell{{Text: m.Month}, {Text: v.Lang.Number(m.Human)}, {Text: v.Lang.Number(m.Automatic)}})
	}
	return g
}
