package knowledge

import (
	"context"
	"fmt"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/fault"
)

// Columns are the columns of a file of articles. Those that may be empty: code, category, asked_en, link, valid_from (the day of the import), expires_on, review_on (half a
// year from then) and note. Several questions stand in one cell with | or line ends between.
var Columns = []string{"code", "owner", "category", "title_zh", "title_en", "asked_zh", "asked_en", "body_zh", "body_en", "basis_zh", "basis_en", "link", "valid_from", "expires_on", "review_on", "note"}

// reviewAfter is how long an article stands before it is to be looked at again where nothing else is said.
const reviewAfter = 182 * 24 * time.Hour

// FromRow reads the content of an article from a row of a file; get gives the value in a column. Errors: fault.Invalid at the column.
func (b *Base) FromRow(get func(column string) string) (code string, owner casework.UnitCode, c Content, err error) {
	questions := func(column string) []string {
		return strings.FieldsFunc(get(column), func(r rune) bool { return r == '|' || r == '\n' || r == '\r' })
	}
	c = Content{Category: get("category"), Title: Text{get("title_zh"), get("title_en")}, Asked: Questions{questions("asked_zh"), questions("asked_en")}, Body: Text{get("body_zh"), get("body_en")},
		Basis: Text{get("basis_zh"), get("basis_en")}, Link: get("link"), Note: get("note"), ValidFrom: b.today()}
	day := func(column string, to *time.Time) error {
		if get(column) == "" {
			return nil
		}
		d, err := ParseDay(get(column))
		if err != nil {
			return fault.Wrap(fault.Invalid, "fault.article_day", err).At(column)
		}
		*to = d
		return nil
	}
	var last time.Time
	if err := day("valid_from", &c.ValidFrom); err != nil {
		return "", "", c, err
	}
	c.ReviewOn = c.ValidFrom.Add(reviewAfter)
	if err := day("review_on", &c.ReviewOn); err != nil {
		return "", "", c, err
	}
	if err := day("expires_on", &last); err != nil {
		return "", "", c, err
	}
	if !last.IsZero() {
		c.ExpiresOn = &last
	}
	c.clean()
	return get("code"), casework.UnitCode(get("owner")), c, c.check()
}

// Bring keeps an article from a file as a draft: a new one, or the next version of one that there is. changed is false where the newest version says the same already.
func (b *Base) Bring(ctx context.Context, by casework.Actor, code string, owner casework.UnitCode, c Content) (kept string, changed bool, err error) {
	seen := 0
	if code != "" {
		a, versions, err := b.Staff(ctx, by, code)
		switch {
		case err == nil:
			seen = versions[0].Number
			c.clean()
			if same(a.Content, c) && a.Owner == owner {
				return code, false, nil
			}
		case fault.KindOf(err) != fault.NotFound:
			return "", false, fmt.Errorf("look for article %s: %w", code, err)
		}
	}
	kept, err = b.Save(ctx, by, code, owner, seen, c)
	return kept, err == nil, err
}

func same(a, b Content) bool {
	az, ae := a.Whole()
	bz, be := b.Whole()
	return az == bz && ae == be && a.Category == b.Category
}
