package demo

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/rights"
)

//go:embed rights.yaml
var rightsFile []byte

// dataScenes is what the residents asked of their data, and what the privacy officer did.
type dataScenes struct {
	Requests []rightScene `yaml:"requests"`
	Withhold []struct {
		Ground   string  `yaml:"ground"`
		Asked    float64 `yaml:"asked"`
		Approved float64 `yaml:"approved"` // 0: it waits for a second person
		Until    int     `yaml:"until"`    // days from today
	} `yaml:"withhold"`
	Recuse []struct {
		Unit  casework.UnitCode `yaml:"unit"`
		Login string            `yaml:"login"`
		Why   string            `yaml:"why"`
		Days  float64           `yaml:"days"`
	} `yaml:"recuse"`
	Warnings  judgements `yaml:"warnings"`
	Registers []struct {
		Kind     rights.RegisterKind `yaml:"kind"`
		Name     string              `yaml:"name"`
		Days     int                 `yaml:"days"`
		Checked  int                 `yaml:"checked"`
		Ended    int                 `yaml:"ended"`
		Scope    string              `yaml:"scope"`
		Measures string              `yaml:"measures"`
		Result   string              `yaml:"result"`
	} `yaml:"registers"`
}

// rightScene is one request about data, with times in days before today; an answer at 0 is none yet.
type rightScene struct {
	Kind     casework.RightKind     `yaml:"kind"`
	Field    casework.PersonalField `yaml:"field"`
	Value    string                 `yaml:"value"`
	Words    string                 `yaml:"words"`
	Case     string                 `yaml:"case"` // open, over
	Unit     casework.UnitCode      `yaml:"unit"`
	Public   bool                   `yaml:"public"`
	Asked    float64                `yaml:"asked"`
	Answered float64                `yaml:"answered"`
	Second   float64                `yaml:"second"` // of a deletion: when the second person confirmed it
	Late     bool                   `yaml:"late"`
	Delayed  float64                `yaml:"delayed"` // when the resident was told that it takes longer, and why
	Why      string                 `yaml:"why"`
	Grant    bool                   `yaml:"grant"`
	Reason   string                 `yaml:"reason"`
	Basis    string                 `yaml:"basis"`
}

// desk is the privacy officer's, under a moved clock.
type desk struct {
	*City
	docket *casework.Docket
	office *rights.Office
	now    time.Time
	taken  []casework.CaseID // cases that something happened to already
}

// keepData lets residents ask for their rights and the privacy officer do the work of some months: what finds no case to happen to is left out.
func (c *City) keepData(ctx context.Context) error {
	var s dataScenes
	if err := yaml.Unmarshal(rightsFile, &s); err != nil {
		return fmt.Errorf("rights.yaml: %w", err)
	}
	d := &desk{City: c, taken: []casework.CaseID{}}
	d.docket = c.docket(func() time.Time { return d.now })
	d.office = &rights.Office{Docket: d.docket, Terms: c.Terms}
	for _, r := range s.Requests {
		if err := d.answer(ctx, r); err != nil {
			return fmt.Errorf("request %s of %g days ago: %w", r.Kind, r.Asked, err)
		}
	}
	for i, r := range s.Recuse {
		if err := d.keepOut(ctx, casework.Recusal{Unit: r.Unit, Login: r.Login, Why: r.Why}, r.Days); err != nil {
			return fmt.Errorf("recusal %d: %w", i, err)
		}
	}
	for _, e := range s.Registers {
		entry := rights.Entry{Kind: e.Kind, Name: e.Name, On: d.ago(float64(e.Days)), Scope: e.Scope, Measures: e.Measures, Result: e.Result, Checked: d.day(e.Checked), Ended: d.day(e.Ended)}
		if err := rights.Enter(ctx, c.Pool, c.crew.officer, entry, entry.On); err != nil {
			return fmt.Errorf("register %s: %w", e.Name, err)
		}
	}
	if err := d.lookAround(ctx, s.Warnings); err != nil {
		return err
	}
	return d.withhold(ctx, s)
}

// ago is a working hour so many days before today.
func (d *desk) ago(days float64) time.Time {
	t := d.Now().In(d.Rules.TZ).Add(-time.Duration(days * 24 * float64(time.Hour)))
	if days < 1 {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 10, 12, 0, 0, t.Location())
}

func (d *desk) day(days int) *time.Time {
	if days == 0 {
		return nil
	}
	t := d.ago(float64(days))
	return &t
}

// quietSQL finds cases of residents who gave their number that nothing has happened to since a time, the newest of them.
const quietSQL = `select c.id from cases c join person p on p.case_id = c.id where c.state = any ($1) and p.phone_hash is not null and p.erased_at is null and c.restricted_at is null
	and ($2 = '' or exists (select 1 from party y where y.case_id = c.id and y.unit = $2 and y.role = 'lead' and y.left_at is null)) and (not $3 or c.publish) and c.kind = any ($4) and not c.id = any ($5) and (select max(e.at) from event e where e.case_id = c.id) < $6
	and not exists (select 1 from event e where e.case_id = c.id and e.staff_id = $8) order by c.filed_at desc, c.id limit $7`

type quiet struct {
	states []casework.State
	unit   casework.UnitCode
	public bool
	kinds  []casework.Kind
	since  time.Time
	limit  int
	not    int64 // nothing of them was done by this person
}

var (
	over     = []casework.State{casework.Closed, casework.Archived}
	ordinary = []casework.Kind{casework.Complaint, casework.Help, casework.Suggestion, casework.Consultation}
)

func (d *desk) quiet(ctx context.Context, q quiet) ([]casework.CaseID, error) {
	var found []casework.CaseID
	err := pg.InTx(ctx, d.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, quietSQL, q.states, q.unit, q.public, q.kinds, d.taken, q.since, q.limit, q.not)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, pgx.RowTo[casework.CaseID])
		return err
	})
	return found, err
}

// answer lets a resident ask, and the office answer as far as it has.
func (d *desk) answer(ctx context.Context, r rightScene) error {
	d.now = d.ago(r.Asked)
	q := quiet{states: over, unit: r.Unit, public: r.Public, kinds: ordinary, since: d.now, limit: 1}
	if r.Case == "open" {
		q.states = inWork
	}
	found, err := d.quiet(ctx, q)
	if err == nil && len(found) == 0 && r.Unit != "" {
		q.unit = ""
		found, err = d.quiet(ctx, q)
	}
	if err == nil && len(found) == 0 && r.Kind != casework.RightDelete { // of a small city; a deletion is another thing while a case is open
		q.states = over
		found, err = d.quiet(ctx, q)
	}
	if err != nil || len(found) == 0 {
		return err
	}
	d.taken = append(d.taken, found...)
	by := casework.Resident(found[0])
	asked, err := d.office.Ask(ctx, by, found[0], casework.RightAsk{Kind: r.Kind, Field: r.Field, Value: r.Value, Words: casework.Masked{Original: r.Words, Clear: r.Words}})
	if err != nil {
		return err
	}
	if r.Kind == casework.RightCopy {
		d.now = d.now.Add(3 * time.Minute)
		return d.docket.TakeCopy(ctx, by, asked.ID)
	}
	if r.Late {
		if d.now = asked.Due.Add(time.Minute); d.now.After(d.Now()) {
			return nil // a city with longer limits
		}
		if _, err := d.docket.SweepRights(ctx, 50); err != nil {
			return err
		}
	}
	if r.Delayed > 0 {
		d.now = d.ago(r.Delayed)
		if err := d.office.Delay(ctx, d.crew.officer, asked.ID, r.Why); err != nil {
			return err
		}
	}
	for i, at := range []float64{r.Answered, r.Second} {
		if at == 0 || !asked.Open() {
			break
		}
		if t := d.ago(at); t.After(d.now) {
			d.now = t
		}
		who := d.crew.officer
		if i == 1 {
			who = d.crew.second
		}
		if err := d.docket.DecideRight(ctx, who, asked.ID, casework.RightDecision{Grant: r.Grant, Reason: r.Reason, Basis: r.Basis}); err != nil {
			return err
		}
	}
	return nil
}

// keepOut keeps a unit out of a report, or a person out of another matter, that it has no part in.
func (d *desk) keepOut(ctx context.Context, r casework.Recusal, days float64) error {
	d.now = d.ago(days)
	q := quiet{states: inWork, kinds: []casework.Kind{casework.Report}, since: d.now, limit: 5}
	if r.Login != "" {
		q.kinds = ordinary
	}
	found, err := d.quiet(ctx, q)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		q.states = over
		if found, err = d.quiet(ctx, q); err != nil {
			return err
		}
	}
	for _, id := range found {
		err := d.docket.Recuse(ctx, d.crew.officer, casework.Ref{ID: id}, r)
		if err == nil {
			d.taken = append(d.taken, id)
		}
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}
