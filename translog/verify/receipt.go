package verify

import (
	"bytes"
	"context"
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog"
	"huiyin/translog/form"
)

// audit reads what the installation itself finds of its cases.
func (s *Site) audit(ctx context.Context, r *Report) {
	raw, err := s.get(ctx, "/log/audit.json")
	if err != nil {
		r.wrong("what the installation finds of its cases cannot be read: %v", err)
		return
	}
	var a translog.Audit
	if err := json.Unmarshal(raw, &a); err != nil {
		r.wrong("what the installation finds of its cases cannot be read")
		return
	}
	for _, i := range a.Broken {
		r.wrong("entry %d no longer opens to the step of the case that it was made of: the step was changed or dropped in the database", i)
	}
	for _, u := range a.Records {
		what, ok := sources[u.Source]
		if !ok {
			what = "the record of " + u.Source
		}
		r.wrong("entry %d no longer opens to %s that it was made of: it was changed or dropped in the database", u.Entry, what)
	}
}

// sources names what an entry that is no step was made of.
var sources = map[string]string{"use": "the use of personal data", "rating": "the rating of a service", "data_use": "the use of personal data", "lookup_use": "the search for a caller's earlier cases", "mail_use": "the reading of a mail", "call_use": "the look at a caller's number",
	"model": "the card of a model", "model_decision": "the decision on a model", "tombstone": "the tombstone of a public card", "withheld": "the note that a case is withheld from the public",
	"rules": "the version of the rules or calendars", "service_rating": "the rating of a service"}

// receipt checks the proof that a resident kept: what it promised must stand in the log as it is now.
func (r *Report) receipt(leaves func(i int64) (tlog.Hash, bool), raw []byte) {
	var e translog.Evidence
	if err := json.Unmarshal(raw, &e); err != nil {
		r.wrong("the receipt cannot be read")
		return
	}
	if len(e.Steps) == 0 {
		r.wrong("request %q: the receipt holds no step, so it proves nothing", e.Case)
		return
	}
	for _, s := range e.Steps {
		var step form.Step
		if json.Unmarshal([]byte(s.Payload), &step) != nil || step.Case != e.Case {
			r.wrong("request %q: entry %d of the receipt is of another request", e.Case, s.Index)
		}
	}
	for _, s := range append(e.Steps, e.Records...) {
		entry, err := form.ParseEntry([]byte(s.Entry))
		if err != nil || !bytes.Equal(entry.Commitment, form.Commit(s.Salt, []byte(s.Payload))) {
			r.wrong("request %q: entry %d of the receipt does not commit to what it names", e.Case, s.Index)
			continue
		}
		if now, ok := leaves(s.Index); !ok || now != tlog.RecordHash([]byte(s.Entry)) {
			r.wrong("request %q: entry %d is no longer what the receipt promised", e.Case, s.Index)
		}
	}
}
