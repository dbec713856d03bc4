package board

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/routing/codes"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// sheet is what one page or file of figures is drawn from: the board of one month, and what it stands beside.
type sheet struct {
	supervision.Board
	Rules   *routing.City
	Month   supervision.Month  // the month shown
	First   supervision.Month  // the earliest month with a case; 0 where there is none
	Current supervision.Month  // the month that is running
	under   codes.Reading      // version of the code sets that the figures are read under
	Proof   *proof             // what is proven of the month; nil: nothing yet
	whole   *supervision.Board // the city's board of the same month, where Board is a part of it
}

// begin reads which month the address names, the running one where it names none, and which months there are.
func (x *Pages) begin(c *fiber.Ctx) (sheet, error) {
	s := sheet{Rules: x.City, Current: supervision.MonthOf(shell.Now(c), x.City.TZ)}
	var err error
	if s.under, err = x.reading(c); err != nil {
		return s, err
	}
	s.Month = s.Current
	if q := c.Query("month"); q != "" {
		if s.Month, err = supervision.ParseMonth(q); err != nil {
			return s, err
		}
	}
	err = x.DB.QueryRow(c.UserContext(), `select coalesce(min(filed), 0) from figure_row`).Scan(&s.First)
	if err != nil {
		return s, fmt.Errorf("read first month: %w", err)
	}
	return s, nil
}

// read reads the board of the month that the address names.
func (x *Pages) read(c *fiber.Ctx, f supervision.Filter) (sheet, error) {
	s, err := x.begin(c)
	if err != nil {
		return s, err
	}
	if s.Empty() {
		// A month that has not come or has no records needs no pass over the rows, whatever address somebody makes up.
		s.Period, s.Filter = supervision.One(s.Month), f
		s.whole = &supervision.Board{Period: s.Period}
		return s, nil
	}
	if s.Proof, err = x.proof(c.UserContext(), s.Month); err != nil {
		return s, err
	}
	if s.Board, err = x.view(c.UserContext(), s.Month, f, s.under); err != nil || f == (supervision.Filter{}) {
		return s, err
	}
	whole, err := x.view(c.UserContext(), s.Month, supervision.Filter{}, s.under)
	s.whole = &whole
	return s, err
}

// Empty tells whether nothing at all is known of the month.
func (s sheet) Empty() bool { return s.First == 0 || s.Month < s.First || s.Month > s.Current }

// Running tells whether the month is not over.
func (s sheet) Running() bool { return s.Month == s.Current }

// part tells whether the sheet shows less than the city.
func (s sheet) part() bool { return s.Filter != (supervision.Filter{}) }

func (s sheet) monthName(l locale.Lang, m supervision.Month) string {
	return l.Month(m.Start(locale.Zone))
}

// address is a page's address for the same month.
func (s sheet) address(path string) string { return monthAddress(path, s.Month, s.Current) }

// monthAddress keeps the month in the address, so that a link shows tomorrow what it shows today; the running month needs none.
func monthAddress(path string, m, current supervision.Month) string {
	if m == current {
		return path
	}
	return path + "?month=" + m.String()
}

// line is the line of a key; where nothing is counted for it, a line without figures.
func lineOf(lines []supervision.Line, key string) supervision.Line {
	for _, l := range lines {
		if l.Key == key {
			return l
		}
	}
	return supervision.Line{Key: key}
}

// before is the line of the month before, for comparisons.
func (s sheet) before() supervision.Line {
	return lineOf(s.Trend, s.Month.Add(-1).String())
}

// days is how many days before now a day was, in the city.
func days(now, day time.Time) int {
	y, m, d := now.In(locale.Zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(day.UTC().Truncate(24*time.Hour)) / (24 * time.Hour))
}

// topics are the matters of a level that may be shown, and how many cases the others have together. In a part of the city a matter
// of fewer than supervision.MinShown cases is not named: district, matter and month together could point at one person (domain study 6.2).
func (s sheet) topics(level int) (shown []supervision.TopicLine, rest int) {
	for _, t := range s.Topics {
		if t.Level != level {
			continue
		}
		n := t.Get("received").Denominator
		if s.part() && n < supervision.MinShown {
			rest += n
			continue
		}
		shown = append(shown, t)
	}
	return shown, rest
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }
