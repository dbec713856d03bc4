package routing

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"

	"gopkg.in/yaml.v3"
)

// Source is the rule that told something of a case, such as "kind_opening". What each is worth stands in reliability.yaml.
type Source string

// The rules that tell kind, category, territory and urgency.
const (
	kindOpening       Source = "kind_opening"
	kindWord          Source = "kind_words"
	kindContested     Source = "kind_contested"
	kindByCategory    Source = "kind_category"
	kindByDefault     Source = "kind_default"
	kindNotKnown      Source = "kind_unknown"
	categoryStrong    Source = "category_strong"
	categoryPlain     Source = "category_plain"
	categoryContested Source = "category_contested"
	categoryNone      Source = "category_none"
	territoryStreet   Source = "territory_street"
	territoryDistrict Source = "territory_district"
	territoryNear     Source = "territory_near"
	territoryPoint    Source = "territory_point"
	territoryOpen     Source = "territory_open"
	territoryNone     Source = "territory_none"
	urgencyEmergency  Source = "urgency_emergency"
	urgencyCritical   Source = "urgency_critical"
	urgencyUrgent     Source = "urgency_urgent"
	urgencyNight      Source = "urgency_night"
	urgencyOrdinary   Source = "urgency_ordinary"
	byModel           Source = "model"
)

// Belief is how sure the proposal is of one thing that it says, and why.
type Belief struct {
	P       float64  `json:"p"`      // how often such a proposal stays as it is, between 0 and 1
	Source  Source   `json:"source"` // the rule that spoke, or "model"
	Reasons []Reason `json:"reasons"`
}

// Beliefs are how sure the proposal is of what it says beside the units.
type Beliefs struct {
	Kind      Belief `json:"kind"`
	Category  Belief `json:"category"`
	Territory Belief `json:"territory"`
	Urgency   Belief `json:"urgency"`
}

// Each visits the beliefs.
func (b *Beliefs) Each(visit func(*Belief)) {
	for _, one := range []*Belief{&b.Kind, &b.Category, &b.Territory, &b.Urgency} {
		visit(one)
	}
}

// Tally is how often what a rule said was kept by the people who looked at it.
type Tally struct {
	Kept int `json:"kept"`
	Of   int `json:"of"`
}

// Tallies are those of one city, by rule.
type Tallies map[Source]Tally

// prior is what a rule is taken to be worth: its share of right answers, and how many cases of evidence that counts for.
type prior struct{ P, Weight float64 }

//go:embed reliability.yaml
var reliabilityFile []byte

// stated is what the file says of a rule.
type stated struct {
	prior
	key   string   // of the reason in its words
	alone []Reason // that reason where nothing else is told with it
}

// reliability is what the file says, by rule.
var reliability = mustReliability(reliabilityFile)

func mustReliability(body []byte) map[Source]stated {
	var f struct {
		Version string
		Rules   map[Source]prior
	}
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		panic(fmt.Sprintf("reliability.yaml: %v", err)) // the file is part of the program
	}
	rules := make(map[Source]stated, len(f.Rules))
	for s, p := range f.Rules {
		r := because(s, nil)
		rules[s] = stated{p, r.Key, []Reason{r}}
	}
	return rules
}

// Sources lists the rules that have a stated reliability, sorted.
func Sources() []Source { return slices.Sorted(maps.Keys(reliability)) }

// Reliable is how often a rule is right: what is stated of it, moved by the operators' own decisions (the mean of a beta distribution).
func (t Tallies) Reliable(s Source) float64 {
	stated, seen := reliability[s], t[s]
	if stated.Weight == 0 {
		return stated.P
	}
	return math.Round((stated.P*stated.Weight+float64(seen.Kept))/(stated.Weight+float64(seen.Of))*1e4) / 1e4
}

// say is what a rule says and tells with it; how sure that is, is told in the end.
func say(s Source, told ...Arg) Belief {
	r := reliability[s]
	if len(told) == 0 {
		return Belief{Source: s, Reasons: r.alone}
	}
	return Belief{Source: s, Reasons: []Reason{{r.key, told}}}
}

// because is the reason of a rule in words of its own.
func because(s Source, told Args) Reason { return Reason{"routing.sure_" + string(s), told} }
