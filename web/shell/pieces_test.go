package shell

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"pgregory.net/rapid"

	"huiyin/locale"
)

func TestAPromiseSaysHowItStands(t *testing.T) {
	start := time.Date(2026, 11, 27, 9, 0, 0, 0, locale.Zone)
	hours := func(n float64) time.Time { return start.Add(time.Duration(n * float64(time.Hour))) }
	for name, c := range map[string]struct {
		due  Due
		now  time.Time
		tone Tone
		zh   string
		en   string
	}{
		"fresh":         {Due{Start: start, At: hours(100)}, start, Good, "还有 4 天", "4 days left"},
		"last quarter":  {Due{Start: start, At: hours(4)}, hours(3), Warn, "还有 1 小时", "1 hour left"},
		"before it":     {Due{Start: start, At: hours(4)}, hours(2.9), Good, "还有 1 小时 6 分", "1 hour 6 min left"},
		"later today":   {Due{Start: start.Add(-30 * time.Hour), At: hours(8)}, start, Warn, "今天 17:00 前", "today by 17:00"},
		"end of today":  {Due{Start: start, At: hours(15)}, start, Good, "今天 24:00 前", "today by 24:00"},
		"the very time": {Due{Start: start, At: hours(4)}, hours(4), Warn, "还有 不到 1 分钟", "less than a minute left"},
		"broken":        {Due{Start: start, At: hours(4)}, hours(6), Bad, "已超 2 小时", "overdue by 2 hours"},
		"kept":          {Due{Start: start, At: hours(4), Met: hours(4)}, hours(90), Good, "按时", "in time"},
		"kept late":     {Due{Start: start, At: hours(4), Met: hours(5)}, hours(90), Bad, "完成，超时 1 小时", "done, 1 hour late"},
	} {
		if got := c.due.Tone(c.now); got != c.tone {
			t.Errorf("%s: tone %s, want %s", name, got, c.tone)
		}
		if got := c.due.Words(locale.ZH, c.now); got != c.zh {
			t.Errorf("%s: %s, want %s", name, got, c.zh)
		}
		if got := c.due.Words(locale.EN, c.now); got != c.en {
			t.Errorf("%s: %s, want %s", name, got, c.en)
		}
	}
}

func TestAPromiseOnlyGetsWorseAsTimePasses(t *testing.T) {
	rank := map[Tone]int{Good: 0, Warn: 1, Bad: 2}
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "start"), 0)
		d := Due{Start: start, At: start.Add(time.Duration(rapid.Int64Range(1, 1e16).Draw(t, "length")))}
		a := start.Add(time.Duration(rapid.Int64Range(0, 2e16).Draw(t, "a")))
		b := a.Add(time.Duration(rapid.Int64Range(0, 1e16).Draw(t, "b")))
		if rank[d.Tone(a)] > rank[d.Tone(b)] {
			t.Fatalf("from %s to %s", d.Tone(a), d.Tone(b))
		}
		if d.Words(locale.ZH, a) == "" {
			t.Fatal("no words")
		}
	})
}

func TestNobodyGetsMoreThanTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{Name: "x", Max: rapid.IntRange(1, 20).Draw(t, "max"), Per: time.Duration(rapid.IntRange(1, 3600).Draw(t, "per")) * time.Second}
		now, granted := time.Unix(1e9, 0), []time.Time{}
		m := NewMemory(func() time.Time { return now })
		spend := func() time.Duration {
			wait, err := m.Charge(t.Context(), "k", l.Per/time.Duration(l.Max), l.Per)
			if err != nil {
				t.Fatal(err)
			}
			return wait
		}
		for _, gap := range rapid.SliceOfN(rapid.Int64Range(0, int64(l.Per)), 1, 200).Draw(t, "gaps") {
			now = now.Add(time.Duration(gap) / 4)
			wait := spend()
			if wait > 0 {
				now = now.Add(wait)
				if spend() != 0 {
					t.Fatalf("refused again after the wait of %s", wait)
				}
			}
			granted = append(granted, now)
		}
		// Within any span of Per a full bucket and what flows in meanwhile may pass, never more.
		for i := range granted {
			n := 0
			for _, g := range granted[i:] {
				if g.Sub(granted[i]) < l.Per {
					n++
				}
			}
			if n > 2*l.Max {
				t.Fatalf("%d uses within %s with a limit of %d", n, l.Per, l.Max)
			}
		}
	})
}

func TestThePagerShowsTheEndsAndTheNeighbours(t *testing.T) {
	for _, c := range []struct {
		page, pages int
		want        []int
	}{
		{1, 1, []int{1}},
		{1, 3, []int{1, 2, 3}},
		{1, 9, []int{1, 2, 0, 9}},
		{5, 9, []int{1, 0, 4, 5, 6, 0, 9}},
		{9, 9, []int{1, 0, 8, 9}},
	} {
		if got := (Pager{Page: c.page, Pages: c.pages}).numbers(); !slices.Equal(got, c.want) {
			t.Errorf("page %d of %d: %v, want %v", c.page, c.pages, got, c.want)
		}
	}
}

func drawn(t *testing.T, view templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := view.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAMistakeStandsAtItsFieldAndInTheSummary(t *testing.T) {
	p := Page{Lang: locale.EN, Title: "T", Path: "/report", Errors: Errors{{Field: "text", Text: "Say <what>"}}}
	field := drawn(t, Textarea(p, Field{Name: "text", Label: "What", Hint: "hint", Value: "<script>"}))
	for _, want := range []string{`aria-describedby="text-hint text-error"`, `id="text-error"`, "Say &lt;what&gt;", "&lt;script&gt;", "govuk-form-group--error"} {
		if !strings.Contains(field, want) {
			t.Errorf("the field lacks %s: %s", want, field)
		}
	}
	if summary := drawn(t, ErrorSummary(p)); !strings.Contains(summary, `href="#text"`) {
		t.Errorf("the summary does not lead to the field: %s", summary)
	}
	if !strings.HasPrefix(p.heading(), "Error: T") {
		t.Errorf("the title is %q", p.heading())
	}
	radios := drawn(t, Radios(p, Field{Name: "text", Label: "L", Value: "b"}, []Choice{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}))
	if !strings.Contains(radios, `id="text" name="text" type="radio" value="a"`) || !strings.Contains(radios, `value="b" checked`) {
		t.Errorf("the first choice must carry the field's id and the second the mark: %s", radios)
	}
}

func TestWhatIsToComeBearsNoTickAndWhatHasNoTimeTellsNone(t *testing.T) {
	p := Page{Lang: locale.EN}
	done, due := drawn(t, Timeline(p, []Happening{{Title: "Answered", Tone: Good}})), drawn(t, Timeline(p, []Happening{{Title: "Answer", At: time.Now(), Tone: Good, Future: true}}))
	tick := drawn(t, Icon("good"))
	if !strings.Contains(done, tick) || strings.Contains(due, tick) || !strings.Contains(due, drawn(t, Icon("clock"))) {
		t.Errorf("done: %s to come: %s", done, due)
	}
	if strings.Contains(done, "<time") || !strings.Contains(due, "<time") {
		t.Errorf("without a time: %s with one: %s", done, due)
	}
}

func TestAChartHasItsTableAndItsFinding(t *testing.T) {
	p := Page{Lang: locale.EN}
	svg := drawn(t, BarChart(p, Chart{Title: "Rates", Finding: "A leads.", Label: "Unit", Value: "Rate", Bars: []Bar{{Label: "A", Value: 90, Text: "90.0%"}, {Label: "B", Value: 0, Text: "0.0%"}}}))
	for _, want := range []string{"<table", `aria-label="Rates A leads."`, "90.0%", `role="img"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	drawn(t, BarChart(p, Chart{}))
	if got := short("综合行政执法局（城市管理局）某某大队", besideLabel); !strings.HasSuffix(got, "…") || !strings.HasPrefix(got, "综合行政执法局") {
		t.Errorf("short = %q", got)
	}
}

// The content security policy forbids what these patterns find; a browser would silently drop it.
func TestTemplatesHoldNoInlineScriptOrStyle(t *testing.T) {
	bad := regexp.MustCompile(`\sstyle=|\son[a-z]+=|<script>|<style|hx-on|hx-vals="js:|hx-trigger="[^"]*\[|javascript:`)
	err := filepath.WalkDir("..", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".templ") {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(body), "\n") {
			if bad.MatchString(line) {
				t.Errorf("%s:%d: %s", name, i+1, strings.TrimSpace(line))
			}
			if strings.Contains(line, `method="post"`) && !strings.HasSuffix(name, "shell/form.templ") {
				t.Errorf("%s:%d: a form that posts is shell.Form, which carries the token", name, i+1)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
