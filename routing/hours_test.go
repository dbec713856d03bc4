package routing_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/routing"
	"huiyin/routing/sla"
)

// TestAUnitIsSpokenToWhenItIsOpen gives one unit hours of its own, with a break at noon.
func TestAUnitIsSpokenToWhenItIsOpen(t *testing.T) {
	m := files(t)
	lines := bytes.Split(bytes.TrimRight(m["units.csv"].Data, "\n"), []byte("\n"))
	for i, line := range lines {
		switch {
		case i == 0:
			lines[i] = append(line, ",hours"...)
		case bytes.HasPrefix(line, []byte("c-gongan,")):
			lines[i] = append(line, ",08:30-11:30|14:30-17:30"...)
		default:
			lines[i] = append(line, ',')
		}
	}
	m["units.csv"].Data = append(bytes.Join(lines, []byte("\n")), '\n')
	city, err := routing.LoadCity(m)
	if err != nil {
		t.Fatal(err)
	}
	terms, err := sla.Standard()
	if err != nil {
		t.Fatal(err)
	}
	d := &routing.Desk{City: city, Terms: terms, Now: time.Now}
	zone := terms.Calendar.Zone()
	start, due := time.Date(2026, 3, 2, 9, 0, 0, 0, zone), time.Date(2026, 3, 10, 0, 0, 0, 0, zone)
	for unit, want := range map[casework.UnitCode]struct{ told, notice string }{
		"c-gongan":   {"03-10 08:30", "03-09 10:30"}, // four working hours before Monday's end: three in the afternoon, one before noon
		"c-jiaojing": {"03-10 09:00", "03-09 13:00"},
		"nobody":     {"03-10 09:00", "03-09 13:00"},
	} {
		s := casework.Staged{Clock: casework.Clock{Name: casework.ClockHandle, Unit: unit, Started: start, Due: due}, Kind: casework.Help, Urgency: casework.Normal, State: casework.InHand}
		for _, x := range d.Stages(s) {
			if got := x.At.In(zone).Format("01-02 15:04"); x.Name == "notify_leader" && got != want.told {
				t.Errorf("%s: its leader is told at %s, want %s", unit, got, want.told)
			}
		}
		if got := d.TermsOf(unit).NoticeBy(due).In(zone).Format("01-02 15:04"); got != want.notice {
			t.Errorf("%s asks for more time by %s, want %s", unit, got, want.notice)
		}
	}
	if terms.Policy.Hours[0].From != 9*60 {
		t.Error("the hours of the policy were changed")
	}
	m["units.csv"].Data = bytes.Replace(m["units.csv"].Data, []byte("08:30-11:30"), []byte("11:30-08:30"), 1)
	if _, err := routing.LoadCity(m); err == nil || !strings.Contains(err.Error(), "units.csv") || !strings.Contains(err.Error(), "hours") {
		t.Errorf("%v", err)
	}
}
