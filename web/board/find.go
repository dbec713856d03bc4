package board

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/search"
	"huiyin/web/shell"
)

const (
	foundPage  = 25
	foundPages = 40
	longest    = 100 // characters of a question
)

// FindRoutes are the addresses of the public search. Its answers depend on what was typed, so that no cache keeps them and no other site hears of them.
func (x *Pages) FindRoutes() []shell.Route {
	return []shell.Route{{Path: "/search", Handler: x.showFound, Private: true, Limit: shell.Limit{Name: "search", Max: 120, Per: time.Minute}}}
}

// foundView is the public search and what it found.
type foundView struct {
	shell.Page
	Rules    *routing.City
	Text     string
	Personal bool // it may name a person: nothing was looked up
	Found    search.PublicFound
	Only     string // articles or cards; empty: both
	At       int
}

// What the public search is narrowed to.
const (
	onlyArticles = "article"
	onlyCards    = "case"
	fewArticles  = 5 // beside cards
)

// somebody is what may name a person.
var somebody = regexp.MustCompile(`@|1[3-9][0-9]{9}|[0-9]{15,}`)

func (x *Pages) showFound(c *fiber.Ctx) error {
	l := shell.Lang(c)
	p := shell.NewPage(c, l.T("search.title"))
	p.Section, p.Back, p.Summary = "board", p.Href("/board"), p.T("search.lead")
	v := foundView{Page: p, Rules: x.City, Text: strings.TrimSpace(c.Query("q")), At: 1}
	if runes := []rune(v.Text); len(runes) > longest {
		v.Text = string(runes[:longest])
	}
	if only := c.Query("kind"); only == onlyArticles || only == onlyCards {
		v.Only = only
	}
	if n, err := strconv.Atoi(c.Query("page")); err == nil && n > 1 && n <= foundPages {
		v.At = n
	}
	if v.Personal = somebody.MatchString(strings.ReplaceAll(v.Text, " ", "")); !v.Personal {
		var err error
		if v.Found, err = x.Search.Find(c.UserContext(), l, v.Text, v.At, foundPage); err != nil {
			return err
		}
	}
	return shell.Render(c, fiber.StatusOK, publicFoundPage(v))
}

// understood says in words how each word was read.
func (v foundView) understood() []shell.Item {
	var list []shell.Item
	for _, m := range v.Found.Meanings {
		var names []string
		for _, code := range m.Codes {
			if name := v.name(m.What, code); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		const shown = 6
		text := strings.Join(names[:min(shown, len(names))], v.T("search.or"))
		if len(names) > shown {
			text += v.T("search.and_more")
		}
		list = append(list, shell.Item{Key: m.Word, Value: text})
	}
	return list
}

func (v foundView) name(what, code string) string {
	switch what {
	case "category":
		return v.Rules.CategoryPath(code, v.Lang)
	case "territory":
		return v.Rules.TerritoryName(code, v.Lang)
	case "unit":
		return v.Rules.UnitName(casework.UnitCode(code), v.Lang)
	case "kind":
		return v.T("kind." + code)
	}
	return v.T(privacy.OutcomeNames[privacy.Outcome(code)])
}

func (v foundView) address(page int) string {
	q := url.Values{"q": {v.Text}}
	if v.Only != "" {
		q.Set("kind", v.Only)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return v.Href("/search?" + q.Encode())
}

// kind is a link that narrows the search to one kind of what was found, with how many there are.
type kind struct {
	Text, Href, Count string
	Current           bool
}

// kinds are the links by which the search is narrowed; none where only one kind was found.
func (v foundView) kinds() []kind {
	articles, cards := len(v.Found.Articles), v.Found.Total
	if v.Only == "" && (articles == 0 || cards == 0) {
		return nil
	}
	cardsText := v.Lang.Number(cards)
	if cards > privacy.CountedCards {
		cardsText = v.T("search.at_least", locale.Args{"Count": v.Lang.Number(privacy.CountedCards)})
	}
	to := func(only, text, count string) kind {
		other := v
		other.Only = only
		return kind{Text: text, Href: other.address(1), Count: count, Current: v.Only == only}
	}
	return []kind{to("", v.T("search.all"), ""), to(onlyArticles, v.T("search.articles"), v.Lang.Number(articles)), to(onlyCards, v.T("search.cards"), cardsText)}
}

// articles are those shown on this page: a few beside cards, all where nothing else is asked for.
func (v foundView) articles() []search.Article {
	switch {
	case v.Only == onlyCards || v.Only == "" && v.At > 1:
		return nil
	case v.Only == onlyArticles || v.Found.Total == 0:
		return v.Found.Articles
	}
	return v.Found.Articles[:min(fewArticles, len(v.Found.Articles))]
}

// moreArticles tells that there are articles beside those shown.
func (v foundView) moreArticles() bool {
	return v.Only == "" && v.At == 1 && len(v.articles()) < len(v.Found.Articles)
}

// cards are those shown on this page.
func (v foundView) cards() []privacy.PublicCase {
	if v.Only == onlyArticles {
		return nil
	}
	return v.Found.Cards
}

// nothing tells that something was asked and nothing found.
func (v foundView) nothing() bool {
	return v.Text != "" && !v.Personal && len(v.cards())+len(v.articles()) == 0
}
