package casework_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/pg/pgtest"
)

// together files at once through a docket whose filings share their commits.
func together(t *testing.T, town *caseworktest.Town, filings []casework.Filing) ([]casework.Receipt, []error) {
	t.Helper()
	town.Gather = &casework.Gather{DB: town.Pool}
	receipts, errs := make([]casework.Receipt, len(filings)), make([]error, len(filings))
	var all sync.WaitGroup
	for i, f := range filings {
		all.Go(func() { receipts[i], errs[i] = town.Docket.Open(context.Background(), f) })
	}
	all.Wait()
	return receipts, errs
}

func TestFilingsThatComeTogetherStandEachOnce(t *testing.T) {
	town := caseworktest.New(t)
	before := town.Open(t, "来过的")
	var filings []casework.Filing
	for i := range 300 {
		f := town.Filing("一起来的")
		switch {
		case i%10 == 3: // the same again at the same moment
			f = filings[i-1]
		case i == 50:
			f = town.Filing("有号的信")
			f.MailID = "one@mail.example"
		}
		filings = append(filings, f)
	}
	receipts, errs := together(t, town, filings)
	numbers, keys := map[string]int{}, map[casework.Key]string{}
	for i, r := range receipts {
		if errs[i] != nil {
			t.Fatalf("filing %d: %v", i, errs[i])
		}
		if r.Code == "" || r.Number == "" || r.Due.IsZero() {
			t.Errorf("filing %d: half a receipt: %+v", i, r)
		}
		if was, seen := keys[filings[i].Key]; seen && was != r.Number+r.Code {
			t.Errorf("filing %d was told two numbers or codes", i)
		}
		keys[filings[i].Key] = r.Number + r.Code
		numbers[r.Number]++
		if id, err := town.ByCode(t.Context(), r.Code); err != nil || id != r.ID {
			t.Errorf("filing %d: its code leads to %v, error %v", i, id, err)
		}
	}
	var cases, clocks, events, persons, mails int
	owner := pgtest.OwnerPool(t)
	if err := owner.QueryRow(t.Context(), `select (select count(*) from cases), (select count(*) from clock), (select count(*) from event), (select count(*) from person), (select count(*) from person where mail_id is not null)`).
		Scan(&cases, &clocks, &events, &persons, &mails); err != nil {
		t.Fatal(err)
	}
	if want := len(keys) + 1; cases != want || clocks != want || events != want || persons != want || mails != 1 {
		t.Errorf("%d cases, %d clocks, %d events, %d persons for %d submissions, %d of 1 Message-ID", cases, clocks, events, persons, want, mails)
	}
	if numbers[before.Number] != 0 {
		t.Error("a number was given twice")
	}
}

// What the database refuses only at the commit refuses the whole transaction: the others must not suffer, and nobody may hear of a case that is not there.
func TestARefusalAtTheCommitConcernsOneFilingAlone(t *testing.T) {
	town := caseworktest.New(t)
	owner := pgtest.OwnerPool(t)
	for _, sql := range []string{
		`create function refuse() returns trigger language plpgsql as $$ begin if new.external_no = 'refused' then raise exception 'refused at the commit'; end if; return null; end $$`,
		`create constraint trigger refuse after insert on cases deferrable initially deferred for each row execute function refuse()`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var filings []casework.Filing
	for i := range 90 {
		f := town.Filing("一起来的")
		if i%30 == 7 {
			f.ExternalNo = "refused"
		}
		filings = append(filings, f)
	}
	receipts, errs := together(t, town, filings)
	for i := range filings {
		refused := i%30 == 7
		if refused != (errs[i] != nil) || refused != (receipts[i].Number == "") {
			t.Errorf("filing %d: refused %v, error %v, receipt %+v", i, refused, errs[i], receipts[i])
		}
	}
	var cases int
	if err := owner.QueryRow(t.Context(), `select count(*) from cases`).Scan(&cases); err != nil || cases != 87 {
		t.Errorf("%d cases, error %v", cases, err)
	}
}

// BenchmarkFilingsThatComeTogether counts what one costs the program; the time is mostly the database's.
func BenchmarkFilingsThatComeTogether(b *testing.B) {
	town := caseworktest.New(b)
	town.Gather = &casework.Gather{DB: town.Pool}
	words := strings.Repeat("小区门口的路灯坏了，晚上很黑，老人和孩子走路不安全。", 6)
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(more *testing.PB) {
		for more.Next() {
			f := town.Filing("一起来的")
			f.Body, f.Proposal = casework.Masked{Original: words, Clear: words}, told{}
			if _, err := town.Docket.Open(context.Background(), f); err != nil {
				b.Error(err)
			}
		}
	})
}
