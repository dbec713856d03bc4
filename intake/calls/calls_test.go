package calls_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/intake/calls"
	"huiyin/intake/transcript"
	"huiyin/pg"
	"huiyin/pg/pgtest"
	"huiyin/staff"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// exchange is a telephone exchange with two operators, and a person who only calls back.
type exchange struct {
	*caseworktest.Town
	room               *calls.Room
	program            casework.Actor // shows its token
	ning, mei, callers casework.Actor
}

func newExchange(t *testing.T) *exchange {
	town := caseworktest.New(t)
	x := &exchange{Town: town, room: &calls.Room{DB: town.Pool, Keys: town.Keys, Now: town.Now}}
	people := staff.New(town.Pool)
	people.Now = town.Now
	add := func(login string, roles ...casework.Role) casework.Actor {
		a, err := people.Add(t.Context(), staff.CommandLine, staff.NewAccount{Login: login, Name: login, Unit: casework.Hotline, Roles: roles, Password: "river stones at night"})
		if err != nil {
			t.Fatal(err)
		}
		by, err := people.Actor(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return by
	}
	x.program, x.ning, x.mei, x.callers = add("cti", casework.Operator), add("ning", casework.Operator), add("mei", casework.Operator), add("hui", casework.Callback)
	return x
}

func (x *exchange) tell(t *testing.T, id, kind, caller, agent string) calls.Call {
	t.Helper()
	c, err := x.room.Tell(t.Context(), x.program, id, calls.Event{Kind: kind, At: x.Now(), Caller: caller, Agent: agent})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func turn(n int, role transcript.Role, text string, final bool) calls.Turn {
	return calls.Turn{N: n, Role: role, Text: text, Final: final}
}

func words(h calls.Heard) string {
	var out []string
	for _, l := range h.Turns {
		out = append(out, string(l.Role)+":"+l.Text)
	}
	return strings.Join(out, "|")
}

func TestACallStandsAsItsEventsSayWhateverTheirOrder(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	began := x.Now()
	events := []calls.Event{
		{Kind: calls.EventRinging, At: began, Caller: "19900001111"},
		{Kind: calls.EventAnswered, At: began.Add(5 * time.Second), Agent: "ning"},
		{Kind: calls.EventTransferred, At: began.Add(time.Minute), Agent: "MEI"},
		{Kind: calls.EventHungUp, At: began.Add(3 * time.Minute)},
	}
	for i, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 2, 0, 3, 1, 1, 0}} {
		var c calls.Call
		var err error
		for _, n := range order {
			if c, err = x.room.Tell(t.Context(), x.program, fmt.Sprint("c-", i), events[n]); err != nil {
				t.Fatal(err)
			}
		}
		if c.State != calls.Ended || c.Staff != x.mei.StaffID || !c.BeganAt.Equal(began) || c.AnsweredAt == nil || !c.AnsweredAt.Equal(began.Add(5*time.Second)) || !c.HasNumber {
			t.Errorf("order %v: %+v", order, c)
		}
	}
	list, err := x.room.RingBacks(t.Context(), x.ning, 10)
	if err != nil || len(list) != 0 {
		t.Errorf("answered calls are not rung back: %v %v", list, err)
	}
}

func TestWhatTheExchangeMayNotSay(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	for _, c := range []struct {
		by    casework.Actor
		id    string
		e     calls.Event
		kind  fault.Kind
		field string
	}{
		{x.program, "a", calls.Event{Kind: "lunch"}, fault.Invalid, "event"},
		{x.program, "a", calls.Event{Kind: calls.EventAnswered, Agent: "nobody"}, fault.Invalid, "agent"},
		{x.program, "a", calls.Event{Kind: calls.EventTransferred}, fault.Invalid, "agent"},
		{x.program, " ", calls.Event{Kind: calls.EventRinging}, fault.Invalid, "id"},
		{x.callers, "a", calls.Event{Kind: calls.EventRinging}, fault.Forbidden, ""},
		{caseworktest.Worker(caseworktest.Urban), "a", calls.Event{Kind: calls.EventRinging}, fault.Forbidden, ""},
	} {
		_, err := x.room.Tell(t.Context(), c.by, c.id, c.e)
		if fault.KindOf(err) != c.kind || field(err) != c.field {
			t.Errorf("%+v: %v", c.e, err)
		}
	}
	for _, bad := range []calls.Turn{turn(-1, transcript.Caller, "x", true), turn(1, "boss", "x", true), turn(1, transcript.Caller, "", true), turn(1, transcript.Caller, strings.Repeat("长", calls.MostText+1), true)} {
		if _, err := x.room.Hear(t.Context(), x.program, "a", []calls.Turn{bad}); err == nil {
			t.Errorf("%d %s was taken", bad.N, bad.Role)
		}
	}
}

func TestTurnsComeInAnyOrderAndAgain(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	x.tell(t, "c", calls.EventAnswered, "19900001111", "ning")
	sent := []calls.Turn{
		turn(0, transcript.Agent, "您好，12345", true),
		{N: 1, Role: transcript.Caller, Text: "路灯", Rev: 1}, {N: 1, Role: transcript.Caller, Text: "路灯不", Rev: 2}, turn(1, transcript.Caller, "路灯不亮", true),
		turn(2, transcript.Agent, "在哪里", true), turn(3, transcript.Caller, "东风路12号", true),
	}
	for range 5 {
		for _, i := range rand.Perm(len(sent)) {
			if _, err := x.room.Hear(t.Context(), x.program, "c", sent[i:i+1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	again, err := x.room.Hear(t.Context(), x.program, "c", append(sent, turn(1, transcript.Caller, "别的话", true), turn(2, transcript.Agent, "在", false)))
	if err != nil || again.New != 0 {
		t.Errorf("again: %+v, %v", again, err)
	}
	c, ok, err := x.room.Present(t.Context(), x.ning)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	h, err := x.room.Listen(t.Context(), x.ning, c.ID)
	if want := "agent:您好，12345|caller:路灯不亮|agent:在哪里|caller:东风路12号"; err != nil || words(h) != want {
		t.Errorf("%q, %v", words(h), err)
	}
	if _, err := x.room.Listen(t.Context(), x.mei, c.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another operator read the call: %v", err)
	}
	if _, ok, err := x.room.Present(t.Context(), x.mei); ok || err != nil {
		t.Errorf("another operator has the call: %v %v", ok, err)
	}
	x.tell(t, "c", calls.EventTransferred, "", "mei")
	if _, err := x.room.Listen(t.Context(), x.ning, c.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who gave the call away still reads it: %v", err)
	}
	if h, err := x.room.Listen(t.Context(), x.mei, c.ID); err != nil || len(h.Turns) != 4 {
		t.Errorf("who was given the call: %v %v", h, err)
	}
}

func TestTurnsOfManyProgramsAtOnceAreEachKeptOnce(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := range 30 {
				if _, err := x.room.Hear(t.Context(), x.program, "busy", []calls.Turn{turn(n, transcript.Caller, fmt.Sprint("第", n), worker%2 == 0 || n%2 == 0)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	c, ok, err := x.room.Present(t.Context(), x.program)
	if err != nil || !ok {
		t.Fatal("a call without events belongs to the account of the token:", ok, err)
	}
	h, err := x.room.Listen(t.Context(), x.program, c.ID)
	if err != nil || len(h.Turns) != 30 {
		t.Fatal(len(h.Turns), err)
	}
	for _, l := range h.Turns {
		if !l.Final || l.Text != fmt.Sprint("第", l.N) {
			t.Errorf("%+v", l)
		}
	}
}

func TestAMissedCallIsRungBack(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	x.tell(t, "m1", calls.EventRinging, "199 0000 1111", "")
	x.Pass(40 * time.Second)
	if c := x.tell(t, "m1", calls.EventHungUp, "", ""); c.State != calls.Missed {
		t.Fatalf("%+v", c)
	}
	x.tell(t, "hidden", calls.EventRinging, "", "")
	x.tell(t, "hidden", calls.EventHungUp, "", "")
	x.Pass(time.Minute)
	x.tell(t, "m2", calls.EventRinging, "+86 19900001111", "")
	x.tell(t, "m2", calls.EventHungUp, "", "")
	list, err := x.room.RingBacks(t.Context(), x.callers, 10)
	if err != nil || len(list) != 1 || len(list[0].Tries) != 0 {
		t.Fatalf("the same caller is one task, who hid the number is none: %+v %v", list, err)
	}
	id := list[0].ID
	number, err := x.room.Number(t.Context(), x.callers, id)
	if err != nil || number != "+86 19900001111" {
		t.Fatal(number, err)
	}
	var looks int
	if err := pg.InTx(t.Context(), x.Pool, pg.Settings{"huiyin.scope": "hotline"}, func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select count(*) from call_use where call_id = $1 and staff_id = $2 and purpose = 'ring_back'`, id, x.callers.StaffID).Scan(&looks)
	}); err != nil || looks != 1 {
		t.Errorf("%d looks were written down, %v", looks, err)
	}
	for try := 1; try <= calls.MostTries; try++ {
		list, err := x.room.RingBacks(t.Context(), x.callers, 10)
		if err != nil || len(list) != 1 || len(list[0].Tries) != try-1 {
			t.Fatalf("before try %d: %+v %v", try, list, err)
		}
		if err := x.room.Rang(t.Context(), x.callers, id, false); err != nil {
			t.Fatal(err)
		}
		if list, err := x.room.RingBacks(t.Context(), x.callers, 10); err != nil || len(list) != 0 {
			t.Errorf("after try %d it is left alone for a while: %+v %v", try, list, err)
		}
		x.Pass(calls.TryAgainAfter)
	}
	if err := x.room.Rang(t.Context(), x.callers, id, true); fault.KindOf(err) != fault.Conflict {
		t.Errorf("after the last try: %v", err)
	}
	if _, err := x.room.Number(t.Context(), x.callers, id); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a number is open only while it is to be rung: %v", err)
	}
	x.tell(t, "m3", calls.EventRinging, "19900002222", "")
	x.tell(t, "m3", calls.EventHungUp, "", "")
	x.Pass(time.Minute)
	x.tell(t, "m4", calls.EventRinging, "19900002222", "")
	x.tell(t, "m4", calls.EventAnswered, "", "ning")
	if list, err := x.room.RingBacks(t.Context(), x.callers, 10); err != nil || len(list) != 0 {
		t.Errorf("who got through is not rung back: %+v %v", list, err)
	}
}

// A call that became a case is kept and erased with it; one that did not goes after thirty days.
func TestHowLongACallIsKept(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	hear := func(id string) calls.Call {
		x.tell(t, id, calls.EventAnswered, "19900001111", "ning")
		got, err := x.room.Hear(t.Context(), x.program, id, []calls.Turn{turn(0, transcript.Caller, "我叫周一鸣，东风路12号路灯不亮", true)})
		if err != nil {
			t.Fatal(err)
		}
		x.tell(t, id, calls.EventHungUp, "", "")
		return got.Call
	}
	idle, filed := hear("idle"), hear("filed")
	receipt := x.Open(t, "东风路12号路灯不亮")
	if err := x.room.Attach(t.Context(), x.ning, filed.ID, receipt.ID); err != nil {
		t.Fatal(err)
	}
	if err := x.room.Attach(t.Context(), x.mei, filed.ID, receipt.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another attached the call: %v", err)
	}
	rows := 0
	count := func(sql string) int {
		t.Helper()
		if err := pg.InTx(t.Context(), x.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error { return tx.QueryRow(t.Context(), sql).Scan(&rows) }); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	var plain bool
	scan := func(ctx context.Context, tx pgx.Tx) error {
		var sealed, caller []byte
		if err := tx.QueryRow(ctx, `select t.sealed, c.caller from call c join call_turn t on t.call_id = c.id limit 1`).Scan(&sealed, &caller); err != nil {
			return err
		}
		plain = bytes.Contains(sealed, []byte("路灯")) || bytes.Contains(caller, []byte("1990000"))
		return nil
	}
	if err := pg.InTx(t.Context(), x.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error { return scan(t.Context(), tx) }); err != nil || plain {
		t.Errorf("words or numbers stand in clear: %v %v", plain, err)
	}
	if err := x.Pool.QueryRow(t.Context(), `select count(*) from call_turn`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("without a scope %d turns are seen, %v", rows, err)
	}
	x.Pass(29 * 24 * time.Hour)
	if n, err := x.room.Sweep(t.Context(), 100); n != 0 || err != nil {
		t.Errorf("before thirty days: %d %v", n, err)
	}
	x.Pass(2 * 24 * time.Hour)
	if n, err := x.room.Sweep(t.Context(), 100); n != 1 || err != nil {
		t.Errorf("after thirty days: %d %v", n, err)
	}
	if _, err := x.room.Listen(t.Context(), x.ning, idle.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the call without a case: %v", err)
	}
	if h, ok, err := x.room.OfCase(t.Context(), x.ning, receipt.ID); err != nil || !ok || len(h.Turns) != 1 {
		t.Errorf("the call of a case: %v %v", ok, err)
	}
	if err := pg.InTx(t.Context(), x.Pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `update person set wrapped_key = null where case_id = $1`, receipt.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n := count(`select count(*) from call_turn`); n != 0 {
		t.Errorf("%d turns outlived their case's data", n)
	}
	if n := count(`select count(*) from call where caller is not null or wrapped_key is not null`); n != 0 {
		t.Error("the number outlived its case's data")
	}
}

func TestACallWithoutAnEndIsClosed(t *testing.T) {
	t.Parallel()
	x := newExchange(t)
	x.tell(t, "r", calls.EventRinging, "19900001111", "")
	x.tell(t, "t", calls.EventAnswered, "19900002222", "ning")
	x.Pass(5 * time.Hour)
	if n, err := x.room.Sweep(t.Context(), 10); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if list, err := x.room.RingBacks(t.Context(), x.ning, 10); err != nil || len(list) != 1 {
		t.Errorf("what rang without an end was missed: %v %v", list, err)
	}
	if _, ok, err := x.room.Present(t.Context(), x.ning); err != nil || ok {
		t.Errorf("the operator still has a call of hours ago: %v %v", ok, err)
	}
}

func field(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Field
	}
	return ""
}
