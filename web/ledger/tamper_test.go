package ledger_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"huiyin/casework"
	"huiyin/translog"
	"huiyin/translog/verify"
	"huiyin/translog/witness"
)

// tamper is what the keeper of the database could do by hand: triggers do not hold the owner.
func (h *house) tamper(sql string, args ...any) {
	h.t.Helper()
	conn, err := h.owner.Acquire(context.Background())
	must(h.t, err)
	defer conn.Release()
	for _, table := range []string{"event", "log_entry", "log_hash", "log_checkpoint", "month_report", "month_day", "text_model", "rule_version"} {
		_, err := conn.Exec(h.t.Context(), `alter table `+table+` disable trigger user`)
		must(h.t, err)
	}
	_, err = conn.Exec(h.t.Context(), `set huiyin.scope = 'system'`)
	must(h.t, err)
	tag, err := conn.Exec(h.t.Context(), sql, args...)
	must(h.t, err)
	if tag.RowsAffected() == 0 && sql != "delete from log_record" {
		h.t.Fatalf("nothing was changed by %s", sql)
	}
	_, err = conn.Exec(h.t.Context(), `reset all`)
	must(h.t, err)
}

func TestAnHonestInstallationIsVerified(t *testing.T) {
	h := build(t).live(14)
	first := h.head()
	h.Pass(time.Hour)
	h.Open(t, "又一件")
	h.settle()
	rules := map[string][]byte{"duties.csv": []byte("a"), "policy.yaml": []byte("b")}
	for i, want := range []int{2, 0, 1} { // entered once; a file that the city changed by hand is another version of it
		if i == 2 {
			rules["policy.yaml"] = []byte("c")
		}
		if n, err := h.log.SweepRules(t.Context(), rules); err != nil || n != want {
			t.Errorf("%d versions of the rules were entered, want %d: %v", n, want, err)
		}
	}
	r := h.verify(verify.Options{Since: [][]byte{first}})
	if r.Entries["rules"] != 3 {
		t.Errorf("entries %v", r.Entries)
	}
	if !r.OK() {
		t.Fatalf("found wrong: %q", r.Mismatches)
	}
	if len(r.Months) != 1 || r.Months[0].Month != "2026-11" || r.Months[0].Figures < 40 || r.Months[0].Rows < 28 {
		t.Errorf("months %+v", r.Months)
	}
	if r.Entries["event"] < 14*4 || r.Entries["row"] != r.Months[0].Rows || r.Entries["month"] != 1 {
		t.Errorf("entries %v", r.Entries)
	}
}

// TestEachTamperingIsFoundAndNamed plays the keeper of the database.
func TestEachTamperingIsFoundAndNamed(t *testing.T) {
	for name, one := range map[string]struct {
		do    func(h *house)
		named string
	}{
		"an entry is changed": {func(h *house) {
			h.tamper(`update log_entry set entry = convert_to(replace(convert_from(entry, 'utf8'), '2026', '2025'), 'utf8') where idx = 3`)
		}, "do not give the root"},
		"an entry is dropped": {func(h *house) {
			h.tamper(`with gone as (delete from log_event where idx = 5) delete from log_entry where idx = 5`)
		}, "are missing"},
		"a reply is backdated": {func(h *house) {
			h.tamper(`update event set at = at - interval '3 days' where step = 'reply' and case_id = $1`, h.cases[0])
		}, "changed or dropped in the database"},
		"a step is dropped": {func(h *house) { h.tamper(`delete from event where step = 'sign' and case_id = $1`, h.cases[1]) }, "changed or dropped in the database"},
		"a case is dropped": {func(h *house) { h.tamper(`delete from event where case_id = $1`, h.cases[2]) }, "changed or dropped in the database"},
		"what a step says is changed": {func(h *house) {
			h.tamper(`update event set data = data || '{"x": 1}' where step = 'dispatch' and case_id = $1`, h.cases[0])
		}, "changed or dropped in the database"},
		"another person took the step": {func(h *house) {
			h.tamper(`update event set staff_id = staff_id + 1 where step = 'sign' and case_id = $1`, h.cases[0])
		}, "changed or dropped in the database"},
		"a published figure is changed": {func(h *house) {
			h.tamper(`update month_report set report = convert_to(regexp_replace(convert_from(report, 'utf8'), '"numerator":\d+', '"numerator":999'), 'utf8')`)
		}, "follows from the rows as"},
		"a closed month is hidden": {func(h *house) { h.tamper(`delete from month_report`) }, "is missing"},
		"a department is hidden": {func(h *house) {
			h.tamper(`update month_report set report = convert_to(replace(convert_from(report, 'utf8'), '"code":"c-urban"', '"code":"c-other"'), 'utf8')`)
		}, "c-urban"},
		"a hash is changed": {func(h *house) { h.tamper(`update log_hash set hash = sha256(hash) where idx = 0`) }, "tile"},
		"the checkpoint is of another": {func(h *house) {
			h.tamper(`update log_tree set size = size - 1`)
			h.tamper(`update log_tree set checkpoint = replace(checkpoint, e'\n' || (size + 1)::text || e'\n', e'\n' || size::text || e'\n')`)
		}, "is not signed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 14
			if name == "a hash is changed" {
				n = 60 // a full tile
			}
			h := build(t).live(n)
			if r := h.verify(verify.Options{}); !r.OK() {
				t.Fatalf("wrong before: %q", r.Mismatches)
			}
			one.do(h)
			if _, err := h.log.SweepAudit(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := h.verify(verify.Options{})
			if r.OK() || !strings.Contains(strings.Join(r.Mismatches, "\n"), one.named) {
				t.Errorf("found %q", r.Mismatches)
			}
		})
	}
}

func TestAnEarlierCheckpointHoldsTheLog(t *testing.T) {
	h := build(t).live(8)
	kept := h.head()
	receipt, err := h.log.Evidence(t.Context(), h.Docket, casework.Resident(h.cases[0]), h.cases[0])
	must(t, err)
	if len(receipt.Steps) < 5 || len(receipt.Broken) != 0 || receipt.Waiting != 0 {
		t.Fatalf("%d steps, %d broken, %d waiting", len(receipt.Steps), len(receipt.Broken), receipt.Waiting)
	}
	raw, err := json.Marshal(receipt)
	must(t, err)
	// The keeper of the database, who has the key too, begins a log anew that says otherwise.
	for _, table := range []string{"month_report", "log_event", "log_record", "log_entry", "log_hash", "log_tree", "log_checkpoint"} {
		h.tamper("delete from " + table)
	}
	h.tamper(`delete from event where step = 'reply' and case_id = $1`, h.cases[0])
	h.tamper(`update follower set xid = '0', seq = 0 where name = 'translog'`)
	h.settle()
	_, err = h.closer.Sweep(t.Context())
	must(t, err)
	for range 3 {
		h.Open(t, "再一件")
	}
	h.settle()
	if r := h.verify(verify.Options{}); !r.OK() {
		t.Fatalf("the forged log is wrong in itself: %q", r.Mismatches)
	}
	r := h.verify(verify.Options{Since: [][]byte{kept}, Receipts: [][]byte{raw}})
	all := strings.Join(r.Mismatches, "\n")
	for _, named := range []string{"an earlier checkpoint", "is no longer what the receipt promised"} {
		if !strings.Contains(all, named) {
			t.Errorf("%q is not named in %q", named, r.Mismatches)
		}
	}
}

// A witness that somebody else runs countersigns what it saw grow, and nothing else: a log that is forked for one reader has no countersignature.
func TestAWitnessCountersignsWhatOnlyGrew(t *testing.T) {
	h := build(t).live(8)
	key, err := witness.NewKey("witness.example.org/huiyin")
	must(t, err)
	head, err := h.log.Head(t.Context())
	must(t, err)
	ours, err := note.NewVerifier(head.Verifier)
	must(t, err)
	serve := func(file string) (*httptest.Server, translog.Witness) {
		s, err := witness.NewServer(key, []note.Verifier{ours}, file, h.Now)
		must(t, err)
		web := httptest.NewServer(s)
		t.Cleanup(web.Close)
		v, err := witness.NewVerifier(key.Verifier())
		must(t, err)
		return web, translog.Witness{URL: web.URL, Key: v}
	}
	file := filepath.Join(t.TempDir(), "seen.json")
	web, w := serve(file)
	if r := h.verify(verify.Options{Witness: []string{key.Verifier()}}); r.OK() {
		t.Error("a log that nobody countersigned passed")
	}
	for i, want := range []int{1, 0, 1} {
		if i == 2 {
			h.Open(t, "又一件")
			h.settle()
			web.Close() // and starts again: it remembers
			_, w = serve(file)
		}
		n, err := h.log.SweepWitnesses(t.Context(), []translog.Witness{w})
		if err != nil || n != want {
			t.Fatalf("%d. %d countersignatures, want %d: %v", i, n, want, err)
		}
	}
	if r := h.verify(verify.Options{Witness: []string{key.Verifier()}}); !r.OK() {
		t.Errorf("countersigned: %q", r.Mismatches)
	}
	other, err := witness.NewKey("other.example.org/huiyin")
	must(t, err)
	if r := h.verify(verify.Options{Witness: []string{other.Verifier()}}); r.OK() {
		t.Error("another witness was taken for having countersigned")
	}
	// The keeper begins the log anew.
	for _, table := range []string{"month_report", "log_event", "log_record", "log_entry", "log_hash", "log_tree", "log_checkpoint"} {
		h.tamper("delete from " + table)
	}
	h.tamper(`update follower set xid = '0', seq = 0 where name = 'translog'`)
	for range 40 {
		h.Open(t, "另一件")
	}
	h.settle()
	if n, err := h.log.SweepWitnesses(t.Context(), []translog.Witness{w}); err == nil || n != 0 {
		t.Errorf("a forked log was countersigned: %d, %v", n, err)
	}
	if r := h.verify(verify.Options{Witness: []string{key.Verifier()}}); r.OK() {
		t.Error("a forked log passed")
	}
}
