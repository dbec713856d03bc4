package demo_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/demo"
	"huiyin/pg"
)

// Whoever opens the pages about data in the demonstration city finds each kind of thing there, at times that have passed.
func TestTheCityAnswersForItsData(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)
	c := city(t, now)
	if err := c.Fill(t.Context(), demo.Plan{Cases: 420, Months: 4, Seed: 12345, Scenes: true}, nil); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"open in time":         `select count(*) from rights_request where decided_at is null and due_at > $1`,
		"open and late":        `select count(*) from rights_request where decided_at is null and late_at = due_at and due_at < $1`,
		"put off in time":      `select count(*) from rights_request where first_due_at < due_at and delayed_at < first_due_at and delayed_at < $1`,
		"excused":              `select count(*) from rights_request where late_at is not null and expected_at > due_at and first_due_at is null`,
		"granted late":         `select count(*) from rights_request where state = 'granted' and late_at is not null and decided_at > due_at`,
		"granted":              `select count(*) from rights_request where state = 'granted' and decided_at < $1`,
		"refused with reason":  `select count(*) from rights_request where state = 'refused' and reason <> '' and basis <> ''`,
		"a copy fetched":       `select count(*) from rights_request where kind = 'copy' and taken > 0`,
		"waits for the second": `select count(*) from rights_request where state = 'proposed'`,
		"restricted":           `select count(*) from cases where restricted_at is not null`,
		"destroyed by two":     `select count(*) from rights_request r join destruction d on d.request = r.id where r.proposed_by <> r.decided_by`,
		"kept out":             `select count(*) from recusal where unit is not null and ended_at is null and at < $1`,
		"a person kept out":    `select count(*) from recusal where staff_id is not null and ended_at is null and at < $1`,
		"withheld":             `select count(*) from withheld_use where approved_at < $1 and until > $1`,
		"to be withheld":       `select count(*) from withheld_use where approved_at is null and asked_at < $1`,
		"judged harmless":      `select count(*) from warning where rule = 'idle' and verdict = 'harmless' and judged_at < $1`,
		"misuse, duties done":  `select count(*) from warning where rule = 'sealed' and verdict = 'misuse' and told_authority_at < told_persons_at and told_persons_at < $1`,
		"open warnings":        `select count(*) from warning where verdict = '' and raised_at < $1 and raised_at - at <= interval '1 minute'`,
		"processors":           `select count(*) from register_entry where kind = 'processor' and checked_on < $1`,
		"assessments":          `select count(*) from register_entry where kind = 'assessment' and on_date < $1`,
		"incidents that ended": `select count(*) from register_entry where kind = 'incident' and ended_on < $1`,
		"audits":               `select count(*) from register_entry where kind = 'audit' and on_date < $1`,
	}
	err := pg.InTx(t.Context(), c.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		for name, sql := range want {
			var n int
			if err := tx.QueryRow(t.Context(), `select ($1::timestamptz is not null)::int * (`+sql+`)`, now).Scan(&n); err != nil {
				return err
			}
			if n == 0 {
				t.Errorf("%s: nothing of it", name)
			}
		}
		var warned, ahead int
		if err := tx.QueryRow(t.Context(), `select (select count(*) from warning), (select count(*) from event where at > $1)`, now).Scan(&warned, &ahead); err != nil {
			return err
		}
		if warned > 6 || ahead > 0 {
			t.Errorf("%d warnings, %d events in the future: ordinary work is no pattern", warned, ahead)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
