package sla

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"huiyin/casework"
)

// Override sets other limits than the policy's own for some matters: by category, kind and urgency (domain study 3.3). What it does not name stays as it is.
// Of several that cover a matter the first holds. A law's limit for handling (Statute) goes before it.
type Override struct {
	Name       string             `yaml:"name"`       // short, in small letters
	Categories []string           `yaml:"categories"` // codes; those below them are meant too; empty: every category
	Kinds      []casework.Kind    `yaml:"kinds"`      // empty: every kind
	Urgency    []casework.Urgency `yaml:"urgency"`    // empty: normal alone, so that nothing in danger changes unasked
	Why        struct {
		ZH string `yaml:"zh"`
		EN string `yaml:"en"`
	} `yaml:"why"` // the decision of the city, as people read it

	Limits    yaml.Node `yaml:"limits"`    // dispatch, sign, contact, handle, range, remind, escalate
	Return    yaml.Node `yaml:"return"`    // as in the policy
	Extension yaml.Node `yaml:"extension"` // as in the policy
	FollowUp  yaml.Node `yaml:"follow_up"` // within
	Rectify   yaml.Node `yaml:"rectify"`   // as in the policy
	Reminders yaml.Node `yaml:"reminders"` // as in the policy

	policy *Policy // with its limits in place of the policy's own
}

// mostOverrides bounds what a policy may hold.
const mostOverrides = 100

func (o Override) covers(m Matter) bool {
	urgency := m.Urgency
	if urgency == "" {
		urgency = casework.Normal
	}
	switch {
	case len(o.Urgency) == 0 && urgency != casework.Normal, len(o.Urgency) > 0 && !slices.Contains(o.Urgency, urgency):
		return false
	case len(o.Kinds) > 0 && !slices.Contains(o.Kinds, m.Kind):
		return false
	}
	return len(o.Categories) == 0 || m.Category != "" && slices.ContainsFunc(o.Categories, func(c string) bool { return strings.HasPrefix(m.Category, c) })
}

// For gives the terms with the limits that hold for a matter.
func (t *Terms) For(m Matter) *Terms {
	i := slices.IndexFunc(t.Policy.Overrides, func(o Override) bool { return o.covers(m) })
	if i < 0 {
		return t
	}
	p := *t.Policy.Overrides[i].policy
	p.Hours = t.Policy.Hours // a unit's own
	return &Terms{Policy: &p, Calendar: t.Calendar}
}

// Classes are the limits of the kinds and urgencies that an override covers, as they hold under it.
func (o Override) Classes() (kinds map[casework.Kind]Class, urgency map[casework.Urgency]Class) {
	kinds, urgency = map[casework.Kind]Class{}, map[casework.Urgency]Class{}
	for _, u := range casework.Urgencies {
		for _, k := range casework.Kinds {
			switch {
			case !(Override{Kinds: o.Kinds, Urgency: o.Urgency}).covers(Matter{Kind: k, Urgency: u}):
			case u == casework.Normal:
				kinds[k] = o.policy.Kinds[k]
			default:
				urgency[u] = o.policy.Urgency[u]
			}
		}
	}
	return kinds, urgency
}

// Own is the policy as it holds under the override.
func (o Override) Own() *Policy { return o.policy }

// checkOverrides makes the policy of each override and checks it like the policy itself.
func (p *Policy) checkOverrides() error {
	if len(p.Overrides) > mostOverrides {
		return fmt.Errorf("overrides: more than %d", mostOverrides)
	}
	for i := range p.Overrides {
		o := &p.Overrides[i]
		if !nameForm.MatchString(o.Name) {
			return fmt.Errorf("overrides[%d].name: %q must be small letters, digits and hyphens", i, o.Name)
		}
		if slices.ContainsFunc(p.Overrides[:i], func(x Override) bool { return x.Name == o.Name }) {
			return fmt.Errorf("overrides[%d].name: %s stands twice", i, o.Name)
		}
		if err := o.apply(p); err != nil {
			return fmt.Errorf("overrides[%d].%w", i, err)
		}
	}
	return nil
}

func (o *Override) apply(base *Policy) error {
	switch {
	case len(o.Categories)+len(o.Kinds)+len(o.Urgency) == 0:
		return errors.New("categories: say by categories, kinds or urgency what is meant")
	case slices.Contains(o.Categories, ""):
		return errors.New("categories: an empty code")
	case o.Why.ZH == "" || o.Why.EN == "":
		return errors.New("why: must be given in zh and en")
	}
	for _, k := range o.Kinds {
		if !slices.Contains(casework.Kinds, k) {
			return fmt.Errorf("kinds: %q is none of %v", k, casework.Kinds)
		}
	}
	for _, u := range o.Urgency {
		if !slices.Contains(casework.Urgencies, u) {
			return fmt.Errorf("urgency: %q is none of %v", u, casework.Urgencies)
		}
	}
	p := *base
	p.Overrides, p.Kinds, p.Urgency = nil, maps.Clone(base.Kinds), maps.Clone(base.Urgency)
	o.policy = &p
	kinds, urgency := o.Classes()
	for k, c := range kinds {
		if err := over(&o.Limits, "limits", &c); err != nil {
			return err
		}
		p.Kinds[k] = c
	}
	for u, c := range urgency {
		if err := over(&o.Limits, "limits", &c); err != nil {
			return err
		}
		p.Urgency[u] = c
	}
	if within := (&struct {
		Within *Limit `yaml:"within"`
	}{&p.FollowUp.Within}); !o.FollowUp.IsZero() {
		if err := over(&o.FollowUp, "follow_up", within); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		name string
		node *yaml.Node
		into any
	}{{"return", &o.Return, &p.Return}, {"extension", &o.Extension, &p.Extension}, {"rectify", &o.Rectify, &p.Rectify}, {"reminders", &o.Reminders, &p.Reminders}} {
		if err := over(part.node, part.name, part.into); err != nil {
			return err
		}
	}
	return p.check()
}

// over reads what a part of an override names over what the policy says; a field that does not exist is refused.
func over(node *yaml.Node, name string, into any) error {
	if node.IsZero() {
		return nil
	}
	text, err := yaml.Marshal(node)
	if err == nil {
		dec := yaml.NewDecoder(strings.NewReader(string(text)))
		dec.KnownFields(true)
		err = dec.Decode(into)
	}
	if err != nil {
		return fmt.Errorf("%s: line %d: %s", name, node.Line, inner.ReplaceAllString(err.Error(), ""))
	}
	return nil
}

// inner is where an error stands in the part alone.
var inner = regexp.MustCompile(`line \d+: `)
