package dossier_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/intake/calls"
	"huiyin/intake/transcript"
)

// What the resident says in a call-back is proposed to the agent and to nobody else; nothing is filled in, and what cannot be told plainly is not proposed.
func TestACallBackProposesWhatTheResidentSaysAndFillsInNothing(t *testing.T) {
	h := newHouse(t)
	cti := h.program()
	b, other := h.as("hui", casework.Hotline, casework.Callback), h.as("lan", casework.Hotline, casework.Callback)
	by := casework.Actor{Kind: casework.ByStaff, Unit: urban, Units: []casework.UnitCode{urban}, Roles: []casework.Role{casework.Liaison, casework.Handler}}
	id := h.sent(urban, nil)
	ref := casework.Ref{ID: id}
	for _, err := range []error{h.docket.Sign(t.Context(), by, ref), h.docket.Contact(t.Context(), by, ref, casework.ContactResult{Means: "phone", Reached: true}), h.docket.Reply(t.Context(), by, ref, casework.Reply{Text: "已经清理。"})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h.now = h.now.Add(time.Minute)
	const heard = "从通话里听到"
	page := b.get("/console/callbacks")
	page.wants(t, 200, "/console/callbacks/"+id.String())
	page.lacks(t, heard)

	h.tell(cti, "back", calls.Event{Kind: calls.EventRinging, Caller: phone})
	h.tell(cti, "back", calls.Event{Kind: calls.EventAnswered, Agent: "hui"})
	h.say(cti, "back", calls.Turn{N: 0, Role: transcript.Agent, Text: "请问问题解决了吗，您满意吗", Final: true})
	b.get("/console/callbacks").lacks(t, heard) // the agent's own words are no answer
	h.say(cti, "back", calls.Turn{N: 1, Role: transcript.Caller, Text: "问题解决了，非常满意", Final: false})
	b.get("/console/callbacks").lacks(t, heard) // not said to its end
	h.say(cti, "back", calls.Turn{N: 1, Role: transcript.Caller, Text: "问题解决了，非常满意", Final: true})
	page = b.get("/console/callbacks?reached=yes")
	page.wants(t, 200, heard+"：已解决", "非常满意。请向对方确认后再选")
	page.lacks(t, "checked")
	other.get("/console/callbacks").lacks(t, heard)

	h.tell(cti, "back", calls.Event{Kind: calls.EventHungUp})
	b.get("/console/callbacks").wants(t, 200, heard) // who writes it down has hung up
	if c := h.read(id); c.State != casework.Replied {
		t.Errorf("the proposal took a step: %s", c.State)
	}
}
