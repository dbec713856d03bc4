package translog

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/translog/form"
)

// FollowerName is the name under which the log remembers how far it read the history.
const FollowerName = "translog"

// Follower enters every event of every case, in the order in which the history has them.
func (l *Log) Follower() follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: l.handle}
}

func (l *Log) handle(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
	numbers, err := numbersOf(ctx, tx, events)
	if err != nil {
		return err
	}
	day := l.Now().UTC().Format("2006-01-02")
	var seqs []int64
	var ids []uuid.UUID
	var salts [][]byte
	var all []addition
	for _, e := range events {
		salt := make([]byte, form.SaltSize)
		_, _ = rand.Read(salt)
		payload, err := stepOf(e, numbers[e.Case], salt).Payload()
		if err != nil {
			return err
		}
		entry, err := form.Entry{V: 1, Type: form.Event, Day: day, Commitment: form.Commit(salt, payload)}.Encode()
		if err != nil {
			return err
		}
		seqs, ids, salts, all = append(seqs, e.Seq), append(ids, e.Case), append(salts, salt), append(all, addition{form.Event, entry})
	}
	first, err := l.add(ctx, tx, all)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into log_event (seq, idx, case_id, salt) select seq, $1 + ord - 1, case_id, salt from unnest($2::bigint[], $3::uuid[], $4::bytea[]) with ordinality as f (seq, case_id, salt, ord)`,
		first, seqs, ids, salts)
	if err != nil {
		return fmt.Errorf("keep salts: %w", err)
	}
	return forget(ctx, tx, events)
}

// forget drops the salts of cases whose personal data was destroyed: their entries stand, and nobody can tell any more what they say.
func forget(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
	var gone []uuid.UUID
	for _, e := range events {
		if e.Step == casework.StepErase {
			gone = append(gone, e.Case)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `update log_event set salt = null where case_id = any ($1)`, gone); err != nil {
		return fmt.Errorf("forget salts: %w", err)
	}
	if _, err := tx.Exec(ctx, `update log_record set salt = null where case_id = any ($1)`, gone); err != nil {
		return fmt.Errorf("forget salts: %w", err)
	}
	return nil
}

func numbersOf(ctx context.Context, tx pgx.Tx, events []casework.Event) (map[casework.CaseID]string, error) {
	ids := make([]casework.CaseID, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.Case)
	}
	rows, err := tx.Query(ctx, `select id, number from cases where id = any ($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read numbers: %w", err)
	}
	numbers := map[casework.CaseID]string{}
	var id casework.CaseID
	var number string
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error { numbers[id] = number; return nil })
	return numbers, err
}

// stepOf is what the commitment of an event holds, made again from the event whenever the commitment is opened: an event that was changed does not open it.
func stepOf(e casework.Event, number string, salt []byte) form.Step {
	staff := ""
	if e.StaffID != 0 {
		staff = strconv.FormatInt(e.StaffID, 10)
	}
	return form.Step{V: 1, Case: number, Seq: e.Seq, At: form.Moment(e.At), Step: string(e.Step), From: string(e.From), To: string(e.To), Actor: string(e.Actor), Role: string(e.Role), Unit: string(e.Unit),
		Round: e.Round, Leg: e.Leg, Staff: form.Digest(salt, "staff", []byte(staff)), Data: form.Digest(salt, "data", e.Data)}
}
