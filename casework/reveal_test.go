package casework_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	. "huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/pg"
)

// in puts a case of River into a state, past the steps.
func in(t *testing.T, town *Town, s casework.State) casework.CaseID {
	t.Helper()
	master := town.Open(t, "主件").ID
	id := town.Send(t, string(s), River)
	must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update cases set state = $2, owner_unit = case when $3 then owner_unit else 'hotline' end, lead_unit = case when $2 in ('registered','accepted') then null else lead_unit end,
			review_on = current_date, merged_into = case when $2 = 'merged' then $4::uuid end, closed_at = case when $5 then now() end where id = $1`, id, s, s.Handling(), master, !s.Open())
		if err == nil && (s == casework.Registered || s == casework.Accepted || !s.Open()) {
			_, err = tx.Exec(ctx, `update party set left_at = now() where case_id = $1`, id)
		}
		return err
	}))
	return id
}

// TestWhoReadsPersonalDataInWhichState asks for identity as every role at the hotline, at the lead, at another unit and as residents: the
// hotline's working roles read in every state, the lead's while it has a part, auditors and administrators never.
func TestWhoReadsPersonalDataInWhichState(t *testing.T) {
	t.Parallel()
	town := New(t)
	hotline := []casework.Role{casework.Operator, casework.Dispatcher, casework.Callback, casework.Supervisor, casework.Publisher, casework.Privacy}
	units := []casework.Role{casework.Liaison, casework.Handler, casework.Leader}
	for _, s := range casework.States {
		id := in(t, town, s)
		part := s != casework.Registered && s != casework.Accepted && s.Open()
		for _, role := range append([]casework.Role{casework.ResidentRole, casework.SystemRole}, casework.Roles...) {
			for _, unit := range []casework.UnitCode{casework.Hotline, River, Harbour} {
				by := casework.Actor{Kind: casework.ByStaff, StaffID: 5, Unit: unit, Units: []casework.UnitCode{unit}, Roles: []casework.Role{role}}
				got, err := town.Reveal(ctx, by, id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForContact})
				want := unit == casework.Hotline && slices.Contains(hotline, role) || unit == River && part && slices.Contains(units, role)
				if want != (err == nil) || want != (got[casework.FieldPhone] != "") {
					t.Errorf("%s of %s in %s: %v", role, unit, s, err)
				}
				if err != nil && fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%s of %s in %s: %v", role, unit, s, err)
				}
			}
		}
		if _, err := town.Reveal(ctx, casework.Resident(id), id, casework.PersonalFields, own); err != nil {
			t.Errorf("the resident in %s: %v", s, err)
		}
		uses, err := town.Uses(ctx, casework.Resident(id), id)
		must(t, err)
		if want := len(hotline); part && len(uses) != want+len(units) || !part && len(uses) != want {
			t.Errorf("%d uses noted in %s", len(uses), s)
		}
	}
}

// TestEveryStateCanBeRead opens cases of every state, and erased ones, in every function that pages read with.
func TestEveryStateCanBeRead(t *testing.T) {
	t.Parallel()
	town := New(t)
	for _, s := range casework.States {
		for _, erased := range []bool{false, true} {
			id := in(t, town, s)
			if erased {
				must(t, town.Erase(ctx, casework.System, id, casework.Erasure{Reason: "retention"}))
			}
			for _, by := range []casework.Actor{casework.System, Clerk(), casework.Resident(id)} {
				c, err := town.Case(ctx, by, id)
				must(t, err)
				if c.State != s || c.HasIdentity == erased {
					t.Errorf("%s read as %s, identity %v", s, c.State, c.HasIdentity)
				}
				_, err = town.Dossier(ctx, by, id)
				must(t, err)
				_, err = town.Uses(ctx, by, id)
				must(t, err)
				seen, err := town.Seen(ctx, by, []casework.CaseID{id})
				must(t, err)
				if len(seen) != 1 {
					t.Errorf("%s is not seen", s)
				}
				_, err = town.PausedSince(ctx, by, id)
				must(t, err)
				use := casework.Use{Purpose: casework.ForTriage}
				for _, err := range []error{
					func() error {
						_, err := town.Reveal(ctx, by, id, []casework.PersonalField{casework.FieldBody}, use)
						return err
					}(),
					func() error { _, err := town.RevealMessages(ctx, by, id, use); return err }(),
				} {
					if erased {
						wants(t, err, fault.Gone, "fault.erased")
					} else {
						must(t, err)
					}
				}
				if raw, err := town.RevealRaw(ctx, by, id, use); err != nil || raw != nil {
					t.Errorf("%s: %v", s, err)
				}
				p, err := town.List(ctx, by, casework.Query{States: []casework.State{s}, Limit: 200})
				must(t, err)
				if !slices.ContainsFunc(p.Cases, func(c casework.Case) bool { return c.ID == id }) {
					t.Errorf("%s is not listed", s)
				}
			}
		}
	}
}

// TestErasureMeetsNobodyCopyingTheKey erases cases while their residents write by mail: no copy of the key is left beside the raw message.
func TestErasureMeetsNobodyCopyingTheKey(t *testing.T) {
	t.Parallel()
	town := New(t)
	for n := range 10 {
		id := town.Open(t, "销毁").ID
		atOnce(6, func(i int) error {
			if i == 3 {
				return town.Erase(ctx, casework.System, id, casework.Erasure{Reason: "retention"})
			}
			words := casework.Masked{Original: "x", Clear: "x"}
			return town.Add(ctx, casework.Resident(id), refOf(id), casework.Addition{Key: casework.Key{byte(n), byte(i), 1}, Channel: casework.Email, Text: words, Raw: []byte("raw")})
		})
		var left int
		must(t, pg.InTx(ctx, town.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, `select (select count(*) from submission where case_id = $1 and wrapped_key is not null) + (select count(*) from person where case_id = $1 and wrapped_key is not null)`, id).Scan(&left)
		}))
		if left != 0 {
			t.Fatalf("%d copies of a destroyed key are left", left)
		}
	}
}

// TestAUseNamesWhatWasThere asks for every contact field of somebody who gave a phone number only.
func TestAUseNamesWhatWasThere(t *testing.T) {
	t.Parallel()
	town := New(t)
	f := town.Filing("只留电话")
	f.Person = casework.Person{Phone: "13800001111"}
	r, err := town.Docket.Open(ctx, f)
	must(t, err)
	_, err = town.Reveal(ctx, Clerk(), r.ID, []casework.PersonalField{casework.FieldName, casework.FieldPhone, casework.FieldEmail, casework.FieldAddress}, casework.Use{Purpose: casework.ForContact})
	must(t, err)
	_, err = town.Reveal(ctx, Clerk(), r.ID, []casework.PersonalField{casework.FieldEmail}, casework.Use{Purpose: casework.ForContact})
	must(t, err)
	uses, err := town.Uses(ctx, casework.Resident(r.ID), r.ID)
	must(t, err)
	if len(uses) != 2 || !slices.Equal(uses[1].Fields, []casework.PersonalField{casework.FieldPhone}) || !slices.Equal(uses[0].Fields, []casework.PersonalField{casework.FieldEmail}) {
		t.Fatalf("%+v", uses)
	}
}
