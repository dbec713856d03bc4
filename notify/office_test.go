package notify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/notify"
	"huiyin/pg"
)

func (o *office) tell(t *testing.T, n notify.Notice) {
	t.Helper()
	if err := pg.InTx(t.Context(), o.Pool, pg.Settings{}, func(tx pgx.Tx) error { return o.post.Tell(t.Context(), tx, n) }); err != nil {
		t.Fatal(err)
	}
}

func (o *office) toldAll(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); o.count(t, `select count(*) from office_letter where state = 'queued'`) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("notices still queued; log:\n%s", o.log)
		}
	}
}

func TestANoticeGoesOnceToEachAddress(t *testing.T) {
	o := openIn(t, cityWithAddress(t, "hotline", "duty@linlan.example"))
	to := o.post.Addresses(casework.Hotline)
	if strings.Join(to, " ") != "duty@linlan.example leader-duty@linlan.example" {
		t.Fatalf("addresses %v", to)
	}
	n := notify.Notice{Key: "topic/1", To: append(to, mailbox, "no address", ""), Title: "热点预警：柳街，停水，一天 37 件", Text: "请尽快查看。", Other: "Please look soon.", Open: "查看热点", Link: "/console/topics/1"}
	o.tell(t, n)
	o.tell(t, n)
	o.toldAll(t)
	letters, raw := o.letters(t)
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	subject, err := letters[0].Header.Subject()
	if err != nil || subject != n.Title || letters[0].Header.Get("Auto-Submitted") != "auto-generated" || !strings.Contains(string(raw[0])+string(raw[1]), "leader-duty@linlan.example") {
		t.Errorf("%s %v\n%s", subject, err, raw[0])
	}
	n.Key = "topic/2"
	o.tell(t, n)
	o.toldAll(t)
	if letters, _ := o.letters(t); len(letters) != 4 {
		t.Errorf("another topic: %d letters", len(letters))
	}
}

func TestANoticeThatTheQueueNeverTookIsNotWritten(t *testing.T) {
	o := openIn(t, cityWithAddress(t, "hotline", "duty@linlan.example"))
	lost := errors.New("lost")
	err := pg.InTx(t.Context(), o.Pool, pg.Settings{}, func(tx pgx.Tx) error {
		if err := o.post.Tell(t.Context(), tx, notify.Notice{Key: "x", To: []string{"duty@linlan.example"}}); err != nil {
			return err
		}
		return lost
	})
	if !errors.Is(err, lost) || o.count(t, `select count(*) from office_letter`) != 0 || o.count(t, `select count(*) from river_job`) != 0 {
		t.Errorf("%v", err)
	}
}

// A notice of public holidays that moves a promise is told to the resident, to the lead and to whoever helps it as long as the lead has.
func TestAPromiseThatMovedIsTold(t *testing.T) {
	o := openIn(t, cityWithAddress(t, "d-linjiang-chengguan", "chengguan@linlan.example"))
	if _, err := o.owner.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level, parent) values ('d-linjiang-chengguan', '临江区城市管理局', 'Linjiang', 'district', null) on conflict do nothing`); err != nil {
		t.Fatal(err)
	}
	f := o.Filing("楼道漏水")
	f.Total.Provisional = true
	r, err := o.Docket.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	clocks := o.Clocks()
	for i := range clocks {
		clocks[i].Provisional = true
	}
	if err := o.Dispatch(t.Context(), caseworktest.Clerk(), casework.Ref{ID: r.ID}, casework.Order{Lead: caseworktest.Urban, Co: []casework.UnitCode{"d-linjiang-chengguan"}, Clocks: clocks}); err != nil {
		t.Fatal(err)
	}
	move := func(k casework.Provisional) casework.Promise { return casework.Promise{Due: k.Due.Add(24 * time.Hour)} }
	if _, err := o.SweepCalendar(t.Context(), 10, "cn-gov@2027.1", move); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	for kind, want := range map[string]int{"moved": 1, "unit_moved": 1} {
		if n := o.sent(t, r.ID, kind); n != want {
			t.Errorf("%s: %d letters, want %d; log:\n%s", kind, n, want, o.log)
		}
	}
}

// A notice that holds a whole mobile number leaves for no office, and is not tried again for ever.
func TestANoticeWithANumberDoesNotLeave(t *testing.T) {
	o := openIn(t, cityWithAddress(t, "hotline", "duty@linlan.example"))
	n := notify.Notice{Key: "topic/9", To: o.post.Addresses(casework.Hotline), Title: "热点预警", Text: "来电 13800001111 反映停水。", Other: "Water is off.", Open: "查看", Link: "/console/topics/9"}
	o.tell(t, n)
	o.toldAll(t)
	if letters, _ := o.letters(t); len(letters) != 0 || o.count(t, `select count(*) from office_letter where state = 'failed' and last_error = 'exit'`) != 2 {
		t.Errorf("%d letters left", len(letters))
	}
	n.Key, n.Text = "topic/10", "来电 138****1111 反映停水。"
	o.tell(t, n)
	o.toldAll(t)
	if letters, _ := o.letters(t); len(letters) != 2 {
		t.Errorf("masked, %d letters left", len(letters))
	}
}
