package api

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/knowledge"
	"huiyin/web/shell"
)

// mostArticles is how many articles one answer lists at most.
const mostArticles = 100

// article is an article in force as programs read it, in the caller's language.
type article struct {
	Code      string   `json:"code"`
	Version   int      `json:"version"`
	Title     string   `json:"title"`
	Questions []string `json:"questions"`
	Body      string   `json:"body"`
	Basis     string   `json:"basis"`
	Link      string   `json:"link,omitempty"`
	Owner     named    `json:"owner"`
	Category  *named   `json:"category,omitempty"`
	ValidFrom string   `json:"valid_from"`
	ExpiresOn *string  `json:"expires_on"`
	Updated   string   `json:"updated"`
	URL       string   `json:"url"`
	Score     *float64 `json:"score,omitempty"` // how surely it answers what was asked, 0 to 1
}

// articles is the answer to a search, or the list of all.
type articles struct {
	Articles []article `json:"articles"`
	Figures  struct {
		Articles int `json:"articles"` // published
		InDate   int `json:"in_date"`  // of them in force and looked at in time
		Updated  int `json:"updated"`  // of them written or changed this month
	} `json:"figures"`
}

// findArticles answers GET /api/v1/articles: those that answer q, the best first, or all of them.
func (x *Service) findArticles(c *fiber.Ctx) error {
	ctx := c.UserContext()
	limit, err := strconv.Atoi(c.Query("limit", "20"))
	if err != nil || limit < 1 || limit > mostArticles {
		return fault.New(fault.Invalid, "fault.invalid").At("limit")
	}
	out := articles{Articles: []article{}}
	if x.Answers == nil {
		return c.JSON(out)
	}
	figures, err := x.Answers.Figures(ctx)
	if err != nil {
		return err
	}
	out.Figures.Articles, out.Figures.InDate, out.Figures.Updated = figures.Articles, figures.InDate, figures.Month
	if q := c.Query("q"); q != "" {
		found, err := x.Answers.Find(ctx, knowledge.Query{Text: q, Limit: limit})
		if err != nil {
			return err
		}
		for _, f := range found {
			one := x.article(c, f.Article)
			one.Score = &f.Score
			out.Articles = append(out.Articles, one)
		}
		return c.JSON(out)
	}
	all, err := x.Answers.All(ctx)
	if err != nil {
		return err
	}
	for _, a := range all[:min(len(all), limit)] {
		out.Articles = append(out.Articles, x.article(c, a))
	}
	return c.JSON(out)
}

// showArticle answers GET /api/v1/articles/:code.
func (x *Service) showArticle(c *fiber.Ctx) error {
	if x.Answers == nil {
		return fault.New(fault.NotFound, "fault.no_such_article")
	}
	a, err := x.Answers.Public(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	return c.JSON(x.article(c, a))
}

func (x *Service) article(c *fiber.Ctx, a knowledge.Article) article {
	lang := shell.Lang(c)
	out := article{Code: a.Code, Version: a.Number, Title: a.Title.In(lang), Questions: a.Asked.In(lang), Body: a.Body.In(lang), Basis: a.Basis.In(lang), Link: a.Link,
		Owner: named{string(a.Owner), x.City.UnitName(a.Owner, lang)}, ValidFrom: a.ValidFrom.Format(time.DateOnly), URL: x.BaseURL + lang.Path("/help/answers/"+a.Code)}
	if path := x.City.CategoryPath(a.Category, lang); path != "" {
		out.Category = &named{a.Category, path}
	}
	if a.ExpiresOn != nil {
		last := a.ExpiresOn.Format(time.DateOnly)
		out.ExpiresOn = &last
	}
	if a.PublishedAt != nil {
		out.Updated = a.PublishedAt.In(x.City.TZ).Format(time.DateOnly)
	}
	return out
}
