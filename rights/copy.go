package rights

import (
	"context"
	"encoding/json"
	"time"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/fault"
)

// Copy is all that is kept of a resident in one case, for the holder of its code (PIPL 45).
type Copy struct {
	Format    string                            `json:"format"` // huiyin-copy@1
	MadeAt    time.Time                         `json:"made_at"`
	Number    string                            `json:"number"`
	FiledAt   time.Time                         `json:"filed_at"`
	State     casework.State                    `json:"state"`
	Kind      casework.Kind                     `json:"kind"`
	Channel   casework.Channel                  `json:"channel"`
	Data      map[casework.PersonalField]string `json:"data"` // as written
	Former    []FormerValue                     `json:"former,omitempty"`
	Said      []Said                            `json:"messages"`
	Files     []File                            `json:"files"`
	Raw       []byte                            `json:"raw,omitempty"` // the submission as it came
	Machine   json.RawMessage                   `json:"proposal,omitempty"`
	Grounds   json.RawMessage                   `json:"proposal_reasons,omitempty"`
	Uses      []Used                            `json:"uses"` // newest first
	Withheld  int                               `json:"uses_withheld"`
	Requests  []Asked                           `json:"requests"`
	Published bool                              `json:"published_by_consent"`
}

// FormerValue is a value that was corrected.
type FormerValue struct {
	Field casework.PersonalField `json:"field"`
	Value string                 `json:"value"`
	Until time.Time              `json:"until"`
}

// Said is something said in the case: the resident's own words as written, and what was answered.
type Said struct {
	At     time.Time `json:"at"`
	Author string    `json:"author"`
	Unit   string    `json:"unit,omitempty"`
	Text   string    `json:"text"`
}

// File is an attached file of the resident.
type File struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	Name string    `json:"name"`
	Type string    `json:"type"`
	Data []byte    `json:"data"`
}

// Used is one use of the data.
type Used struct {
	At        time.Time                `json:"at"`
	Unit      casework.UnitCode        `json:"unit"`
	Role      casework.Role            `json:"role"`
	Person    string                   `json:"person,omitempty"` // the mark of the member of staff
	Fields    []casework.PersonalField `json:"fields"`
	Purpose   casework.Purpose         `json:"purpose"`
	Basis     casework.Basis           `json:"basis"`
	Automatic bool                     `json:"automatic"`
	Receiver  string                   `json:"receiver,omitempty"`
}

// Asked is one request about the data.
type Asked struct {
	Number  string              `json:"number"`
	Kind    casework.RightKind  `json:"kind"`
	State   casework.RightState `json:"state"`
	At      time.Time           `json:"at"`
	Due     time.Time           `json:"due"`
	Decided *time.Time          `json:"decided,omitempty"`
	Reason  string              `json:"reason,omitempty"`
}

var copied = []casework.PersonalField{casework.FieldName, casework.FieldPhone, casework.FieldEmail, casework.FieldAddress, casework.FieldTitle, casework.FieldBody, casework.FieldPlace, casework.FieldCode}

// Copy gathers everything for the holder of the code, of a copy that was granted, and notes that it was fetched. Errors: fault.Conflict where none was granted, fault.Gone after erasure.
func (o *Office) Copy(ctx context.Context, r casework.RightRequest) (Copy, error) {
	me, d := casework.Resident(r.Case), o.Docket
	if r.Kind != casework.RightCopy || r.State != casework.RightGranted {
		return Copy{}, fault.New(fault.Conflict, "fault.right_decided")
	}
	own := casework.Use{Purpose: casework.ForOwn}
	f, err := d.Dossier(ctx, me, r.Case)
	if err != nil {
		return Copy{}, err
	}
	c := f.Case
	out := Copy{Format: "huiyin-copy@1", MadeAt: d.Now(), Number: c.Number, FiledAt: c.FiledAt, State: c.State, Kind: c.Kind, Channel: c.Channel, Said: []Said{}, Files: []File{}, Uses: []Used{}, Requests: []Asked{}, Published: c.Publish}
	if out.Data, err = d.Reveal(ctx, me, r.Case, copied, own); err != nil {
		return out, err
	}
	words, err := d.RevealMessages(ctx, me, r.Case, own)
	if err != nil {
		return out, err
	}
	for _, m := range f.Messages {
		text := m.Body
		if w, ok := words[m.ID]; ok {
			text = w
		}
		out.Said = append(out.Said, Said{At: m.At, Author: m.Author, Unit: string(m.Unit), Text: text})
	}
	for _, a := range f.Files {
		info, data, err := d.RevealFile(ctx, me, r.Case, a.ID, own)
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, File{ID: a.ID.String(), At: info.At, Name: info.Name, Type: info.Type, Data: data})
	}
	if out.Raw, err = d.RevealRaw(ctx, me, r.Case, own); err != nil {
		return out, err
	}
	formers, err := d.Formers(ctx, me, r.Case)
	if err != nil {
		return out, err
	}
	for _, v := range formers {
		out.Former = append(out.Former, FormerValue(v))
	}
	if len(c.Proposal) > 2 {
		out.Machine, out.Grounds = c.Proposal, json.RawMessage(c.Grounds)
	}
	uses, err := datause.ForCase(ctx, d, me, r.Case)
	if err != nil {
		return out, err
	}
	out.Withheld = uses.Hidden()
	for _, u := range uses.Uses {
		out.Uses = append(out.Uses, Used{At: u.At, Unit: u.Unit, Role: u.Role, Person: u.Person, Fields: u.Fields, Purpose: u.Purpose, Basis: u.Basis, Automatic: u.Automatic, Receiver: u.Receiver})
	}
	asked, err := d.RightsOf(ctx, me, r.Case)
	if err != nil {
		return out, err
	}
	for _, a := range asked {
		out.Requests = append(out.Requests, Asked{Number: a.Number, Kind: a.Kind, State: a.State, At: a.AskedAt, Due: a.Due, Decided: a.DecidedAt, Reason: a.Reason})
	}
	return out, d.TakeCopy(ctx, me, r.ID)
}
