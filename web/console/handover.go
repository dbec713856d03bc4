package console

import (
	"context"
	"slices"

	"huiyin/casework"
	"huiyin/handover"
	"huiyin/locale"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// handOverName is the last part of the address of a handover, and the first of its fields' names.
const handOverName = "handover"

// mostAway bounds how many cases with other hotlines are looked up at once.
const mostAway = 1000

// handOver gives a case to the hotline of another city.
func (x *Pages) handOver() dossier.Act {
	return dossier.Act{Name: handOverName, Done: "handover.done", Do: func(ctx context.Context, r dossier.Request) error {
		ch := handover.Choice{Partner: r.Value("partner"), Reason: r.Value("reason"), Consent: r.Value("consent")}
		for _, f := range r.All("fields") {
			ch.Fields = append(ch.Fields, casework.PersonalField(f))
		}
		if len(ch.Fields) == 0 {
			ch.Consent = ""
		}
		return x.abroad.Give(ctx, r.By, r.Ref, ch)
	}}
}

// abroadOf fills in the case's handovers, and who could take it.
func (x *Pages) abroadOf(ctx context.Context, by casework.Actor, v dossier.View, pane *paneView) error {
	handed, partners, err := x.abroad.About(ctx, by, v.F.Case.ID)
	if err != nil {
		return err
	}
	pane.Handed = handed
	if mayHandOver(v) {
		pane.Partners = slices.DeleteFunc(partners, func(p handover.Partner) bool { return !p.Takes(v.F.Case.Kind) })
	}
	return nil
}

// mayHandOver reports whether the reader may hand the case over; a registered one is accepted with it.
func mayHandOver(v dossier.View) bool {
	return v.Can(casework.StepHandOver) || v.F.Case.State == casework.Registered && v.Can(casework.StepAccept)
}

// away reports whether the case is with another hotline now.
func (p paneView) away() bool { return slices.ContainsFunc(p.Handed, handover.Sent.Away) }

// withoutAway leaves out the cases that are with other hotlines: nobody here has to dispatch them. What is late among them stands on the list of late cases.
func (x *Pages) withoutAway(ctx context.Context, by casework.Actor, list []casework.Case) ([]casework.Case, error) {
	away, err := x.abroad.Away(ctx, by, mostAway)
	if err != nil || len(away) == 0 {
		return list, err
	}
	gone := map[casework.CaseID]bool{}
	for _, o := range away {
		gone[o.Case] = true
	}
	return slices.DeleteFunc(list, func(c casework.Case) bool { return gone[c.ID] }), nil
}

func partnerChoices(p shell.Page, partners []handover.Partner) []shell.Choice {
	list := []shell.Choice{{Label: p.T("handover.no_partner")}}
	for _, one := range partners {
		list = append(list, shell.Choice{Value: one.Code, Label: one.Name})
	}
	return list
}

// handedItems tell how a handover stands.
func handedItems(p shell.Page, o handover.Sent) []shell.Item {
	items := []shell.Item{{Key: p.T("handover.city"), Value: o.City}, {Key: p.T("handover.state"), Value: p.T("handover.state_" + o.State)}, {Key: p.T("handover.since"), Value: p.Lang.DateTime(o.QueuedAt)}}
	if o.TheirNumber != "" {
		items = append(items, shell.Item{Key: p.T("handover.their_number"), Value: o.TheirNumber}, shell.Item{Key: p.T("handover.their_due"), Value: p.Lang.Deadline(o.TheirDue)})
	}
	if o.TheirNumber == "" && o.LastError != "" {
		items = append(items, shell.Item{Key: p.T("handover.tries"), Value: p.T("handover.tries_text", locale.Args{"N": o.Tries, "Error": o.LastError})})
	}
	return items
}

// lateGrid are the handovers without receipt.
func (v lateView) lateGrid() shell.Grid {
	p := v.P
	g := shell.Grid{Caption: p.T("handover.late_list"), Columns: []shell.Column{{Title: p.T("console.number")}, {Title: p.T("handover.city")}, {Title: p.T("handover.since")}, {Title: p.T("handover.tries")}}}
	for _, o := range v.Abroad {
		g.Rows = append(g.Rows, []shell.Cell{{Text: o.Number, Href: "/console/case/" + o.Case.String()}, {Text: o.City}, {Text: p.Lang.DateTime(o.QueuedAt)},
			{Text: p.T("handover.tries_text", locale.Args{"N": o.Tries, "Error": o.LastError})}})
	}
	return g
}
