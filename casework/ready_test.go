package casework_test

import (
	"testing"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/pg/pgtest"
)

// told is a proposal that writes its reasons apart.
type told struct{}

func (told) AppendJSON(b []byte) []byte    { return append(b, `{"version": "1"}`...) }
func (told) AppendGrounds(b []byte) []byte { return append(b, `{"kind":[["words"]]}`...) }

// By whatever way a case is filed, its proposal and the reasons stand with it, each in its place; and the reasons go when the last words of a case go.
func TestAProposalAndItsReasonsStandApart(t *testing.T) {
	town := caseworktest.New(t)
	filing := func(title string) casework.Filing {
		f := town.Filing(title)
		f.Proposal, f.By = told{}, casework.Resident(casework.CaseID{})
		return f
	}
	owner := pgtest.OwnerPool(t)
	ready, err := town.Ready(filing("准备好的"))
	if err != nil {
		t.Fatal(err)
	}
	if err := ready.Store(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	var id casework.CaseID
	if err := owner.QueryRow(t.Context(), `select id from cases`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	alone, err := town.Docket.Open(t.Context(), filing("单独的"))
	if err != nil {
		t.Fatal(err)
	}
	many, err := town.OpenAll(t.Context(), []casework.Filing{filing("导入的")})
	if err != nil {
		t.Fatal(err)
	}
	shared, errs := together(t, town, []casework.Filing{filing("一起的")})
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	for way, id := range map[string]casework.CaseID{"ready": id, "alone": alone.ID, "many": many[0].ID, "shared": shared[0].ID} {
		c, err := town.Case(t.Context(), casework.System, id)
		if err != nil || string(c.Proposal) != `{"version": "1"}` || c.Grounds != `{"kind":[["words"]]}` {
			t.Errorf("%s: proposal %s, reasons %s, error %v", way, c.Proposal, c.Grounds, err)
		}
	}
	f := filing("没有的")
	f.Body, f.Title, f.Raw = casework.Masked{}, casework.Masked{}, nil
	if _, err := town.Ready(f); err == nil {
		t.Error("an empty filing is ready")
	}
}
