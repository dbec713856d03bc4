package notify_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/notify"
	"huiyin/routing/sla"
)

func TestUnitsHearOfTheirOrdersWithoutAWordOfTheResident(t *testing.T) {
	o := openIn(t, cityWithAddress(t, "d-linjiang-chengguan", "chengguan@linlan.example"))
	if _, err := o.owner.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level, parent) values ('d-linjiang-chengguan', '临江区城市管理局', 'Linjiang', 'district', null) on conflict do nothing`); err != nil {
		t.Fatal(err)
	}
	id := o.Send(t, "楼道漏水", "d-linjiang-chengguan")
	o.settle(t)
	if n := o.count(t, `select count(*) from letter where unit is not null`); n != 1 {
		t.Fatalf("%d letters to units", n)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{97 * time.Hour, 24 * time.Hour, 72 * time.Hour} { // four fifths are over, all of it is, and a working day more
		o.Pass(wait)
		for _, sweep := range []func() (int, error){
			func() (int, error) { return o.SweepBreaches(t.Context(), 100) },
			func() (int, error) { return o.SweepStages(t.Context(), 100, terms.Stages) },
		} {
			if _, err := sweep(); err != nil {
				t.Fatal(err)
			}
		}
		o.settle(t)
	}
	letters, err := notify.Letters(t.Context(), o.Pool, id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, l := range letters {
		if l.Unit != "" && l.State == notify.Sent {
			kinds = append(kinds, string(l.Kind))
		}
	}
	if strings.Join(kinds, " ") != "unit_case unit_due unit_due unit_overdue unit_raised leader_raised" {
		t.Errorf("letters to the unit: %v", kinds)
	}
	c, err := o.Case(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := o.letters(t)
	seen := 0
	for _, r := range all {
		if to, _ := r.Header.AddressList("To"); !strings.Contains(to[0].Address, "chengguan@linlan.example") {
			continue
		}
		seen++
		message, _ := r.Header.MessageID()
		subject, _ := r.Header.Subject()
		text, html := parts(t, r)
		for _, never := range []string{"漏水", "lin@", "138", "/t/"} {
			if strings.Contains(subject+text+html, never) {
				t.Errorf("a letter to a unit says %q", never)
			}
		}
		if !strings.Contains(subject, c.Number) || !strings.Contains(text, "https://linlan.example/inbox/"+id.String()) {
			t.Errorf("%s\n%s", subject, text)
		}
		if r.Header.Get("Auto-Submitted") != "auto-generated" || r.Header.Get("Reply-To") != "" || strings.Count(message, ".") != 2 {
			t.Errorf("the letter can be answered as the resident: %s", message)
		}
	}
	if seen != 6 {
		t.Errorf("%d letters in the outbox", seen)
	}
}

// cityWithAddress is the demonstration city where one unit has an address for letters.
func cityWithAddress(t *testing.T, unit, address string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	entries, err := os.ReadDir("../demo/city")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		body, err := os.ReadFile("../demo/city/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == "units.csv" {
			lines := strings.Split(strings.TrimRight(string(body), "\n"), "\n")
			for i := range lines {
				switch {
				case i == 0:
					lines[i] += ",email,leader_email"
				case strings.HasPrefix(lines[i], unit+","):
					lines[i] += "," + address + ",leader-" + address
				default:
					lines[i] += ",,"
				}
			}
			body = []byte(strings.Join(lines, "\n") + "\n")
		}
		files[e.Name()] = &fstest.MapFile{Data: body}
	}
	return files
}

func TestWhoIsAskedToJoinHearsOfIt(t *testing.T) {
	o := openIn(t, cityWithAddress(t, "d-linjiang-chengguan", "chengguan@linlan.example"))
	if _, err := o.owner.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level, parent) values ('d-linjiang-chengguan', '临江区城市管理局', 'Linjiang', 'district', null) on conflict do nothing`); err != nil {
		t.Fatal(err)
	}
	asked := []casework.UnitCode{"d-linjiang-chengguan"}
	beside, called := o.Send(t, "占道", caseworktest.Willow), o.Send(t, "塌陷", caseworktest.Willow)
	if err := o.CoHandle(t.Context(), caseworktest.Clerk(), casework.Ref{ID: beside}, asked, time.Time{}); err != nil {
		t.Fatal(err)
	}
	street := caseworktest.Worker(caseworktest.Willow)
	if err := o.Sign(t.Context(), street, casework.Ref{ID: called}); err != nil {
		t.Fatal(err)
	}
	call := casework.Whistle{Place: "柳街口", ReportBy: o.Now().Add(time.Hour), Calls: []casework.WhistleCall{{Unit: asked[0]}}}
	if err := o.Whistle(t.Context(), street, casework.Ref{ID: called}, call); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	if n := o.count(t, `select count(distinct case_id) from letter where unit = 'd-linjiang-chengguan' and kind = 'unit_case'`); n != 2 {
		t.Errorf("of two cases %d are told", n)
	}
}
