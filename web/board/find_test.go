package board_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The public search finds published cards by what the words mean, looks up nobody, and forgets a card with the transaction that withholds it.
func TestThePublicSearchFindsWhatIsPublishedAndNobody(t *testing.T) {
	w := newTown(t)
	w.fill(60)
	if body := w.ok("/search"); !strings.Contains(body, "查公开的诉求") || !strings.Contains(w.ok("/en/search"), "Search what is public") {
		t.Error("no search")
	}
	var number, category string
	if err := w.pool.QueryRow(t.Context(), `select number, category from public_card where withheld = '' and length(category) = 6 order by filed_on desc, number limit 1`).Scan(&number, &category); err != nil {
		t.Fatal(err)
	}
	matter, _ := w.city.Category(category)
	for _, q := range []string{matter.Name.ZH, number, strings.ToLower(number)} {
		if body := w.ok("/search?q=" + url.QueryEscape(q)); !strings.Contains(body, number) {
			t.Errorf("%q does not find %s", q, number)
		}
	}
	body := w.ok("/en/search?q=" + url.QueryEscape(matter.Name.EN))
	if !strings.Contains(body, "/en/cases/"+number) {
		t.Errorf("%q does not find %s", matter.Name.EN, number)
	}
	for _, q := range []string{"19900001234", "lin@example.org", "110101199001011234", "199 0000 1234"} {
		if body := w.ok("/search?q=" + url.QueryEscape(q)); !strings.Contains(body, "查不到个人的诉求") || regexp.MustCompile(`href="/cases/[0-9A-Z]`).MatchString(body) {
			t.Errorf("%q is looked up", q)
		}
	}
	if body := w.ok("/search?q=" + url.QueryEscape("火星移民")); !strings.Contains(body, "没有找到公开的内容") {
		t.Error("something is found for nothing")
	}
	if body := w.ok("/search?page=99999&q=" + strings.Repeat("a", 4000)); !strings.Contains(body, "查公开的诉求") {
		t.Error("a long question is no answer")
	}
	if _, err := w.pool.Exec(t.Context(), `update public_card set withheld = 'secret', card = null where number = $1`, number); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{matter.Name.ZH, number} {
		if body := w.ok("/search?q=" + url.QueryEscape(q)); strings.Contains(body, `/cases/`+number) {
			t.Errorf("%q finds a card that was withheld", q)
		}
	}
}
