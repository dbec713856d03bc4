package intake

import (
	"context"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
)

// Parting is what an operator typed to make two cases of one: the words of each, from the masked copy that stands before them.
type Parting struct {
	Part  string // what goes its own way
	Place string // where that is
	Left  string // what stays with the case
}

// Split takes a part out of a case that waits with the hotline: the rules read the part's words anew, and its promise counts from the day the whole
// was filed. The receipt is the part's. Errors: fault.Invalid with the field part or left, and those of casework's Split.
func (d *Door) Split(ctx context.Context, by casework.Actor, ref casework.Ref, p Parting) (casework.Receipt, error) {
	c, err := d.docket.Case(ctx, by, ref.ID)
	if err != nil {
		return casework.Receipt{}, err
	}
	s := Submission{Channel: c.Channel, By: by, At: c.FiledAt, Text: p.Part, Place: p.Place, Language: locale.Lang(c.Language), Publish: c.Publish, Secret: c.Secret}
	s.tidy()
	if s.Text == "" {
		return casework.Receipt{}, fault.New(fault.Invalid, "fault.split_empty").At("part")
	}
	if err := s.check(); err != nil {
		return casework.Receipt{}, err
	}
	f, err := d.Prepare(s)
	if err != nil {
		return casework.Receipt{}, err
	}
	left := d.masked(lines(p.Left), casework.Person{})
	r, err := d.docket.Split(ctx, by, ref, casework.Parting{Part: f, Title: d.headline("", left, casework.Person{}).Clear, Body: left.Clear})
	if err != nil {
		return r, err
	}
	d.log.Info("case split", "case", ref.ID, "part", r.ID)
	return r, nil
}
