package ledger

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/opendata"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

// dataRoutes are the pages of open data, the catalogue, and the files of every table.
func (x *Pages) dataRoutes() []shell.Route {
	all := []shell.Route{{Path: "/data", Handler: x.showData, MaxAge: fresh}, {Path: "/data.jsonld", Handler: x.catalogue, Door: shell.Files, MaxAge: fresh}}
	all = append(all, shell.Route{Path: "/data/:set/:period.sha256", Handler: x.dataSums, Door: shell.Files, MaxAge: fresh}, shell.Route{Path: "/data/:set.sha256", Handler: x.dataSums, Door: shell.Files, MaxAge: fresh})
	for _, f := range opendata.Formats {
		all = append(all, shell.Route{Path: "/data/:set/:period." + f.Name, Handler: x.dataFile(f), Door: shell.Files, MaxAge: fresh}, shell.Route{Path: "/data/:set." + f.Name, Handler: x.dataFile(f), Door: shell.Files, MaxAge: fresh})
	}
	return append(all, shell.Route{Path: "/data/:set", Handler: x.showSet, MaxAge: fresh})
}

// bundle is a group of files beside the tables, with its texts.
type bundle struct {
	key   string // of its texts: data.KEY and data.KEY_text
	every string // EU frequency code: how often it changes
	files []string
}

// bundles are what is published beside the tables.
var bundles = []bundle{
	{"boards", "CONT", []string{"/board.json", "/board.csv", "/board.xlsx", "/departments.json", "/departments.csv", "/departments.xlsx", "/districts.json", "/districts.csv", "/districts.xlsx", "/topics.json", "/topics.csv", "/topics.xlsx"}},
	{"days", "DAILY", []string{"/days.json"}},
	{"reports", "MONTHLY", []string{"/reports.json"}},
	{"log", "CONT", []string{"/log/checkpoint", "/log/key", "/log/audit.json"}},
}

// dataView is the list of tables.
type dataView struct {
	Page shell.Page
	Sets []setView
}

// setView is one table as its page shows it.
type setView struct {
	Page    shell.Page
	Set     opendata.Set
	Months  []supervision.Month
	Files   []opendata.File // with a digest
	First   []opendata.Row
	BaseURL string
	Closed  *months.Report // of the newest closed month, where its figures can be counted from this table
}

func (x *Pages) showData(c *fiber.Ctx) error {
	p := shell.NewPage(c, shell.Lang(c).T("data.title"))
	p.Section, p.Summary, p.Back = "board", p.T("data.lead"), p.Href("/board")
	v := dataView{Page: p}
	for _, set := range opendata.Sets {
		list, err := x.Data.Months(c.UserContext(), set)
		if err != nil {
			return err
		}
		v.Sets = append(v.Sets, setView{Page: p, Set: set, Months: list})
	}
	return shell.Render(c, fiber.StatusOK, dataPage(v))
}

// exampleRows is how many rows a page shows of a table.
const exampleRows = 5

func (x *Pages) showSet(c *fiber.Ctx) error {
	set, ok := opendata.Find(c.Params("set"))
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	ctx := c.UserContext()
	p := shell.NewPage(c, shell.Lang(c).T("data."+set.Key))
	p.Section, p.Summary, p.Back = "board", p.T("data."+set.Key+"_text"), p.Href("/data")
	v := setView{Page: p, Set: set, BaseURL: x.BaseURL}
	var err error
	if v.Months, err = x.Data.Months(ctx, set); err != nil {
		return err
	}
	if v.Files, err = x.Data.Files(ctx, set.Key); err != nil {
		return err
	}
	if !set.Monthly || len(v.Months) > 0 {
		var newest supervision.Period
		if set.Monthly {
			newest = supervision.One(v.Months[0])
		}
		if v.First, err = x.Data.First(ctx, set, newest, exampleRows); err != nil {
			return err
		}
	}
	if set.Key == "rows" && len(v.Months) > 0 {
		if v.Closed, err = x.newest(ctx, v.Months[0]); err != nil {
			return err
		}
	}
	return shell.Render(c, fiber.StatusOK, setPage(v))
}

// paths are the addresses of the table in every format: of a monthly one of its newest month, where there is one.
func (v setView) paths() []string {
	period := ""
	if len(v.Months) > 0 {
		period = v.Months[0].String()
	}
	return v.pathsOf(period)
}

func (v setView) pathsOf(period string) []string {
	var all []string
	for _, f := range opendata.Formats {
		all = append(all, opendata.Path(v.Set.Key, period, f.Name))
	}
	return all
}

func (v setView) name() string { return v.Page.T("data." + v.Set.Key) }

func (v setView) address() string { return v.Page.Href("/data/" + v.Set.Key) }

// every says in words how often the table changes.
func (v setView) every() string { return every(v.Page, v.Set.Every) }

func every(p shell.Page, code string) string {
	return p.T("data.every", locale.Args{"How": p.T("data.every_" + strings.ToLower(code))})
}

// example tells whose first rows are shown.
func (v setView) example() string {
	if len(v.Months) == 0 {
		return v.Page.T("data.example_whole")
	}
	return v.Page.T("data.example_text", locale.Args{"Month": v.Page.Lang.Month(v.Months[0].Start(locale.Zone))})
}

// dictionary says what each column is.
func (v setView) dictionary() shell.Grid {
	p := v.Page
	g := shell.Grid{Caption: p.T("data.dictionary"), Hidden: true, Columns: []shell.Column{{Title: p.T("data.column"), Whole: true}, {Title: p.T("data.type")}, {Title: p.T("data.meaning")}, {Title: p.T("data.in")}, {Title: p.T("data.empties")}}}
	for _, c := range v.Set.Columns {
		unit, empty := "–", p.T("data.never")
		if c.Unit != "" {
			unit = p.T("data.unit_" + c.Unit)
		}
		if c.Empty != "" {
			empty = p.T("data.empty_" + c.Empty)
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: c.Name}, {Text: p.T("data.type_" + string(c.Type))}, {Text: p.T(c.Meaning())}, {Text: unit}, {Text: empty}})
	}
	return g
}

// period is one month's files, or those of everything.
type period struct {
	name  string
	files []opendata.File
}

// periods are the files of the table, the newest month first. A file without a digest is told by its address alone.
func (v setView) periods() []period {
	names := []string{""}
	if v.Set.Monthly {
		names = names[:0]
		for _, m := range v.Months {
			names = append(names, m.String())
		}
	}
	var all []period
	for _, name := range names {
		one := period{name: name}
		for _, f := range opendata.Formats {
			file := opendata.File{Set: v.Set.Key, Period: name, Format: f.Name}
			for _, known := range v.Files {
				if known.Period == name && known.Format == f.Name {
					file = known
				}
			}
			one.files = append(one.files, file)
		}
		all = append(all, one)
	}
	return all
}

func (v setView) title(one period) string {
	if one.name == "" {
		return v.name()
	}
	m, err := supervision.ParseMonth(one.name)
	if err != nil {
		return one.name
	}
	return v.Page.Lang.Month(m.Start(locale.Zone))
}

func (v setView) grid(one period) shell.Grid {
	p := v.Page
	g := shell.Grid{Caption: v.title(one), Columns: []shell.Column{{Title: p.T("data.format"), Whole: true}, {Title: p.T("data.rows_n"), Numeric: true}, {Title: p.T("data.size"), Numeric: true}, {Title: p.T("data.snapshot")}, {Title: p.T("data.checksum")}}}
	for _, f := range one.files {
		rows, size, snapshot, sum := "–", "–", "–", p.T("data.no_digest")
		if f.SHA256 != "" {
			rows, size, snapshot, sum = p.Lang.Number(f.Rows), p.T("data.bytes", locale.Args{"N": p.Lang.Number(int(f.Bytes))}), f.Snapshot, f.SHA256
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: strings.ToUpper(f.Format), Href: f.Path()}, {Text: rows}, {Text: size}, {View: small(snapshot)}, {View: small(sum)}})
	}
	return g
}
