package casework_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

// at once runs the same thing many times at the same moment and gives the errors.
func atOnce(n int, run func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = run(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// oneWon checks that one of several at once succeeded and the others were told of a conflict.
func oneWon(t *testing.T, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("the loser heard %v", err)
		}
	}
	if won != 1 {
		t.Fatalf("%d of %d succeeded: %v", won, len(errs), errs)
	}
}

func TestOfSeveralAtOnceOneWins(t *testing.T) {
	t.Parallel()
	town := New(t)
	id := town.Open(t, "派单").ID
	units := []casework.UnitCode{Urban, River, Willow, Harbour}
	oneWon(t, atOnce(8, func(i int) error {
		return town.Dispatch(ctx, Clerk(), refOf(id), casework.Order{Lead: units[i%4], Clocks: town.Clocks()})
	}))
	id = town.Answered(t, "评价", River)
	oneWon(t, atOnce(8, func(int) error {
		_, err := town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 5})
		return err
	}))
	must(t, town.Close(ctx, casework.System, refOf(id)))
	_, err := town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Solved: casework.SolvedYes, Satisfaction: 1})
	wants(t, err, fault.Conflict, "fault.rated_before")
	id = town.Answered(t, "重办", River)
	oneWon(t, atOnce(8, func(int) error {
		_, err := town.Rate(ctx, casework.Resident(id), refOf(id), casework.Rating{Round: 1, Solved: casework.SolvedNo, Satisfaction: 1, Text: casework.Masked{Original: "x", Clear: "x"}, RedoClocks: town.Clocks()})
		return err
	}))
	if c := state(t, town, id); c.Round != 2 {
		t.Fatalf("round %d", c.Round)
	}
	id = town.Send(t, "退单", River)
	must(t, town.AskReturn(ctx, Worker(River), refOf(id), "R1", "不是我们", "清单", Urban))
	errs := atOnce(2, func(i int) error {
		if i == 0 {
			return town.Sign(ctx, Worker(River), refOf(id))
		}
		return town.DecideReturn(ctx, Clerk(), refOf(id), true, "")
	})
	if c := state(t, town, id); errs[1] != nil || c.State != casework.Accepted || c.Owner != casework.Hotline {
		t.Fatalf("%v, %s owned by %s", errs, c.State, c.Owner)
	}
}

func TestTheSameKeyFromManyHandsIsOneCase(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("同一件")
	ids := make([]casework.CaseID, 32)
	for _, err := range atOnce(32, func(i int) error {
		if i%4 == 3 { // an import among the doors
			r, err := town.OpenAll(ctx, []casework.Filing{town.Filing("别的"), f})
			if err == nil {
				ids[i] = r[1].ID
			}
			return err
		}
		r, err := town.Docket.Open(ctx, f)
		ids[i] = r.ID
		return err
	}) {
		must(t, err)
	}
	for _, id := range ids {
		if id != ids[0] || id == uuid.Nil {
			t.Fatalf("%v", ids)
		}
	}
}

// TestTwoThousandThingsAtOnce lets steps, reads, additions, sweeps and merges meet on few cases: nobody waits in a circle, and the
// history of each case stays unbroken whichever way it is read.
func TestTwoThousandThingsAtOnce(t *testing.T) {
	t.Parallel()
	town := New(t)
	var cases []casework.CaseID
	for range 6 {
		cases = append(cases, town.Open(t, "乱").ID)
	}
	var mu sync.Mutex
	started, real := time.Now(), town.Now()
	town.Docket.Now = func() time.Time { // a day in less than a second, so that sweeps find something; a step that waits its turn on a busy machine does not outlive the limits it was given
		return real.Add(time.Since(started) * 100000)
	}
	clocks := func() []casework.Promise {
		now, day := town.Docket.Now(), 24*time.Hour
		return []casework.Promise{{Name: casework.ClockSign, Due: now.Add(2 * day), Policy: "p", Calendar: "c"}, {Name: casework.ClockContact, Due: now.Add(2 * day), Policy: "p", Calendar: "c"},
			{Name: casework.ClockHandle, Due: now.Add(5 * day), Policy: "p", Calendar: "c"}}
	}
	units := []casework.UnitCode{Urban, River, Willow}
	words := casework.Masked{Original: "新情况", Clear: "新情况"}
	did := map[string]int{}
	run := func(r *rand.Rand) (string, error) {
		id := cases[r.IntN(len(cases))]
		ref, unit := refOf(id), units[r.IntN(3)]
		worker, chief := Worker(unit), Chief(unit)
		resident := casework.Resident(id)
		switch name := []string{"dispatch", "sign", "contact", "begin", "reply", "ask_return", "decide_return", "ask_extension", "decide_extension", "pause", "resume", "rate", "redo",
			"sweep", "sweep", "reveal", "reveal", "add", "merge", "unmerge", "split", "unsplit", "dossier", "open"}[r.IntN(24)]; name {
		case "dispatch":
			return name, town.Dispatch(ctx, Clerk(), ref, casework.Order{Lead: unit, Clocks: clocks()})
		case "sign":
			return name, town.Sign(ctx, worker, ref)
		case "contact":
			return name, town.Contact(ctx, worker, ref, casework.ContactResult{Means: "phone", Reached: true})
		case "begin":
			return name, town.Begin(ctx, worker, ref)
		case "reply":
			return name, town.Reply(ctx, worker, ref, casework.Reply{Text: "好"})
		case "ask_return":
			return name, town.AskReturn(ctx, worker, ref, "R1", "不是", "清单", Harbour)
		case "decide_return":
			return name, town.DecideReturn(ctx, Clerk(), ref, r.IntN(2) == 0, "理由")
		case "ask_extension":
			return name, town.AskExtension(ctx, worker, ref, 5, town.Docket.Now().Add(20*24*time.Hour), "检测")
		case "decide_extension":
			return name, town.DecideExtension(ctx, chief, ref, r.IntN(2) == 0, "理由")
		case "pause":
			return name, town.Pause(ctx, worker, ref, "请补充")
		case "resume":
			return name, town.Resume(ctx, worker, ref, town.Docket.Now().Add(48*time.Hour))
		case "rate":
			_, err := town.Rate(ctx, resident, ref, casework.Rating{Solved: casework.SolvedNo, Satisfaction: 2, Text: words, RedoClocks: clocks()})
			return name, err
		case "redo":
			return name, town.Redo(ctx, Clerk(), ref, "未解决", clocks())
		case "sweep":
			_, err := town.SweepBreaches(ctx, 50)
			return name, err
		case "reveal":
			_, err := town.Reveal(ctx, worker, id, []casework.PersonalField{casework.FieldBody}, casework.Use{Purpose: casework.ForHandling})
			return name, err
		case "add":
			return name, town.Add(ctx, resident, ref, casework.Addition{Channel: casework.Web, Text: words})
		case "merge":
			return name, town.Merge(ctx, Clerk(), ref, cases[r.IntN(len(cases))])
		case "unmerge":
			return name, town.Unmerge(ctx, Clerk(), ref)
		case "split":
			p := casework.Parting{Part: town.Filing("另一件"), Title: "剩下的", Body: "剩下的"}
			p.Part.Total.Due = town.Docket.Now().Add(5 * 24 * time.Hour)
			_, err := town.Split(ctx, Clerk(), ref, p)
			return name, err
		case "unsplit":
			parts, err := town.Siblings(ctx, Clerk(), id)
			if err != nil || len(parts) == 0 {
				return name, fault.New(fault.Conflict, "fault.not_split")
			}
			return name, town.Unsplit(ctx, Clerk(), refOf(parts[len(parts)-1].ID))
		case "dossier":
			_, err := town.Dossier(ctx, worker, id)
			return name, err
		default:
			f := town.Filing("又一件")
			f.Total.Due = town.Docket.Now().Add(5 * 24 * time.Hour)
			_, err := town.Docket.Open(ctx, f)
			return name, err
		}
	}
	for _, err := range atOnce(10, func(i int) error {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		for range 200 {
			name, err := run(r)
			switch kind := fault.KindOf(err); {
			case err == nil:
				mu.Lock()
				did[name]++
				mu.Unlock()
			case kind == fault.Internal || kind == fault.Unavailable:
				return err
			}
		}
		return nil
	}) {
		must(t, err)
	}
	t.Log(did)
	for _, order := range []string{"seq", "xid, seq"} {
		var gaps int
		must(t, town.Pool.QueryRow(ctx, `select count(*) from (select state_from, lag(state_to) over (partition by case_id order by `+order+`) as was from event) e where was is not null and state_from <> was`).Scan(&gaps))
		if gaps != 0 {
			t.Errorf("history by %s has %d gaps", order, gaps)
		}
	}
	var wrong int
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select count(*) from cases a join cases b on b.id = a.merged_into and b.state = 'merged'`).Scan(&wrong)
	}))
	if wrong != 0 {
		t.Errorf("%d cases follow a case that follows another", wrong)
	}
	must(t, town.Pool.QueryRow(ctx, `select count(*) from clock k where (k.breached_at is not null) <> exists (select 1 from event e where e.case_id = k.case_id and e.step = 'breach' and e.data->>'clock' = k.name and (e.data->>'leg')::int = k.leg)`).Scan(&wrong))
	if wrong != 0 {
		t.Errorf("%d clocks and breaches disagree", wrong)
	}
	must(t, town.Pool.QueryRow(ctx, `select count(*) - count(distinct (case_id, data->>'clock', data->>'leg')) from event where step = 'breach'`).Scan(&wrong))
	if wrong != 0 {
		t.Errorf("%d breaches were written twice", wrong)
	}
}
