package routing

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"huiyin/casework"
	"huiyin/routing/model"
)

// Learned is what a city has learned beside its rules: a trained model that helps to propose, and how often what each rule says is kept.
type Learned struct {
	Model   *model.Model // nil: the rules alone propose
	Version string       // of the model, as kept with proposals
	Kept    Tallies      // by rule; what is stated of a rule that is not there stays as it is

	to []string // by label of the model: what it stands for in the city, a unit's code or the name of a function; empty where the city has nothing by that name
}

// labelsFile says, beside the city's rules, what the labels of a model that was trained elsewhere stand for here.
const labelsFile = "labels.yaml"

// noFiles is a city without a labels.yaml.
var noFiles = embed.FS{}

// Fit puts a model to work in a city. A label stands for the unit or function that labels.yaml names, else for the unit with that code, name or alias, else for the function by that name; what stands for nothing proposes nothing.
// files may be nil. Errors: a labels.yaml that names what the city does not have.
func Fit(c *City, files fs.FS, m *model.Model, version string) (*Learned, error) {
	stands := map[string]string{}
	functions := map[string]bool{}
	for _, u := range c.units {
		functions[u.Function] = true
		for _, name := range append([]string{string(u.Code), u.Name.ZH, u.Name.EN}, u.Aliases...) {
			if _, taken := stands[name]; !taken && name != "" {
				stands[name] = string(u.Code)
			}
		}
	}
	given := map[string]string{}
	if files == nil {
		files = noFiles
	}
	if _, err := fs.Stat(files, labelsFile); err == nil {
		if err := decode(files, labelsFile, &given); err != nil {
			return nil, err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", labelsFile, err)
	}
	for label, target := range given {
		if _, unit := c.unitAt[casework.UnitCode(target)]; !unit && !functions[target] {
			return nil, fmt.Errorf("%s: %q stands for %q, which is neither a unit nor a function of the city", labelsFile, label, target)
		}
	}
	l := &Learned{Model: m, Version: version}
	for _, label := range m.Labels {
		target := given[label]
		if target == "" {
			target = stands[label]
		}
		if target == "" && functions[label] {
			target = label
		}
		l.to = append(l.to, target)
	}
	return l, nil
}

// Known is how many labels of the model stand for something in the city.
func (l *Learned) Known() int {
	n := 0
	for _, to := range l.to {
		if to != "" {
			n++
		}
	}
	return n
}

// unit is the unit that a label stands for at a place; empty where there is none.
func (l *Learned) unit(c *City, label, territory string) casework.UnitCode {
	at, ok := slices.BinarySearch(l.Model.Labels, label)
	if !ok || l.to[at] == "" {
		return ""
	}
	if _, ok := c.Unit(casework.UnitCode(l.to[at])); ok {
		return casework.UnitCode(l.to[at])
	}
	for _, area := range []string{c.Street(territory), c.District(territory), c.Code} {
		if unit := c.functions[functionAt{l.to[at], area}]; unit != "" && area != "" {
			return unit
		}
	}
	return ""
}

// trust is how much a model that is quite sure counts beside the rules: its p are calibrated, theirs are not. One that is less sure counts less by as much.
const trust = 0.8

// ProposeWith proposes as the rules do and lets a trained model weigh the units too: the surer it is, the more, up to four fifths; of a text unlike those that it learned from it says nothing. Only what the model would answer alone goes out alone, and
// never a report, a case in secrecy, an emergency or anything critical, nor to a unit that the duty lists refuse. Without a model the rules decide as ever.
func ProposeWith(c *City, l *Learned, in Input) Proposal {
	if l == nil {
		return Propose(c, in)
	}
	p := c.propose(in, l.Kept)
	if l.Model == nil {
		return p
	}
	text := in.Text
	if in.Title != "" {
		text = in.Title + "\n" + in.Text
	}
	if in.Address != "" {
		text += "\n" + in.Address
	}
	answer := l.Model.Classify(text)
	p.Model, p.Auto = l.Version, false
	if !answer.Familiar {
		return p
	}
	p.hear(c, l, answer.Aspects)
	weight := trust * answer.Candidates[0].P
	var first casework.UnitCode // the unit that the model would send to
	merged := map[casework.UnitCode]*Candidate{}
	for _, k := range p.Candidates {
		merged[k.Unit] = &Candidate{Unit: k.Unit, P: (1 - weight) * k.P, Reasons: k.Reasons}
	}
	for i, k := range answer.Candidates {
		unit := l.unit(c, k.Label, p.Territory.Code)
		if unit == "" || c.CanDispatch(p.Category.Code, unit) != nil {
			continue
		}
		if i == 0 {
			first = unit
		}
		one := merged[unit]
		if one == nil {
			one = &Candidate{Unit: unit}
			merged[unit] = one
		}
		one.P += weight * k.P
		one.Reasons = append([]Reason{learnedReason(k, l.Version)}, one.Reasons...)
	}
	p.Candidates, p.Preselect = c.sorted(merged), ""
	if len(p.Candidates) > 0 {
		best := p.Candidates[0]
		if best.P >= c.rules.preselectAt {
			p.Preselect = best.Unit
		}
		p.Auto = answer.Auto && best.Unit == first && p.MayGoAlone()
		p.Helpers = slices.DeleteFunc(p.Helpers, func(u casework.UnitCode) bool { return u == best.Unit })
	}
	return p
}

// MayGoAlone tells whether a case of this kind may ever be sent without a person: never a report on officials or others, a case in secrecy, an emergency, or anything critical.
func (p Proposal) MayGoAlone() bool {
	return p.Kind != casework.Report && !p.Secret && p.Emergency.Number == "" && p.Urgency != casework.Critical
}

// sorted is the best candidates, best first; among equals in the order of the city's units.
func (c *City) sorted(merged map[casework.UnitCode]*Candidate) []Candidate {
	list := []Candidate{}
	for _, one := range merged {
		one.P = math.Round(one.P*1e4) / 1e4
		if one.P >= least {
			list = append(list, *one)
		}
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(c.unitAt[a.Unit], c.unitAt[b.Unit]))
	})
	return list[:min(len(list), candidates)]
}

func learnedReason(k model.Candidate, version string) Reason {
	args := Args{{"Percent", both(fmt.Sprintf("%.0f", 100*k.P))}, {"Version", both(version)}, {"Words", both(quoted(k.Evidence))}}
	if len(k.Evidence) == 0 {
		return Reason{"routing.reason_learned_unsaid", args}
	}
	return Reason{"routing.reason_learned", args}
}
