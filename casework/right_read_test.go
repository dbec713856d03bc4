package casework_test

import (
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
)

// An auditor who reads the list of requests reads each of them, decides nothing and opens nothing; somebody without a part in them reads none.
func TestAnAuditorReadsEachRequestOfTheList(t *testing.T) {
	town := caseworktest.New(t)
	id := town.Send(t, "夜里渣土车一辆接一辆", caseworktest.Urban)
	asked, err := town.Docket.AskRight(t.Context(), casework.Resident(id), id, casework.RightAsk{Kind: casework.RightRestrict, Words: casework.Masked{Clear: "请不要再看", Original: "请不要再看"}, Due: casework.Promise{Due: town.Now().Add(360 * time.Hour), Policy: "test", Calendar: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	auditor := casework.Actor{Kind: casework.ByStaff, StaffID: 71, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Auditor}}
	all, err := town.Docket.RightsList(t.Context(), auditor, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("the list has %d requests: %v", len(all), err)
	}
	if r, err := town.Docket.RightListed(t.Context(), auditor, all[0].ID); err != nil || r.Number != asked.Number || r.Words == "" {
		t.Errorf("the auditor reads %+v: %v", r, err)
	}
	if text, err := town.Docket.RevealRight(t.Context(), auditor, asked.ID); err == nil {
		t.Errorf("the auditor opened %q", text)
	}
	if err := town.Docket.DecideRight(t.Context(), auditor, asked.ID, casework.RightDecision{Grant: true}); err == nil {
		t.Error("the auditor decided")
	}
	if _, err := town.Docket.RightListed(t.Context(), caseworktest.Worker(caseworktest.River), asked.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another unit: %v", err)
	}
}
