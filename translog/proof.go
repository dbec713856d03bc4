package translog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/translog/form"
)

// Opening shows one entry to whom it concerns: with the salt, anybody can see that the entry commits to this very step, and with the proof that the entry is in the log.
type Opening struct {
	Index   int64       `json:"index"`
	Entry   string      `json:"entry"`   // the leaf as it stands in the log
	Payload string      `json:"payload"` // what it commits to
	Salt    []byte      `json:"salt"`
	Proof   []tlog.Hash `json:"proof"` // from the leaf to the root
}

// Evidence is what the resident gets: every step of the case with its proof, against one checkpoint.
type Evidence struct {
	Checkpoint string    `json:"checkpoint"`
	Verifier   string    `json:"verifier"`
	Size       int64     `json:"size"`
	Root       tlog.Hash `json:"root"`
	Case       string    `json:"case"`
	Steps      []Opening `json:"steps"`
	Records    []Opening `json:"records"`  // every use of the resident's data, and what else the log holds of the case beside its steps
	Waiting    int       `json:"waiting"`  // steps that are not in the log yet: they are within seconds
	Withheld   int       `json:"withheld"` // uses that a legal ground keeps from the resident for now, by two persons and until a day: their entries are not opened
	Broken     []int64   `json:"broken"`   // numbers of entries that do not open to the step as it stands now: somebody changed it

	unseen []int64 // the events of Withheld
}

// withheld reads which uses of a case are not shown now.
func (l *Log) withheld(ctx context.Context, tx pgx.Tx, id casework.CaseID, out *Evidence) error {
	rows, err := tx.Query(ctx, `select event_seq from withheld_use where case_id = $1 and approved_at is not null and ended_at is null and until >= $2::date`, id, l.Now().Format(time.DateOnly))
	if err == nil {
		out.unseen, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return fmt.Errorf("read withheld uses: %w", err)
	}
	if out.unseen == nil {
		out.unseen = []int64{}
	}
	out.Withheld = len(out.unseen)
	return nil
}

// Evidence gathers the proofs of a case for its resident. Steps of others' rights stay out: what a step says beyond time, unit and kind is in it by digest only.
// Errors: fault.NotFound for another's case, fault.Gone after erasure.
func (l *Log) Evidence(ctx context.Context, docket *casework.Docket, by casework.Actor, id casework.CaseID) (Evidence, error) {
	d, err := docket.Dossier(ctx, by, id)
	if err != nil {
		return Evidence{}, err
	}
	head, err := l.Head(ctx)
	if err != nil {
		return Evidence{}, err
	}
	out := Evidence{Checkpoint: head.Signed, Verifier: head.Verifier, Size: head.Size, Root: head.Root, Case: d.Case.Number, Steps: []Opening{}, Records: []Opening{}, Broken: []int64{}}
	err = pg.InTx(ctx, l.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		out.Steps, out.Records, out.Broken, out.Waiting = []Opening{}, []Opening{}, []int64{}, 0
		if err := l.withheld(ctx, tx, d.Case.ID, &out); err != nil {
			return err
		}
		if err := l.gather(ctx, tx, d, &out); err != nil {
			return err
		}
		return l.gatherRecords(ctx, tx, d, &out)
	})
	return out, err
}

func (l *Log) gather(ctx context.Context, tx pgx.Tx, d casework.Dossier, out *Evidence) error {
	rows, err := tx.Query(ctx, keptColumns+` where o.case_id = $1 and o.seq <> all ($2::bigint[]) order by o.idx`, d.Case.ID, out.unseen)
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k kept, err error) {
		var number *string
		return k, row.Scan(append(k.dest(), &number)...)
	})
	if err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	if err := tx.QueryRow(ctx, `select count(*) from event e where e.case_id = $1 and not exists (select 1 from log_event o where o.seq = e.seq)`, d.Case.ID).Scan(&out.Waiting); err != nil {
		return fmt.Errorf("count steps: %w", err)
	}
	reader := &hashes{ctx: ctx, db: tx, fresh: map[int64]tlog.Hash{}}
	for _, k := range all {
		if k.index >= out.Size {
			out.Waiting++
			continue
		}
		if k.salt == nil {
			return fault.New(fault.Gone, "fault.erased")
		}
		payload, ok, err := k.opens(d.Case.Number)
		if err != nil {
			return err
		}
		if !ok {
			out.Broken = append(out.Broken, k.index)
			continue
		}
		proof, err := tlog.ProveRecord(out.Size, k.index, reader)
		if err != nil {
			return fmt.Errorf("prove entry %d: %w", k.index, err)
		}
		out.Steps = append(out.Steps, Opening{Index: k.index, Entry: string(k.entry), Payload: string(payload), Salt: k.salt, Proof: proof})
	}
	return nil
}

// gatherRecords adds what stands in the log of the case beside its steps.
func (l *Log) gatherRecords(ctx context.Context, tx pgx.Tx, d casework.Dossier, out *Evidence) error {
	all, err := collectKept(tx.Query(ctx, keptRecords+` where l.case_id = $1 and not l.clear and not (l.source = 'data_use' and l.id = any ($2::bigint[]::text[])) order by l.idx`, d.Case.ID, out.unseen))
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	for _, s := range Sources {
		if s.beside == "" {
			continue
		}
		more, err := collectKept(tx.Query(ctx, keptRecords+` where l.source = $2 and l.id in (`+s.beside+`) order by l.idx`, d.Case.ID, s.Name))
		if err != nil {
			return fmt.Errorf("read records of %s: %w", s.Name, err)
		}
		all = append(all, more...)
	}
	now, err := standing(ctx, tx, all)
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	reader := &hashes{ctx: ctx, db: tx, fresh: map[int64]tlog.Hash{}}
	for _, k := range all {
		if k.index >= out.Size {
			out.Waiting++
			continue
		}
		payload, ok, err := k.opens(now)
		switch {
		case err != nil:
			return err
		case k.salt == nil || ok && payload == nil:
			continue // erased, or overtaken by a later entry
		case !ok:
			out.Broken = append(out.Broken, k.index)
			continue
		}
		proof, err := tlog.ProveRecord(out.Size, k.index, reader)
		if err != nil {
			return fmt.Errorf("prove entry %d: %w", k.index, err)
		}
		out.Records = append(out.Records, Opening{Index: k.index, Entry: string(k.entry), Payload: string(payload), Salt: k.salt, Proof: proof})
	}
	return nil
}

// opens reports whether the entry still commits to the event as it stands.
func (k kept) opens(number string) (payload []byte, ok bool, err error) {
	if payload, err = stepOf(k.event, number, k.salt).Payload(); err != nil || !k.there {
		return nil, false, err
	}
	entry, err := form.ParseEntry(k.entry)
	if err != nil {
		return nil, false, nil //nolint:nilerr // an entry that cannot be read opens to nothing
	}
	return payload, string(entry.Commitment) == string(form.Commit(k.salt, payload)), nil
}
