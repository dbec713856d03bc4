// Package register keeps the models that were trained on the city's own cases: what each was made of, which of them helps to propose units, and whether it may send cases without a person.
package register

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/routing/model"
)

// Register is the register of one installation.
type Register struct {
	DB  pg.DB
	Now func() time.Time
}

// Entry is one model of the register.
type Entry struct {
	ID         int64
	MadeAt     time.Time
	Maker      string // name of who made it; empty where a command at the machine did
	Card       model.Card
	Comparison Comparison
}

// Decision is which model helps to propose units since when, and whether what it is sure of is sent without a person.
type Decision struct {
	ID     int64 // grows with every decision; 0 before the first
	Model  int64 // 0: the rules alone
	Alone  bool
	Reason string
	By     string // name of who decided
	At     time.Time
}

// Version is how proposals, pages and cards name a model.
func Version(id int64) string { return fmt.Sprintf("M%d", id) }

// Add keeps a new model; nothing changes by it until a person switches it on. by is the account that made it, 0 for a command at the machine.
func (r *Register) Add(ctx context.Context, m *model.Model, card model.Card, c Comparison, by int64) (int64, error) {
	var body bytes.Buffer
	if err := m.Write(&body); err != nil {
		return 0, fmt.Errorf("write the model: %w", err)
	}
	var id int64
	err := r.DB.QueryRow(ctx, `insert into text_model (made_at, made_by, card, comparison, body) values ($1, nullif($2, 0), $3, $4, $5) returning id`, card.Made, by, card, c, body.Bytes()).Scan(&id)
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("keep the model: %w", err))
	}
	return id, nil
}

// List lists the models, the newest first.
func (r *Register) List(ctx context.Context) ([]Entry, error) {
	rows, err := r.DB.Query(ctx, `select m.id, m.made_at, coalesce(a.name, '') as maker, m.card, m.comparison from text_model m left join account a on a.id = m.made_by order by m.id desc`)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list the models: %w", err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var e Entry
		var card, comparison []byte
		if err := row.Scan(&e.ID, &e.MadeAt, &e.Maker, &card, &comparison); err != nil {
			return e, err
		}
		return e, errors.Join(json.Unmarshal(card, &e.Card), json.Unmarshal(comparison, &e.Comparison))
	})
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list the models: %w", err))
	}
	return list, nil
}

// Load reads a model; fault.NotFound where there is none by that number.
func (r *Register) Load(ctx context.Context, id int64) (*model.Model, error) {
	var body []byte
	err := r.DB.QueryRow(ctx, `select body from text_model where id = $1`, id).Scan(&body)
	if pg.IsNoRows(err) {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read the model: %w", err))
	}
	return model.Read(bytes.NewReader(body))
}

const decisions = `select s.id, coalesce(s.model, 0) as model, s.alone, s.reason, a.name as by, s.at from text_model_switch s join account a on a.id = s.by order by s.id desc`

// InForce is the last decision; the zero Decision before the first: the rules alone.
func (r *Register) InForce(ctx context.Context) (Decision, error) {
	list, err := r.history(ctx, decisions+` limit 1`)
	if err != nil || len(list) == 0 {
		return Decision{}, err
	}
	return list[0], nil
}

// History lists the decisions, the last first.
func (r *Register) History(ctx context.Context) ([]Decision, error) {
	return r.history(ctx, decisions+` limit 100`)
}

func (r *Register) history(ctx context.Context, query string) ([]Decision, error) {
	rows, err := r.DB.Query(ctx, query)
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read the decisions on models: %w", err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Decision])
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("read the decisions on models: %w", err))
	}
	return list, nil
}

// Switch decides which model helps from now on (0: none) and whether it may send cases alone. It is an administrator's step and needs a reason. A model that was switched on is not allowed to go alone by the same step: first it
// has to be seen at work. Errors: fault.Forbidden; fault.Invalid at reason; fault.NotFound for a model that is not there; fault.Invalid at alone for a model that never may, by its card.
func (r *Register) Switch(ctx context.Context, by casework.Actor, id int64, alone bool, reason string) error {
	if !by.Has(casework.Admin) || by.StaffID == 0 {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return fault.New(fault.Invalid, "fault.model_reason").At("reason")
	}
	return pg.InTx(ctx, r.DB, nil, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('text_model_switch'))`); err != nil {
			return pg.Classify(fmt.Errorf("decide on the model: %w", err))
		}
		now, err := (&Register{DB: tx, Now: r.Now}).InForce(ctx)
		if err != nil {
			return err
		}
		if id != 0 {
			var threshold float64
			err := tx.QueryRow(ctx, `select (card->'auto'->>'threshold')::float8 from text_model where id = $1`, id).Scan(&threshold)
			switch {
			case pg.IsNoRows(err):
				return fault.New(fault.NotFound, "fault.not_found")
			case err != nil:
				return pg.Classify(fmt.Errorf("decide on the model: %w", err))
			case alone && (now.Model != id || threshold > 1):
				return fault.New(fault.Invalid, "fault.model_not_alone").At("alone")
			}
		}
		if _, err := tx.Exec(ctx, `insert into text_model_switch (model, alone, reason, by, at) values (nullif($1, 0), $2, $3, $4, $5)`, id, alone && id != 0, reason, by.StaffID, r.Now()); err != nil {
			return pg.Classify(fmt.Errorf("decide on the model: %w", err))
		}
		return nil
	})
}
