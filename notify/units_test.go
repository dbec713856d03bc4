package notify_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"huiyin/casework"
	"huiyin/notify"
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
	remind := func(want int) {
		t.Helper()
		if _, err := o.post.RemindUnits(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.settle(t)
		if n := o.count(t, `select count(*) from letter where kind = 'unit_due'`); n != want {
			t.Errorf("%d reminders, want %d", n, want)
		}
	}
	remind(0)
	o.Pass(4*24*time.Hour + time.Hour)
	remind(1)
	remind(1)
	o.Pass(24 * time.Hour)
	if _, err := o.SweepBreaches(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	o.settle(t)
	remind(1)
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
	if strings.Join(kinds, " ") != "unit_case unit_due unit_overdue" {
		t.Errorf("letters to the unit: %v", kinds)
	}
	c, err := o.Case(t.Context(), casework.System, id)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := o.letters(t)
	seen := 0
	for _, r := range all {
		if to, _ := r.Header.AddressList("To"); to[0].Address != "chengguan@linlan.example" {
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
	if seen != 3 {
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
					lines[i] += ",email"
				case strings.HasPrefix(lines[i], unit+","):
					lines[i] += "," + address
				default:
					lines[i] += ","
				}
			}
			body = []byte(strings.Join(lines, "\n") + "\n")
		}
		files[e.Name()] = &fstest.MapFile{Data: body}
	}
	return files
}
