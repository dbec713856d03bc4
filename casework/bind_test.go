package casework

import (
	"strings"
	"testing"
	"time"

	"huiyin/seal"
)

// judged is a proposal as long as they are.
type judged struct{ kept, grounds string }

func (j judged) AppendJSON(b []byte) []byte    { return append(b, j.kept...) }
func (j judged) AppendGrounds(b []byte) []byte { return append(b, j.grounds...) }

// BenchmarkBind makes a filing ready for its rows, as each does that a program sends.
func BenchmarkBind(b *testing.B) {
	d := &Docket{Keys: seal.NewForTest(), Zone: time.FixedZone("CST", 8*3600)}
	now := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	words := strings.Repeat("小区门口的路灯坏了，晚上很黑，老人和孩子走路不安全。", 6)
	f := Filing{Key: Key{1}, By: Actor{Kind: ByResident, Roles: []Role{ResidentRole}}, Channel: API, At: now, Kind: Help, Category: "010501", Territory: "990101001", Urgency: Normal,
		Title: Masked{Original: "路灯损坏 77", Clear: "路灯损坏 77"}, Body: Masked{Original: words, Clear: words}, Person: Person{Phone: "13900000077"}, Tags: []string{"elder"},
		Proposal: judged{strings.Repeat(`{"kind":"help"}`, 35), strings.Repeat(`{"kind":[["路灯"]]}`, 45)}, Total: Promise{Name: ClockTotal, Due: now.AddDate(0, 0, 5), WorkingDays: 5, Policy: "p", Calendar: "c"}}
	b.ReportAllocs()
	for b.Loop() {
		one := f
		if _, err := d.bind(&one); err != nil {
			b.Fatal(err)
		}
	}
}
