package console

import (
	"testing"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// Below six in ten nothing stands ready: neither the unit nor the kind, the matter, the place or the urgency.
func TestAGuessDoesNotStandReady(t *testing.T) {
	made := routing.Proposal{Kind: casework.Complaint, Urgency: casework.Normal}
	made.Sure.Kind = routing.Belief{P: 0.59, Source: "kind_words"}
	made.Sure.Urgency = routing.Belief{P: routing.Likely, Source: "urgency_none"}
	v := dossier.View{P: shell.Page{Lang: locale.EN}}
	v.F.Case = casework.Case{State: casework.Registered, Kind: casework.Complaint, Urgency: casework.Normal}
	var p paneView
	p.sureOf(v, made)
	if p.ready(v, "dispatch", "kind", "complaint") != "" || p.ready(v, "dispatch", "urgency", "normal") != "normal" {
		t.Errorf("stands ready: %q, %q", p.ready(v, "dispatch", "kind", "complaint"), p.ready(v, "dispatch", "urgency", "normal"))
	}
	open := p.open("kind", []shell.Choice{{Value: "help"}})
	if len(open) != 2 || open[0].Value != "" || open[0].Label == "" {
		t.Errorf("%+v", open)
	}
	if left := p.open("urgency", []shell.Choice{{Value: "normal"}}); len(left) != 1 {
		t.Errorf("%+v", left)
	}

	for name, change := range map[string]func(*casework.Case){
		"somebody said otherwise":  func(c *casework.Case) { c.Kind = casework.Help },
		"somebody has taken it in": func(c *casework.Case) { c.State = casework.Accepted },
	} {
		other, p := v, paneView{}
		change(&other.F.Case)
		p.sureOf(other, made)
		if p.ready(other, "dispatch", "kind", string(other.F.Case.Kind)) == "" {
			t.Errorf("%s, and it does not stand ready", name)
		}
	}
}
