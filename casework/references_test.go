package casework_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/pg"
	"huiyin/pg/pgtest"
)

// The rows of a filing carry no reference that the database checks: only this package writes them.
func TestOnlyCaseworkWritesTheRowsOfAFiling(t *testing.T) {
	writes := regexp.MustCompile(`(?i)insert\s+into\s+(cases|clock|person|tracking|submission|event)\b`)
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if writes.Match(text) {
			seen++
			if filepath.Dir(path) != filepath.Join("..", "casework") {
				t.Errorf("%s writes %s", path, writes.FindString(string(text)))
			}
		}
		return nil
	})
	if err != nil || seen < 3 {
		t.Fatalf("%d files write, error %v", seen, err)
	}
}

func TestEveryRowOfAFilingNamesItsCase(t *testing.T) {
	town := caseworktest.New(t)
	var filings []casework.Filing
	for range 40 {
		filings = append(filings, town.Filing("一起来的"))
	}
	_, errs := together(t, town, filings)
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := town.OpenAll(t.Context(), []casework.Filing{town.Filing("一"), town.Filing("二")}); err != nil {
		t.Fatal(err)
	}
	owner := pgtest.OwnerPool(t)
	for _, table := range []string{"clock", "person", "tracking", "submission", "event"} {
		var rows, orphans int
		if err := owner.QueryRow(t.Context(), `select count(*), count(*) filter (where c.id is null) from `+table+` x left join cases c on c.id = x.case_id`).Scan(&rows, &orphans); err != nil {
			t.Fatal(err)
		}
		if rows != 42 || orphans != 0 {
			t.Errorf("%s has %d rows, %d of them of no case", table, rows, orphans)
		}
	}
}

func TestWhatComesAfterAFilingMustNameACase(t *testing.T) {
	town := caseworktest.New(t)
	town.Open(t, "路灯不亮")
	owner := pgtest.OwnerPool(t)
	for what, sql := range map[string]string{
		"a step":           `insert into event (case_id, at, step, state_to, actor, round, leg) values (gen_random_uuid(), now(), 'accept', 'accepted', 'staff', 1, 0)`,
		"a unit's clock":   `insert into clock (case_id, name, leg, started_at, due_at, original_due_at, policy, calendar) values (gen_random_uuid(), 'sign', 1, now(), now(), now(), '', '')`,
		"a message":        `insert into submission (key, case_id, channel, verdict, received_at) values (sha256('x'), gen_random_uuid(), 'email', 'reply', now())`,
		"an unknown owner": `update cases set owner_unit = 'nobody'`,
		"a deletion":       `delete from cases`,
		"a new number":     `update cases set id = gen_random_uuid()`,
		"a unit's end":     `delete from unit`,
		"a unit's rename":  `update unit set code = code || '-'`,
	} {
		if _, err := owner.Exec(t.Context(), `begin; select set_config('huiyin.scope', 'system', true); `+sql+`; commit`); pg.State(err) != "23503" && pg.State(err) != "23001" { // a reference that leads nowhere, a restriction
			t.Errorf("%s: %v", what, err)
		}
	}
}
