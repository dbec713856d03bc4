package open311

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/web/shell"
)

// visitor is who asks: a program by its key, a resident by the tracking code, or anybody.
type visitor struct {
	client int64            // account of the api_key; 0 without one
	code   *casework.CaseID // the case that the tracking code opens
}

func (v visitor) name() string {
	if v.client == 0 {
		return ""
	}
	return strconv.FormatInt(v.client, 10)
}

// visitor reads api_key, and the tracking code from the Authorization header: never from the address, where logs would keep it.
func (x *Service) visitor(c *fiber.Ctx, key string) (visitor, error) {
	var v visitor
	ctx := c.UserContext()
	if key = strings.TrimSpace(key); key != "" {
		by, err := x.Staff.ByToken(ctx, key)
		if err != nil {
			if fault.KindOf(err) == fault.Unauthorized {
				err = fault.Wrap(fault.Forbidden, "fault.api_key", err).At("api_key")
			}
			return v, err
		}
		v.client = by.StaffID
	}
	code, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		return v, nil
	}
	sender := shell.Sender(c)
	if wait := x.Misses.Wait(c.UserContext(), sender); wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait/time.Second)+1))
		return v, fault.New(fault.TooMany, "fault.too_many")
	}
	id, err := x.Docket.ByCode(ctx, code)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			x.Misses.Add(c.UserContext(), sender)
		}
		return v, err
	}
	v.code = &id
	return v, nil
}

// opens finds the case that a number is for this visitor beyond its public card; nil where it is none of theirs.
func (x *Service) opens(ctx context.Context, v visitor, number string) (id *casework.CaseID, code bool, err error) {
	if v.code != nil && x.number(*v.code) == number {
		return v.code, true, nil
	}
	if v.client == 0 {
		return nil, false, nil
	}
	list, err := x.ofClient(ctx, v.client, []string{number})
	if err != nil || len(list) == 0 {
		return nil, false, err
	}
	return &list[0].Case, false, nil
}

// look is one request as a visitor may see it. Errors: fault.NotFound; fault.Gone for what was public once.
func (x *Service) look(ctx context.Context, l locale.Lang, v visitor, number string) (request, error) {
	id, code, err := x.opens(ctx, v, number)
	if err != nil {
		return request{}, err
	}
	if id != nil {
		f, err := x.dossier(ctx, *id)
		if err != nil {
			return request{}, err
		}
		return x.own(l, number, f, code), nil
	}
	card, why, err := privacy.CardByNumber(ctx, x.DB, number)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return request{}, fault.New(fault.NotFound, "fault.request_unknown").At("service_request_id")
	case err != nil:
		return request{}, err
	case why != privacy.Shown:
		return request{}, fault.New(fault.Gone, "fault.gone").At("service_request_id")
	}
	return x.public(l, card), nil
}
