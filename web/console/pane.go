package console

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/mozillazg/go-pinyin"

	"huiyin/casework"
	"huiyin/handover"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/staff"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// paneView is what stands beside a case to be dispatched: proposals with their reasons, and every other unit to be found by a few letters.
type paneView struct {
	Emergency  routing.EmergencyRef
	Candidates []candidate
	Units      []pick
	Chosen     string // unit that stands ready; empty below the city's threshold
	Again      bool   // it was dispatched before, so nothing stands ready
	Helpers    []shell.Choice
	Sure       []shell.Item      // what it was taken for when it was filed: kind, matter, place and urgency, each with how sure and why
	Guess      map[string]string // by kind, category, territory or urgency, the guess that is too unsure to stand ready
	Known      bool              // the case carries a proposal
	Earlier    int               // cases that the same caller filed before, by the keyed hash of the number
	K          chords
	Others     []staff.Attention  // colleagues who have the same case open
	Same       dupView            // what may be the same matter, and what was merged into it
	Spoken     bool               // it came from a call of which the words are kept
	Handed     []handover.Sent    // its handovers to other cities, newest first
	Partners   []handover.Partner // who could take it
	Ruling     string             // why the unit must be named by a ruling; empty where it need not
}

type candidate struct {
	Code    string
	Name    string
	Percent string
	Reasons []string
	ID      string
	Key     string
}

// pick is one unit of the search list.
type pick struct {
	Code, Name, Above, Words, ID string
}

// unitField is the field in which a dispatch names its lead.
const unitField = "dispatch_unit"

func (x *Pages) pane(v dossier.View, k chords) paneView {
	p, ok := intake.ProposalOf(v.F.Case)
	pane := paneView{K: k, Known: ok, Ruling: x.rulingHint(v), Emergency: p.Emergency, Chosen: v.Value(actDispatch.Name, "unit", string(p.Preselect))}
	if v.F.Case.Leg > 0 && v.Refused.Act == "" {
		pane.Chosen, pane.Again = "", true // it came back: the machine's first thought no longer stands ready
	}
	id := func() string {
		n := len(pane.Candidates) + len(pane.Units)
		if n == 0 {
			return unitField
		}
		return unitField + "-" + strconv.Itoa(n+1)
	}
	for i, c := range p.Candidates {
		one := candidate{Code: string(c.Unit), Name: v.Unit(c.Unit), Percent: percent(c.P), ID: id(), Key: k.Nth("choose", i+1)}
		for _, r := range c.Reasons {
			one.Reasons = append(one.Reasons, r.Text(v.P.Lang))
		}
		pane.Candidates = append(pane.Candidates, one)
	}
	pane.suggest(v, id)
	for _, u := range x.City.Units() {
		if u.Level == routing.HotlineLevel {
			continue
		}
		one := pick{Code: string(u.Code), Name: u.Name.In(v.P.Lang), Words: x.words[u.Code], ID: id()}
		if above, ok := x.City.Unit(u.Parent); ok && above.Level != routing.HotlineLevel {
			one.Above = above.Name.In(v.P.Lang)
		}
		pane.Units = append(pane.Units, one)
	}
	pane.sureOf(v, p)
	for _, u := range p.Helpers {
		pane.Helpers = append(pane.Helpers, shell.Choice{Value: string(u), Label: v.Unit(u)})
	}
	return pane
}

// suggest puts the unit that a returning unit holds responsible among the proposals; it never stands ready by itself.
func (p *paneView) suggest(v dossier.View, id func() string) {
	r, ok := v.Returned()
	if !ok || r.Suggested == "" {
		return
	}
	why := v.P.T("unitwork.suggested_by", locale.Args{"Unit": v.Unit(r.Unit)})
	for i, c := range p.Candidates {
		if c.Code == string(r.Suggested) {
			p.Candidates[i].Reasons = append(p.Candidates[i].Reasons, why)
			return
		}
	}
	n := len(p.Candidates)
	p.Candidates = append(p.Candidates, candidate{Code: string(r.Suggested), Name: v.Unit(r.Suggested), Reasons: []string{why}, ID: id(), Key: p.K.Nth("choose", n+1)})
}

// beside fills in what else is known of the case: what may be the same, what units did with the like of it, where it was handed to, and who else looks at it.
func (x *Pages) beside(ctx context.Context, by casework.Actor, v dossier.View, pane *paneView) error {
	var err error
	id := v.F.Case.ID
	if pane.Same, err = x.duplicates(ctx, by, v, pane.K); err != nil {
		return err
	}
	if err := x.past(ctx, by, v, pane); err != nil {
		return err
	}
	if err := x.abroadOf(ctx, by, v, pane); err != nil || !v.Can(casework.StepDispatch, casework.StepAccept) {
		return err
	}
	pane.Others, err = x.staff.Attend(ctx, by.StaffID, id)
	return err
}

// partOf reports whether the case was taken out of another and may be put back.
func (p paneView) partOf(v dossier.View) bool {
	return v.Can(casework.StepUnsplit) && slices.ContainsFunc(v.Siblings, func(s casework.Sibling) bool { return !s.Part })
}

func percent(p float64) string { return strconv.Itoa(int(p*100+0.5)) + "%" }

// checked reports whether the unit at a place of the whole list is the chosen one; only its first mention is.
func (p paneView) checked(code string, inSearch bool) bool {
	if code != p.Chosen || code == "" {
		return false
	}
	return !inSearch || !slices.ContainsFunc(p.Candidates, func(c candidate) bool { return c.Code == code })
}

// placeIn is the place of a unit among a case's proposals: 1 for the first, 0 where it was not proposed.
func placeIn(c casework.Case, unit casework.UnitCode) int {
	p, _ := intake.ProposalOf(c)
	return 1 + slices.IndexFunc(p.Candidates, func(one routing.Candidate) bool { return one.Unit == unit })
}

// typingWords are the letters by which each unit is found beside its name: pinyin initials of its names, its short names, its spelling and its code.
func typingWords(city *routing.City) map[casework.UnitCode]string {
	all := map[casework.UnitCode]string{}
	for _, u := range city.Units() {
		words := []string{string(u.Code), u.Pinyin, u.Name.ZH, u.Name.EN}
		for _, name := range append([]string{u.Name.ZH}, u.Aliases...) {
			words = append(words, name, initials(name))
		}
		slices.Sort(words)
		all[u.Code] = strings.ToLower(strings.Join(slices.Compact(words), " "))
	}
	return all
}

// initials are the first letters of a text's pinyin, as people type them.
func initials(text string) string {
	args := pinyin.NewArgs()
	args.Style = pinyin.FirstLetter
	return strings.Join(pinyin.LazyPinyin(text, args), "")
}

// categories lists the leaves and branches of the tree of matters by their full path.
func categories(v dossier.View) []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("console.no_category")}}
	for _, c := range v.City.Categories() {
		list = append(list, shell.Choice{Value: c.Code, Label: v.City.CategoryPath(c.Code, v.P.Lang)})
	}
	return list
}

// territories lists the districts, streets and communities.
func territories(v dossier.View) []shell.Choice {
	list := []shell.Choice{{Label: v.P.T("console.no_territory")}}
	for _, t := range v.City.Territories() {
		if t.Parent != "" {
			list = append(list, shell.Choice{Value: t.Code, Label: v.City.TerritoryName(t.Code, v.P.Lang)})
		}
	}
	return list
}
