package bulletins

import (
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/bulletin"
	"huiyin/casework"
)

// form is a bulletin as its keepers type it: plans and progress are lines of day | Chinese | English | day done.
type form struct {
	Kind                 bulletin.Kind
	Slug                 string
	TitleZH, TitleEN     string
	BodyZH, BodyEN       string
	Lead, Co, Categories string
	PromiseZH, PromiseEN string
	Due, Plan, Progress  string
	Number               int64 // of the version it began from; 0: new
}

func formOf(c *fiber.Ctx) form {
	get := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	return form{Kind: bulletin.Kind(get("kind")), Slug: get("slug"), TitleZH: get("title_zh"), TitleEN: get("title_en"), BodyZH: get("body_zh"), BodyEN: get("body_en"),
		Lead: get("lead"), Co: get("co"), Categories: get("categories"), PromiseZH: get("promise_zh"), PromiseEN: get("promise_en"), Due: get("due"), Plan: get("plan"), Progress: get("progress")}
}

func (f form) content() bulletin.Content {
	c := bulletin.Content{Title: bulletin.Words{ZH: f.TitleZH, EN: f.TitleEN}, Body: bulletin.Words{ZH: f.BodyZH, EN: f.BodyEN}}
	if f.Kind != bulletin.Theme {
		return c
	}
	c.Lead, c.Categories, c.Due, c.Promise = casework.UnitCode(f.Lead), codes(f.Categories), f.Due, bulletin.Words{ZH: f.PromiseZH, EN: f.PromiseEN}
	for _, code := range codes(f.Co) {
		c.Co = append(c.Co, casework.UnitCode(code))
	}
	for _, p := range lines(f.Plan) {
		c.Plan = append(c.Plan, bulletin.Step{Due: p[0], What: bulletin.Words{ZH: p[1], EN: p[2]}, Done: p[3]})
	}
	for _, p := range lines(f.Progress) {
		c.Progress = append(c.Progress, bulletin.Note{On: p[0], What: bulletin.Words{ZH: p[1], EN: p[2]}})
	}
	return c
}

var betweenCodes = regexp.MustCompile(`[\s,，、;；]+`)

func codes(s string) []string {
	var list []string
	for _, code := range betweenCodes.Split(s, -1) {
		if code != "" {
			list = append(list, code)
		}
	}
	return list
}

// lines reads the lines of a plan. A line with too few parts keeps empty ones, which the book refuses; one with too many is joined into its last.
func lines(s string) [][4]string {
	var list [][4]string
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(strings.ReplaceAll(line, "｜", "|"))
		if line == "" {
			continue
		}
		var p [4]string
		for i, part := range strings.SplitN(line, "|", len(p)) {
			p[i] = strings.TrimSpace(part)
		}
		list = append(list, p)
	}
	return list
}

// typed is the form that makes a bulletin.
func typed(b bulletin.Bulletin) form {
	f := form{Kind: b.Kind, Slug: b.Slug, TitleZH: b.Title.ZH, TitleEN: b.Title.EN, BodyZH: b.Body.ZH, BodyEN: b.Body.EN, Lead: string(b.Lead), Categories: strings.Join(b.Categories, " "),
		PromiseZH: b.Promise.ZH, PromiseEN: b.Promise.EN, Due: b.Due, Number: b.ID}
	for _, u := range b.Co {
		f.Co = strings.TrimSpace(f.Co + " " + string(u))
	}
	for _, s := range b.Plan {
		f.Plan += strings.TrimSuffix(s.Due+" | "+s.What.ZH+" | "+s.What.EN+" | "+s.Done, " | ") + "\n"
	}
	for _, n := range b.Progress {
		f.Progress += n.On + " | " + n.What.ZH + " | " + n.What.EN + "\n"
	}
	return f
}
