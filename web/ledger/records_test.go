package ledger_test

import (
	"encoding/json"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/translog/form"
	"huiyin/translog/verify"
)

// recorded lives on with something of each kind of record: a use of data, a model, a decision on it, a version of the calendar, and a card that was taken back.
func (h *house) recorded() *house {
	h.t.Helper()
	ctx := h.t.Context()
	_, err := h.Reveal(ctx, caseworktest.Clerk(), h.cases[0], []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact, Basis: casework.BasisDuty})
	must(h.t, err)
	h.settle()
	taken := h.Open(h.t, "我撤回").ID
	must(h.t, h.Dispatch(ctx, caseworktest.Clerk(), casework.Ref{ID: taken}, casework.Order{Lead: caseworktest.River, Clocks: h.Clocks()}))
	h.settle()
	must(h.t, h.Docket.Withdraw(ctx, casework.Resident(taken), casework.Ref{ID: taken}))
	h.tamper(`insert into account (login, name, unit, roles, password_hash, created_at) values ('jia', '甲', 'hotline', '{admin}', 'x', now()), ('yi', '乙', 'hotline', '{admin}', 'x', now())`)
	h.tamper(`insert into text_model (made_at, card, comparison, body) values (now(), '{"auto": {"threshold": 0.9}}', '{}', 'weights')`)
	h.tamper(`insert into text_model_switch (model, alone, reason, by, at) select m.id, false, '试用', a.id, now() from text_model m, account a where a.login = 'jia'`)
	h.tamper(`insert into rule_version (name, version, content, note, author, confirmer, drafted_at, at) select 'calendar.yaml', 1, 'holidays: []', '二〇二七年', a.id, b.id, now(), now() from account a, account b where a.login = 'jia' and b.login = 'yi'`)
	h.settle()
	_, err = h.log.SweepRules(ctx, nil)
	must(h.t, err)
	return h
}

func TestWhatIsNoStepEntersTheLogOnce(t *testing.T) {
	h := build(t).live(6).recorded()
	r := h.verify(verify.Options{})
	if !r.OK() || !r.SM2 {
		t.Fatalf("SM2 %v, found %q", r.SM2, r.Mismatches)
	}
	if r.Entries[form.Use] == 0 || r.Entries[form.Model] != 2 || r.Entries[form.Tombstone] < 1 || r.Entries[form.Rules] != 1 {
		t.Errorf("entries %v", r.Entries)
	}
	if n, err := h.log.SweepRecords(t.Context()); err != nil || n != 0 {
		t.Errorf("%d records entered again, %v", n, err)
	}
	if n, err := h.log.SweepAudit(t.Context()); err != nil || n != 0 {
		t.Errorf("%d do not fit, %v", n, err)
	}
}

// The resident opens every use of the own data, and nobody else's.
func TestTheResidentOpensTheUsesOfTheOwnData(t *testing.T) {
	h := build(t).live(6).recorded()
	uses := func(i int) []form.Record {
		e, err := h.log.Evidence(t.Context(), h.Docket, casework.Resident(h.cases[i]), h.cases[i])
		must(t, err)
		raw, err := json.Marshal(e)
		must(t, err)
		if r := h.verify(verify.Options{Receipts: [][]byte{raw}}); !r.OK() {
			t.Errorf("receipt of %d: %q", i, r.Mismatches)
		}
		var all []form.Record
		for _, o := range e.Records {
			var r form.Record
			must(t, json.Unmarshal([]byte(o.Payload), &r))
			all = append(all, r)
		}
		return all
	}
	mine, others := uses(0), uses(1)
	if len(mine) != len(others)+1 {
		t.Errorf("%d uses of the case that was read once more, %d of the other", len(mine), len(others))
	}
	last := mine[len(mine)-1]
	if last.Source != "data_use" || !strings.Contains(string(last.Body), `"purpose":"contact"`) || strings.Contains(string(last.Body), "staff_id") || len(last.Hidden) == 0 {
		t.Errorf("the last use is %s %s", last.Source, last.Body)
	}
}

// More ways in which the keeper of the database could go about it, beside those of steps and months.
func TestTamperingWithRecordsIsFoundAndNamed(t *testing.T) {
	for name, one := range map[string]struct {
		do    func(h *house)
		named string
	}{
		"a use of data is dropped": {func(h *house) { h.tamper(`delete from data_use where purpose = 'contact'`) }, "the use of personal data"},
		"a use of data is altered": {func(h *house) { h.tamper(`update data_use set unit = 'd-river' where purpose = 'contact'`) }, "the use of personal data"},
		"the reader is another":    {func(h *house) { h.tamper(`update data_use set staff_id = staff_id + 1 where purpose = 'contact'`) }, "the use of personal data"},
		"a use is dropped with all": {func(h *house) {
			h.tamper(`with gone as (delete from data_use where purpose = 'contact' returning seq) delete from log_record l using gone where l.source = 'data_use' and l.id = gone.seq::text`)
		}, "the use of personal data"},
		"the card of a model is altered": {func(h *house) { h.tamper(`update text_model set card = '{"auto": {"threshold": 0.1}}'`) }, "the card of a model"},
		"a calendar is altered":          {func(h *house) { h.tamper(`update rule_version set content = 'holidays: [2027-01-04]'`) }, "the version of the rules or calendars"},
		"a tombstone is removed": {func(h *house) {
			h.tamper(`delete from public_card where number is not null and withheld <> ''`)
		}, "tombstone of a public card"},
		"the SM2 signature is broken": {func(h *house) {
			h.tamper(`update log_tree set checkpoint = regexp_replace(checkpoint, '[^\n]+\n$', (select split_part(checkpoint, e'\n', 5) from log_checkpoint order by size limit 1)) || e'\n'`)
		}, "SM2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t).live(6).recorded()
			if r := h.verify(verify.Options{}); !r.OK() {
				t.Fatalf("wrong before: %q", r.Mismatches)
			}
			one.do(h)
			_, err := h.log.SweepAudit(t.Context())
			must(t, err)
			r := h.verify(verify.Options{})
			if r.OK() || !strings.Contains(strings.Join(r.Mismatches, "\n"), one.named) {
				t.Errorf("found %q", r.Mismatches)
			}
		})
	}
}
