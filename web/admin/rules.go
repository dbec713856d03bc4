package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rulebook"
	"huiyin/web/shell"
)

// rulesView is the list of the rulebook's files.
type rulesView struct {
	P       shell.Page
	Entries []rulebook.Entry
	Older   int // notices of years long past, left out of the list
	Edition int64
	Running int64 // edition by which this process decides
}

func (x *Pages) rules(c *fiber.Ctx) error {
	v := rulesView{P: pageOf(c, "rules", shell.Lang(c).T("admin.rules")), Running: x.Rules.Edition}
	v.P.Wide = true
	all, err := x.Book.List(c.UserContext())
	if err != nil {
		return err
	}
	if v.Edition, err = x.Book.Edition(c.UserContext()); err != nil {
		return err
	}
	recent := rulebook.HolidaysFile(v.P.Now.Year() - 1)
	for _, e := range all {
		if rulebook.IsHolidays(e.Name) && e.Name < recent && e.Draft == nil {
			v.Older++
			continue
		}
		v.Entries = append(v.Entries, e)
	}
	return shell.Render(c, fiber.StatusOK, rulesPage(v))
}

// what says in words what a file holds.
func what(p shell.Page, name string) string {
	if rulebook.IsHolidays(name) {
		return p.T("admin.file_holidays", locale.Args{"Year": name[len("holidays-") : len(name)-len(".json")]})
	}
	return p.T("admin.file_" + name[:strings.IndexByte(name, '.')])
}

func isTable(name string) bool { return strings.HasSuffix(name, ".csv") }

// versionWords is a version with who and when.
func versionWords(p shell.Page, v rulebook.Version) string {
	if v.Version == 0 {
		return p.T("admin.version_zero")
	}
	return p.T("admin.version_n", locale.Args{"N": v.Version})
}

func whoWords(p shell.Page, v rulebook.Version) string {
	switch {
	case v.Version == 0:
		return ""
	case v.Reason != "":
		return p.T("admin.by_one", locale.Args{"Author": v.Author, "Reason": v.Reason})
	}
	return p.T("admin.by_two", locale.Args{"Author": v.Author, "Confirmer": v.Confirmer})
}

func whenWords(p shell.Page, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.Lang.DateTime(t)
}

// ruleView is one file: its text or table, its versions and its draft.
type ruleView struct {
	P       shell.Page
	Name    string
	Content []byte
	Table   rulebook.Table
	Rows    []rulebook.Row
	All     int // rows that the search found
	Query   string
	Draft   *rulebook.Draft // shown instead of the version in force, nil: none
	Mine    bool            // the draft is the reader's own, or there is none: she may change it
	History []rulebook.Version
}

// mostRows is how many rows of a table are drawn at once; the search finds the others.
const mostRows = 300

func nameOf(c *fiber.Ctx) (string, error) {
	name := c.Params("name")
	if !rulebook.Known(name) {
		return "", fault.New(fault.NotFound, "fault.rule_unknown")
	}
	return name, nil
}

func ruleAddress(name string) string { return "/admin/rules/" + name }

// present is the text a change begins from: the open draft, or the version in force.
func (x *Pages) present(ctx context.Context, name string) (content []byte, draft *rulebook.Draft, history []rulebook.Version, err error) {
	if draft, err = x.Book.Draft(ctx, name); err != nil {
		return nil, nil, nil, err
	}
	history, err = x.Book.History(ctx, name)
	if fault.KindOf(err) == fault.NotFound && draft != nil {
		history, err = []rulebook.Version{{Name: name}}, nil // a file that begins with this draft
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if draft != nil {
		return []byte(draft.Content), draft, history, nil
	}
	content, err = x.Book.Content(ctx, name, history[0].Version)
	return content, nil, history, err
}

func (x *Pages) rule(c *fiber.Ctx) error {
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	v := ruleView{P: pageOf(c, "rules", ""), Name: name, Query: c.Query("q")}
	v.P.Title, v.P.Back, v.P.Wide = what(v.P, name), "/admin/rules", true
	if v.Content, v.Draft, v.History, err = x.present(c.UserContext(), name); err != nil {
		return err
	}
	v.Mine = v.Draft == nil || v.Draft.Author == by
	if isTable(name) {
		if v.Table, err = rulebook.ReadTable(name, v.Content); err != nil {
			return err
		}
		found := v.Table.Find(v.Query)
		v.All, v.Rows = len(found), found[:min(len(found), mostRows)]
	}
	return shell.Render(c, fiber.StatusOK, rulePage(v))
}

// editView is the form for a file's text, or for one row of a table.
type editView struct {
	P       shell.Page
	Name    string
	Content string
	Note    string
	On      rulebook.BasedOn
	Wrong   *rulebook.Mistake
	Near    []rulebook.Line // the lines around the mistake
	Columns []string        // of a row
	Values  []string
	Line    int // of the row, 0 for a new one
}

func (v editView) value(i int) string {
	if i < len(v.Values) {
		return v.Values[i]
	}
	return ""
}

func onOf(draft *rulebook.Draft, history []rulebook.Version) rulebook.BasedOn {
	on := rulebook.BasedOn{Version: history[0].Version}
	if draft != nil {
		on.Draft = draft.ID
	}
	return on
}

func formOn(c *fiber.Ctx) rulebook.BasedOn {
	version, _ := strconv.Atoi(c.FormValue("version"))
	draft, _ := strconv.ParseInt(c.FormValue("draft"), 10, 64)
	return rulebook.BasedOn{Version: version, Draft: draft}
}

// editText shows the text to change; ?version=n begins from an older version, to return to it.
func (x *Pages) editText(c *fiber.Ctx) error {
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	content, draft, history, err := x.present(c.UserContext(), name)
	if err != nil {
		return err
	}
	v := editView{Name: name, Content: string(content), On: onOf(draft, history)}
	if draft != nil {
		v.Note = draft.Note
	}
	if old := c.QueryInt("version", -1); old >= 0 {
		if content, err = x.Book.Content(c.UserContext(), name, old); err != nil {
			return err
		}
		v.Content = string(content)
		v.Note = shell.Lang(c).T("admin.return_to", locale.Args{"N": old})
	}
	return x.drawEdit(c, v, nil)
}

func (x *Pages) drawEdit(c *fiber.Ctx, v editView, wrong shell.Errors) error {
	v.P = pageOf(c, "rules", "")
	v.P.Title, v.P.Back, v.P.Wide, v.P.Errors = v.P.T("admin.edit", locale.Args{"What": what(v.P, v.Name)}), ruleAddress(v.Name), true, wrong
	status := fiber.StatusOK
	if len(wrong) > 0 {
		status = fiber.StatusUnprocessableEntity
	}
	if v.Columns != nil {
		return shell.Render(c, status, rowPage(v))
	}
	return shell.Render(c, status, editPage(v))
}

func (x *Pages) saveText(c *fiber.Ctx) error {
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	v := editView{Name: name, Content: c.FormValue("content"), Note: c.FormValue("note"), On: formOn(c)}
	return x.save(c, v, []byte(v.Content), "content")
}

// save keeps a draft, or shows the form again with the mistake at its place.
func (x *Pages) save(c *fiber.Ctx, v editView, content []byte, field string) error {
	by, err := x.admin(c)
	if err != nil {
		return err
	}
	err = x.Book.Save(c.UserContext(), by, v.Name, content, v.Note, v.On)
	var m rulebook.Mistake
	switch {
	case err == nil:
		return shell.SeeOther(c, ruleAddress(v.Name)+"/draft")
	case errors.As(err, &m):
		v.Wrong = &m
		if m.File == v.Name {
			v.Near = near(content, m.Line)
		}
		return x.drawEdit(c, v, shell.Errors{{Field: field, Text: mistakeWords(shell.Lang(c), m)}})
	}
	return refuse(c, err, func(wrong shell.Errors) error {
		if v.Columns != nil && wrong[0].Field == "content" {
			wrong[0].Field = field
		}
		return x.drawEdit(c, v, wrong)
	})
}

func mistakeWords(l locale.Lang, m rulebook.Mistake) string {
	args := locale.Args{"File": m.File, "Line": m.Line, "Text": m.Text}
	switch {
	case m.File == "":
		return l.T("admin.mistake", args)
	case m.Line == 0:
		return l.T("admin.mistake_in", args)
	}
	return l.T("admin.mistake_at", args)
}

// near is the line of a mistake with those before and after it: loaders sometimes notice a line late.
func near(content []byte, line int) []rulebook.Line {
	var list []rulebook.Line
	for i, text := range strings.Split(string(content), "\n") {
		if line > 0 && i+1 >= line-1 && i+1 <= line+1 {
			list = append(list, rulebook.Line{Sign: ' ', New: i + 1, Text: text})
		}
	}
	return list
}

// editRow shows one row of a table as a form; line 0 is a new one.
func (x *Pages) editRow(c *fiber.Ctx) error {
	v, table, err := x.rowView(c, c.QueryInt("line"))
	if err != nil {
		return err
	}
	if v.Line != 0 {
		row, ok := table.Row(v.Line)
		if !ok {
			return fault.New(fault.NotFound, "fault.rule_unknown")
		}
		v.Values = row.Values
	}
	return x.drawEdit(c, v, nil)
}

func (x *Pages) rowView(c *fiber.Ctx, line int) (editView, rulebook.Table, error) {
	name, err := nameOf(c)
	if err == nil && !isTable(name) {
		err = fault.New(fault.NotFound, "fault.rule_unknown")
	}
	if err != nil {
		return editView{}, rulebook.Table{}, err
	}
	content, draft, history, err := x.present(c.UserContext(), name)
	if err != nil {
		return editView{}, rulebook.Table{}, err
	}
	table, err := rulebook.ReadTable(name, content)
	v := editView{Name: name, On: onOf(draft, history), Columns: table.Columns, Line: line}
	if draft != nil {
		v.Note = draft.Note
	}
	return v, table, err
}

func (x *Pages) saveRow(c *fiber.Ctx) error {
	line, _ := strconv.Atoi(c.FormValue("line"))
	v, table, err := x.rowView(c, line)
	if err != nil {
		return err
	}
	present := v.On
	v.On, v.Note = formOn(c), c.FormValue("note")
	v.Values = make([]string, len(table.Columns))
	for i := range v.Values {
		v.Values[i] = strings.TrimSpace(c.FormValue("c" + strconv.Itoa(i)))
	}
	if v.On != present { // the line may be another row by now
		return x.drawEdit(c, v, shell.Errors{{Field: "c0", Text: shell.Lang(c).T("fault.rule_moved")}})
	}
	row, ok := table.Row(line)
	var content []byte
	switch {
	case line == 0:
		content = table.Add(v.Values)
	case !ok:
		return fault.New(fault.NotFound, "fault.rule_unknown")
	case c.FormValue("do") == "retire":
		content = table.Without(row)
	default:
		content = table.Set(row, v.Values)
	}
	return x.save(c, v, content, "c0")
}

// versionView is one version of a file, and what it changed.
type versionView struct {
	P       shell.Page
	Name    string
	Version rulebook.Version
	Changes []rulebook.Line
	Content string
	InForce bool
}

func (x *Pages) version(c *fiber.Ctx) error {
	name, err := nameOf(c)
	if err != nil {
		return err
	}
	n, err := c.ParamsInt("version")
	if err != nil {
		return fault.New(fault.NotFound, "fault.rule_unknown")
	}
	history, err := x.Book.History(c.UserContext(), name)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(history, func(v rulebook.Version) bool { return v.Version == n })
	if i < 0 {
		return fault.New(fault.NotFound, "fault.rule_unknown")
	}
	v := versionView{P: pageOf(c, "rules", ""), Name: name, Version: history[i], InForce: i == 0}
	v.P.Title, v.P.Back, v.P.Wide = what(v.P, name)+" · "+versionWords(v.P, v.Version), ruleAddress(name), true
	content, err := x.Book.Content(c.UserContext(), name, n)
	if err != nil {
		return err
	}
	v.Content = string(content)
	if i+1 < len(history) {
		before, err := x.Book.Content(c.UserContext(), name, history[i+1].Version)
		if err != nil {
			return err
		}
		v.Changes = rulebook.Compare(before, content)
	}
	return shell.Render(c, fiber.StatusOK, versionPage(v))
}
