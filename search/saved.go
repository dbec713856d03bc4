package search

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
	"huiyin/staff"
)

// Limits on what one person keeps.
const (
	maxSaved = 30
	maxName  = 40 // characters
)

// Saved is a search that somebody keeps. Its query never names a person: whoever saves one checks that.
type Saved struct {
	ID    int64
	Name  string
	Query Query
	Alert Alert
	Fresh int // new cases since it was last opened
}

// Alert is how somebody wants to hear of new cases.
type Alert string

// The ways, each with all before it.
const (
	Quiet  Alert = ""
	OnPage Alert = "page"    // counted beside the search
	Daily  Alert = "daily"   // and by letter, at most one a day
	AtOnce Alert = "at_once" // and by letter as soon as something is found, at most one in a quarter of an hour
)

// Known tells whether an alert is one of the ways.
func (a Alert) Known() bool { return slices.Contains([]Alert{Quiet, OnPage, Daily, AtOnce}, a) }

// ByLetter tells whether letters are written.
func (a Alert) ByLetter() bool { return a == Daily || a == AtOnce }

// letters is how the table keeps whether letters are written.
func (a Alert) letters() string {
	if a.ByLetter() {
		return string(a)
	}
	return "never"
}

// Shelf keeps the searches of the staff.
type Shelf struct {
	DB  pg.DB
	Now func() time.Time
}

// Save keeps a search under a name; the same name again replaces it. Errors: fault.Invalid at "name" or "alert", fault.Conflict where there are too many.
func (s *Shelf) Save(ctx context.Context, account int64, name string, q Query, alert Alert) error {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return fault.New(fault.Invalid, "fault.search_name").At("name")
	}
	if !alert.Known() {
		return fault.New(fault.Invalid, "fault.invalid").At("alert")
	}
	q.Limit, q.Offset, q.Facets = 0, 0, false
	body, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("save search: %w", err)
	}
	now := s.Now().UTC()
	tag, err := s.DB.Exec(ctx, `insert into saved_search (staff_id, name, query, alert, letters, made_at, checked_at) select $1, $2, $3, $4, $7, $5, $5
		where (select count(*) from saved_search where staff_id = $1 and name <> $2) < $6
		on conflict (staff_id, name) do update set query = excluded.query, alert = excluded.alert, letters = excluded.letters, checked_at = excluded.checked_at, fresh = 0, untold = 0`, account, name, body, alert != Quiet, now, maxSaved, alert.letters())
	if err != nil {
		return fmt.Errorf("save search: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "fault.search_too_many")
	}
	return nil
}

// Of lists what somebody keeps, by name.
func (s *Shelf) Of(ctx context.Context, account int64) ([]Saved, error) {
	rows, err := s.DB.Query(ctx, `select id, name, query, case when not alert then '' when letters = 'never' then 'page' else letters end, fresh from saved_search where staff_id = $1 order by name`, account)
	if err != nil {
		return nil, fmt.Errorf("list saved searches: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Saved, error) {
		var one Saved
		var body []byte
		if err := row.Scan(&one.ID, &one.Name, &body, &one.Alert, &one.Fresh); err != nil {
			return one, err
		}
		return one, json.Unmarshal(body, &one.Query)
	})
}

// Opened notes that somebody looked at what a search finds. One that is not theirs is left alone.
func (s *Shelf) Opened(ctx context.Context, account, id int64) error {
	_, err := s.DB.Exec(ctx, `update saved_search set fresh = 0, untold = 0, checked_at = greatest(checked_at, $3) where staff_id = $1 and id = $2 and fresh > 0`, account, id, s.Now().UTC())
	return err
}

// Change changes how somebody hears of new cases of a search; what was found before the change is told by no letter. One that is not theirs is left alone.
func (s *Shelf) Change(ctx context.Context, account, id int64, alert Alert) error {
	if !alert.Known() {
		return fault.New(fault.Invalid, "fault.invalid").At("alert")
	}
	_, err := s.DB.Exec(ctx, `update saved_search set checked_at = case when alert then checked_at else $5 end, alert = $3, letters = $4, untold = 0 where staff_id = $1 and id = $2`, account, id, alert != Quiet, alert.letters(), s.Now().UTC())
	return err
}

// Forget takes a search off the shelf.
func (s *Shelf) Forget(ctx context.Context, account, id int64) error {
	_, err := s.DB.Exec(ctx, `delete from saved_search where staff_id = $1 and id = $2`, account, id)
	return err
}

// Alerts looks for new cases of the searches whose owners want to hear of them.
type Alerts struct {
	Shelf
	Search Service
	Staff  *staff.Register
}

const (
	alertEvery = time.Minute // each search is looked at so often
	alertBatch = 50
	alertLag   = 5 * time.Second // what was filed just now may not be in the index yet
)

// due is a search that is to be looked at.
type due struct {
	id      int64
	login   string
	query   Query
	checked time.Time
}

// Sweep looks at the searches that have waited longest and adds up what was filed since, as their owners see it now. A search of somebody who left finds nothing.
func (a *Alerts) Sweep(ctx context.Context) (int, error) {
	until := a.Now().UTC().Add(-alertLag)
	rows, err := a.DB.Query(ctx, `select s.id, a.login, s.query, s.checked_at from saved_search s join account a on a.id = s.staff_id
		where s.alert and a.disabled_at is null and s.checked_at < $1 order by s.checked_at limit $2`, until.Add(-alertEvery), alertBatch)
	if err != nil {
		return 0, fmt.Errorf("look at saved searches: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (due, error) {
		var d due
		var body []byte
		if err := row.Scan(&d.id, &d.login, &body, &d.checked); err != nil {
			return d, err
		}
		return d, json.Unmarshal(body, &d.query)
	})
	if err != nil {
		return 0, fmt.Errorf("look at saved searches: %w", err)
	}
	told := 0
	for _, d := range list {
		n, err := a.fresh(ctx, d, until)
		if err != nil {
			return told, err
		}
		told += n
		// Nobody else counted meanwhile, or what was counted here is dropped.
		if _, err := a.DB.Exec(ctx, `update saved_search set fresh = least(fresh + $3, 9999), untold = case when letters = 'never' then 0 else least(untold + $3, 9999) end, checked_at = $4 where id = $1 and checked_at = $2`, d.id, d.checked, n, until); err != nil {
			return told, err
		}
	}
	return told, nil
}

func (a *Alerts) fresh(ctx context.Context, d due, until time.Time) (int, error) {
	account, err := a.Staff.Find(ctx, d.login)
	if err != nil {
		return 0, err
	}
	actor, err := a.Staff.Actor(ctx, account)
	if err != nil || actor.Sight().None() {
		return 0, err
	}
	q := d.query
	if q.Since.Before(d.checked) {
		q.Since = d.checked
	}
	if q.Until.IsZero() || q.Until.After(until) {
		q.Until = until
	}
	if !q.Since.Before(q.Until) {
		return 0, nil
	}
	q.Limit = MaxLimit
	found, err := a.Search.Engine.Find(ctx, q, actor.Sight())
	n := 0
	for _, h := range found.Hits {
		if !h.Near {
			n++
		}
	}
	return n, err
}
