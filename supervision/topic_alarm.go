package supervision

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// AlarmAgain is how long nothing more is said of a topic whose alarm was told, though it grows on.
const AlarmAgain = 24 * time.Hour

const alarmLock = 0x616c746f // advisory lock: one machine tells at a time

// GrowthAlarm is what is told outside the program of a topic that grows suddenly. It holds no word of a resident.
type GrowthAlarm struct {
	ID        int64 // the same for every try
	At        time.Time
	First     casework.CaseID // by which the topic is known
	Category  string          // that most of its cases have; may be empty
	Territory string          // that most of its cases have; may be empty
	Size      int             // cases
	People    int             // different people behind them
	Lately    int             // cases of the newest day
	Usual     float64         // cases a day before that
}

// SweepTopicAlarms tells of every topic that alarms, once: nothing is said again within AlarmAgain of a topic that has a case in common with one that was told.
// tell queues what is to be sent, in the transaction that remembers it. It returns how many were told.
func SweepTopicAlarms(ctx context.Context, d *casework.Docket, tell func(context.Context, pgx.Tx, GrowthAlarm) error) (int, error) {
	now, told := d.Now(), 0
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		told = 0
		var mine bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, alarmLock).Scan(&mine); err != nil || !mine {
			return err
		}
		rows, err := tx.Query(ctx, `select t.first_case, t.category, t.territory, t.size, t.people, t.lately, t.usual from topic t where t.alarmed_at is not null order by t.heat desc, t.first_case`)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a GrowthAlarm, err error) {
			return a, row.Scan(&a.First, &a.Category, &a.Territory, &a.Size, &a.People, &a.Lately, &a.Usual)
		})
		if err != nil {
			return err
		}
		for _, a := range all {
			a.At = now
			err := tx.QueryRow(ctx, `insert into topic_alarm (first_case, cases, told_at)
				select $1, m.cases, $2 from (select array_agg(case_id) as cases from topic_case where first_case = $1) m
				where m.cases is not null and not exists (select 1 from topic_alarm o where o.told_at > $3 and o.cases && m.cases) returning id`, a.First, now, now.Add(-AlarmAgain)).Scan(&a.ID)
			if pg.IsNoRows(err) {
				continue
			}
			if err != nil {
				return err
			}
			if err := tell(ctx, tx, a); err != nil {
				return err
			}
			told++
		}
		_, err = tx.Exec(ctx, `delete from topic_alarm where told_at < $1`, now.AddDate(0, 0, -TopicDays))
		return err
	})
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("tell of topics: %w", err))
	}
	return told, nil
}
