package rights

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/privacy"
)

// RegisterKind is one of the public registers about personal data.
type RegisterKind string

// The registers: who processes data for the city (PIPL 21), impact assessments (55-56), what went wrong (57), and audits (54).
const (
	Processors  RegisterKind = "processor"
	Assessments RegisterKind = "assessment"
	Incidents   RegisterKind = "incident"
	Audits      RegisterKind = "audit"
)

// Registers lists them in the order of pages.
var Registers = []RegisterKind{Processors, Assessments, Incidents, Audits}

// Entry is the newest version of one entry of a register. Entries stay for good, which is longer than the three years that the law asks of assessments.
type Entry struct {
	ID       uuid.UUID    `json:"id"`
	Version  int          `json:"version"`
	Kind     RegisterKind `json:"kind"`
	Name     string       `json:"name"`     // of the processor, the assessment, the incident, the audit
	On       time.Time    `json:"on"`       // day of the contract, the assessment, the incident, the audit
	Scope    string       `json:"scope"`    // what for, or what was looked at
	Measures string       `json:"measures"` // sub-processors and duties; measures taken
	Result   string       `json:"result"`
	Checked  *time.Time   `json:"checked,omitempty"` // day of the last check
	Ended    *time.Time   `json:"ended,omitempty"`
	At       time.Time    `json:"at"` // of this version
}

// Enter writes a new entry, or where e.ID is one of the register's a new version of it. The registers are public: an entry with a whole mobile or identity number
// would shut their page, as privacy.PublicPages lets none pass. Errors: fault.Forbidden for others than the privacy officer, fault.Invalid.
func Enter(ctx context.Context, db pg.DB, by casework.Actor, e Entry, now time.Time) error {
	if !by.Has(casework.Privacy) || by.Unit != casework.Hotline {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	e.Name, e.Scope = strings.TrimSpace(e.Name), strings.TrimSpace(e.Scope)
	switch {
	case !slices.Contains(Registers, e.Kind):
		return fault.New(fault.Invalid, "fault.invalid").At("kind")
	case e.Name == "":
		return fault.New(fault.Invalid, "fault.register_name").At("name")
	case e.Scope == "":
		return fault.New(fault.Invalid, "fault.register_scope").At("scope")
	case e.On.IsZero() || e.On.After(now.AddDate(1, 0, 0)):
		return fault.New(fault.Invalid, "fault.register_day").At("on")
	case e.Kind == Incidents && e.On.After(now):
		return fault.New(fault.Invalid, "fault.register_ahead").At("on")
	case e.Ended != nil && e.Ended.Before(e.On):
		return fault.New(fault.Invalid, "fault.register_ended").At("ended")
	}
	for _, part := range []struct{ field, text string }{{"name", e.Name}, {"scope", e.Scope}, {"measures", e.Measures}, {"result", e.Result}} {
		if privacy.PublicPages.Check([]byte(part.text)) != nil {
			return fault.New(fault.Invalid, "fault.register_number").At(part.field)
		}
	}
	if e.ID == uuid.Nil {
		var err error
		if e.ID, err = uuid.NewV7(); err != nil {
			return err
		}
	}
	cut := func(s string) string {
		r := []rune(strings.TrimSpace(s))
		return string(r[:min(len(r), 2000)])
	}
	_, err := db.Exec(ctx, `insert into register_entry (id, version, kind, name, on_date, scope, measures, result, checked_on, ended_on, at, by_staff)
		select $1, coalesce(max(version), 0) + 1, $2, $3, $4::date, $5, $6, $7, $8::date, $9::date, $10, nullif($11::bigint, 0) from register_entry where id = $1`,
		e.ID, e.Kind, cut(e.Name), e.On.Format(time.DateOnly), cut(e.Scope), cut(e.Measures), cut(e.Result), day(e.Checked), day(e.Ended), now.UTC(), by.StaffID)
	if err != nil {
		return pg.Classify(fmt.Errorf("enter into a register: %w", err))
	}
	return nil
}

func day(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := t.Format(time.DateOnly)
	return &s
}

// Entries reads the newest version of every entry, newest day first.
func Entries(ctx context.Context, q pg.Querier) ([]Entry, error) {
	rows, err := q.Query(ctx, `select id, version, kind, name, on_date, scope, measures, result, checked_on, ended_on, at
		from (select distinct on (id) * from register_entry order by id, version desc) as newest order by kind, on_date desc, id`)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read registers: %w", err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read registers: %w", err))
	}
	return all, nil
}
