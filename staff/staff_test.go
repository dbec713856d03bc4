package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const good = "harbour-lantern-42"

var city = []Unit{
	{Code: "hotline", NameZh: "热线", NameEn: "Hotline", Level: "hotline", Active: true},
	{Code: "c-chengguan", NameZh: "城管局", NameEn: "Urban Management", Level: "city", Active: true, Position: 1},
	{Code: "d-linjiang", NameZh: "临江区", NameEn: "Linjiang", Level: "district", Active: true, Position: 2},
	{Code: "s-linjiang-xiangyang", NameZh: "向阳街道", NameEn: "Xiangyang", Level: "street", Parent: "d-linjiang", Territory: "990101001", Active: true, Position: 3},
}

// house is a register on a fresh database with the city's units, one account and a clock the test moves.
type house struct {
	*Register
	pool *pgxpool.Pool
	now  time.Time
}

func open(t *testing.T) (*house, context.Context) {
	t.Helper()
	ctx := context.Background()
	h := &house{pool: pgtest.DB(t), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h.Register = newRegister(h.pool, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	h.Now = func() time.Time { return h.now }
	if err := SyncUnits(ctx, h.pool, city); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Add(ctx, CommandLine, NewAccount{Login: "Li.Na", Name: "李娜", Unit: "d-linjiang", Roles: []casework.Role{casework.Liaison}, Password: good}); err != nil {
		t.Fatal(err)
	}
	return h, ctx
}

func is(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || key != "" && fault.KeyOf(err) != key {
		t.Errorf("%s: err = %v, want %s %s", what, err, kind, key)
	}
}

func TestSignedInActsForTheUnitAndThoseBelow(t *testing.T) {
	h, ctx := open(t)
	s, err := h.SignIn(ctx, " LI.NA ", good, []byte("peer"))
	if err != nil {
		t.Fatal(err)
	}
	a, got, err := h.BySession(ctx, s.Token)
	if err != nil {
		t.Fatal(err)
	}
	if a.Login != "li.na" || !a.Has(casework.Liaison) || a.Has(casework.Admin) || got.CSRF != s.CSRF || got.Token != "" {
		t.Errorf("account %+v, session of %v", a, got)
	}
	if !got.CheckCSRF(s.CSRF) || got.CheckCSRF("") || (Session{}).CheckCSRF("") {
		t.Error("CSRF check")
	}
	actor, err := h.Actor(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	want := casework.Actor{Kind: casework.ByStaff, StaffID: a.ID, Unit: "d-linjiang", Roles: []casework.Role{casework.Liaison}, Units: []casework.UnitCode{"d-linjiang", "s-linjiang-xiangyang"}}
	if d := cmp.Diff(want, actor); d != "" {
		t.Error(d)
	}
	if err := h.SignOut(ctx, s.Token); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.BySession(ctx, s.Token)
	is(t, "after sign-out", err, fault.Unauthorized, "fault.session")
	for _, token := range []string{"", "x", s.CSRF} {
		_, _, err = h.BySession(ctx, token)
		is(t, "token "+token, err, fault.Unauthorized, "fault.session")
	}
	var stored int
	if err := h.pool.QueryRow(ctx, `select count(*) from session where encode(token_hash, 'escape') like '%' || $1 || '%'`, s.Token).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the token itself is stored: %d, %v", stored, err)
	}
}

func TestSessionEndsWhenIdleAndAfterTwelveHours(t *testing.T) {
	h, ctx := open(t)
	s, err := h.SignIn(ctx, "li.na", good, nil)
	if err != nil {
		t.Fatal(err)
	}
	start := h.now
	for h.now.Sub(start)+25*time.Minute < AbsoluteLimit { // a busy day: never idle for half an hour
		h.now = h.now.Add(25 * time.Minute)
		if _, _, err := h.BySession(ctx, s.Token); err != nil {
			t.Fatalf("after %s: %v", h.now.Sub(start), err)
		}
	}
	h.now = start.Add(AbsoluteLimit)
	_, _, err = h.BySession(ctx, s.Token)
	is(t, "after twelve hours", err, fault.Unauthorized, "fault.session")

	s, err = h.SignIn(ctx, "li.na", good, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(IdleLimit)
	_, _, err = h.BySession(ctx, s.Token)
	is(t, "after half an hour idle", err, fault.Unauthorized, "fault.session")
	h.now = h.now.Add(48 * time.Hour)
	if n, err := h.Sweep(ctx); err != nil || n != 4 { // two sessions, two attempts
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if n, err := h.Sweep(ctx); err != nil || n != 0 {
		t.Errorf("second Sweep = %d, %v", n, err)
	}
}

func TestFewRequestsWrite(t *testing.T) {
	h, ctx := open(t)
	s, err := h.SignIn(ctx, "li.na", good, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ after, seen time.Duration }{{0, 0}, {30 * time.Second, 0}, {59 * time.Second, 0}, {61 * time.Second, 61 * time.Second}, {90 * time.Second, 61 * time.Second}} {
		h.now = s.CreatedAt.Add(c.after)
		if _, _, err := h.BySession(ctx, s.Token); err != nil {
			t.Fatal(err)
		}
		var seen time.Time
		if err := h.pool.QueryRow(ctx, `select seen_at from session`).Scan(&seen); err != nil || !seen.Equal(s.CreatedAt.Add(c.seen)) {
			t.Errorf("after %s: seen %s, %v", c.after, seen.Sub(s.CreatedAt), err)
		}
	}
}

func TestSignInTellsNothingAndLocks(t *testing.T) {
	h, ctx := open(t)
	if err := h.Disable(ctx, CommandLine, "li.na"); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range []struct{ login, password string }{{"li.na", good}, {"nobody", good}, {"", ""}} {
		_, err := h.SignIn(ctx, c.login, c.password, nil)
		is(t, c.login, err, fault.Unauthorized, "fault.sign_in")
		texts = append(texts, err.Error())
	}
	if texts[0] != texts[1] || texts[1] != texts[2] {
		t.Errorf("the errors differ: %q", texts)
	}
	if err := h.Enable(ctx, CommandLine, "li.na"); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(time.Hour)
	for _, login := range []string{"li.na", "nobody"} {
		for i := range MaxPerLogin {
			_, err := h.SignIn(ctx, login, "wrong", []byte(login))
			is(t, fmt.Sprint(login, i), err, fault.Unauthorized, "fault.sign_in")
		}
		_, err := h.SignIn(ctx, login, good, []byte("elsewhere"))
		is(t, login+" locked even with the right password", err, fault.TooMany, "fault.sign_in_locked")
	}
	h.now = h.now.Add(GuardWindow)
	if _, err := h.SignIn(ctx, "li.na", good, nil); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestRightPasswordEndsTheCountOfItsLoginOnly(t *testing.T) {
	h, ctx := open(t)
	peer := []byte("peer")
	wrong := 0
	for wrong < MaxPerPeer {
		for range MaxPerLogin - 1 {
			_, err := h.SignIn(ctx, "li.na", "wrong", peer)
			is(t, "wrong", err, fault.Unauthorized, "")
			wrong++
		}
		if wrong < MaxPerPeer {
			if _, err := h.SignIn(ctx, "li.na", good, peer); err != nil {
				t.Fatalf("right after %d wrong: %v", wrong, err)
			}
		}
	}
	_, err := h.SignIn(ctx, "somebody", good, peer)
	is(t, "peer locked", err, fault.TooMany, "")
	if _, err := h.SignIn(ctx, "li.na", good, []byte("other peer")); err != nil {
		t.Errorf("other peer: %v", err)
	}
}

func TestGuessesSentAtOnceAllCount(t *testing.T) {
	h, ctx := open(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	kinds := map[fault.Kind]int{}
	for i := range 30 {
		wg.Go(func() {
			_, err := h.SignIn(ctx, "li.na", fmt.Sprint("guess", i), []byte{byte(i)})
			mu.Lock()
			defer mu.Unlock()
			kinds[fault.KindOf(err)]++
		})
	}
	wg.Wait()
	if kinds[fault.Unauthorized] != MaxPerLogin || kinds[fault.TooMany] != 30-MaxPerLogin {
		t.Errorf("answers: %v", kinds)
	}
}

func TestNoMoreThanTwoHashesAtOnce(t *testing.T) {
	h, ctx := open(t)
	for range hashesAtOne {
		if _, err := h.enter(ctx); err != nil {
			t.Fatal(err)
		}
	}
	late, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err := h.hash(late, good)
	is(t, "third", err, fault.Unavailable, "")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cause: %v", err)
	}
}

func TestNewPasswordEndsSessions(t *testing.T) {
	h, ctx := open(t)
	s, err := h.SignIn(ctx, "li.na", good, nil)
	if err != nil {
		t.Fatal(err)
	}
	is(t, "wrong old", h.ChangePassword(ctx, s.Account, "wrong", "river-stone-bridge"), fault.Invalid, "fault.password_old")
	is(t, "the same", h.ChangePassword(ctx, s.Account, good, good), fault.Invalid, "fault.password_same")
	is(t, "too short", h.ChangePassword(ctx, s.Account, good, "short"), fault.Invalid, "fault.password_short")
	if _, _, err := h.BySession(ctx, s.Token); err != nil {
		t.Fatalf("session ended without a change: %v", err)
	}
	if err := h.ChangePassword(ctx, s.Account, good, "river-stone-bridge"); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.BySession(ctx, s.Token)
	is(t, "old session", err, fault.Unauthorized, "")
	_, err = h.SignIn(ctx, "li.na", good, nil)
	is(t, "old password", err, fault.Unauthorized, "")
	s, err = h.SignIn(ctx, "li.na", "river-stone-bridge", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.SetPassword(ctx, CommandLine, "Li.Na", "another-lantern-7", true); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.BySession(ctx, s.Token)
	is(t, "session after reset", err, fault.Unauthorized, "")
	s, err = h.SignIn(ctx, "li.na", "another-lantern-7", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, _, err := h.BySession(ctx, s.Token); err != nil || !a.MustChange {
		t.Errorf("after reset: %+v, %v", a, err)
	}
	if err := h.SignOutAll(ctx, s.Account); err != nil {
		t.Fatal(err)
	}
	_, _, err = h.BySession(ctx, s.Token)
	is(t, "after SignOutAll", err, fault.Unauthorized, "")
}

func TestAccountsRefused(t *testing.T) {
	h, ctx := open(t)
	ok := NewAccount{Login: "wang.wei", Name: "王伟", Unit: "hotline", Roles: []casework.Role{casework.Operator}, Password: good}
	for _, c := range []struct {
		name string
		bend func(*NewAccount)
		kind fault.Kind
		key  string
	}{
		{"login taken", func(n *NewAccount) { n.Login = "LI.NA" }, fault.Conflict, "fault.login_taken"},
		{"login of spaces", func(n *NewAccount) { n.Login = "a b" }, fault.Invalid, "fault.login_form"},
		{"login in Han", func(n *NewAccount) { n.Login = "王伟" }, fault.Invalid, "fault.login_form"},
		{"no such unit", func(n *NewAccount) { n.Unit = "moon" }, fault.Invalid, "fault.account_unit"},
		{"no role", func(n *NewAccount) { n.Roles = nil }, fault.Invalid, "fault.role_missing"},
		{"role of nobody", func(n *NewAccount) { n.Roles = []casework.Role{"king"} }, fault.Invalid, "fault.role_unknown"},
		{"resident", func(n *NewAccount) { n.Roles = []casework.Role{casework.ResidentRole} }, fault.Invalid, "fault.role_unknown"},
		{"system", func(n *NewAccount) { n.Roles = []casework.Role{casework.SystemRole} }, fault.Invalid, "fault.role_unknown"},
		{"weak password", func(n *NewAccount) { n.Password = "wang.wei2026" }, fault.Invalid, "fault.password_common"},
	} {
		n := ok
		c.bend(&n)
		_, err := h.Add(ctx, CommandLine, n)
		is(t, c.name, err, c.kind, c.key)
	}
	all, err := h.List(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("List = %v, %v", all, err)
	}
	for _, err := range []error{
		h.SetPassword(ctx, CommandLine, "nobody", good, false), h.Disable(ctx, CommandLine, "nobody"), h.Enable(ctx, CommandLine, "nobody"),
		h.SetRoles(ctx, CommandLine, "nobody", casework.Roles),
	} {
		is(t, "nobody", err, fault.NotFound, "fault.account_unknown")
	}
}

func TestHistoryOfAccountsIsAppendOnly(t *testing.T) {
	h, ctx := open(t)
	boss, err := h.Add(ctx, CommandLine, NewAccount{Login: "boss", Unit: "hotline", Roles: []casework.Role{casework.Admin}, Password: good})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		h.SetRoles(ctx, boss.ID, "li.na", []casework.Role{casework.Handler, casework.Leader}),
		h.Disable(ctx, boss.ID, "li.na"), h.Enable(ctx, boss.ID, "li.na"), h.SetPassword(ctx, boss.ID, "li.na", "river-stone-bridge", true),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := h.pool.Query(ctx, `
		select h.change || ' ' || array_to_string(h.roles, '+') || ' by ' || coalesce(b.login, 'command line')
		from account_history h join account a on a.id = h.account left join account b on b.id = h.changed_by where a.login = 'li.na' order by h.seq`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	want := []string{"added liaison by command line", "roles handler+leader by boss", "disabled handler+leader by boss", "enabled handler+leader by boss", "password handler+leader by boss"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, sql := range []string{`update account_history set change = 'enabled'`, `delete from account_history`, `truncate account_history`, `delete from account`} {
		if _, err := h.pool.Exec(ctx, sql); pg.State(err) != "42501" {
			t.Errorf("%s: %v, want it forbidden", sql, err)
		}
	}
	names, err := Names(ctx, h.pool, []int64{boss.ID, 99})
	if err != nil || len(names) != 1 || names[boss.ID] != "boss" {
		t.Errorf("Names = %v, %v", names, err)
	}
}

func TestSyncUnitsFollowsTheFiles(t *testing.T) {
	h, ctx := open(t)
	fewer := slices.Clone(city[:3])
	fewer[1].NameEn = "City Management"
	for range 2 {
		if err := SyncUnits(ctx, h.pool, fewer); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Units(ctx, h.pool)
	if err != nil {
		t.Fatal(err)
	}
	gone := city[3]
	gone.Active = false
	if d := cmp.Diff(append(slices.Clone(fewer), gone), got); d != "" {
		t.Error(d)
	}
	for name, bad := range map[string][]Unit{
		"unknown parent": {{Code: "a", Level: "city", Parent: "z"}},
		"circle":         {{Code: "a", Level: "city", Parent: "b"}, {Code: "b", Level: "city", Parent: "a"}},
		"own parent":     {{Code: "a", Level: "city", Parent: "a"}},
		"twice":          {{Code: "a", Level: "city"}, {Code: "a", Level: "city"}},
		"no code":        {{Level: "city"}},
	} {
		is(t, name, SyncUnits(ctx, h.pool, bad), fault.Invalid, "fault.unit_tree")
	}
	slices.Reverse(fewer)
	if err := SyncUnits(ctx, h.pool, append([]Unit{city[3]}, fewer...)); err != nil {
		t.Errorf("a child before its parent: %v", err)
	}
}

func TestSecretsStayOutOfLogs(t *testing.T) {
	s := Session{Token: "tttt", CSRF: "cccc", Account: 7}
	if got := s.LogValue().String(); strings.Contains(got, "tttt") || strings.Contains(got, "cccc") {
		t.Error(got)
	}
}

func TestRolesFitTheUnit(t *testing.T) {
	h, ctx := open(t)
	add := func(login string, unit casework.UnitCode, roles ...casework.Role) error {
		_, err := h.Add(ctx, CommandLine, NewAccount{Login: login, Unit: unit, Roles: roles, Password: good})
		return err
	}
	is(t, "a handler at the hotline", add("a.a", "hotline", casework.Operator, casework.Handler), fault.Invalid, "fault.role_of_units")
	is(t, "an operator of a department", add("b.b", "c-chengguan", casework.Liaison, casework.Operator), fault.Invalid, "fault.role_of_hotline")
	is(t, "an administrator of a street", add("c.c", "s-linjiang-xiangyang", casework.Admin), fault.Invalid, "fault.role_of_hotline")
	is(t, "li.na as a dispatcher", h.SetRoles(ctx, CommandLine, "li.na", []casework.Role{casework.Dispatcher}), fault.Invalid, "fault.role_of_hotline")
	is(t, "li.na to the hotline as a liaison", h.SetPost(ctx, CommandLine, "li.na", "hotline", []casework.Role{casework.Liaison}), fault.Invalid, "fault.role_of_units")
	is(t, "li.na to nowhere", h.SetPost(ctx, CommandLine, "li.na", "moon", []casework.Role{casework.Liaison}), fault.Invalid, "fault.account_unit")
	a, err := h.Find(ctx, "LI.NA")
	if err != nil || a.Unit != "d-linjiang" || !slices.Equal(a.Roles, []casework.Role{casework.Liaison}) {
		t.Errorf("after refusals: %+v, %v", a, err)
	}
}

func TestSomebodyCanAlwaysAdminister(t *testing.T) {
	h, ctx := open(t)
	boss, err := h.Add(ctx, CommandLine, NewAccount{Login: "boss", Name: "管理员", Unit: "hotline", Roles: []casework.Role{casework.Admin}, Password: good})
	if err != nil {
		t.Fatal(err)
	}
	is(t, "the last one locks herself out", h.Disable(ctx, boss.ID, "boss"), fault.Conflict, "fault.last_admin")
	is(t, "the last one lays it down", h.SetRoles(ctx, boss.ID, "boss", []casework.Role{casework.Operator}), fault.Conflict, "fault.last_admin")
	if err := h.SetPost(ctx, boss.ID, "li.na", "hotline", []casework.Role{casework.Admin, casework.Operator}); err != nil {
		t.Fatal(err)
	}
	if err := h.Disable(ctx, boss.ID, "boss"); err != nil {
		t.Fatal(err)
	}
	if n, err := Administrators(ctx, h.pool); n != 1 || err != nil {
		t.Errorf("%d administrators, %v", n, err)
	}
	a, err := h.Find(ctx, "li.na")
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.History(ctx, a.ID)
	if err != nil || len(list) != 3 || list[0].What != "roles" || list[1].What != "unit" || list[1].By != "管理员" || list[1].Unit != "hotline" || list[2].By != "" || list[2].Unit != "d-linjiang" {
		t.Errorf("history %+v, %v", list, err)
	}
}
