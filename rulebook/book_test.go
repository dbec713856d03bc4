package rulebook_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/rulebook"
	"huiyin/staff"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var now = time.Date(2026, 11, 2, 9, 0, 0, 0, locale.Zone)

func base(t testing.TB) rulebook.Files {
	t.Helper()
	files, err := rulebook.Base(os.DirFS("../demo/city"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// desk is a rulebook on a fresh database with two administrators.
func desk(t *testing.T) (b *rulebook.Book, pool *pgxpool.Pool, ann, bob int64) {
	t.Helper()
	pool = pgtest.DB(t)
	b = rulebook.New(pool, base(t), func() time.Time { return now })
	rules, err := b.InForce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var units []staff.Unit
	for i, u := range rules.City.Units() {
		units = append(units, staff.Unit{Code: u.Code, NameZh: u.Name.ZH, Level: string(u.Level), Parent: u.Parent, Active: true, Position: i})
	}
	if err := staff.SyncUnits(t.Context(), pool, units); err != nil {
		t.Fatal(err)
	}
	return b, pool, account(t, pool, "ann", casework.Hotline, casework.Admin), account(t, pool, "bob", casework.Hotline, casework.Admin)
}

func account(t *testing.T, pool *pgxpool.Pool, login string, unit casework.UnitCode, role casework.Role) (id int64) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `insert into account (login, name, password_hash, unit, roles, created_at) values ($1, $1, 'none', $2, $3, now()) returning id`, login, unit, []casework.Role{role}).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func is(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.KeyOf(err) != key {
		t.Errorf("err = %v, want %s %s", err, kind, key)
	}
}

// longer is the policy with ten working days for complaints.
func longer(t testing.TB) []byte {
	return bytes.Replace(base(t)[rulebook.PolicyFile], []byte("complaint: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 5wd"), []byte("complaint: {dispatch: 1wd, sign: 1wd, contact: 1wd, handle: 10wd"), 1)
}

func TestAVersionComesInForceByTwoPersonsAndStays(t *testing.T) {
	b, pool, ann, bob := desk(t)
	ctx := t.Context()
	if err := b.Save(ctx, ann, rulebook.PolicyFile, longer(t), "十个工作日", rulebook.BasedOn{}); err != nil {
		t.Fatal(err)
	}
	d, err := b.Draft(ctx, rulebook.PolicyFile)
	if err != nil || d == nil || d.AuthorName != "ann" {
		t.Fatal(d, err)
	}
	is(t, b.PutInForce(ctx, ann, d.ID, "我自己看过"), fault.Forbidden, "fault.rule_second_person")
	if n, _ := b.Edition(ctx); n != 0 {
		t.Error("in force by one person")
	}
	if err := b.PutInForce(ctx, bob, d.ID, ""); err != nil {
		t.Fatal(err)
	}
	is(t, b.PutInForce(ctx, bob, d.ID, ""), fault.Conflict, "fault.rule_draft_ended")
	is(t, b.Discard(ctx, bob, d.ID), fault.Conflict, "fault.rule_draft_ended")

	again := rulebook.New(pool, base(t), time.Now) // as after a restart
	rules, err := again.InForce(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := rules.Terms.Policy.Kinds[casework.Complaint].Handle.WorkingDays; got != 10 || rules.Edition == 0 || rules.City.Version == "2026.1" || !strings.Contains(rules.Terms.Policy.ID(), "+") {
		t.Errorf("in force: %d days, edition %d, city %s, policy %s", got, rules.Edition, rules.City.Version, rules.Terms.Policy.ID())
	}
	list, err := again.History(ctx, rulebook.PolicyFile)
	if err != nil || len(list) != 2 || list[0].Version != 1 || list[0].Author != "ann" || list[0].Confirmer != "bob" || list[0].Note != "十个工作日" || list[1].Version != 0 {
		t.Errorf("history %+v, %v", list, err)
	}
	for version, want := range map[int][]byte{0: base(t)[rulebook.PolicyFile], 1: longer(t)} {
		if got, err := again.Content(ctx, rulebook.PolicyFile, version); err != nil || !bytes.Equal(got, want) {
			t.Errorf("version %d is another text (%v)", version, err)
		}
	}
	for _, sql := range []string{`update rule_version set content = ''`, `delete from rule_version`, `truncate rule_version`, `delete from rule_draft`} {
		if _, err := pool.Exec(ctx, sql); pg.State(err) != "42501" {
			t.Errorf("%s: %v, want it forbidden", sql, err)
		}
	}
}

func TestOneAdministratorAloneGivesAReason(t *testing.T) {
	b, pool, ann, bob := desk(t)
	ctx := t.Context()
	if _, err := pool.Exec(ctx, `update account set disabled_at = now() where id = $1`, bob); err != nil {
		t.Fatal(err)
	}
	if err := b.Save(ctx, ann, rulebook.PolicyFile, longer(t), "x", rulebook.BasedOn{}); err != nil {
		t.Fatal(err)
	}
	d, _ := b.Draft(ctx, rulebook.PolicyFile)
	is(t, b.PutInForce(ctx, ann, d.ID, "  "), fault.Invalid, "fault.rule_reason")
	if err := b.PutInForce(ctx, ann, d.ID, "只有一名管理员"); err != nil {
		t.Fatal(err)
	}
	if list, _ := b.History(ctx, rulebook.PolicyFile); list[0].Reason != "只有一名管理员" {
		t.Errorf("%+v", list[0])
	}
}

func TestDraftsDoNotOverwriteEachOther(t *testing.T) {
	b, _, ann, bob := desk(t)
	ctx := t.Context()
	save := func(who int64, on rulebook.BasedOn) error {
		return b.Save(ctx, who, rulebook.PolicyFile, append(longer(t), []byte("# "+time.Now().String())...), "x", on)
	}
	is(t, b.Save(ctx, ann, rulebook.PolicyFile, base(t)[rulebook.PolicyFile], "x", rulebook.BasedOn{}), fault.Invalid, "fault.rule_same")
	is(t, b.Save(ctx, ann, rulebook.PolicyFile, longer(t), " ", rulebook.BasedOn{}), fault.Invalid, "fault.rule_note")
	is(t, b.Save(ctx, ann, "passwords.csv", longer(t), "x", rulebook.BasedOn{}), fault.NotFound, "fault.rule_unknown")
	if err := save(ann, rulebook.BasedOn{}); err != nil {
		t.Fatal(err)
	}
	is(t, save(bob, rulebook.BasedOn{}), fault.Conflict, "fault.rule_draft_open")
	is(t, save(ann, rulebook.BasedOn{}), fault.Conflict, "fault.rule_moved") // a form from before her own draft
	d, _ := b.Draft(ctx, rulebook.PolicyFile)
	if err := save(ann, rulebook.BasedOn{Draft: d.ID}); err != nil {
		t.Fatal(err)
	}
	is(t, b.PutInForce(ctx, bob, d.ID, ""), fault.Conflict, "fault.rule_draft_ended") // what bob looked at is not what stands now
	d, _ = b.Draft(ctx, rulebook.PolicyFile)
	if err := b.Discard(ctx, bob, d.ID); err != nil {
		t.Fatal(err)
	}
	if d, err := b.Draft(ctx, rulebook.PolicyFile); d != nil || err != nil {
		t.Error(d, err)
	}
}

func TestAMistakeIsToldWithItsPlace(t *testing.T) {
	b, _, ann, _ := desk(t)
	files := base(t)
	for name, c := range map[string]struct {
		from, to string
		line     int
	}{
		"units.csv":          {"c-gongan,gongan,临澜市公安局,Linlan Public Security Bureau,市公安局|公安局,city", "c-gongan,gongan,临澜市公安局,Linlan Public Security Bureau,市公安局|公安局,village", 3},
		"duties.csv":         {"chengguan,0101,lead", "chengguan,0101,leads", 2},
		"rules.yaml":         {"preselect_at: 0.60", "preselect_at: much", 4},
		"policy.yaml":        {"start_rule: next_workday", "start_rule: tomorrow", 7},
		"holidays-2026.json": {`"year": 2026`, `"year": 2025`, 0},
		"texts.yaml":         {"zh: 政策解答", "zh: ''", 0},
	} {
		changed := bytes.Replace(files[name], []byte(c.from), []byte(c.to), 1)
		if bytes.Equal(changed, files[name]) {
			t.Errorf("%s: %q is not there", name, c.from)
			continue
		}
		var m rulebook.Mistake
		err := b.Save(context.Background(), ann, name, changed, "x", rulebook.BasedOn{})
		if !errors.As(err, &m) || c.line != 0 && (m.Line != c.line || m.File != name) {
			t.Errorf("%s: %+v (%v), want line %d", name, m, err, c.line)
		}
	}
}

func TestAUnitWithPeopleIsNotRetired(t *testing.T) {
	b, pool, ann, bob := desk(t)
	ctx := t.Context()
	const street = "s-linjiang-xiangyang"
	account(t, pool, "li.na", street, casework.Liaison)
	table, err := rulebook.ReadTable("units.csv", base(t)["units.csv"])
	if err != nil {
		t.Fatal(err)
	}
	rows := table.Find(street)
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	if err := b.Save(ctx, ann, "units.csv", table.Without(rows[0]), "合并", rulebook.BasedOn{}); err != nil {
		t.Fatal(err)
	}
	d, _ := b.Draft(ctx, "units.csv")
	rules, err := b.Try(ctx, "units.csv", []byte(d.Content))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := b.Bereft(ctx, rules); err != nil || len(left) != 1 || left[0].Unit != street || left[0].Accounts != 1 {
		t.Errorf("%+v, %v", left, err)
	}
	is(t, b.PutInForce(ctx, bob, d.ID, ""), fault.Conflict, "fault.rule_unit_busy")
}

func TestACitysOwnDirectoryWins(t *testing.T) {
	city := fstest.MapFS{"policy.yaml": {Data: longer(t)}, "README.md": {Data: []byte("x")}, "rules.yaml": {Data: []byte("version: x")}}
	files, err := rulebook.Base(city)
	if err != nil || !bytes.Equal(files["policy.yaml"], longer(t)) || string(files["rules.yaml"]) != "version: x" || files["README.md"] != nil || files["holidays-2026.json"] == nil {
		t.Error(err, files.Names())
	}
}

// Applying a comparison to the old text gives the new one.
func TestACompareShowsEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) []byte {
			return []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 0, 12).Draw(t, label), "\n"))
		}
		before, after := text("before"), text("after")
		var went, came int
		for _, l := range rulebook.Compare(before, after) {
			switch l.Sign {
			case '-':
				went++
			case '+':
				came++
			}
		}
		count := func(b []byte) int {
			s := strings.TrimSuffix(string(b), "\n")
			if s == "" {
				return 0
			}
			return strings.Count(s, "\n") + 1
		}
		if count(before)-went+came != count(after) {
			t.Fatalf("%q → %q: %d went, %d came", before, after, went, came)
		}
	})
}

// A row that is set reads back as it was given, and all others stay as they were.
func TestARowIsSetAndTheOthersStay(t *testing.T) {
	content := []byte("\xef\xbb\xbfa,b\r\n1,\"x\ny\"\n2,z\n\n3,\"q\"\n")
	table, err := rulebook.ReadTable("t.csv", content)
	if err != nil || len(table.Rows) != 3 || table.Rows[2].Line != 6 {
		t.Fatal(table, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, 2).Draw(t, "row")
		value := rapid.StringMatching(`[a-z",\n ]{1,8}`).Draw(t, "value")
		changed, err := rulebook.ReadTable("t.csv", table.Set(table.Rows[at], []string{"k", value}))
		if err != nil || len(changed.Rows) != 3 {
			t.Fatal(changed, err)
		}
		for i, r := range changed.Rows {
			want := table.Rows[i].Values[1]
			if i == at {
				want = value
			}
			if r.Values[1] != want {
				t.Fatalf("row %d: %q, want %q", i, r.Values[1], want)
			}
		}
	})
	more, err := rulebook.ReadTable("t.csv", table.Add([]string{"4", "n"}))
	if err != nil || len(more.Rows) != 4 || more.Rows[3].Values[0] != "4" {
		t.Error(more, err)
	}
}
