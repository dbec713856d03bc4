package answers

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/web/shell"
)

// found is how many articles a search shows.
const found = 20

// searchView is the page on which residents look for answers.
type searchView struct {
	P       shell.Page
	Asked   string
	Found   []knowledge.Found
	Matters []matter // all there are, where nothing was asked
	Figures knowledge.Figures
}

// matter is a group of articles about one matter of the first level.
type matter struct {
	Code, Name string
	Articles   []knowledge.Article
}

func (x *Pages) search(c *fiber.Ctx) error {
	ctx, lang := c.UserContext(), shell.Lang(c)
	v := searchView{P: shell.NewPage(c, lang.T("answers.title")), Asked: strings.TrimSpace(c.Query("q"))}
	v.P.Section, v.P.Summary = "help", lang.T("answers.lead")
	v.P.Private = v.Asked != ""
	if runes := []rune(v.Asked); len(runes) > 200 {
		v.Asked = string(runes[:200])
	}
	var err error
	if v.Figures, err = x.Base.Figures(ctx); err != nil {
		return err
	}
	if v.Asked != "" {
		if v.Found, err = x.Base.Find(ctx, knowledge.Query{Text: v.Asked, Limit: found}); err != nil {
			return err
		}
		v.Found = near(v.Found)
		return shell.Render(c, fiber.StatusOK, searchPage(v))
	}
	all, err := x.Base.All(ctx)
	if err != nil {
		return err
	}
	v.Matters = x.matters(lang, all)
	return shell.Render(c, fiber.StatusOK, searchPage(v))
}

// near leaves out what has hardly a word of the question where something better was found.
func near(list []knowledge.Found) []knowledge.Found {
	if len(list) == 0 {
		return nil
	}
	least := list[0].Score / 4
	return slices.DeleteFunc(list, func(f knowledge.Found) bool { return f.Score < least })
}

// matters groups articles by the first level of their category; what has none comes last.
func (x *Pages) matters(lang locale.Lang, all []knowledge.Article) []matter {
	var list []matter
	at := map[string]int{}
	for _, a := range all {
		code := a.Category[:min(2, len(a.Category))]
		name := x.City.CategoryPath(code, lang)
		if name == "" {
			code, name = "", lang.T("answers.other")
		}
		i, ok := at[code]
		if !ok {
			i = len(list)
			at[code] = i
			list = append(list, matter{Code: code, Name: name})
		}
		list[i].Articles = append(list[i].Articles, a)
	}
	slices.SortStableFunc(list, func(a, b matter) int {
		if (a.Code == "") != (b.Code == "") {
			return strings.Compare(b.Code, a.Code)
		}
		return strings.Compare(a.Code, b.Code)
	})
	return list
}

// articleView is one article as residents read it.
type articleView struct {
	P     shell.Page
	A     knowledge.Article
	Owner string
	Said  bool // whether it helped was just told
}

func (x *Pages) article(c *fiber.Ctx) error {
	lang := shell.Lang(c)
	a, err := x.Base.Public(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	v := articleView{P: shell.NewPage(c, a.Title.In(lang)), A: a, Owner: x.City.UnitName(a.Owner, lang), Said: c.Query("said") != ""}
	v.P.Section, v.P.Summary, v.P.Back = "help", knowledge.Short(a.Body.In(lang), 120), v.P.Href("/help/answers")
	return shell.Render(c, fiber.StatusOK, articlePage(v))
}

// answered counts whether an article answered a resident's question. Nothing is kept of who said so.
func (x *Pages) answered(c *fiber.Ctx) error {
	helped := c.FormValue("helped")
	if helped != "yes" && helped != "no" {
		return fault.New(fault.Invalid, "fault.answer_missing").At("helped")
	}
	code := c.Params("code")
	if err := x.Base.Answered(c.UserContext(), code, knowledge.Resident, helped == "yes"); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "answers.thanks")
	return shell.SeeOther(c, "/help/answers/"+code+"?said=1")
}
