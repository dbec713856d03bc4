package shell

import "testing"

func TestNoFormula(t *testing.T) {
	for _, s := range []string{`=1+1`, `+86`, `-2+3`, `@SUM(A1)`, "\t=1", "\r\n=1", " =1", "　＝1", "＋1", "－1", "＠A1", "−1", `"=1`, "'=1", "\ufeff=1", `=HYPERLINK("http://x","y")`} {
		if got := NoFormula(s); got != "'"+s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
	for _, s := range []string{"", " ", "路灯坏了", "1+1", "a=b", "12345", "　路灯"} {
		if got := NoFormula(s); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}
