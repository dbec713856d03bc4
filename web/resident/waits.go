package resident

import (
	"context"
	"math"
	"time"

	"huiyin/supervision"
)

// waits are how long first answers took in the last months, as the public board computes it: half within Half days, nine of ten within Most.
// Zero where there is no figure.
type waits struct{ Half, Most int }

// waitsOver is over how many whole months the figures are taken, waitsWithin how long the form waits for them.
const (
	waitsOver   = 3
	waitsWithin = 700 * time.Millisecond
)

// waits reads the figures. The form does not depend on them: where they do not come in time it says nothing.
func (x *Pages) waits(ctx context.Context) waits {
	if x.Figures == nil {
		return waits{}
	}
	ctx, cancel := context.WithTimeout(ctx, waitsWithin)
	defer cancel()
	last := supervision.MonthOf(x.Now(), x.City.TZ).Add(-1)
	b, err := x.Figures(ctx, supervision.Last(last, waitsOver), supervision.Filter{})
	if err != nil {
		return waits{}
	}
	days := func(code string) int {
		f := b.Whole.Get(code)
		if f.Denominator == 0 || f.Suppressed {
			return 0
		}
		return max(1, int(math.Ceil(f.Numerator.Float()/24)))
	}
	return waits{Half: days("hours_median"), Most: days("hours_p90")}
}
