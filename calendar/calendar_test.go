package calendar

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func official(t testing.TB) *Calendar {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Official(zone)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func date(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestShippedContentBearsTheBareVersion(t *testing.T) {
	c := official(t)
	if got := digestOf(c.notices); got != officialDigest {
		t.Fatalf("the notices in data have the digest %s: a notice was added or changed, so set officialDigest and say so in CHANGELOG.md", got)
	}
	if c.Version() != "cn-gov@2026.1" {
		t.Errorf("version %s", c.Version())
	}
	if years := c.Years(); len(years) != 21 || years[0].Year != 2007 || years[20].Year != 2027 || years[20].Announced() {
		t.Errorf("years: %d notices", len(years))
	}
	for _, n := range c.Years() {
		for _, p := range n.Papers {
			if !strings.Contains(p, "gov.cn/") {
				t.Errorf("%d: %q is no address at gov.cn", n.Year, p)
			}
		}
	}
	for _, d := range c.days {
		if c.names[d.Name] == "" {
			t.Errorf("%s has no English name", d.Name)
		}
	}
	if _, err := fs.Stat(data, "data/LICENSE.holiday-cn"); err != nil {
		t.Error(err)
	}
}

// Domain knowledge 3.2: "next working day = day 1, due at the end of day N".
func TestDueDaysOfDomain(t *testing.T) {
	c := official(t)
	for _, v := range []struct {
		from string
		n    int
		due  string
	}{
		{"2026-02-13", 5, "2026-02-27"}, // naive Monday to Friday: 02-20
		{"2026-02-14", 5, "2026-02-28"}, // a make-up Saturday, due on a Saturday that is worked
		{"2026-02-16", 5, "2026-02-28"},
		{"2026-09-24", 5, "2026-10-09"},
		{"2026-09-30", 5, "2026-10-13"},
		{"2026-04-30", 15, "2026-05-25"},
		{"2025-01-27", 5, "2025-02-10"},
		{"2025-09-30", 10, "2025-10-21"},
		{"2026-01-01", 1, "2026-01-04"}, // a make-up Sunday
	} {
		for _, hour := range []time.Duration{0, 9 * time.Hour, 24*time.Hour - 1} {
			start := date(t, v.from).Start(c.Zone()).Add(hour)
			due, provisional := c.AddWorkingDays(start, v.n, NextWorkday)
			if got := c.Until(due); got != v.due+" 24:00" || provisional {
				t.Errorf("%s + %d: %s (provisional %t), want %s 24:00", start, v.n, got, provisional, v.due)
			}
			if want := date(t, v.due); c.DueDate(due) != want || !due.Equal((want + 1).Start(c.Zone())) {
				t.Errorf("%s + %d: %s", start, v.n, due)
			}
		}
	}
}

func TestWorkingDaysOfYears(t *testing.T) {
	c := official(t)
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		if n, _ := c.Count(NewDate(year-1, 12, 31), NewDate(year, 12, 31)); n != want {
			t.Errorf("%d has %d working days, want %d", year, n, want)
		}
	}
}

func TestStartRules(t *testing.T) {
	c := official(t)
	for _, v := range []struct {
		from string
		n    int
		rule StartRule
		due  string
	}{
		{"2026-03-02", 1, NextWorkday, "2026-03-03"},
		{"2026-03-02", 1, Immediate, "2026-03-02"},
		{"2026-03-07", 1, Immediate, "2026-03-09"}, // Saturday
		{"2026-02-14", 1, Immediate, "2026-02-14"}, // make-up Saturday
		{"2026-03-02", 0, Immediate, "2026-03-02"},
		{"2026-03-02", -3, NextWorkday, "2026-03-02"},
	} {
		due, _ := c.AddWorkingDays(date(t, v.from).Start(c.Zone()).Add(10*time.Hour), v.n, v.rule)
		if got := c.DueDate(due).String(); got != v.due {
			t.Errorf("%s + %d %s: %s, want %s", v.from, v.n, v.rule, got, v.due)
		}
	}
}

func TestDaysWithAStory(t *testing.T) {
	c := official(t)
	for _, v := range []struct {
		date        string
		work        bool
		why         string
		holiday     string
		provisional bool
	}{
		{"2018-12-29", true, "makeup", "元旦", false}, // these three stand in the notice for 2019
		{"2018-12-30", false, "元旦", "元旦", false},
		{"2018-12-31", false, "元旦", "元旦", false},
		{"2006-12-30", true, "makeup", "元旦", true}, // 2006 itself has no notice here
		{"2020-01-31", false, "春节", "春节", false},   // extended by the second notice of 27 January 2020
		{"2020-02-01", false, "春节", "春节", false},
		{"2020-02-02", false, "春节", "春节", false},
		{"2020-02-03", true, "weekday", "", false}, // listed as worked, but an ordinary Monday
		{"2026-02-14", true, "makeup", "春节", false},
		{"2026-02-28", true, "makeup", "春节", false},
		{"2026-03-02", true, "weekday", "", false},
		{"2026-03-01", false, "weekend", "", false},
		{"2026-12-28", true, "weekday", "", false},
		{"2026-12-29", true, "weekday", "", true}, // the notice for 2027 may still move it
		{"2027-01-01", true, "weekday", "", true},
		{"2027-06-06", false, "weekend", "", true},
		{"2031-10-01", true, "weekday", "", true},
	} {
		got := c.Day(date(t, v.date)).Line()
		want := Line{Date: v.date, Work: v.work, Why: v.why, Holiday: v.holiday, Provisional: v.provisional}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if _, provisional := c.AddWorkingDays(date(t, "2026-12-25").Start(c.Zone()), 1, NextWorkday); provisional {
		t.Error("28 December 2026 is provisional")
	}
	if _, provisional := c.AddWorkingDays(date(t, "2026-12-25").Start(c.Zone()), 8, NextWorkday); !provisional {
		t.Error("a limit that reaches 2027 is not provisional")
	}
}

// Every day of every notice year, against a recomputation from the list of exceptions that does not use this package's code.
func TestEveryDayAgainstTheList(t *testing.T) {
	f, err := os.Open("testdata/exceptions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.LazyQuotes = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kind, name := map[string]string{}, map[string]string{}
	for _, row := range rows[1:] {
		kind[row[0]], name[row[0]] = row[3], row[2]
	}
	if len(kind) != 678 {
		t.Fatalf("%d exceptions, want 678", len(kind))
	}
	c := official(t)
	seen := 0
	for day := time.Date(2006, 12, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2027; day = day.AddDate(0, 0, 1) {
		s := day.Format("2006-01-02")
		work := day.Weekday() >= time.Monday && day.Weekday() <= time.Friday
		switch kind[s] {
		case "off":
			work = false
		case "makeup_workday":
			work = true
		}
		if kind[s] != "" {
			seen++
		}
		got := c.Day(date(t, s))
		if got.Work != work || c.Work(got.Date) != work || got.Date.String() != s || got.Date.Weekday() != day.Weekday() {
			t.Errorf("%s: %+v, want work %t", s, got, work)
		}
		if got.Name != name[s] && got.Why != Weekday {
			t.Errorf("%s: name %q, want %q", s, got.Name, name[s])
		}
		if day.Year() >= 2007 && s < "2026-12-29" && got.Provisional {
			t.Errorf("%s is provisional", s)
		}
	}
	if seen != len(kind) {
		t.Errorf("%d of %d exceptions met", seen, len(kind))
	}
}

func TestWorkingDaysBetween(t *testing.T) {
	c := official(t)
	for _, v := range []struct {
		from, to string
		n        int
	}{
		{"2026-03-02", "2026-03-02", 0},
		{"2026-03-02", "2026-03-04", 2},
		{"2026-03-06", "2026-03-09", 1},
		{"2026-02-13", "2026-02-24", 2}, // the make-up Saturday and the first day after the festival
		{"2026-03-04", "2026-03-02", 0},
	} {
		from, to := c.At(date(t, v.from), 23*60), c.At(date(t, v.to), 60)
		if n, _ := c.WorkingDaysBetween(from, to); n != v.n {
			t.Errorf("%s to %s: %d, want %d", v.from, v.to, n, v.n)
		}
	}
}

func TestBeforeCountsOpeningHoursOnly(t *testing.T) {
	c := official(t)
	day, err := ParseHours([]string{"09:00-17:00"})
	if err != nil {
		t.Fatal(err)
	}
	split, err := ParseHours([]string{"08:30-12:00", "14:00-17:30"})
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, c.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, v := range []struct {
		t     string
		d     time.Duration
		hours Hours
		want  string
	}{
		{"2026-02-28 00:00", 4 * time.Hour, day, "2026-02-27 13:00"}, // 24:00 of the 27th
		{"2026-02-27 17:00", 4 * time.Hour, day, "2026-02-27 13:00"},
		{"2026-02-27 10:00", 4 * time.Hour, day, "2026-02-26 14:00"},
		{"2026-02-24 10:00", 4 * time.Hour, day, "2026-02-14 14:00"}, // over the festival to the make-up Saturday
		{"2026-02-24 08:00", 9 * time.Hour, day, "2026-02-13 16:00"},
		{"2026-02-27 15:00", 4 * time.Hour, split, "2026-02-27 09:00"},
		{"2026-02-27 15:00", 0, split, "2026-02-27 15:00"},
		{"2026-02-27 15:00", time.Hour, nil, "2026-02-27 15:00"},
	} {
		if got := c.Before(at(v.t), v.d, v.hours); !got.Equal(at(v.want)) {
			t.Errorf("%s before %s: %s, want %s", v.d, v.t, got, v.want)
		}
	}
}

func TestClocksAndHoursRefuseNonsense(t *testing.T) {
	for _, s := range []string{"", "9:00", "24:01", "12:60", "ab:cd", "25:00", "-1:00", "09:00:00"} {
		if k, err := ParseClock(s); err == nil {
			t.Errorf("%q became %s", s, k)
		}
	}
	for _, s := range [][]string{nil, {"09:00"}, {"17:00-09:00"}, {"09:00-12:00", "11:00-13:00"}, {"09:00-25:00"}, {"09:00-09:00"}, {"xx:00-10:00"}} {
		if h, err := ParseHours(s); err == nil {
			t.Errorf("%q became %v", s, h)
		}
	}
	for _, s := range []string{"", "2026-2-3", "2026-02-30", "1969-12-31", "3000-01-01", "2026-02-03T00:00:00Z", strings.Repeat("9", 100)} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("%q became %s", s, d)
		}
	}
	if MinDate.String() != "1970-01-01" || MaxDate.String() != "2999-12-31" {
		t.Errorf("range %s to %s", MinDate, MaxDate)
	}
	if k, err := ParseClock("24:00"); err != nil || k != DayEnd || k.String() != "24:00" {
		t.Errorf("24:00 became %s, %v", k, err)
	}
}

func TestMidnightThatDoesNotExist(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo") // on 4 November 2018 clocks went from 00:00 to 01:00
	if err != nil {
		t.Fatal(err)
	}
	c := official(t).In(zone)
	d := date(t, "2018-11-04")
	if got := d.Start(zone).Format(time.RFC3339); got != "2018-11-04T01:00:00-02:00" {
		t.Errorf("the day starts at %s", got)
	}
	if got := c.Until(c.End(d - 1)); got != "2018-11-03 24:00" {
		t.Errorf("the day before ends at %s", got)
	}
	if c.Zone() != zone || official(t).Zone() == zone {
		t.Error("In changed the calendar it was called on")
	}
}

const notice2027 = `{"year":2027,"papers":["https://example.gov.cn/2027"],"days":[
 {"name":"元旦","date":"2026-12-31","isOffDay":true},{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2027-01-03","isOffDay":false}]}`

func TestANoticeThatComesLater(t *testing.T) {
	files := fstest.MapFS{}
	names, _ := fs.Glob(Notices(), "*.json")
	for _, name := range names {
		b, err := fs.ReadFile(Notices(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: b}
	}
	files["2027.json"] = &fstest.MapFile{Data: []byte(notice2027)}
	old := official(t)
	c, err := Load(OfficialName, files, old.Zone())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Version(), "cn-gov@2027.1+") || len(c.Version()) != len("cn-gov@2027.1+12345678") {
		t.Errorf("version %s", c.Version())
	}
	start := date(t, "2026-12-30").Start(c.Zone())
	before, was := old.AddWorkingDays(start, 2, NextWorkday)
	after, is := c.AddWorkingDays(start, 2, NextWorkday)
	if old.Until(before) != "2027-01-01 24:00" || !was || c.Until(after) != "2027-01-04 24:00" || is {
		t.Errorf("%s (%t) became %s (%t)", old.Until(before), was, c.Until(after), is)
	}
	delete(files, "2007.json")
	if other, err := Load(OfficialName, files, old.Zone()); err != nil || other.Version() == c.Version() {
		t.Errorf("other content has the same version %s (%v)", c.Version(), err)
	}
}

func TestNoticesThatAreRefused(t *testing.T) {
	for say, body := range map[string]string{
		"not near":    `{"year":2026,"papers":["p"],"days":[{"name":"n","date":"2024-01-01","isOffDay":true}]}`,
		"twice":       `{"year":2026,"papers":["p"],"days":[{"name":"n","date":"2026-01-01","isOffDay":true},{"name":"n","date":"2026-01-01","isOffDay":false}]}`,
		"papers":      `{"year":2026,"days":[{"name":"n","date":"2026-01-01","isOffDay":true}]}`,
		"isOffDay":    `{"year":2026,"papers":["p"],"days":[{"name":"n","date":"2026-01-01"}]}`,
		"name":        `{"year":2026,"papers":["p"],"days":[{"date":"2026-01-01","isOffDay":true}]}`,
		"not a date":  `{"year":2026,"papers":["p"],"days":[{"name":"n","date":"1.1.2026","isOffDay":true}]}`,
		"year":        `{}`,
		"follows":     `{"year":2026} {}`,
		"longer than": strings.Repeat(" ", maxNoticeBytes+1),
		"more than":   `{"year":2026,"papers":["p"],"days":[` + strings.Repeat("{},", maxNoticeDays) + `{}]}`,
	} {
		_, err := ParseNotice([]byte(body))
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%.80s: %v, want %q", body, err, say)
		}
	}
	one := &fstest.MapFile{Data: []byte(notice2027)}
	for say, files := range map[string]fstest.MapFS{"no .json": {}, "stands in": {"a.json": one, "b.json": one}, "bad.json": {"bad.json": &fstest.MapFile{Data: []byte("x")}}} {
		if _, err := Load("x", files, time.UTC); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v, want %q", err, say)
		}
	}
}

func TestWriteDays(t *testing.T) {
	c := official(t)
	var out bytes.Buffer
	if err := c.WriteDays(t.Context(), &out, date(t, "2026-02-14"), date(t, "2026-02-16")); err != nil {
		t.Fatal(err)
	}
	want := `{"date":"2026-02-14","work":true,"why":"makeup","holiday":"春节"}
{"date":"2026-02-15","work":false,"why":"春节","holiday":"春节"}
{"date":"2026-02-16","work":false,"why":"春节","holiday":"春节"}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if err := c.WriteDays(t.Context(), &out, date(t, "2026-02-16"), date(t, "2026-02-14")); err == nil {
		t.Error("a range that ends before it starts was accepted")
	}
}

func FuzzParseNotice(f *testing.F) {
	f.Add([]byte(notice2027))
	f.Add([]byte(`{"year":2027,"papers":[],"days":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := ParseNotice(b)
		if err != nil {
			return
		}
		if !slices.IsSortedFunc(n.Days, func(a, b NoticeDay) int { return int(a.Date) - int(b.Date) }) {
			t.Error("days out of order")
		}
		c, err := Load("x", fstest.MapFS{"n.json": &fstest.MapFile{Data: b}}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range n.Days {
			if c.Work(d.Date) == d.Off {
				t.Errorf("%s: notice and calendar differ", d.Date)
			}
		}
	})
}
