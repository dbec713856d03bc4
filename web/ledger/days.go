package ledger

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

type listedDays struct {
	Days []listedDay `json:"days"`
}

type listedDay struct {
	Month  string `json:"month"`
	Day    string `json:"day"` // the last whole day that the figures tell of
	ReadAt string `json:"read_at"`
	Entry  int64  `json:"entry"` // of the closing in the log
	Report string `json:"report"`
}

// listDays lists the daily figures of months under way.
func (x *Pages) listDays(c *fiber.Ctx) error {
	all, err := months.ListDays(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	out := listedDays{Days: []listedDay{}}
	for _, d := range all {
		out.Days = append(out.Days, listedDay{Month: d.Month.String(), Day: d.Name(), ReadAt: d.At.In(x.City.TZ).Format("2006-01-02T15:04:05Z07:00"), Entry: d.Entry, Report: x.BaseURL + dayPath(d)})
	}
	open(c)
	return c.JSON(out)
}

func dayPath(d months.Day) string { return "/days/" + d.Month.String() + "/" + d.Name() + ".json" }

// dayJSON gives the figures of a day byte for byte as they were told: their digest stands in the log.
func (x *Pages) dayJSON(c *fiber.Ctx) error {
	m, err := supervision.ParseMonth(c.Params("month"))
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.no_day", err)
	}
	day, err := time.Parse(time.DateOnly, strings.TrimSuffix(c.Params("day"), ".json"))
	if err != nil {
		return fault.Wrap(fault.NotFound, "fault.no_day", err)
	}
	_, doc, err := months.ReadDay(c.UserContext(), x.DB, m, day)
	if err != nil {
		return err
	}
	open(c)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(doc)
}

// running is the figures of the month under way, as far as they are proven.
type running struct {
	report
	Day   months.Day
	Empty bool
}

// showProven shows the newest proven figures of the month under way, and of the one before it while that is not closed.
func (x *Pages) showProven(c *fiber.Ctx) error {
	lang := shell.Lang(c)
	m := supervision.MonthOf(shell.Now(c), x.City.TZ)
	if q := c.Query("month"); q != "" {
		var err error
		if m, err = supervision.ParseMonth(q); err != nil {
			return fault.Wrap(fault.NotFound, "fault.no_day", err)
		}
	}
	var v running
	var doc []byte
	var err error
	v.Day, doc, err = months.ReadDay(c.UserContext(), x.DB, m, time.Time{})
	if fault.KindOf(err) == fault.NotFound {
		v.Empty, err = true, nil
	}
	if err == nil && !v.Empty {
		err = json.Unmarshal(doc, &v.Report)
	}
	if err != nil {
		return err
	}
	v.City = &cityNames{district: x.City.TerritoryName, name: x.City.Name.In(lang)}
	v.Page = shell.NewPage(c, lang.T("ledger.proven_title", locale.Args{"City": v.City.name, "Month": lang.Month(m.Start(locale.Zone))}))
	v.Page.Section, v.Page.Summary, v.Page.Script = "board", v.Page.T("ledger.proven_lead"), "ledger.ts"
	v.Page.Back = v.Page.Href("/log")
	return shell.Render(c, fiber.StatusOK, provenPage(v))
}

type monthsDay = months.Day

// headline are the numbers that the page begins with.
func (v running) headline() []shell.Figure {
	var list []shell.Figure
	for _, code := range []string{"received", "on_time", "solved", "satisfied"} {
		f, ok := v.Report.City.Get(code)
		d, known := supervision.Define(code)
		if !ok || !known {
			continue
		}
		one := shell.Figure{Number: shown(v.Page.Lang, f), Label: v.Page.T(d.Name), Definition: v.Page.T(d.How)}
		if f.Measure == supervision.Count {
			one.Unit = v.Page.T("board.cases")
		}
		list = append(list, one)
	}
	return list
}
