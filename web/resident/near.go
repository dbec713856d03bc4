package resident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/locale"
	cards "huiyin/privacy"
	"huiyin/routing"
	"huiyin/web/shell"
)

// What others reported is shown only where it is open, in the same street, of the same matter, and not older than this.
const (
	nearWithin = 90 * 24 * time.Hour
	nearMost   = 3
	nearMatter = 4 // digits of the category: its second level
)

// sameTag begins the tag by which a case names the one that its resident takes for the same: the other's identifier, for the operator alone.
const sameTag = "same:"

// alike is an open public case that may be the same matter. It holds what its public card says and no more.
type alike struct {
	Case     casework.CaseID
	Number   string // the public one
	On       time.Time
	Street   string
	Category string
	Outcome  cards.Outcome
}

// near looks for what others reported in the same street. Nothing is offered for reports of wrongdoing and secret matters: those are nobody else's.
func (x *Pages) near(ctx context.Context, d draft) ([]alike, error) {
	place, _ := x.placeOf(d)
	p := routing.Propose(x.City, routing.Input{Text: d.Text, Address: place, At: x.Now(), Point: d.Point})
	street := x.City.Street(p.Territory.Code)
	if street == "" || len(p.Category.Code) < nearMatter || p.Kind == casework.Report || p.Secret || p.Emergency.Number != "" {
		return nil, nil
	}
	rows, err := x.DB.Query(ctx, `select case_id, number, filed_on, street, category, outcome from public_card
		where withheld = '' and outcome in ('waiting', 'handling', 'hung_up') and street = $1 and starts_with(category, $2) and filed_on >= $3::date
		order by filed_on desc, number limit $4`, street, p.Category.Code[:nearMatter], x.Now().Add(-nearWithin).In(locale.Zone).Format(time.DateOnly), nearMost)
	if err != nil {
		return nil, fmt.Errorf("look for the same nearby: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[alike])
	if err != nil {
		return nil, fmt.Errorf("look for the same nearby: %w", err)
	}
	return list, nil
}

// numbers names a list in a form, so that what was shown once is not asked again.
func numbers(list []alike) string {
	var all []string
	for _, a := range list {
		all = append(all, a.Number)
	}
	return strings.Join(all, " ")
}

// showNear asks once, where the address written led to what others reported.
func (x *Pages) showNear(c *fiber.Ctx) error {
	_, d, err := x.open(c)
	if err != nil {
		return err
	}
	if d.Text == "" || !d.Placed {
		return shell.SeeOther(c, "/report/1")
	}
	list, err := x.near(c.UserContext(), d)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return shell.SeeOther(c, "/report/3")
	}
	page := x.page(c, "report.near", "report")
	page.Back = page.Href("/report/2")
	v := x.view(c, d)
	v.Near = list
	if v.Answers, err = x.answers(c.UserContext(), d); err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, nearPage(page, v))
}

// join keeps that the resident met the same matter as a case that was offered. The resident's own case is filed all the same; whether they are one is for the operator to see.
func (x *Pages) join(c *fiber.Ctx) error {
	token, d, err := x.open(c)
	if err != nil {
		return err
	}
	if token == "" || d.Text == "" {
		return shell.SeeOther(c, "/report/1")
	}
	list, err := x.near(c.UserContext(), d)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.Number != c.FormValue("number") {
			continue
		}
		d.Same, d.SameNumber, d.SameStreet, d.Placed = a.Case.String(), a.Number, a.Street, true
		if err := x.drafts.save(c.UserContext(), token, d, nil); err != nil {
			return err
		}
		return shell.SeeOther(c, "/report/3")
	}
	shell.Flash(c, shell.Warn, "report.near_gone") // it was closed meanwhile
	return shell.SeeOther(c, "/report/2")
}

// words are a card in one line: matter, street, day and state.
func (a alike) words(p shell.Page, city *routing.City) string {
	return p.T("report.near_line", locale.Args{
		"Matter": city.CategoryPath(a.Category, p.Lang), "Street": city.TerritoryName(a.Street, p.Lang), "Day": p.Lang.Day(a.On), "State": p.T(cards.OutcomeNames[a.Outcome]),
	})
}

// places are suggestions for the address: roads, estates and landmarks of the chosen district, or of the whole city where none was chosen.
func (v reportView) places() []string {
	var list []string
	had := map[string]bool{}
	_, chosen := v.City.Territory(v.Draft.District)
	for _, p := range v.City.Places() {
		if chosen && v.City.District(p.Street) != v.Draft.District {
			continue
		}
		street, ok := v.City.Territory(p.Street)
		name := p.Name.ZH
		if ok {
			name = street.Name.ZH + name
		}
		if !had[name] {
			had[name] = true
			list = append(list, name)
		}
	}
	return list
}
