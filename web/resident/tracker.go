package resident

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/shell"
)

// findUsage answers the uses of one case as JSON: to the browser in which its code was entered, or to "Authorization: Bearer CODE".
// periodStart and periodEnd are RFC 3339 times or dates; offset and limit (1000 at most) page through the list, newest first.
func (x *Pages) findUsage(c *fiber.Ctx) error {
	id, err := x.tracked(c)
	if err != nil {
		return err
	}
	var w datause.Window
	if w.From, err = period(c.Query("periodStart"), "periodStart", false); err != nil {
		return err
	}
	if w.Until, err = period(c.Query("periodEnd"), "periodEnd", true); err != nil {
		return err
	}
	if w.Offset, err = whole(c.Query("offset"), "offset"); err != nil {
		return err
	}
	if w.Limit, err = whole(c.Query("limit"), "limit"); err != nil {
		return err
	}
	lang := shell.Lang(c)
	answer, err := datause.FindUsage(c.UserContext(), x.Docket, casework.Resident(id), id, w, datause.Words{
		Action: func(u datause.Use) string {
			return lang.T(u.ActionName()) + lang.T("mydata.action_fields", locale.Args{"Fields": fieldNames(lang, u.Fields)})
		},
		Unit: func(code casework.UnitCode) string { return x.unitName(lang, code) },
	})
	if err != nil {
		return err
	}
	return c.JSON(answer)
}

// tracked is the case whose uses are asked for. Errors: fault.Unauthorized where no code opened one.
func (x *Pages) tracked(c *fiber.Ctx) (casework.CaseID, error) {
	id, open := x.opened(c)
	if code, bearer := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer "); bearer {
		var err error
		id, err = x.codeCase(c, code)
		switch fault.KindOf(err) {
		case fault.NotFound, fault.Invalid:
			return id, fault.Wrap(fault.Unauthorized, "fault.no_such_code", err)
		}
		return id, err
	}
	if !open {
		return id, fault.New(fault.Unauthorized, "fault.no_such_code")
	}
	return id, nil
}

// usagePeriod tells from when to when uses are on record.
func (x *Pages) usagePeriod(c *fiber.Ctx) error {
	id, err := x.tracked(c)
	if err != nil {
		return err
	}
	found, err := datause.ForCase(c.UserContext(), x.Docket, casework.Resident(id), id)
	if err != nil {
		return err
	}
	answer := struct {
		Start string `json:"periodStart,omitempty"`
		End   string `json:"periodEnd,omitempty"`
	}{}
	if n := len(found.Uses); n > 0 {
		answer.Start, answer.End = found.Uses[n-1].At.In(locale.Zone).Format(time.RFC3339), found.Uses[0].At.In(locale.Zone).Format(time.RFC3339)
	}
	return c.JSON(answer)
}

// heartbeat tells a portal that the service answers.
func (x *Pages) heartbeat(c *fiber.Ctx) error {
	return c.JSON(struct {
		System string `json:"appName"`
		Time   string `json:"serverTime"`
	}{datause.System, x.Now().In(locale.Zone).Format(time.RFC3339)})
}

// period reads the edge of a period; a date as the end means its whole day.
func period(s, field string, end bool) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, locale.Zone)
	if err != nil {
		return t, fault.Wrap(fault.Invalid, "fault.invalid", err).At(field)
	}
	if end {
		t = t.AddDate(0, 0, 1).Add(-time.Microsecond) // the last moment that the database can tell
	}
	return t, nil
}

func whole(s, field string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "fault.invalid").At(field)
	}
	return n, nil
}
