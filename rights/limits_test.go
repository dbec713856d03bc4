package rights_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/rights"
)

func TestAWithdrawnConsentTakesTheCardDownAtOnceAndALateAnswerIsRaisedOnce(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "路灯").ID
	if r := o.ask(id, casework.RightAsk{Kind: casework.RightWithdraw}); r.State != casework.RightGranted {
		t.Errorf("withdrawn consent is %s", r.State)
	}
	if c, err := o.Town.Case(ctx, casework.System, id); err != nil || c.Publish {
		t.Errorf("still published (%v)", err)
	}
	r := o.ask(id, casework.RightAsk{Kind: casework.RightTakedown})
	if n, err := o.Sweep(ctx); err != nil || n != 0 {
		t.Errorf("%d moved, %v", n, err)
	}
	o.Pass(72 * time.Hour)
	for _, want := range []int{1, 0} {
		if n, err := o.Sweep(ctx); err != nil || n != want {
			t.Errorf("%d raised, want %d (%v)", n, want, err)
		}
	}
	if r, _ = o.Town.Docket.Right(ctx, officer, r.ID); r.LateAt == nil {
		t.Error("the request is not late")
	}
}

func TestARequestIsPutOffOnceWithAReasonAndALimitThatPassedDoesNotMove(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id := o.Open(t, "路灯").ID
	r := o.ask(id, casework.RightAsk{Kind: casework.RightExplain})
	o.refuses(fault.Invalid, o.Delay(ctx, officer, r.ID, " "))
	o.refuses(fault.Forbidden, o.Delay(ctx, supervisor, r.ID, "人手不够"))
	o.refuses(fault.Forbidden, o.Delay(ctx, casework.Resident(id), r.ID, "不急"))
	o.must(o.Delay(ctx, officer, r.ID, "要调取旧版模型的记录"))
	o.refuses(fault.Conflict, o.Delay(ctx, officer, r.ID, "再延一次"))
	moved, err := o.Town.Docket.Right(ctx, casework.Resident(id), r.ID)
	o.must(err)
	if want := time.Date(2026, 12, 15, 0, 0, 0, 0, o.Zone); moved.FirstDue == nil || !moved.FirstDue.Equal(r.Due) || !moved.Due.Equal(want) || !moved.Expected.Equal(want) || moved.LateAt != nil {
		t.Errorf("put off from %v to %v, want %v: fifteen working days after the first limit", moved.FirstDue, moved.Due, want)
	}
	o.Pass(moved.Due.Sub(o.Now()) + time.Hour)
	if n, err := o.Sweep(ctx); err != nil || n != 1 {
		t.Errorf("%d raised after the second limit (%v)", n, err)
	}

	late := o.ask(o.Open(t, "油烟").ID, casework.RightAsk{Kind: casework.RightObject})
	o.Pass(late.Due.Sub(o.Now()) + time.Minute)
	o.must(o.Delay(ctx, officer, late.ID, "承办人出差"))
	now, err := o.Town.Docket.Right(ctx, officer, late.ID)
	o.must(err)
	if !now.Due.Equal(late.Due) || now.LateAt == nil || !now.LateAt.Equal(late.Due) || now.FirstDue != nil || !now.Expected.After(o.Now()) {
		t.Errorf("a limit that had passed: %+v", now)
	}
	if n, err := o.Sweep(ctx); err != nil || n != 0 {
		t.Errorf("raised again: %d (%v)", n, err)
	}
	o.must(o.Town.Docket.DecideRight(ctx, officer, late.ID, casework.RightDecision{Grant: true, Reason: "已由人重看"}))
	o.refuses(fault.Conflict, o.Delay(ctx, officer, late.ID, "已经答复"))
}

func TestTheOfficerIsToldOnceBeforeALimitAndOnceWhenItHasPassed(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	ask := func(kind casework.RightKind) casework.RightRequest {
		return o.ask(o.Open(t, "路灯").ID, casework.RightAsk{Kind: kind})
	}
	long, quick, missed := ask(casework.RightExplain), ask(casework.RightTakedown), ask(casework.RightRestrict)
	told := func() (soon, late []rights.Reminder) {
		t.Helper()
		_, err := rights.Remind(ctx, o.Pool, o.Now(), func(_ context.Context, _ pgx.Tx, r rights.Reminder) error {
			if r.Late {
				late = append(late, r)
			} else {
				soon = append(soon, r)
			}
			return nil
		})
		o.must(err)
		return soon, late
	}
	at := func(moment time.Time) { o.Pass(moment.Sub(o.Now())) }
	if soon, late := told(); len(soon)+len(late) != 0 {
		t.Errorf("at once: %v %v", soon, late)
	}
	at(quick.AskedAt.Add(quick.Due.Sub(quick.AskedAt)/2 + time.Second))
	if soon, late := told(); len(soon) != 1 || soon[0].Number != quick.Number || len(late) != 0 {
		t.Errorf("half of a short limit: %v %v", soon, late)
	}
	o.must(o.Town.Docket.DecideRight(ctx, officer, quick.ID, casework.RightDecision{Grant: true}))
	at(long.Due.Add(-48 * time.Hour).Add(time.Second))
	if soon, late := told(); len(soon) != 2 || len(late) != 0 || !soon[0].Due.Equal(long.Due) {
		t.Errorf("two days before: %v %v", soon, late)
	}
	if soon, late := told(); len(soon)+len(late) != 0 {
		t.Errorf("told again: %v %v", soon, late)
	}
	o.must(o.Delay(ctx, officer, long.ID, "要等模型的版本记录")) // it is told of before its new limit again
	at(missed.Due.Add(72 * time.Hour))                  // nobody looked for three days: the limit is told as it was
	if soon, late := told(); len(soon) != 0 || len(late) != 1 || late[0].Number != missed.Number || !late[0].Due.Equal(missed.Due) {
		t.Errorf("after the limit: %v %v", soon, late)
	}
	moved, err := o.Town.Docket.Right(ctx, officer, long.ID)
	o.must(err)
	at(moved.Due.Add(-time.Hour))
	if soon, late := told(); len(soon) != 1 || !soon[0].Due.Equal(moved.Due) || len(late) != 0 {
		t.Errorf("before the new limit: %v %v", soon, late)
	}
}
