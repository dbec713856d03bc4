package supervision

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/routing/topics"
)

// Hot topics are found among the cases of TopicDays, the newest TopicCases at most. A topic has at least TopicPeople people behind it. It alarms when
// at least TopicAlarm cases came within a day, and that is at least TopicTimes as many as on a usual day before.
const (
	TopicDays   = 30
	TopicCases  = 20000
	TopicPeople = 3
	TopicAlarm  = 5
	TopicTimes  = 3

	topicPause = 10 * time.Minute // between two searches of whatever machine
	topicLock  = 0x746f7069       // advisory lock: one machine searches at a time
	alarmStays = 24 * time.Hour   // an alarm is told for so long, though the growth is over
)

// Topic is what many residents write about at once.
type Topic struct {
	First     casework.CaseID // its oldest case, by which it is known
	Title     string          // a sentence of a masked copy: for staff only
	Place     string          // as residents name it; may be empty
	Category  string          // that most of its cases have; may be empty
	Territory string          // that most of its cases have; may be empty
	Size      int             // cases
	People    int             // different people behind them
	Lately    int             // cases of the newest day
	Usual     float64         // cases a day before that
	Heat      float64
	From, To  time.Time
	Alarmed   *time.Time // when its sudden growth was seen; nil where it did not grow so
	Open      int        // of its cases, how many wait with the hotline and can be merged; by Topics only
}

// topicMember is what is known of a case that may belong to a topic.
type topicMember struct {
	ID                        casework.CaseID
	Text, Place               string
	Category, Territory, Hash string
	At                        time.Time
}

// SweepTopics finds the topics anew and tells how many there are; 0 where another machine has just done so. Secret cases and reports of wrongdoing
// are in none. It reads masked copies only. The city gives the areas their names.
func SweepTopics(ctx context.Context, d *casework.Docket, city *routing.City) (int, error) {
	now := d.Now()
	found := 0
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		found = 0
		var mine, fresh bool
		err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1), exists (select 1 from topic where found_at > $2)`, topicLock, now.Add(-topicPause)).Scan(&mine, &fresh)
		if err != nil || !mine || fresh {
			return err
		}
		members, err := readMembers(ctx, tx, now)
		if err != nil {
			return err
		}
		messages := make([]topics.Message, len(members))
		for i, m := range members {
			messages[i] = topics.Message{ID: m.ID.String(), Text: m.Text, Address: city.TerritoryName(m.Territory, locale.ZH) + m.Place, At: m.At}
		}
		var kept []Topic
		var of [][]casework.CaseID
		for _, t := range topics.Find(messages) {
			if topic, ids := gathered(t, members, now); topic.People >= TopicPeople {
				kept, of = append(kept, topic), append(of, ids)
			}
		}
		found = len(kept)
		return writeTopics(ctx, tx, now, kept, of)
	})
	if err != nil {
		return 0, pg.Classify(fmt.Errorf("find topics: %w", err))
	}
	return found, nil
}

func readMembers(ctx context.Context, tx pgx.Tx, now time.Time) ([]topicMember, error) {
	rows, err := tx.Query(ctx, `select c.id, c.title || e'\n' || c.body, c.place, c.category, c.territory, coalesce(encode(p.phone_hash, 'hex'), encode(p.email_hash, 'hex'), c.id::text), c.filed_at
		from cases c join person p on p.case_id = c.id
		where c.filed_at > $1 and c.filed_at <= $2 and not c.secret and c.kind <> 'report' and c.state not in ('withdrawn','declined','redirected')
		order by c.filed_at desc, c.id limit $3`, now.AddDate(0, 0, -TopicDays), now, TopicCases)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[topicMember])
}

// gathered is a topic as it is kept, with its cases.
func gathered(t topics.Topic, members []topicMember, now time.Time) (Topic, []casework.CaseID) {
	out := Topic{Title: t.Title, Place: t.Place, Size: len(t.Members), Heat: t.Heat, From: t.From, To: t.To, First: members[t.Members[0]].ID}
	var ids []casework.CaseID
	people, categories, territories := map[string]bool{}, map[string]int{}, map[string]int{}
	begin := now.AddDate(0, 0, -TopicDays)
	for _, k := range t.Members {
		m := members[k]
		ids = append(ids, m.ID)
		people[m.Hash] = true
		categories[m.Category]++
		territories[m.Territory]++
		if m.At.After(t.To.Add(-24 * time.Hour)) {
			out.Lately++
		}
	}
	out.People = len(people)
	out.Category, out.Territory = commonest(categories, out.Size), commonest(territories, out.Size)
	out.Usual = float64(out.Size-out.Lately) / max(t.To.Add(-24*time.Hour).Sub(begin).Hours()/24, 1)
	if out.Lately >= TopicAlarm && float64(out.Lately) >= TopicTimes*out.Usual && now.Sub(t.To) < alarmStays {
		out.Alarmed = &now
	}
	return out, ids
}

// commonest is the value that at least half of all have; empty where none has.
func commonest(n map[string]int, all int) string {
	best := ""
	for value, k := range n {
		if value != "" && 2*k >= all && (best == "" || k > n[best] || k == n[best] && value < best) {
			best = value
		}
	}
	return best
}

func writeTopics(ctx context.Context, tx pgx.Tx, now time.Time, all []Topic, of [][]casework.CaseID) error {
	if _, err := tx.Exec(ctx, `delete from topic_case`); err != nil {
		return err
	}
	for i, t := range all {
		_, err := tx.Exec(ctx, `insert into topic (first_case, found_at, title, place, category, territory, size, people, lately, usual, heat, from_at, to_at, alarmed_at)
			values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)
			on conflict (first_case) do update set found_at = excluded.found_at, title = excluded.title, place = excluded.place, category = excluded.category, territory = excluded.territory,
			size = excluded.size, people = excluded.people, lately = excluded.lately, usual = excluded.usual, heat = excluded.heat, from_at = excluded.from_at, to_at = excluded.to_at,
			alarmed_at = case when excluded.alarmed_at is null then null else coalesce(topic.alarmed_at, excluded.alarmed_at) end`,
			t.First, now, t.Title, t.Place, t.Category, t.Territory, t.Size, t.People, t.Lately, t.Usual, t.Heat, t.From, t.To, t.Alarmed)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into topic_case (first_case, case_id) select $1, unnest($2::uuid[])`, t.First, of[i]); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `delete from topic where found_at < $1`, now)
	return err
}

const topicColumns = `t.first_case, t.title, t.place, t.category, t.territory, t.size, t.people, t.lately, t.usual, t.heat, t.from_at, t.to_at, t.alarmed_at,
	(select count(*) from topic_case m join cases c on c.id = m.case_id where m.first_case = t.first_case and c.state in ('registered','accepted'))`

// Topics lists the hot topics, those that alarm first, then the hottest. For the hotline. Errors: fault.Forbidden.
func Topics(ctx context.Context, d *casework.Docket, by casework.Actor, limit int) ([]Topic, error) {
	if !by.Sight().All {
		return nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var out []Topic
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "hotline"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+topicColumns+` from topic t order by t.alarmed_at is null, t.heat desc, t.first_case limit $1`, limit)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Topic])
		return err
	})
	if err != nil {
		return nil, pg.Classify(fmt.Errorf("list topics: %w", err))
	}
	return out, nil
}

// TopicOf is one topic by its oldest case, with the cases in it, oldest first. For the hotline. Errors: fault.NotFound where there is none, or no longer.
func TopicOf(ctx context.Context, d *casework.Docket, by casework.Actor, first casework.CaseID) (Topic, []casework.Case, error) {
	var t Topic
	if !by.Sight().All {
		return t, nil, fault.New(fault.Forbidden, "fault.forbidden")
	}
	var ids []casework.CaseID
	err := pg.InTx(ctx, d.DB, pg.Settings{"huiyin.scope": "hotline"}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+topicColumns+` from topic t where t.first_case = $1`, first)
		if err != nil {
			return err
		}
		if t, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Topic]); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `select case_id from topic_case where first_case = $1`, first)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[casework.CaseID])
		return err
	})
	if err != nil {
		if pg.IsNoRows(err) {
			return t, nil, fault.New(fault.NotFound, "fault.no_such_topic")
		}
		return t, nil, pg.Classify(fmt.Errorf("read topic: %w", err))
	}
	var all []casework.Case
	for _, id := range ids {
		c, err := d.Case(ctx, by, id)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue
		}
		if err != nil {
			return t, nil, fmt.Errorf("read case of topic: %w", err)
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b casework.Case) int {
		return cmp.Or(a.FiledAt.Compare(b.FiledAt), cmp.Compare(a.Number, b.Number))
	})
	return t, all, nil
}
