package open311

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/privacy"
)

const (
	maxChanged = 1000               // requests whose updates one answer tells
	usualSpan  = 7 * 24 * time.Hour // of updates where no dates are given
)

// listUpdates answers what offices did and said: of the program's own requests where it shows its key, of the resident's where the tracking code is shown, else
// of what is public. start_date and end_date bound the times of the updates; without them it is the last week, or all of the requests that are named.
func (x *Service) listUpdates(c *fiber.Ctx) error {
	if err := x.jurisdiction(c.Query("jurisdiction_id")); err != nil {
		return err
	}
	v, err := x.visitor(c, c.Query("api_key"))
	if err != nil {
		return err
	}
	numbers := split(c.Query("service_request_id"))
	if len(numbers) > maxNumbers {
		return invalid("service_request_id")
	}
	from, until, err := x.span(c, usualSpan)
	if err != nil {
		return err
	}
	var all []update
	switch {
	case len(numbers) > 0:
		all, err = x.updatesOf(c, v, numbers)
	case v.code != nil:
		all, err = x.updatesOf(c, v, []string{x.number(*v.code)})
	case v.client != 0:
		all, err = x.updatesFor(c, v, from, until)
	default:
		all, err = x.publicUpdates(c, from)
	}
	if err != nil {
		return err
	}
	if len(numbers) == 0 || c.Query("start_date") != "" || c.Query("end_date") != "" {
		all = slices.DeleteFunc(all, func(u update) bool { return u.at.Before(from) || u.at.After(until) })
	}
	slices.SortStableFunc(all, func(a, b update) int { return a.at.Compare(b.at) })
	return send(c, list("service_request_updates", "request_update", all))
}

// updatesOf tells about single requests; those that the visitor may not see are left out.
func (x *Service) updatesOf(c *fiber.Ctx, v visitor, numbers []string) ([]update, error) {
	var all []update
	ctx := c.UserContext()
	for _, n := range numbers {
		id, code, err := x.opens(ctx, v, n)
		if err != nil {
			return nil, err
		}
		if id != nil {
			f, err := x.dossier(ctx, *id)
			if err != nil {
				return nil, err
			}
			all = append(all, x.updates(language(c), n, f, code)...)
			continue
		}
		card, why, err := privacy.CardByNumber(ctx, x.DB, n)
		if fault.KindOf(err) == fault.NotFound || why != privacy.Shown {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, x.course(language(c), card)...)
	}
	return all, nil
}

// updatesFor tells a program what happened to all it brought.
func (x *Service) updatesFor(c *fiber.Ctx, v visitor, from, until time.Time) ([]update, error) {
	ctx := c.UserContext()
	changed, err := x.changedOf(ctx, v.client, from, until, maxChanged+1)
	if err != nil {
		return nil, err
	}
	if len(changed) > maxChanged {
		return nil, fault.New(fault.Invalid, "fault.span_too_full").At("start_date").With("Limit", maxChanged)
	}
	var all []update
	for _, b := range changed {
		f, err := x.dossier(ctx, b.Case)
		if err != nil {
			return nil, err
		}
		all = append(all, x.updates(language(c), b.Number, f, false)...)
	}
	return all, nil
}

// publicUpdates tells what happened to public cases since a time.
func (x *Service) publicUpdates(c *fiber.Ctx, from time.Time) ([]update, error) {
	cards, total, err := privacy.FindCards(c.UserContext(), x.DB, privacy.CardSearch{Changed: from, Limit: maxChanged})
	if err != nil {
		return nil, err
	}
	if total > maxChanged {
		return nil, fault.New(fault.Invalid, "fault.span_too_full").At("start_date").With("Limit", maxChanged)
	}
	var all []update
	for _, card := range cards {
		all = append(all, x.course(language(c), card)...)
	}
	return all, nil
}

// noted is the answer to an update. The others are there where the request was over and the words became another one.
type noted struct {
	ID           string `xml:"update_id" json:"update_id"`
	Number       string `xml:"service_request_id,omitempty" json:"service_request_id,omitempty"`
	TrackingCode string `xml:"tracking_code,omitempty" json:"tracking_code,omitempty"`
}

// addUpdate adds what a program brings to a request of its own, or a resident to theirs. The same update again counts once.
func (x *Service) addUpdate(c *fiber.Ctx) error {
	form, v, err := x.read(c)
	if err != nil {
		return err
	}
	number := form.Values.Get("service_request_id")
	if number == "" {
		return invalid("service_request_id")
	}
	id, _, err := x.opens(c.UserContext(), v, number)
	if err != nil {
		return err
	}
	switch {
	case id == nil && v.client == 0 && v.code == nil:
		return fault.New(fault.Forbidden, "fault.api_key").At("api_key")
	case id == nil:
		return fault.New(fault.NotFound, "fault.request_unknown").At("service_request_id")
	}
	key, r, err := x.Door.AddGeoUpdate(c.UserContext(), v.name(), *id, form)
	if err != nil {
		return err
	}
	n := noted{ID: x.noteID(number, key)}
	if r != nil {
		if err := x.keep(c.UserContext(), r.ID, v.client); err != nil {
			return err
		}
		n.Number, n.TrackingCode = x.number(r.ID), r.Code
	}
	return send(c, list("service_request_updates", "request_update", []noted{n}))
}
