// Package calls keeps live telephone calls: what the exchange tells of them, what is said turn by turn, who has them, and which missed ones are to be rung back.
package calls

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/transcript"
	"huiyin/pg"
	"huiyin/seal"
)

// Room is where calls are kept. It is safe for concurrent use.
type Room struct {
	DB   pg.DB
	Keys *seal.Keyring
	Now  func() time.Time // the service clock
	Wake func()           // called after each commit that changes a call; may be nil
}

// State is where a call stands.
type State string

// The states of a call.
const (
	Ringing State = "ringing"
	Talking State = "talking"
	Ended   State = "ended"
	Missed  State = "missed" // rang, and nobody answered
)

// What the exchange tells of a call.
const (
	EventRinging     = "ringing"
	EventAnswered    = "answered"
	EventTransferred = "transferred"
	EventHungUp      = "hung_up"
)

// Event is one thing that happened to a call, as the exchange tells it. The same one twice is one.
type Event struct {
	Kind   string
	At     time.Time // zero: now
	Caller string    // the caller's number; empty where the exchange does not know it
	Agent  string    // sign-in of the operator; empty: the account of the token
}

// Turn is what one side said without the other between. N tells turns apart and gives their order: whatever comes with the same N is the same turn, more of it or better heard.
type Turn struct {
	N      int
	Role   transcript.Role
	Text   string
	Final  bool      // the recogniser will not change it any more
	Rev    int       // orders the versions before the final one, where the recogniser numbers them
	SaidAt time.Time // when the words ended; zero where the recogniser does not tell
	End    float64   // seconds from the answer to the end of the words, used where SaidAt is zero; 0 where the recogniser does not tell
}

// Call is one call without its number and without what was said.
type Call struct {
	ID         uuid.UUID
	ExternalID string
	State      State
	Staff      int64 // who has it; 0 for nobody
	BeganAt    time.Time
	AnsweredAt *time.Time
	EndedAt    *time.Time
	Case       *casework.CaseID
	HasNumber  bool
	Touched    int64
}

// Bounds of what one call may bring.
const (
	MostTurns = 5000 // of one call
	MostText  = 4000 // characters of one turn
	mostID    = 100
	oldest    = 72 * time.Hour  // an event further back is not believed
	ahead     = 5 * time.Minute // nor one so far in the future
)

const callColumns = `c.id, c.external_id, c.state, coalesce(c.staff_id, 0), c.began_at, c.answered_at, c.ended_at, c.case_id, c.caller is not null, c.touched`

func (c *Call) dest() []any {
	return []any{&c.ID, &c.ExternalID, &c.State, &c.Staff, &c.BeganAt, &c.AnsweredAt, &c.EndedAt, &c.Case, &c.HasNumber, &c.Touched}
}

var (
	errNotYours = fault.New(fault.Forbidden, "fault.not_your_call")
	errNoCall   = fault.New(fault.NotFound, "fault.no_such_call")
)

// scope is what calls may be read and written by: those of the hotline.
func scope() pg.Settings { return pg.Settings{"huiyin.scope": "hotline"} }

func mayTake(by casework.Actor) error {
	if by.Kind != casework.ByStaff || by.Unit != casework.Hotline || !by.Has(casework.Operator) {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	return nil
}

// mayHear refuses whoever has no calls of their own: operators and those who call residents back have.
func mayHear(by casework.Actor) error {
	if by.Kind == casework.ByStaff && by.Unit == casework.Hotline && by.Has(casework.Callback) {
		return nil
	}
	return mayTake(by)
}

func (r *Room) woke() {
	if r.Wake != nil {
		r.Wake()
	}
}

// Tell takes an event of the call that the exchange of this account calls id. Events may come late and in any order: the call stands as its events, put in their order, say.
// Errors: fault.Forbidden where the account is no operator's, fault.Invalid with the field.
func (r *Room) Tell(ctx context.Context, by casework.Actor, id string, e Event) (Call, error) {
	var c Call
	if err := mayTake(by); err != nil {
		return c, err
	}
	switch e.Kind {
	case EventRinging, EventAnswered, EventTransferred, EventHungUp:
	default:
		return c, fault.New(fault.Invalid, "fault.call_event").At("event")
	}
	if e.Kind == EventTransferred && e.Agent == "" {
		return c, fault.New(fault.Invalid, "fault.call_agent").At("agent")
	}
	err := pg.InTx(ctx, r.DB, scope(), func(tx pgx.Tx) error {
		agent, err := r.agent(ctx, tx, by, e)
		if err != nil {
			return err
		}
		at := r.believed(e.At)
		c, err = r.open(ctx, tx, by, id, at)
		if err != nil {
			return err
		}
		if err := r.keepNumber(ctx, tx, c, e.Caller); err != nil {
			return err
		}
		return r.happened(ctx, tx, &c, e.Kind, at, agent)
	})
	if err == nil {
		r.woke()
	}
	return c, err
}

// agent is the account that an event names; nil where it names none and the step gives the call to nobody.
func (r *Room) agent(ctx context.Context, tx pgx.Tx, by casework.Actor, e Event) (*int64, error) {
	if e.Agent == "" {
		if e.Kind == EventAnswered {
			return &by.StaffID, nil
		}
		return nil, nil
	}
	var id int64
	err := tx.QueryRow(ctx, `select id from account where login = $1 and disabled_at is null and unit = $2`, strings.ToLower(strings.TrimSpace(e.Agent)), casework.Hotline).Scan(&id)
	if pg.IsNoRows(err) {
		return nil, fault.New(fault.Invalid, "fault.call_agent").At("agent")
	}
	if err != nil {
		return nil, fmt.Errorf("find agent: %w", err)
	}
	return &id, nil
}

func (r *Room) believed(at time.Time) time.Time {
	now := r.Now()
	if at.IsZero() || at.After(now.Add(ahead)) || now.Sub(at) > oldest {
		at = now
	}
	return at.UTC().Truncate(time.Microsecond)
}

// open locks the call, and makes it where this is the first that is heard of it.
func (r *Room) open(ctx context.Context, tx pgx.Tx, by casework.Actor, external string, at time.Time) (Call, error) {
	var c Call
	external = strings.TrimSpace(external)
	if external == "" || utf8.RuneCountInString(external) > mostID || !utf8.ValidString(external) {
		return c, fault.New(fault.Invalid, "fault.invalid").At("id")
	}
	locked := func() error {
		return tx.QueryRow(ctx, `select `+callColumns+` from call c where c.source = $1 and c.external_id = $2 for update`, by.StaffID, external).Scan(c.dest()...)
	}
	err := locked()
	if err == nil || !pg.IsNoRows(err) {
		return c, err
	}
	_, wrapped, err := r.Keys.NewDataKey()
	if err != nil {
		return c, err
	}
	_, err = tx.Exec(ctx, `insert into call (id, source, external_id, state, began_at, moved_at, touched, wrapped_key) values ($1, $2, $3, 'ringing', $4, $5, nextval('call_touch'), $6)
		on conflict (source, external_id) do nothing`, uuid.New(), by.StaffID, external, at, r.Now().UTC(), wrapped)
	if err != nil {
		return c, fmt.Errorf("open call: %w", err)
	}
	return c, locked()
}

// keepNumber seals the caller's number, once.
func (r *Room) keepNumber(ctx context.Context, tx pgx.Tx, c Call, number string) error {
	hash := r.Keys.Hash(seal.Phone, number)
	if hash == nil || c.HasNumber || utf8.RuneCountInString(number) > mostID {
		return nil
	}
	key, err := r.key(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update call set caller = $2, caller_hash = $3 where id = $1`, c.ID, key.Seal("caller", c.ID.String(), []byte(strings.TrimSpace(number))), hash)
	if err != nil {
		return fmt.Errorf("keep number: %w", err)
	}
	return nil
}

// key unwraps the data key of a call; fault.Gone after erasure.
func (r *Room) key(ctx context.Context, tx pgx.Tx, id uuid.UUID) (seal.DataKey, error) {
	var wrapped []byte
	if err := tx.QueryRow(ctx, `select wrapped_key from call where id = $1`, id).Scan(&wrapped); err != nil {
		return seal.DataKey{}, fmt.Errorf("read key of call: %w", err)
	}
	if wrapped == nil {
		return seal.DataKey{}, fault.New(fault.Gone, "fault.erased")
	}
	return r.Keys.Unwrap(wrapped)
}
