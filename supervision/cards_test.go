package supervision_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/privacy"
	"huiyin/supervision"
)

func (s scene) cards() {
	s.t.Helper()
	follower := supervision.Cards(s.Keys, s.Zone, s.Now)
	deadline := time.Now().Add(30 * time.Second)
	for {
		s.do(follower.CatchUpAll(s.ctx, s.Pool))
		var behind int
		s.do(s.Pool.QueryRow(s.ctx, `select count(*) from event e, follower f where f.name = 'cards' and (e.xid, e.seq) > (f.xid, f.seq)`).Scan(&behind))
		if behind == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("the cards stay behind")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestPublicCardsShowTheCourseAndNothingOfThePerson(t *testing.T) {
	s := newScene(t)
	ref := s.file(nil)
	s.send(ref, caseworktest.Urban)
	s.Pass(26 * time.Hour)
	s.Work(t, ref.ID, caseworktest.Urban)
	s.rate(ref, casework.SolvedPartly, 3)
	report := s.file(func(f *casework.Filing) { f.Kind = casework.Report })
	secret := s.file(func(f *casework.Filing) { f.Secret = true })
	silent := s.file(func(f *casework.Filing) { f.Publish = false })
	for _, r := range []casework.Ref{report, secret, silent} {
		s.send(r, caseworktest.River)
	}
	s.file(nil) // registered only
	s.cards()

	page, err := privacy.Cards(s.ctx, s.Pool, privacy.CardFilter{})
	s.do(err)
	if page.Total != 1 || len(page.Cards) != 1 || page.Pages != 1 {
		t.Fatalf("%d cards are public, one may be", page.Total)
	}
	c := page.Cards[0].Card()
	if c.FiledOn != "2026-11-02" || c.District != "990101" || c.Street != "990101001" || c.Unit != caseworktest.Urban || c.Outcome != privacy.OutcomeAnswered ||
		c.Solved != casework.SolvedPartly || c.Satisfaction != 3 || c.Rounds != 1 || c.Kept != privacy.PromiseKept {
		t.Errorf("the card says %+v", c)
	}
	var steps []string
	for _, st := range c.Steps {
		steps = append(steps, string(st.Step)+":"+string(st.Unit))
		if st.At.Minute() != 0 {
			t.Errorf("a step tells the minute: %v", st.At)
		}
	}
	if got := strings.Join(steps, " "); got != "file: accept:hotline dispatch:c-urban sign:c-urban contact:c-urban begin:c-urban reply:c-urban rate:" {
		t.Errorf("steps: %s", got)
	}

	whole, err := s.Case(s.ctx, casework.System, ref.ID)
	s.do(err)
	body, _ := json.Marshal(page.Cards)
	for _, mark := range []string{"林小舟", "1380000", "1**", "lin@", "柳街", "301", "垃圾", "清理", whole.Number, ref.ID.String()} {
		if strings.Contains(string(body), mark) {
			t.Errorf("the card leaks %q: %s", mark, body)
		}
	}

	counts, err := privacy.WithheldCounts(s.ctx, s.Pool, s.Now().AddDate(0, 0, -2), s.Now().AddDate(0, 0, 1))
	s.do(err)
	for why, n := range map[privacy.Withheld]int{privacy.Shown: 1, privacy.WithheldReport: 1, privacy.WithheldSecret: 1, privacy.WithheldNoConsent: 1, privacy.WithheldTooEarly: 1} {
		if counts[why] != n {
			t.Errorf("%d cards are %q, want %d", counts[why], why, n)
		}
	}

	for _, f := range []privacy.CardFilter{{District: "990102"}, {Category: "02"}, {Units: []casework.UnitCode{caseworktest.River}}, {Outcome: privacy.OutcomeClosed}, {Kind: casework.Help}} {
		if page, err := privacy.Cards(s.ctx, s.Pool, f); err != nil || page.Total != 0 {
			t.Errorf("%+v leaves %d cards, %v", f, page.Total, err)
		}
	}
	for _, f := range []privacy.CardFilter{{District: "990101"}, {Street: "990101001"}, {Category: "01"}, {Units: []casework.UnitCode{caseworktest.Urban}}, {Outcome: privacy.OutcomeAnswered}, {Kind: casework.Complaint}} {
		if page, err := privacy.Cards(s.ctx, s.Pool, f); err != nil || page.Total != 1 {
			t.Errorf("%+v leaves %d cards, %v", f, page.Total, err)
		}
	}
}

func TestACardOnceShownLeavesATombstone(t *testing.T) {
	s := newScene(t)
	ref := s.file(nil)
	s.do(s.Accept(s.ctx, caseworktest.Clerk(), ref))
	s.cards()
	number := privacy.PublicNumber(s.Keys, ref.ID)
	if _, why, err := privacy.CardByNumber(s.ctx, s.Pool, number); err != nil || why != privacy.Shown {
		t.Fatalf("the card is %q, %v", why, err)
	}
	s.do(s.Withdraw(s.ctx, casework.Resident(ref.ID), ref))
	s.cards()
	p, why, err := privacy.CardByNumber(s.ctx, s.Pool, number)
	if err != nil || why != privacy.WithheldWithdrawn || p.Card().Number != "" {
		t.Errorf("the withheld card is %+v, %q, %v", p.Card(), why, err)
	}
	if page, err := privacy.Cards(s.ctx, s.Pool, privacy.CardFilter{}); err != nil || page.Total != 0 {
		t.Errorf("%d cards are listed, %v", page.Total, err)
	}
	if _, _, err := privacy.CardByNumber(s.ctx, s.Pool, "nosuchnumber"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown number: %v", err)
	}
}
