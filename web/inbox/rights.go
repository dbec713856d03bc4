package inbox

import (
	"context"
	"slices"
	"time"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// whistled are the fields of the form that each name a department to call.
var whistled = []string{"units", "units2", "units3"}

func whistle(ctx context.Context, r dossier.Request) error {
	by, ok := dossier.Moment(r.Value("report_by"))
	if !ok {
		return fault.New(fault.Invalid, "fault.report_by_needed").At("report_by")
	}
	call := casework.Whistle{Place: r.Value("place"), ReportBy: by}
	for _, field := range whistled {
		for _, u := range r.All(field) {
			call.Calls = append(call.Calls, casework.WhistleCall{Unit: casework.UnitCode(u)})
		}
	}
	return r.Docket.Whistle(ctx, r.By, r.Ref, call)
}

func reportIn(ctx context.Context, r dossier.Request) error {
	files, err := r.Proofs()
	if err != nil {
		return err
	}
	text := r.Value("text")
	if at := r.Position(); at != "" {
		text += "\n" + at
	}
	return r.Docket.ReportIn(ctx, r.By, r.Ref, text, files)
}

func appeal(kind casework.AppealKind) func(context.Context, dossier.Request) error {
	return func(ctx context.Context, r dossier.Request) error {
		reason, err := reasonOf(r)
		if err != nil {
			return err
		}
		a := casework.Appeal{Kind: kind, Reason: reason}
		if kind == casework.ScoreAppeal {
			a.Figures = r.All("figures")
		}
		return r.Docket.Appeal(ctx, r.By, r.Ref, a)
	}
}

// whistles reports whether the reader's unit is a street that may call departments to this case.
func (v caseView) whistles() bool {
	u, ok := v.City.Unit(v.By.Unit)
	return ok && u.Level == routing.StreetLevel && v.Can(casework.StepWhistle) && (v.Leads() || v.holds())
}

// departments are whom a street can call: those of the city, those of its own district, and the utilities.
func (v caseView) departments() []shell.Choice {
	own, _ := v.City.Unit(v.By.Unit)
	list := []shell.Choice{{Label: v.P.T("unitwork.choose_department")}}
	for _, u := range v.City.Units() {
		near := u.Level == routing.CityLevel || u.Level == routing.UtilityLevel || u.Level == routing.DistrictLevel && len(own.Territory) >= 6 && u.Territory == own.Territory[:6]
		if near && u.Code != v.F.Case.Lead {
			list = append(list, shell.Choice{Value: string(u.Code), Label: u.Name.In(v.P.Lang)})
		}
	}
	return list
}

// soon is two hours from now, on the full quarter: by when a called department is asked to come where nothing else is said.
func (v caseView) soon() string {
	return dossier.MomentOf(v.P.Now.Add(2*time.Hour + 7*time.Minute).Truncate(15 * time.Minute))
}

// appeals reports whether the reader may still appeal about the present leg.
func (v caseView) appeals(kind casework.AppealKind) bool {
	if !v.Leads() || !v.Can(casework.StepAppeal) || kind == casework.ScoreAppeal && v.F.Case.State.Handling() {
		return false
	}
	return !slices.ContainsFunc(v.Appeals, func(a casework.Appeal) bool { return a.Kind == kind && a.Leg == v.F.Case.Leg })
}

// coAnswer is what a co-handler has said to the lead in this leg; Said is empty where it has not.
type coAnswer struct {
	Unit casework.UnitCode
	Due  shell.Due
	Said casework.Message
}

// coReported are the co-handlers of this leg with their own answers.
func (v caseView) coReported() []coAnswer {
	var list []coAnswer
	for _, p := range v.F.Parties {
		if p.Role != "co" || p.Left != nil || p.Due == nil {
			continue
		}
		one := coAnswer{Unit: p.Unit, Due: shell.Due{Start: v.F.Case.FiledAt, At: *p.Due}}
		for _, e := range v.F.Events {
			if e.Step != casework.StepCoReport || e.Leg != v.F.Case.Leg || e.Unit != p.Unit {
				continue
			}
			one.Due.Met = e.At
			for _, m := range v.F.Messages {
				if m.At.Equal(e.At) && m.Purpose == "internal" {
					one.Said = m
				}
			}
		}
		list = append(list, one)
	}
	return list
}

// returnBy says until when the unit may ask to return the case; empty where nothing sets a time.
func (v caseView) returnBy() string {
	if v.Returns.IsZero() {
		return ""
	}
	return v.P.T("unitwork.return_by", locale.Args{"Moment": v.P.Lang.Deadline(v.Returns)})
}
