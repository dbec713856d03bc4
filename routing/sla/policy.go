package sla

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"huiyin/calendar"
	"huiyin/casework"
)

// Policy is one version of a city's limits, as its file states them. It is never changed after Parse.
type Policy struct {
	Name      string                     `yaml:"name"`
	Version   string                     `yaml:"version"`
	Calendar  string                     `yaml:"calendar"` // name of the working-day calendar it counts by
	Zone      Zone                       `yaml:"tz"`
	StartRule StartRule                  `yaml:"start_rule"`
	DayEnd    DayEnd                     `yaml:"day_end"`
	LastDay   LastDay                    `yaml:"last_day"` // where limits in calendar days or months end on a day off; empty where there are none
	Hours     Hours                      `yaml:"hours"`
	Urgency   map[casework.Urgency]Class `yaml:"urgency"` // critical and urgent, which take precedence over the kind
	Kinds     map[casework.Kind]Class    `yaml:"kinds"`
	Return    struct {
		Window      Limit `yaml:"window"` // a unit may return a case within this limit of its dispatch
		Times       int   `yaml:"times"`  // after so many returns the next one is arbitrated
		Arbitration Limit `yaml:"arbitration"`
	} `yaml:"return"`
	Extension struct {
		Times         int   `yaml:"times"`          // extensions that the unit's leader grants
		TimesApproved int   `yaml:"times_approved"` // extensions with the hotline's approval
		Days          int   `yaml:"days"`           // usual length, working days
		DaysMax       int   `yaml:"days_max"`       // greatest length, working days
		Notice        Limit `yaml:"notice"`         // working time before the due time by which to apply
		Decision      Limit `yaml:"decision"`       // within which an application is decided; none: return.arbitration
	} `yaml:"extension"`
	Statutes  []Statute  `yaml:"statutes"`  // laws that set other limits
	Overrides []Override `yaml:"overrides"` // limits that the city sets otherwise for some matters
	Pause     struct {
		Allowed bool `yaml:"allowed"`
		Times   int  `yaml:"times"`
		Days    int  `yaml:"days"` // working days in all
	} `yaml:"pause"`
	Rectify struct {
		Contact Limit `yaml:"contact"`
		Simple  Limit `yaml:"simple"`
		Complex Limit `yaml:"complex"`
	} `yaml:"rectify"`
	Reminders struct {
		Shares []int `yaml:"shares"` // percent of the limit used
		Before Limit `yaml:"before"` // wall-clock time before the due time
	} `yaml:"reminders"`
	Overdue []Escalation `yaml:"overdue"`
	Repeat  struct {
		Redo      int `yaml:"redo"`
		Transfers int `yaml:"transfers"`
	} `yaml:"repeat"`
	FollowUp struct {
		Within   Limit `yaml:"within"`
		Attempts int   `yaml:"attempts"` // calls to somebody who is not reached
		Apart    Limit `yaml:"apart"`    // how far the hours of the day at which they are made lie apart; none: 2h
	} `yaml:"follow_up"`

	// Rights are the limits for requests about a resident's own data; without them a request has fifteen working days, and what is in public is gone within one.
	Rights struct {
		Answer   Limit `yaml:"answer"`
		Takedown Limit `yaml:"takedown"`
	} `yaml:"rights"`

	id string
}

// Class is the set of limits of one kind or urgency.
type Class struct {
	Dispatch Limit `yaml:"dispatch"` // a dispatch within this limit of filing is prompt
	Sign     Limit `yaml:"sign"`
	Contact  Limit `yaml:"contact"`
	Handle   Limit `yaml:"handle"`
	Range    []int `yaml:"range"`    // least and greatest handle limit that a dispatcher may set, working days
	Remind   int   `yaml:"remind"`   // reminder so many working days before the due day; 0: none
	Escalate []int `yaml:"escalate"` // percent of the limit at which the case is raised at once
}

// Escalation is what happens to an overdue case so many working days after its due day.
type Escalation struct {
	AfterDays int    `yaml:"after_days"`
	Step      string `yaml:"step"`
}

//go:embed default.yaml
var defaultFile []byte

// Default is the policy shipped with the program: the numbers of the domain study 3.3.
func Default() (*Policy, error) { return Parse(defaultFile) }

// ID names the policy and version in every promise made by it, such as default@2026.1. A file other than the shipped one adds
// + and eight digits of its SHA-256, so that numbers changed under an old version number still have a name of their own.
func (p *Policy) ID() string { return p.id }

func identify(p *Policy, file []byte) string {
	id := p.Name + "@" + p.Version
	if digest := digestOf(file); digest != digestOf(defaultFile) {
		id += "+" + digest[:8]
	}
	return id
}

func digestOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

const maxPolicyBytes = 64 << 10

// Read reads a policy from a file's content, of which it takes no more than a policy may be long; else it is Parse.
func Read(r io.Reader) (*Policy, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxPolicyBytes+1))
	if err != nil {
		return nil, err
	}
	return Parse(file)
}

// Parse reads a policy file. It refuses unknown fields, missing limits and numbers out of range; the error names the line or the field.
func Parse(file []byte) (*Policy, error) {
	if len(file) > maxPolicyBytes {
		return nil, fmt.Errorf("the policy is longer than %d bytes", maxPolicyBytes)
	}
	dec := yaml.NewDecoder(bytes.NewReader(file))
	dec.KnownFields(true)
	p := &Policy{}
	if err := dec.Decode(p); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the policy is empty")
		}
		return nil, err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("a policy file holds one document only")
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.id = identify(p, file)
	if err := p.checkOverrides(); err != nil {
		return nil, err
	}
	return p, nil
}

var (
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	version  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,39}$`)
)

func (p *Policy) check() error {
	switch {
	case !nameForm.MatchString(p.Name):
		return fmt.Errorf("name: %q must be small letters, digits and hyphens", p.Name)
	case !version.MatchString(p.Version):
		return fmt.Errorf("version: %q must be letters, digits, dots and hyphens", p.Version)
	case !nameForm.MatchString(p.Calendar):
		return fmt.Errorf("calendar: %q must be the name of a calendar, such as %s", p.Calendar, calendar.OfficialName)
	case p.Zone.Location == nil:
		return errors.New("tz: missing")
	case p.StartRule == "":
		return errors.New("start_rule: missing")
	case p.DayEnd == 0:
		return errors.New("day_end: missing")
	case len(p.Hours) == 0:
		return errors.New("hours: missing")
	}
	for _, u := range casework.Urgencies {
		class, ok := p.Urgency[u]
		if u == casework.Normal {
			if ok {
				return fmt.Errorf("urgency.%s: has no limits of its own, those of the kinds apply", u)
			}
			continue
		}
		if !ok {
			return fmt.Errorf("urgency.%s: missing", u)
		}
		if class.Handle.byDate() {
			return fmt.Errorf("urgency.%s.handle: %s is counted by dates, what is urgent by hours or working days", u, class.Handle)
		}
		if err := class.check(); err != nil {
			return fmt.Errorf("urgency.%s.%w", u, err)
		}
	}
	if len(p.Urgency) >= len(casework.Urgencies) {
		return errors.New("urgency: only critical and urgent have limits of their own")
	}
	for _, k := range casework.Kinds {
		class, ok := p.Kinds[k]
		if !ok {
			return fmt.Errorf("kinds.%s: missing", k)
		}
		for _, l := range []*Limit{&class.Dispatch, &class.Sign, &class.Contact, &class.Handle} {
			if err := l.under(p.LastDay); err != nil {
				return fmt.Errorf("kinds.%s: %w", k, err)
			}
		}
		p.Kinds[k] = class
		if err := class.check(); err != nil {
			return fmt.Errorf("kinds.%s.%w", k, err)
		}
	}
	if len(p.Kinds) > len(casework.Kinds) {
		return fmt.Errorf("kinds: only %v exist", casework.Kinds)
	}
	return p.checkRules()
}

func (c Class) check() error {
	for _, l := range []struct {
		name  string
		limit Limit
	}{{"dispatch", c.Dispatch}, {"sign", c.Sign}, {"handle", c.Handle}} {
		if l.limit.None() {
			return fmt.Errorf("%s: missing", l.name)
		}
	}
	for _, l := range []struct {
		name  string
		limit Limit
	}{{"dispatch", c.Dispatch}, {"sign", c.Sign}, {"contact", c.Contact}} {
		if l.limit.exceeds(c.Handle) {
			return fmt.Errorf("%s: %s is longer than handle, %s, or counted in the other unit", l.name, l.limit, c.Handle)
		}
	}
	if len(c.Range) > 0 && (len(c.Range) != 2 || c.Range[0] < 1 || c.Range[0] > c.Handle.WorkingDays || c.Handle.WorkingDays > c.Range[1] || c.Range[1] > maxDays) {
		return fmt.Errorf("range: must be two numbers of working days with handle, %s, between them", c.Handle)
	}
	if c.Remind < 0 || c.Remind > maxDays {
		return fmt.Errorf("remind: %d is outside 0 to %d", c.Remind, maxDays)
	}
	return shares("escalate", c.Escalate)
}

func shares(name string, percents []int) error {
	for _, s := range percents {
		if s < 1 || s > 100 {
			return fmt.Errorf("%s: %d is not between 1 and 100 percent", name, s)
		}
	}
	if len(percents) > 10 {
		return fmt.Errorf("%s: more than 10", name)
	}
	return nil
}

func (p *Policy) checkRules() error {
	for _, n := range []struct {
		name  string
		value int
		least int
	}{
		{"return.times", p.Return.Times, 0}, {"extension.times", p.Extension.Times, 0}, {"extension.times_approved", p.Extension.TimesApproved, p.Extension.Times},
		{"extension.days", p.Extension.Days, 1}, {"extension.days_max", p.Extension.DaysMax, p.Extension.Days}, {"pause.times", p.Pause.Times, 0}, {"pause.days", p.Pause.Days, 0},
		{"repeat.redo", p.Repeat.Redo, 1}, {"repeat.transfers", p.Repeat.Transfers, 2}, {"follow_up.attempts", p.FollowUp.Attempts, 1},
	} {
		if n.value < n.least || n.value > maxDays {
			return fmt.Errorf("%s: %d is outside %d to %d", n.name, n.value, n.least, maxDays)
		}
	}
	for _, l := range []struct {
		name  string
		limit *Limit
	}{
		{"return.window", &p.Return.Window}, {"return.arbitration", &p.Return.Arbitration}, {"rectify.contact", &p.Rectify.Contact},
		{"rectify.simple", &p.Rectify.Simple}, {"rectify.complex", &p.Rectify.Complex}, {"follow_up.within", &p.FollowUp.Within}, {"extension.decision", &p.Extension.Decision},
	} {
		if l.limit.None() && l.name != "extension.decision" {
			return fmt.Errorf("%s: missing", l.name)
		}
		if err := l.limit.under(p.LastDay); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	if apart := p.FollowUp.Apart; apart.Dated() || apart.Wall > 12*time.Hour || time.Duration(p.FollowUp.Attempts)*apart.Wall > 24*time.Hour {
		return fmt.Errorf("follow_up.apart: must be hours or minutes, and leave room for %d calls in a day", p.FollowUp.Attempts)
	}
	if p.Extension.Notice.Dated() || p.Extension.Notice.Wall > 80*time.Hour {
		return errors.New("extension.notice: must be working time in hours or minutes, at most 80h")
	}
	if p.Reminders.Before.Dated() {
		return errors.New("reminders.before: must be hours or minutes")
	}
	if err := shares("reminders.shares", p.Reminders.Shares); err != nil {
		return err
	}
	if err := p.checkStatutes(); err != nil {
		return err
	}
	last := -1
	for i, e := range p.Overdue {
		if e.AfterDays <= last || e.AfterDays > maxDays {
			return fmt.Errorf("overdue[%d].after_days: must grow from step to step, up to %d", i, maxDays)
		}
		if _, known := levels[e.Step]; !known {
			return fmt.Errorf("overdue[%d].step: %q is none of %s", i, e.Step, strings.Join(Steps, ", "))
		}
		if slices.ContainsFunc(p.Overdue[:i], func(o Escalation) bool { return o.Step == e.Step }) {
			return fmt.Errorf("overdue[%d].step: %s stands twice", i, e.Step)
		}
		last = e.AfterDays
	}
	return nil
}

// DefaultFile is the text of the policy shipped with the program, for a city that writes its own.
func DefaultFile() []byte { return bytes.Clone(defaultFile) }
