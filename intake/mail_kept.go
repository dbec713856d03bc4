package intake

import (
	"context"
	"crypto/sha256"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/smtpdoor"
	"huiyin/notify/postmark"
)

// Refile turns a kept submission into a case at an operator's word, and settles it. Twice gives the same case. Hotline staff only.
func (d *Door) Refile(ctx context.Context, by casework.Actor, key casework.Key) (casework.Receipt, error) {
	if !casework.Allowed(casework.StepClassify, casework.Registered, by) {
		return casework.Receipt{}, fault.New(fault.Forbidden, "fault.not_your_step")
	}
	kept, raw, err := d.docket.KeptRaw(ctx, by, key)
	if err != nil {
		return casework.Receipt{}, err
	}
	m := d.read(smtpdoor.Envelope{}, raw)
	s := d.fromMail(sha256.Sum256(append([]byte("refile\n"), key[:]...)), m, raw)
	s.Channel, s.Reason = kept.Channel, "refiled:"+kept.Verdict+","+postmark.Unanswerable
	r, err := d.File(ctx, s)
	if err == nil {
		err = d.sameSender(ctx, s.Key, kept)
	}
	if err != nil {
		return r, err
	}
	return r, d.docket.Settle(ctx, by, key, casework.SettledFiled, &r.ID)
}

// Attach adds a kept message to a case at an operator's word, and settles it. Twice adds it once. Hotline staff only.
// Errors: fault.Forbidden, fault.NotFound, fault.Conflict where the case takes nothing more.
func (d *Door) Attach(ctx context.Context, by casework.Actor, key casework.Key, id casework.CaseID) error {
	if !casework.Allowed(casework.StepAdd, casework.Registered, by) || by.Unit != casework.Hotline {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	if _, err := d.docket.Case(ctx, by, id); err != nil {
		return err
	}
	kept, raw, err := d.docket.KeptRaw(ctx, by, key)
	if err != nil {
		return err
	}
	added := sha256.Sum256(append([]byte("attach\n"), key[:]...))
	done, err := d.add(ctx, by, id, added, d.read(smtpdoor.Envelope{}, raw), raw)
	if err != nil {
		return err
	}
	if !done {
		return fault.New(fault.Conflict, "fault.case_takes_no_more")
	}
	if err := d.sameSender(ctx, added, kept); err != nil {
		return err
	}
	return d.docket.Settle(ctx, by, key, casework.SettledAttached, &id)
}

// sameSender carries what is known of a kept message's sender to the submission that was made of it.
func (d *Door) sameSender(ctx context.Context, key casework.Key, kept casework.Kept) error {
	if kept.Auth == nil {
		return nil
	}
	return d.docket.NoteSender(ctx, key, kept.Auth)
}
