package resident

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/locale"
	"huiyin/rights"
	"huiyin/web/shell"
)

// accessView is who used the resident's data, and what data there is.
type accessView struct {
	Uses   []shell.Happening
	Hidden []string // uses that the law forbids to show for now: how many, and on what ground
	Held   []shell.Item
	Logged bool // some of the uses stand in the public log already
	Erased bool
	Until  string // until when it is kept

	Requests   []casework.RightRequest
	Destroyed  []rights.Destroyed
	Restricted bool
}

// heldFields are the personal fields of the resident that can be read in one go.
var heldFields = []casework.PersonalField{casework.FieldName, casework.FieldPhone, casework.FieldEmail, casework.FieldAddress, casework.FieldTitle, casework.FieldBody, casework.FieldPlace}

func (x *Pages) showAccess(c *fiber.Ctx) error {
	v, ok, err := x.current(c)
	if !ok {
		return err
	}
	ctx, id := c.UserContext(), v.Case.ID
	page := x.page(c, "mydata.title", "track")
	page.Back = page.Href("/t")
	uses, err := datause.ForCase(ctx, x.Docket, casework.Resident(id), id)
	if err != nil {
		return err
	}
	a := accessView{Erased: v.Erased, Restricted: v.Case.Restricted, Until: page.T("mydata.until_open", locale.Args{"Years": datause.KeepYears})}
	if v.Case.ClosedAt != nil {
		a.Until = page.T("mydata.until", locale.Args{"Date": page.Lang.Date(v.Case.ClosedAt.AddDate(datause.KeepYears, 0, 0))})
	}
	logged := x.entries(c, id)
	for _, u := range uses.Uses {
		index, ok := logged[useKey(u.At, u.Unit)]
		a.Uses = append(a.Uses, x.useLine(page, u, index, ok))
		a.Logged = a.Logged || ok
	}
	for _, ground := range slices.Sorted(maps.Keys(uses.Withheld)) {
		a.Hidden = append(a.Hidden, page.T("mydata.hidden", locale.Args{"N": uses.Withheld[ground], "Ground": page.T("datause.ground_" + ground)}))
	}
	if a.Requests, err = x.Docket.RightsOf(ctx, casework.Resident(id), id); err != nil {
		return err
	}
	if a.Destroyed, err = rights.DestroyedOf(ctx, x.DB, casework.Resident(id), id); err != nil {
		return err
	}
	if !v.Erased {
		own, err := x.Docket.Reveal(ctx, casework.Resident(id), id, heldFields, ownUse)
		if err != nil {
			return err
		}
		a.Held = held(page, own, v)
	}
	return shell.Render(c, fiber.StatusOK, accessPage(page, a))
}

// useLine says one use in plain words: what was done and what for, when, which unit in what role, which data, on what ground.
// index is its entry in the public log; logged is false where it is not there yet.
func (x *Pages) useLine(p shell.Page, u datause.Use, index int64, logged bool) shell.Happening {
	who := x.unitName(p.Lang, u.Unit) + p.T("story.and") + p.T("role."+string(u.Role))
	if u.Automatic {
		who = p.T("mydata.machine")
	}
	return shell.Happening{Title: upperFirst(p.T(u.ActionName())), At: u.At, Who: who, View: useDetails(p, u, index, logged)}
}

// receiver says in words to whom data was given; the name of a program or a city stands for itself.
func receiver(p shell.Page, name string) string {
	if name == "mail" {
		return p.T("mydata.by_mail")
	}
	return name
}

// fieldNames lists personal fields in words.
func fieldNames(lang locale.Lang, fields []casework.PersonalField) string {
	var names []string
	for _, f := range fields {
		names = append(names, lang.T(datause.FieldName(f)))
	}
	return strings.Join(names, lang.T("story.and"))
}

// held lists the personal data that is kept, what for, and a part of each value by which the resident knows it.
func held(p shell.Page, own casework.Revealed, v statusView) []shell.Item {
	files := 0
	for _, f := range v.Files {
		if f.ByUnit == "" {
			files++
		}
	}
	var rows []shell.Item
	for _, item := range datause.Inventory() {
		value := own[item.Field]
		switch {
		case item.Field == casework.FieldMessages && len(v.Said) > 0:
			value = p.Lang.N("mydata.count", len(v.Said))
		case item.Field == casework.FieldFile && files > 0:
			value = p.Lang.N("mydata.count", files)
		case value == "" || item.Field == casework.FieldTitle && strings.HasPrefix(own[casework.FieldBody], value):
			continue // not kept, or a copy of the first words of the text
		case slices.Contains([]casework.PersonalField{casework.FieldBody, casework.FieldPlace, casework.FieldTitle}, item.Field):
			value = p.Lang.N("mydata.chars", utf8.RuneCountInString(value))
		default:
			value = partly(value)
		}
		rows = append(rows, shell.Item{Key: p.T(item.Name), View: heldItem(p, value, item)})
	}
	return rows
}

// partly shows the edges of a value: enough to know it, too little to use it.
func partly(s string) string {
	if name, domain, ok := strings.Cut(s, "@"); ok {
		return string([]rune(name)[:min(1, utf8.RuneCountInString(name))]) + "***@" + domain
	}
	r := []rune(s)
	switch {
	case len(r) < 2:
		return "*"
	case len(r) < 7:
		return string(r[0]) + strings.Repeat("*", len(r)-1)
	}
	return string(r[:3]) + strings.Repeat("*", len(r)-5) + string(r[len(r)-2:])
}
