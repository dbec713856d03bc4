package supervision_test

import (
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/supervision"
)

func linlan(t testing.TB) *routing.City {
	t.Helper()
	city, err := routing.LoadCity(os.DirFS("../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	return city
}

func TestTheWallCountsWhatItsListsShow(t *testing.T) {
	s, city := newScene(t), linlan(t)
	wall := func() supervision.Wall {
		t.Helper()
		now := s.Now()
		s.do(supervision.OnTheWall(s.Now).CatchUpAll(s.ctx, s.Pool))
		w, err := supervision.WallNow(s.ctx, s.Docket, city, caseworktest.Clerk(), time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, s.Zone))
		s.do(err)
		return w
	}
	if w := wall(); w.Waiting+w.Late+w.Today+w.CallBacks+w.Kept+w.Letters+len(w.People)+len(w.Units)+len(w.Surges) != 0 || !w.Longest.IsZero() {
		t.Errorf("an empty hotline: %+v", w)
	}
	first := s.Now()
	sent := s.Send(t, "路灯不亮", caseworktest.Urban)
	s.Pass(10 * time.Minute)
	s.file(func(f *casework.Filing) { f.Urgency = casework.Critical })
	s.Pass(20 * time.Minute)
	s.file(nil)
	answered := s.Answered(t, "井盖响", caseworktest.River)
	w := wall()
	if w.Waiting != 2 || w.Critical != 1 || !w.Longest.Equal(first.Add(10*time.Minute)) || w.Late != 0 || w.CallBacks != 1 {
		t.Errorf("%+v", w)
	}

	// A case that a unit gave back waits since it came back, not since it was filed.
	s.Pass(time.Hour)
	s.Limits = func(_ casework.Case, _ string, from time.Time) (casework.Promise, bool) {
		return casework.Promise{Due: from.Add(24 * time.Hour)}, true
	}
	s.do(s.AskReturn(s.ctx, caseworktest.Worker(caseworktest.Urban), casework.Ref{ID: sent}, "R1", "不属于本单位", "职责清单", ""))
	if w := wall(); w.Asked != 1 || w.AskedLate != 0 {
		t.Errorf("%d requests wait, %d of them too long", w.Asked, w.AskedLate)
	}
	s.Pass(4*24*time.Hour + 22*time.Hour) // Saturday, half an hour before the first of the three is due
	w = wall()
	if w.Late != 0 || w.Today != 3 || w.AskedLate != 1 {
		t.Errorf("on the last day %d are late and %d are due", w.Late, w.Today)
	}
	s.Pass(90 * time.Minute)
	w = wall()
	late, _, err := supervision.LateList(s.ctx, s.Docket, caseworktest.Clerk(), nil, "", 100)
	s.do(err)
	sum := 0
	for _, u := range w.Units {
		sum += u.Late
		if u.Late > 0 && u.Unit != caseworktest.Urban && u.Unit != casework.Hotline {
			t.Errorf("%s has %d late", u.Unit, u.Late)
		}
	}
	if w.Late != len(late) || w.Late != 3 || sum != 3 || w.Today != 0 {
		t.Errorf("the wall says %d late, the list %d, the units %d", w.Late, len(late), sum)
	}
	if c, err := s.Case(s.ctx, casework.System, answered); err != nil || c.State != casework.Replied {
		t.Errorf("%s %v", c.State, err)
	}
	if _, err := supervision.WallNow(s.ctx, s.Docket, city, caseworktest.Worker(caseworktest.Urban), s.Now()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit reads the wall: %v", err)
	}
}

func TestTheWallTellsWhoIsAtWork(t *testing.T) {
	s, city := newScene(t), linlan(t)
	open := s.Open(t, "路灯不亮")
	now := s.Now()
	s.do(pg.InTx(s.ctx, s.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(s.ctx, `
			with a as (insert into account (login, name, password_hash, unit, roles, must_change, created_at) values
				('one', '秦禾', 'none', 'hotline', '{operator}', false, $1), ('two', '陆鸣', 'none', 'hotline', '{callback}', false, $1),
				('three', '白露', 'none', 'hotline', '{privacy}', false, $1), ('four', '经办人', 'none', 'c-urban', '{handler}', false, $1) returning id, login),
			b as (insert into session (token_hash, account, csrf, created_at, seen_at, expires_at)
				select sha256(login::bytea), id, 'x', $1, case login when 'two' then $1::timestamptz - interval '6 minutes' else $1::timestamptz - interval '4 minutes' end, $1::timestamptz + interval '1 hour' from a)
			insert into attention (account, case_id, since, seen_at) select id, $2, $1::timestamptz - interval '2 minutes', $1 from a where login = 'one'`, now, open.ID)
		return err
	}))
	s.do(supervision.OnTheWall(s.Now).CatchUpAll(s.ctx, s.Pool))
	w, err := supervision.WallNow(s.ctx, s.Docket, city, caseworktest.Clerk(), now)
	s.do(err)
	if len(w.People) != 1 || w.People[0].Name != "秦禾" || w.People[0].Number != open.Number || w.People[0].Case != open.ID || now.Sub(w.People[0].Since) != 2*time.Minute {
		t.Errorf("at work: %+v", w.People)
	}
}

func TestAMatterSurgesWhereItStandsOut(t *testing.T) {
	s, city := newScene(t), linlan(t)
	const dumped, loud = "010102", "0303"
	file := func(category, territory string, n int) {
		t.Helper()
		for range n {
			s.file(func(f *casework.Filing) { f.Category, f.Territory = category, territory })
		}
	}
	file(dumped, "990101001", 2) // a week ago, in the same hours
	s.Pass(6*24*time.Hour + 22*time.Hour + time.Minute)
	file(loud, "990101001", 5) // counts for less than two hours
	s.Pass(118 * time.Minute)
	file(dumped, "990101001", 3) // at least 3, but not twice the 2 of a week ago
	surges := func() []supervision.Surge {
		t.Helper()
		s.do(supervision.OnTheWall(s.Now).CatchUpAll(s.ctx, s.Pool))
		w, err := supervision.WallNow(s.ctx, s.Docket, city, caseworktest.Clerk(), s.Now())
		s.do(err)
		return w.Surges
	}
	s.Pass(time.Minute)
	if got := surges(); len(got) != 1 || got[0].Category != loud {
		t.Errorf("%+v", got)
	}
	s.Pass(time.Minute)
	if got := surges(); len(got) != 0 {
		t.Errorf("after two hours: %+v", got)
	}
	file(dumped, "990101001", 1)
	if got := surges(); len(got) != 1 || got[0] != (supervision.Surge{Category: dumped, Territory: "990101001", Now: 4, Most: 2}) {
		t.Errorf("%+v", got)
	}
	// Spread over the streets of a district it is told for the district, without the street that stands out by itself.
	file(dumped, "990101002", 2)
	file(dumped, "990101003", 2)
	if got := surges(); len(got) != 2 || got[0] != (supervision.Surge{Category: dumped, Territory: "990101", Now: 4}) {
		t.Errorf("%+v", got)
	}
	file(loud, "990101001", 1)
	file(loud, "990102001", 1)
	file(loud, "", 1)
	if got := surges(); len(got) != 3 || got[2] != (supervision.Surge{Category: loud, Now: 3, Most: 0}) {
		t.Errorf("%+v", got)
	}
}
