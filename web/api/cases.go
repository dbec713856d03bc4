package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/web/shell"
)

// maxBody is the largest request that reaches the intake; the server itself reads no more than shell.BodyLimit.
const maxBody = min(intake.MaxAPIBody, shell.BodyLimit)

// receipt is the answer to a filed case.
type receipt struct {
	Number  string    `json:"number"`
	Code    string    `json:"code"` // bearer secret: whoever has it can follow the case
	URL     string    `json:"url"`
	Due     time.Time `json:"due"`
	FiledAt time.Time `json:"filed_at"`
}

// fileCase answers 201 once the case is durable, and 200 with the same receipt for an Idempotency-Key seen before with the same body.
func (x *Service) fileCase(c *fiber.Ctx) error {
	if kind := string(c.Request().Header.ContentType()); kind != "" && !strings.HasPrefix(kind, fiber.MIMEApplicationJSON) {
		return fault.New(fault.Invalid, "fault.json_form")
	}
	r, err := x.Door.FileAPI(c.UserContext(), "", c.Get("Idempotency-Key"), c.Body())
	return x.receive(c, r, err)
}

// receive answers with the receipt of what a program filed, and counts it.
func (x *Service) receive(c *fiber.Ctx, r casework.Receipt, err error) error {
	if err != nil {
		x.filed.WithLabelValues(fault.KindOf(err).String()).Inc()
		return err
	}
	out := receipt{Number: r.Number, Code: r.Code, Due: x.local(r.Due), FiledAt: x.local(r.FiledAt)}
	if r.Code != "" {
		out.URL = x.BaseURL + "/t/" + r.Code
	}
	status := fiber.StatusCreated
	if r.Existing {
		status = fiber.StatusOK
		x.filed.WithLabelValues("known").Inc()
	} else {
		x.filed.WithLabelValues("new").Inc()
	}
	c.Location(x.BaseURL + "/api/v1/cases/" + r.Number)
	return c.Status(status).JSON(out)
}

func (x *Service) local(t time.Time) time.Time { return t.In(x.City.TZ).Truncate(time.Second) }

// named is a code with its name in the caller's language.
type named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// status is how a case stands, as its resident may know it.
type status struct {
	Number      string     `json:"number"`
	State       named      `json:"state"`
	Open        bool       `json:"open"` // somebody still owes the resident something
	Kind        named      `json:"kind"`
	Category    *named     `json:"category,omitempty"`
	Unit        named      `json:"unit"` // who has to act now
	FiledAt     time.Time  `json:"filed_at"`
	Due         time.Time  `json:"due"`
	AnsweredAt  *time.Time `json:"answered_at"`
	Overdue     bool       `json:"overdue"`
	Round       int        `json:"round"`
	Timeline    []happened `json:"timeline"`
	Answers     []answer   `json:"answers"`
	Ratings     []opinion  `json:"ratings"`
	RatingToken string     `json:"rating_token,omitempty"` // for POST /api/v1/ratings, while this round can be rated
}

// happened is one step of the case.
type happened struct {
	At   time.Time `json:"at"`
	Step named     `json:"step"`
	Unit *named    `json:"unit,omitempty"` // none for the resident's own steps
}

// answer is what a unit or the hotline said to the resident.
type answer struct {
	At    time.Time `json:"at"`
	Unit  named     `json:"unit"`
	Final bool      `json:"final"` // false for word on the way
	Text  string    `json:"text"`
}

type opinion struct {
	Round        int                   `json:"round"`
	At           time.Time             `json:"at"`
	Solved       casework.Solved       `json:"solved"`
	Satisfaction casework.Satisfaction `json:"satisfaction"`
}

// told are the steps that a resident sees.
var told = map[casework.Step]bool{
	casework.StepFile: true, casework.StepAccept: true, casework.StepDecline: true, casework.StepRedirect: true, casework.StepAnswer: true, casework.StepDispatch: true, casework.StepRecall: true,
	casework.StepSign: true, casework.StepContact: true, casework.StepBegin: true, casework.StepGrantReturn: true, casework.StepGrantExtension: true, casework.StepPause: true,
	casework.StepResume: true, casework.StepHang: true, casework.StepUnhang: true, casework.StepReply: true, casework.StepReview: true, casework.StepFollowUp: true, casework.StepRate: true, casework.StepRerate: true,
	casework.StepRedo: true, casework.StepSupervise: true, casework.StepUrge: true, casework.StepAdd: true, casework.StepChange: true, casework.StepWithdraw: true, casework.StepMerge: true,
	casework.StepUnmerge: true, casework.StepSplit: true, casework.StepUnsplit: true, casework.StepTerminate: true, casework.StepClose: true,
	casework.StepHandOver: true, casework.StepAbroad: true,
}

// showCase answers how the case of a tracking code stands. The code comes in the Authorization header, never in the address, where logs would keep it.
func (x *Service) showCase(c *fiber.Ctx) error {
	code, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tracking code"`)
		return fault.New(fault.Unauthorized, "api.code_needed")
	}
	ctx, sender := c.UserContext(), shell.Sender(c)
	if wait := x.Misses.Wait(c.UserContext(), sender); wait > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait/time.Second)+1))
		return fault.New(fault.TooMany, "fault.too_many")
	}
	id, err := x.Docket.ByCode(ctx, code)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			x.Misses.Add(c.UserContext(), sender)
		}
		return err
	}
	file, err := x.Docket.Dossier(ctx, casework.Resident(id), id)
	if err != nil {
		return err
	}
	if n := c.Params("number"); n != "current" && n != file.Case.Number {
		return fault.New(fault.NotFound, "fault.no_such_code")
	}
	return c.JSON(x.status(language(c), file))
}

// language is the one the caller asks for, Chinese where it asks for none.
func language(c *fiber.Ctx) locale.Lang { return locale.Parse(c.Get(fiber.HeaderAcceptLanguage)) }

func (x *Service) status(l locale.Lang, f casework.Dossier) status {
	k := f.Case
	unit := func(code casework.UnitCode) named { return named{string(code), x.City.UnitName(code, l)} }
	s := status{
		Number: k.Number, State: named{string(k.State), l.T("state." + string(k.State))}, Open: k.State.Open(), Kind: named{string(k.Kind), l.T("kind." + string(k.Kind))}, Unit: unit(k.Owner),
		FiledAt: x.local(k.FiledAt), Due: x.local(k.Due), Overdue: k.Met == nil && x.Now().After(k.Due) || k.Met != nil && k.Met.After(k.Due), Round: k.Round,
		Timeline: []happened{}, Answers: []answer{}, Ratings: []opinion{},
	}
	if k.Category != "" {
		s.Category = &named{k.Category, x.City.CategoryPath(k.Category, l)}
	}
	if k.RepliedAt != nil {
		at := x.local(*k.RepliedAt)
		s.AnsweredAt = &at
	}
	for _, e := range f.Events {
		if !told[e.Step] {
			continue
		}
		h := happened{At: x.local(e.At), Step: named{string(e.Step), l.T("step." + string(e.Step))}}
		if e.Actor != casework.ByResident {
			u := unit(e.Unit)
			h.Unit = &u
		}
		s.Timeline = append(s.Timeline, h)
	}
	for _, m := range f.Messages {
		if m.Author != "resident" && (m.Purpose == "answer" || m.Purpose == "reply" || m.Purpose == "interim") {
			s.Answers = append(s.Answers, answer{At: x.local(m.At), Unit: unit(m.Unit), Final: m.Purpose != "interim", Text: m.Body})
		}
	}
	rated := false
	for _, r := range f.Ratings {
		rated = rated || r.Round == k.Round
		s.Ratings = append(s.Ratings, opinion{Round: r.Round, At: x.local(r.At), Solved: r.Solved, Satisfaction: r.Satisfaction})
	}
	if !rated && casework.Allowed(casework.StepRate, k.State, casework.Resident(k.ID)) {
		s.RatingToken = x.Docket.RatingLink(k.ID, k.Round)
	}
	return s
}
