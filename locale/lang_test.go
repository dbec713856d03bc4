package locale

import (
	"testing"
	"testing/fstest"
	"time"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestMomentsReadAsPeopleSayThem(t *testing.T) {
	noon := at("2026-11-27 12:00")
	for _, c := range []struct{ got, want string }{
		{ZH.Date(noon), "2026年11月27日"},
		{EN.Date(noon), "27 November 2026"},
		{ZH.Day(noon), "11月27日"},
		{EN.DateTime(noon.UTC()), "27 November 2026, 12:00"},
		{ZH.DateTime(noon.UTC()), "2026年11月27日 12:00"},
		{ZH.Month(noon), "2026年11月"},
		{ZH.Clock(noon.UTC()), "12:00"},
		{ZH.Deadline(at("2026-11-28 00:00")), "2026年11月27日 24:00"},
		{EN.Deadline(at("2026-11-28 00:00")), "end of 27 November 2026"},
		{ZH.Deadline(at("2026-11-27 17:00")), "2026年11月27日 17:00"},
		{ZH.Span(3*time.Hour + 20*time.Minute), "3 小时 20 分"},
		{ZH.Span(-2 * time.Hour), "2 小时"},
		{EN.Span(25 * time.Hour), "1 day 1 hour"},
		{EN.Span(24 * time.Hour), "1 day"},
		{EN.Span(80 * time.Hour), "3 days"},
		{ZH.Span(30 * time.Second), "不到 1 分钟"},
		{ZH.Relative(noon, noon.Add(-2*time.Hour)), "2 小时前"},
		{EN.Relative(noon, noon.Add(48*time.Hour)), "in 2 days"},
		{ZH.Relative(noon, noon), "刚刚"},
		{ZH.Number(-1234567), "-1,234,567"},
		{ZH.Number(999), "999"},
		{ZH.Percent(39, 40), "97.5%"},
		{ZH.Percent(0, 0), "–"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPublicPagesHaveOneAddressInEachLanguage(t *testing.T) {
	for _, p := range []string{"/", "/board", "/t/ABCD-2345/access"} {
		for _, l := range Langs() {
			lang, bare := FromPath(l.Path(p))
			if lang != l || bare != p {
				t.Errorf("%s in %s came back as %s in %s", p, l, bare, lang)
			}
		}
	}
	if lang, bare := FromPath("/energy"); lang != ZH || bare != "/energy" {
		t.Errorf("/energy is no English page, got %s %s", lang, bare)
	}
}

func TestLanguagesOfTags(t *testing.T) {
	for tag, want := range map[string]Lang{"en": EN, "en-GB": EN, " EN ": EN, "zh": ZH, "zh-CN": ZH, "": ZH, "fr": ZH, "enx": ZH} {
		if got := Parse(tag); got != want {
			t.Errorf("Parse(%q) = %s, want %s", tag, got, want)
		}
	}
	if ZH.Other() != EN || EN.Other() != ZH {
		t.Error("the switch must lead to the other language")
	}
	if EN.Pick("城管局", "") != "城管局" || EN.Pick("城管局", "Urban Management") != "Urban Management" || ZH.Pick("城管局", "x") != "城管局" {
		t.Error("Pick chose the wrong name")
	}
}

func TestATextThatIsMissingFallsBack(t *testing.T) {
	c := mustLoad(fstest.MapFS{
		"zh-CN/a.yaml": {Data: []byte("a.only: 只有中文\na.name: 您好，{{.Name}}\na.cases:\n  other: \"{{.N}} 件\"\n")},
		"en/a.yaml":    {Data: []byte("a.name: Hello {{.Name}}\na.cases:\n  one: one case\n  other: \"{{.N}} cases\"\n")},
	})
	for _, x := range []struct{ got, want string }{
		{c.text(EN, "a.only", nil, nil), "只有中文"},
		{c.text(EN, "a.nowhere", nil, nil), "a.nowhere"},
		{c.text(EN, "a.name", nil, Args{"Name": "<b>"}), "Hello <b>"},
		{c.text(ZH, "a.name", nil, Args{"Name": "王"}), "您好，王"},
		{c.text(EN, "a.cases", 1, Args{"N": "1"}), "one case"},
		{c.text(EN, "a.cases", 2, Args{"N": "2"}), "2 cases"},
		{c.text(ZH, "a.cases", 1, Args{"N": "1"}), "1 件"},
	} {
		if x.got != x.want {
			t.Errorf("got %q, want %q", x.got, x.want)
		}
	}
}

func TestAFileThatIsNoCatalogueIsRefused(t *testing.T) {
	if _, err := load(fstest.MapFS{"zh-CN/a.yaml": {Data: []byte("a.b: [")}}); err == nil {
		t.Error("loaded without complaint")
	}
}

func TestAKeyStandsInOneFile(t *testing.T) {
	c := mustLoad(fstest.MapFS{"zh-CN/a.yaml": {Data: []byte("a.b: x")}, "zh-CN/b.yaml": {Data: []byte("a.b: y")}})
	if len(c.twice) != 1 {
		t.Errorf("the double key was not seen: %v", c.twice)
	}
	for _, key := range texts.twice {
		t.Errorf("the key stands in another file too: %s", key)
	}
}
