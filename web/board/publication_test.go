package board_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"huiyin/locale"
	"huiyin/supervision"
)

// figure is a figure as the JSON writes it.
type figure struct {
	Definition  string         `json:"definition"`
	Measure     string         `json:"measure"`
	Numerator   *float64       `json:"numerator"`
	Denominator *int           `json:"denominator"`
	Excluded    map[string]int `json:"excluded"`
	Period      string         `json:"period"`
	State       string         `json:"state"`
	Suppressed  bool           `json:"suppressed"`
}

type line struct {
	Code    string            `json:"code"`
	Figures map[string]figure `json:"figures"`
}

type file struct {
	Scope     struct{ Kind, Code string }
	Period    string            `json:"period"`
	Figures   map[string]figure `json:"figures"`
	Trend     []line            `json:"trend"`
	Districts []line            `json:"districts"`
	Units     []line            `json:"units"`
	Topics    []line            `json:"topics"`
	Tags      []line            `json:"tags"`
	Codes     string            `json:"codes"`
	Purposes  []line            `json:"purposes"`
}

func (w *town) file(path string) file {
	w.t.Helper()
	var f file
	if err := json.Unmarshal([]byte(w.ok(path)), &f); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	return f
}

// same holds a published figure against the fold.
func same(t *testing.T, where string, got figure, want supervision.Figure) {
	t.Helper()
	if got.Definition != want.Definition || got.State != "live" || got.Period != want.Period.String() || got.Suppressed != want.Suppressed {
		t.Errorf("%s: published %+v, the fold has %+v", where, got, want)
	}
	if want.Suppressed {
		if got.Numerator != nil || got.Denominator != nil || len(got.Excluded) > 0 {
			t.Errorf("%s: suppressed, and its numbers are written out: %+v", where, got)
		}
		return
	}
	if got.Numerator == nil || *got.Numerator != want.Numerator.Float() || *got.Denominator != want.Denominator || !cmp.Equal(got.Excluded, want.Excluded) {
		t.Errorf("%s: published %+v, the fold has %s of %d without %v", where, got, want.Numerator, want.Denominator, want.Excluded)
	}
}

func sameLine(t *testing.T, where string, got map[string]figure, want supervision.Line) {
	t.Helper()
	if len(got) < len(want.Figures) || len(want.Figures) == 0 {
		t.Errorf("%s: %d figures published, the fold has %d", where, len(got), len(want.Figures))
	}
	for _, f := range want.Figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		same(t, where+" "+code, got[code], f)
	}
}

// rowsOf turns a JSON file into the rows its CSV must have: part, code, figure, numerator, denominator, excluded.
func (f file) rows() []string {
	var rows []string
	add := func(part, code string, figures map[string]figure) {
		for key, v := range figures {
			num, den := "", ""
			if v.Numerator != nil {
				num, den = strconv.FormatFloat(*v.Numerator, 'f', -1, 64), strconv.Itoa(*v.Denominator)
			}
			var out []string
			for reason, n := range v.Excluded {
				out = append(out, fmt.Sprintf("%s=%d", reason, n))
			}
			slices.Sort(out)
			rows = append(rows, strings.Join([]string{part, code, key, v.Definition, v.Measure, num, den, strings.Join(out, ";"), v.Period, v.State, strconv.FormatBool(v.Suppressed)}, "|"))
		}
	}
	add(f.Scope.Kind, f.Scope.Code, f.Figures)
	for part, list := range map[string][]line{"month": f.Trend, "district": f.Districts, "unit": f.Units, "topic": f.Topics, "tag": f.Tags, "purpose": f.Purposes} {
		for _, l := range list {
			add(part, l.Code, l.Figures)
		}
	}
	slices.Sort(rows)
	return rows
}

func csvRows(t *testing.T, body string) []string {
	t.Helper()
	body, ok := strings.CutPrefix(body, "\ufeff")
	if !ok {
		t.Error("the CSV does not begin with a byte order mark")
	}
	all, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range all[1:] {
		rows = append(rows, strings.Join(slices.Concat(r[:2], r[4:]), "|"))
	}
	slices.Sort(rows)
	return rows
}

// cards finds the headline cards of a page: figure code → words of the card.
func cards(t *testing.T, body string) map[string]string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "data-figure" {
				found[a.Val] = words(n)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return found
}

func words(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(words(c))
		b.WriteByte(' ')
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// tableRow finds the row of a table that begins with a heading, as words of its cells.
func tableRow(t *testing.T, body, heading string) [][]string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "tr" {
			var cells []string
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if c.Type == html.ElementNode {
					cells = append(cells, words(c))
				}
			}
			if len(cells) > 0 && cells[0] == heading {
				rows = append(rows, cells)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return rows
}

// plain writes a figure the way a page must, by hand.
func plain(f supervision.Figure) string {
	switch {
	case f.Suppressed:
		return locale.EN.T("board.too_few")
	case f.Measure != supervision.Count && f.Denominator == 0:
		return "–"
	case f.Measure == supervision.Share:
		return strconv.FormatFloat(100*f.Numerator.Float()/float64(f.Denominator), 'f', 1, 64) + "%"
	}
	return f.Numerator.String()
}

func TestPageJSONAndCSVSayWhatTheFoldSays(t *testing.T) {
	w := newTown(t)
	w.fill(220)
	ctx := t.Context()
	for _, month := range []supervision.Month{202611, 202610} {
		whole, err := supervision.View(ctx, w.pool, supervision.One(month), supervision.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if whole.Whole.Get("received").Denominator < 30 {
			t.Fatalf("%s has too little to compare: %+v", month, whole.Whole.Get("received"))
		}
		q := "?month=" + month.String()

		city := w.file("/board.json" + q)
		sameLine(t, "city", city.Figures, whole.Whole)
		if diff := cmp.Diff(w.file("/api/v1/figures"+q), city); diff != "" {
			t.Errorf("the API and the board differ:\n%s", diff)
		}
		for i, m := range whole.Trend {
			sameLine(t, "month "+m.Key, city.Trend[i].Figures, m)
		}
		late := 0
		for _, u := range city.Units {
			late += int(*u.Figures["overdue_open"].Numerator)
		}
		if want := int(whole.Whole.Get("overdue_open").Numerator.Float()); late != want {
			t.Errorf("%d cases are late by units, %d in the city", late, want)
		}
		districts := w.file("/districts.json" + q)
		if len(districts.Districts) != 5 {
			t.Errorf("%d districts of 5", len(districts.Districts))
		}
		for _, d := range whole.Districts {
			i := slices.IndexFunc(districts.Districts, func(l line) bool { return l.Code == d.Key })
			sameLine(t, "district "+d.Key, districts.Districts[i].Figures, d)
		}
		units := w.file("/departments.json" + q)
		for i, u := range whole.Units {
			sameLine(t, "unit "+u.Key, units.Units[i].Figures, u.Line)
		}
		parts := map[string]supervision.Filter{"/board": {}, "/departments/d-linjiang": {Unit: "d-linjiang"}, "/departments/c-jiaojing": {Unit: "c-jiaojing"}, "/districts/990101": {District: "990101"}}
		for path, filter := range parts {
			b, err := supervision.View(ctx, w.pool, supervision.One(month), filter)
			if err != nil {
				t.Fatal(err)
			}
			sameLine(t, path, w.file(path+".json"+q).Figures, b.Whole)
			body := w.ok("/en" + path + q)
			shown := cards(t, body)
			if len(shown) != 6 {
				t.Errorf("%s shows %d headlines", path, len(shown))
			}
			for code, text := range shown {
				f := b.Whole.Get(code)
				if first, _, _ := strings.Cut(text, " "); !strings.HasPrefix(text, plain(f)) && first != plain(f) {
					t.Errorf("%s %s begins %.30q, the fold has %s", path, code, text, plain(f))
				}
				if f.Measure == supervision.Share && !f.Suppressed && f.Denominator > 0 && !strings.Contains(text, f.Numerator.String()+" / "+strconv.Itoa(f.Denominator)) {
					t.Errorf("%s %s does not say %s / %d: %s", path, code, f.Numerator, f.Denominator, text)
				}
			}
			for _, d := range supervision.Definitions {
				rows := tableRow(t, body, locale.EN.T(d.Name))
				if len(rows) != 1 || !strings.HasPrefix(rows[0][1], plain(b.Whole.Get(d.Code))) {
					t.Errorf("%s: the table says %v of %s, the fold %s", path, rows, d.Code, plain(b.Whole.Get(d.Code)))
				}
			}
		}
		for _, path := range []string{"/board", "/districts", "/departments", "/departments/d-linjiang", "/districts/990101", "/data-use"} {
			want := w.file(path + ".json" + q)
			if path == "/data-use" {
				want.Scope.Kind, want.Scope.Code = "city", "990100"
			}
			if diff := cmp.Diff(want.rows(), csvRows(t, w.ok(path+".csv"+q))); diff != "" {
				t.Errorf("%s.json and .csv differ:\n%s", path, diff)
			}
		}
	}
}
