package board_test

import (
	"strings"
	"testing"
)

func TestTheBoardIsReadUnderEitherVersionOfTheCodes(t *testing.T) {
	w := newTown(t)
	w.fill(120)
	month := "month=2026-10"
	now, before := w.file("/board.json?"+month), w.file("/board.json?"+month+"&codes=2025.1")
	if now.Codes != "2026.1" || before.Codes != "2025.1" {
		t.Errorf("read under %q and %q", now.Codes, before.Codes)
	}
	count := func(f file, level1 string) int {
		for _, l := range f.Topics {
			if l.Code == level1 {
				return *l.Figures["received"].Denominator
			}
		}
		return 0
	}
	if a, b := count(now, "04"), count(before, "04"); a != b {
		t.Errorf("the first level is the same in both: %d and %d", a, b)
	}
	if *now.Figures["received"].Numerator != *before.Figures["received"].Numerator {
		t.Error("another version of the codes counts other cases")
	}
	page := w.ok("/board?" + month)
	for _, want := range []string{"2025.1 版", "codes=2025.1", "2026.1 版", "还值得注意的"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if !strings.Contains(w.ok("/board?"+month+"&codes=2025.1"), `<strong>2025.1 版`) {
		t.Error("the page does not say under which version it is read")
	}
	if status, _ := w.get("/board.json?codes=1999"); status != 422 {
		t.Errorf("a version that is none answers %d", status)
	}
}
