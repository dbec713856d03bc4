package resident

import (
	"regexp"
	"strconv"
	"testing"
)

var asked = regexp.MustCompile(`name="work" data-work="(\d+)" data-challenge="([^"]+)"`)

// A city under attack asks browsers for work; a person without scripts still has a few forms an hour, and a machine no more.
func TestAFormWithWorkIsNotCounted(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	o.Work = 8
	send := func(work bool) int {
		b := o.browser(t)
		b.get("/report/1").upload("/report/1", map[string]string{"text": "路灯不亮"})
		b.get("/report/2").post("/report/2", "unclear", "yes")
		m := asked.FindStringSubmatch(b.get("/report/3").body)
		if m == nil || m[1] != "8" {
			t.Fatal("the form asks for no work")
		}
		answer := "" // as a browser without scripts sends it; a guess would be right once in 256
		for n := 0; work && !done(m[2], answer, 8); n++ {
			answer = strconv.Itoa(n)
		}
		return b.post("/report/3", "work", answer).status
	}
	for range unworked.Max {
		if got := send(false); got != 303 {
			t.Fatalf("a person without scripts: %d", got)
		}
	}
	if got := send(false); got != 429 {
		t.Errorf("one more without work: %d", got)
	}
	if got := send(true); got != 303 {
		t.Errorf("with work: %d", got)
	}
}

func TestWorkIsCounted(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		answer string
		want   int
		good   bool
	}{{"", 0, false}, {"0", 0, true}, {"0", 256, false}, {"0123456789012345678901234", 0, false}} {
		if got := done("challenge", one.answer, one.want); got != one.good {
			t.Errorf("%q for %d bits: %v", one.answer, one.want, got)
		}
	}
}
