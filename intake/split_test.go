package intake

import (
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/fault"
)

func TestSplittingReadsThePartAnew(t *testing.T) {
	d := open(t)
	by := casework.Actor{Kind: casework.ByStaff, StaffID: 1, Unit: casework.Hotline, Roles: []casework.Role{casework.Operator}}
	s, err := Form{Nonce: "0123456789abcdef", Text: "烧烤摊占道，油烟很大。另外东风路的路灯不亮。", Place: "临江区向阳街道东风路", Name: "何平安", Phone: "19900000001"}.Submission()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := d.File(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for field, p := range map[string]Parting{"part": {Part: " ", Left: "烧烤摊占道。"}, "left": {Part: "路灯不亮。", Left: ""}} {
		_, err := d.Split(t.Context(), by, casework.Ref{ID: whole.ID}, p)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.KeyOf(err), map[string]string{"part": "split_empty", "left": "split_all"}[field]) {
			t.Errorf("%s: %v", field, err)
		}
	}
	part, err := d.Split(t.Context(), by, casework.Ref{ID: whole.ID}, Parting{Part: "烧烤摊占道，油烟很大，电话 19900000002。", Place: "临江区东风路", Left: "东风路的路灯不亮。"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := d.docket.Case(t.Context(), casework.System, whole.ID)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.docket.Case(t.Context(), casework.System, part.ID)
	if err != nil {
		t.Fatal(err)
	}
	if a.Body != "东风路的路灯不亮。" || strings.Contains(b.Body, "19900000002") || !strings.Contains(b.Body, "烧烤摊") {
		t.Errorf("left %q, part %q", a.Body, b.Body)
	}
	pa, _ := ProposalOf(a)
	pb, ok := ProposalOf(b)
	if !ok || pa.Category.Code == pb.Category.Code || b.Category != pb.Category.Code {
		t.Errorf("both are about %q", b.Category)
	}
	if !part.FiledAt.Equal(whole.FiledAt) || !b.HasIdentity {
		t.Error("the part was filed at another time or by nobody")
	}
}
