package looktest

import (
	"regexp"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/rights"
	"huiyin/translog"
)

// rightLeaves are the pages about residents' rights over their data.
func (w *town) rightLeaves(t testing.TB, people map[string]*caller) []leaf {
	t.Helper()
	one := regexp.MustCompile(`href="(/t/rights/[0-9a-f-]{36})"`)
	explain, copied := one.FindStringSubmatch(people["answered"].get("/t/access")), one.FindStringSubmatch(people["closed"].get("/t/access"))
	if explain == nil || copied == nil {
		t.Fatal("no request about data")
	}
	return []leaf{
		{who: "answered", path: "/t/rights"}, {who: "answered", path: "/t/rights?kind=correct"}, {who: "answered", path: explain[1]}, {who: "closed", path: copied[1]}, {who: "closed", path: copied[1] + "/copy"},
		{who: "nobody", path: "/data-use/rules"}, {who: "nobody", path: "/data-use/registers"}, {who: "nobody", path: w.certificate(t)}, {who: "nobody", path: "/departments/d-linjiang-chengguan/data-use"},
	}
}

// certificate is the page of a certificate of what was destroyed of one case.
func (w *town) certificate(t testing.TB) string {
	t.Helper()
	id := w.oneCase(t, `c.state = 'withdrawn' or c.state = 'declined'`)
	if err := w.docket.Erase(t.Context(), casework.System, id, casework.Erasure{Reason: "retention"}); err != nil {
		t.Fatal(err)
	}
	officer := casework.Actor{Kind: casework.ByStaff, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Privacy}}
	entry := rights.Entry{Kind: rights.Assessments, Name: "派单建议的影响评估", On: time.Date(2026, 10, 8, 0, 0, 0, 0, time.UTC), Scope: "机器给出派单建议", Measures: "由人确认；市民可要求由人来办", Result: "可以使用"}
	if err := rights.Enter(t.Context(), w.pool, officer, entry, w.docket.Now()); err != nil {
		t.Fatal(err)
	}
	log := &translog.Log{DB: w.pool, Keys: w.docket.Keys, Origin: "linlan.example/log", Now: w.docket.Now}
	if _, err := (&rights.Certifier{DB: w.pool, Log: log}).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := rights.Certificates(t.Context(), w.pool, 1)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d certificates, %v", len(all), err)
	}
	return "/data-use/certificates/" + all[0].ID.String()
}
