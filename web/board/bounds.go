package board

import (
	"math"
	"strconv"

	"huiyin/locale"
	"huiyin/supervision"
)

// unsureBelow is how many cases a share must stand on to be told without its bounds (domain study 4.2).
const unsureBelow = 100

// margin are the bounds of a share that stands on few cases: where the true share lies, 95 times of 100.
func margin(l locale.Lang, f supervision.Figure) (low, high string, unsure bool) {
	if f.Measure != supervision.Share || f.Suppressed || f.Denominator == 0 || f.Denominator >= unsureBelow {
		return "", "", false
	}
	a, b := f.Bounds()
	return strconv.Itoa(int(math.Round(100 * a))), strconv.Itoa(int(math.Round(100*b))) + l.T("board.percent_sign"), true
}

// bounds says in a sentence how sure a share is that stands on few cases.
func bounds(l locale.Lang, f supervision.Figure) string {
	low, high, unsure := margin(l, f)
	if !unsure {
		return ""
	}
	return l.T("board.unsure", locale.Args{"Low": low + l.T("board.percent_sign"), "High": high, "N": f.Denominator})
}
