package open311

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/intake"
	"huiyin/privacy"
)

// Bounds of a search, as the specification has them.
const (
	maxSpan    = 90 * 24 * time.Hour
	maxPage    = 1000 // requests
	maxPages   = 1 << 20
	maxNumbers = 100 // of one question
)

// listRequests answers what is public, newest first, or the requests of service_request_id as far as the visitor may see them.
func (x *Service) listRequests(c *fiber.Ctx) error {
	if err := x.jurisdiction(c.Query("jurisdiction_id")); err != nil {
		return err
	}
	v, err := x.visitor(c, c.Query("api_key"))
	if err != nil {
		return err
	}
	if numbers := split(c.Query("service_request_id")); len(numbers) > 0 {
		return x.listByNumber(c, v, numbers)
	}
	s, err := x.search(c)
	if err != nil {
		return err
	}
	cards, total, err := privacy.FindCards(c.UserContext(), x.DB, s)
	if err != nil {
		return err
	}
	l := language(c)
	var all []request
	for _, card := range cards {
		all = append(all, x.public(l, card))
	}
	c.Set("X-Total-Count", strconv.Itoa(total))
	return send(c, list("service_requests", "request", all))
}

// listByNumber leaves out what the visitor may not see, as long as there is something else.
func (x *Service) listByNumber(c *fiber.Ctx, v visitor, numbers []string) error {
	if len(numbers) > maxNumbers {
		return invalid("service_request_id")
	}
	var all []request
	var last error
	for _, n := range numbers {
		r, err := x.look(c.UserContext(), language(c), v, n)
		switch fault.KindOf(err) {
		case fault.NotFound, fault.Gone:
			last = err
			continue
		}
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return last
	}
	return send(c, list("service_requests", "request", all))
}

// search reads the filters of the address.
func (x *Service) search(c *fiber.Ctx) (privacy.CardSearch, error) {
	var s privacy.CardSearch
	var err error
	if s.From, s.Until, err = x.span(c, maxSpan); err != nil {
		return s, err
	}
	if s.Page, err = ordinal(c, "page", 1, maxPages); err != nil {
		return s, err
	}
	if s.Limit, err = ordinal(c, "page_size", maxPage, maxPage); err != nil {
		return s, err
	}
	for _, code := range split(c.Query("service_code")) {
		if _, ok := x.City.Category(code); !ok && code != intake.Undecided {
			return s, fault.New(fault.NotFound, "fault.service_unknown").At("service_code")
		}
		if code == intake.Undecided {
			code = ""
		}
		s.Categories = append(s.Categories, code)
		for _, below := range x.City.Subcategories(code) {
			if code != "" {
				s.Categories = append(s.Categories, below.Code)
			}
		}
	}
	for _, word := range split(strings.ToLower(c.Query("status"))) {
		switch status(word) {
		case statusOpen:
			s.Outcomes = append(s.Outcomes, pending...)
		case statusClosed:
			s.Outcomes = append(s.Outcomes, settled...)
		default:
			return s, invalid("status")
		}
	}
	return s, nil
}

// span reads start_date and end_date, at most ninety days apart: without them it is the time until now that is usual, with one the ninety days on its side.
func (x *Service) span(c *fiber.Ctx, usual time.Duration) (from, until time.Time, err error) {
	const most = maxSpan
	now := x.Now()
	if from, err = x.moment(c, "start_date"); err != nil {
		return from, until, err
	}
	if until, err = x.moment(c, "end_date"); err != nil {
		return from, until, err
	}
	switch {
	case from.IsZero() && until.IsZero():
		from, until = now.Add(-usual), now
	case from.IsZero():
		from = until.Add(-most)
	case until.IsZero():
		until = from.Add(most)
	}
	if until.Before(from) {
		return from, until, invalid("end_date")
	}
	if until.Sub(from) > most {
		return from, until, fault.New(fault.Invalid, "fault.span_too_long").At("end_date").With("Days", int(most/(24*time.Hour)))
	}
	return from, until, nil
}

// layouts of times in addresses: with an offset as the specification wants it, or without one, which is the city's time.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, time.DateOnly}

func (x *Service) moment(c *fiber.Ctx, name string) (time.Time, error) {
	v := strings.TrimSpace(c.Query(name))
	if v == "" {
		return time.Time{}, nil
	}
	for _, try := range []string{v, strings.Replace(v, " ", "+", 1)} { // a plus sign that nobody escaped arrives as a space
		for _, layout := range layouts {
			if t, err := time.ParseInLocation(layout, try, x.City.TZ); err == nil && t.Year() >= 1900 && t.Year() < 3000 {
				return t, nil
			}
		}
	}
	return time.Time{}, invalid(name)
}

func (x *Service) showRequest(c *fiber.Ctx) error {
	if err := x.jurisdiction(c.Query("jurisdiction_id")); err != nil {
		return err
	}
	v, err := x.visitor(c, c.Query("api_key"))
	if err != nil {
		return err
	}
	r, err := x.look(c.UserContext(), language(c), v, c.Params("number"))
	if err != nil {
		return err
	}
	return send(c, list("service_requests", "request", []request{r}))
}

// ticket is what a token stands for.
type ticket struct {
	Number string `xml:"service_request_id" json:"service_request_id"`
	Token  string `xml:"token" json:"token"`
}

func (x *Service) showToken(c *fiber.Ctx) error {
	if err := x.jurisdiction(c.Query("jurisdiction_id")); err != nil {
		return err
	}
	token := c.Params("token")
	number, err := x.ofToken(c.UserContext(), token)
	if err != nil {
		return err
	}
	if number == "" {
		return fault.New(fault.NotFound, "fault.request_unknown").At("token")
	}
	return send(c, list("service_requests", "request", []ticket{{number, token}}))
}

func split(s string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return parts
}

// ordinal reads a whole number from 1, and takes the most for more.
func ordinal(c *fiber.Ctx, name string, otherwise, most int) (int, error) {
	v := c.Query(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, invalid(name)
	}
	return min(n, most), nil
}

func invalid(name string) error { return fault.New(fault.Invalid, "fault.invalid").At(name) }
