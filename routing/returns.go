package routing

import (
	"context"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/routing/sla"
)

// ReturnBy is until when a unit may ask to return a matter that was sent to it at a time (policy's return window); ok is false where the policy sets no such time.
func (d *Desk) ReturnBy(m sla.Matter, sent time.Time) (by time.Time, ok bool) {
	window := d.Terms.For(m).Policy.Return.Window
	if window.None() {
		return time.Time{}, false
	}
	return d.Terms.By("return", window, sent).Due, true
}

// AskReturn asks to return a case within the policy's window after it was sent; exactly at its end is in time.
// Errors: fault.Conflict "fault.return_too_late", and those of the docket.
func (d *Desk) AskReturn(ctx context.Context, by casework.Actor, ref casework.Ref, code casework.ReturnReason, reason, basis string, suggested casework.UnitCode) error {
	f, err := d.Docket.Dossier(ctx, by, ref.ID)
	if err != nil {
		return err
	}
	if handle, ok := running(f, casework.ClockHandle); ok {
		if limit, set := d.ReturnBy(sla.MatterOf(f.Case), handle.Started); set && d.Now().After(limit) {
			return fault.New(fault.Conflict, "fault.return_too_late")
		}
	}
	return d.Docket.AskReturn(ctx, by, ref, code, reason, basis, suggested)
}

// RuleAfter is how many returns of a matter in one round make a ruling necessary (policy's return.times).
func (d *Desk) RuleAfter(m sla.Matter) int {
	if times := d.Terms.For(m).Policy.Return.Times; times > 0 {
		return times
	}
	return casework.ReturnsBeforeRuling
}

// RuleBy is until when the hotline must rule on a matter whose last return was granted at a time (policy's arbitration limit); ok is false where the policy sets none.
func (d *Desk) RuleBy(m sla.Matter, granted time.Time) (by time.Time, ok bool) {
	limit := d.Terms.For(m).Policy.Return.Arbitration
	if limit.None() {
		return time.Time{}, false
	}
	return d.Terms.By("return", limit, granted).Due, true
}
