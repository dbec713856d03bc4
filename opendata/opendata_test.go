package opendata_test

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/datause"
	"huiyin/demo"
	"huiyin/fault"
	"huiyin/follow"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/opendata"
	"huiyin/pg/pgtest"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/rulebook"
	"huiyin/seal"
	"huiyin/staff"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/translog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// city is a demonstration city that has lived for three months, two of them closed.
type city struct {
	opendata.Source
	docket *casework.Docket
	cards  follow.Follower
}

func newCity(t *testing.T) *city {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, locale.Zone) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := rulebook.Base(os.DirFS("../demo/city"))
	must(err)
	rules, err := rulebook.Read(files, 0)
	must(err)
	pool, keys, zone := pgtest.DB(t), seal.NewForTest(), rules.City.TZ
	register := staff.New(pool)
	register.Now = now
	must((&demo.City{Pool: pool, Keys: keys, Rules: rules.City, Terms: rules.Terms, Staff: register, Now: now}).Fill(t.Context(), demo.Plan{Cases: 150, Months: 3, Seed: 7}, nil))
	docket := &casework.Docket{DB: pool, Keys: keys, Now: now, Zone: zone}
	desk := &routing.Desk{Docket: docket, City: rules.City, Terms: rules.Terms, Now: now}
	log := &translog.Log{DB: pool, Keys: keys, Origin: "linlan.example/log", Now: now}
	cards := supervision.Cards(keys, zone, now)
	for _, f := range []follow.Follower{supervision.Figures(zone), cards, datause.Follower(zone), log.Follower()} {
		must(f.CatchUpAll(t.Context(), pool))
	}
	closer := &months.Closer{DB: pool, Zone: zone, Now: now, Enter: log.Enter}
	_, err = closer.SweepAll(t.Context())
	must(err)
	_, err = closer.SweepDay(t.Context())
	must(err)
	door := intake.New(intake.Settings{Docket: docket, City: rules.City, Terms: rules.Terms, Now: now})
	return &city{docket: docket, cards: cards, Source: opendata.Source{DB: pool, City: rules.City, Holiday: rules.Terms.Calendar, Book: rulebook.New(pool, files, now),
		Ratings: &rating.Book{DB: pool, Keys: keys, Door: door, Desk: desk, Zone: zone, Now: now}, BaseURL: "https://linlan.example", Now: now}}
}

// write gives the bytes of a file and the name of its snapshot.
func (c *city) write(t *testing.T, set opendata.Set, p supervision.Period, format string) (body []byte, snapshot string, rows int) {
	t.Helper()
	f, ok := opendata.FindFormat(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	r, err := c.Open(t.Context(), set, p, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	if rows, err = r.Write(t.Context(), f, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r.Snapshot, rows
}

// One city is read in many ways; the last of them changes it.
func TestTables(t *testing.T) {
	c := newCity(t)
	t.Run("every format says the same", c.everyFormatSaysTheSame)
	t.Run("ratings are counts of five and more", c.ratingsAreCountsOfFiveAndMore)
	t.Run("digests are those of the files", c.digestsAreThoseOfTheFiles)
	t.Run("months that are not there", c.monthsThatAreNotThere)
	t.Run("events are those of public cards", c.eventsAreThoseOfPublicCards)
}

// Every table says the same in every format, twice the same bytes, and its rows fit its columns.
func (c *city) everyFormatSaysTheSame(t *testing.T) {
	for _, set := range opendata.Sets {
		var p supervision.Period
		if set.Monthly {
			all, err := c.Months(t.Context(), set)
			if err != nil || len(all) == 0 {
				t.Fatalf("%s has the months %v: %v", set.Key, all, err)
			}
			p = supervision.One(all[len(all)-1])
		}
		body, snapshot, n := c.write(t, set, p, "csv")
		want := readCSV(t, body)
		if n == 0 || len(want) != n+1 || len(want[0]) != len(set.Columns) {
			t.Fatalf("%s has %d rows, its CSV %d lines", set.Key, n, len(want))
		}
		t.Logf("%s: %d rows, snapshot %s", set.Key, n, snapshot)
		for _, format := range []string{"json", "jsonl", "parquet", "xlsx"} {
			body, other, _ := c.write(t, set, p, format)
			again, _, _ := c.write(t, set, p, format)
			if !bytes.Equal(body, again) || other != snapshot {
				t.Errorf("%s as %s is not the same twice (%s, %s)", set.Key, format, snapshot, other)
			}
			got := map[string]func(*testing.T, []byte, opendata.Set) table{"json": readJSON, "jsonl": readLines, "parquet": readParquet, "xlsx": readXLSX}[format](t, body, set)
			if fmt.Sprint(got) != fmt.Sprint([][]string(want)) {
				for i := range want {
					if i >= len(got) || fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
						t.Fatalf("%s as %s, row %d: %v, in CSV %v", set.Key, format, i, got[min(i, len(got)-1)], want[i])
					}
				}
			}
		}
		for _, line := range want[1:] {
			for i, v := range line {
				if v == "" && set.Columns[i].Empty == "" && set.Columns[i].Type != opendata.YesNo {
					t.Fatalf("%s: column %s is empty in %v", set.Key, set.Columns[i].Name, line)
				}
			}
		}
	}
}

// A count row that learns something new tells it in the table too.
func TestTheTableOfCountRowsHasAllTheyTell(t *testing.T) {
	set, _ := opendata.Find("rows")
	var have []string
	for _, c := range set.Columns {
		have = append(have, c.Name)
	}
	row := reflect.TypeFor[months.Row]()
	for field := range row.Fields() {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); !slices.Contains(have, name) {
			t.Errorf("the table of rows has no column %s", name)
		}
	}
	if row.NumField() != len(have) {
		t.Errorf("%d columns for %d fields", len(have), row.NumField())
	}
}

// Every word of the data dictionary is there in both languages.
func TestTheDictionaryIsWhole(t *testing.T) {
	for _, l := range []locale.Lang{locale.ZH, locale.EN} {
		for _, s := range opendata.Sets {
			keys := []string{"data." + s.Key, "data." + s.Key + "_text"}
			for _, c := range s.Columns {
				keys = append(keys, c.Meaning(), "data.type_"+string(c.Type))
				if c.Unit != "" {
					keys = append(keys, "data.unit_"+c.Unit)
				}
				if c.Empty != "" {
					keys = append(keys, "data.empty_"+c.Empty)
				}
			}
			for _, k := range keys {
				if !l.Has(k) {
					t.Errorf("%v has no text %s", l, k)
				}
			}
		}
	}
}

// Events tell of public cards only, and the day instead of the hour; a card that is taken back is gone from both, under the name of another snapshot.
func (c *city) eventsAreThoseOfPublicCards(t *testing.T) {
	cases, _ := opendata.Find("cases")
	events, _ := opendata.Find("events")
	body, before, _ := c.write(t, cases, supervision.Period{}, "csv")
	shown := map[string]bool{}
	for _, line := range readCSV(t, body)[1:] {
		shown[line[0]] = true
	}
	body, _, _ = c.write(t, events, supervision.Period{}, "csv")
	told := map[string]bool{}
	for _, line := range readCSV(t, body)[1:] {
		if !shown[line[0]] {
			t.Fatalf("an event of %s, which has no card", line[0])
		}
		if _, err := time.Parse(time.DateOnly, line[2]); err != nil {
			t.Fatalf("an event tells more than its day: %v", line)
		}
		told[line[0]] = true
	}
	if len(told) != len(shown) || len(shown) < 10 {
		t.Fatalf("%d cards, events of %d", len(shown), len(told))
	}
	var id casework.CaseID
	if err := c.DB.QueryRow(t.Context(), `select case_id from public_card where withheld = '' limit 1`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	asked, err := c.docket.AskRight(t.Context(), casework.Resident(id), id, casework.RightAsk{Kind: casework.RightWithdraw, Due: casework.Promise{Due: c.Now().AddDate(0, 0, 1), WorkingDays: 1, Policy: "test@1", Calendar: "test@1"}})
	if err == nil {
		err = c.docket.DecideRight(t.Context(), casework.System, asked.ID, casework.RightDecision{Grant: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cards.CatchUpAll(t.Context(), c.docket.DB); err != nil {
		t.Fatal(err)
	}
	body, after, n := c.write(t, cases, supervision.Period{}, "csv")
	if n != len(shown)-1 || after == before || len(readCSV(t, body)) != n+1 {
		t.Errorf("after one was taken back: %d of %d cards, snapshots %s and %s", n, len(shown), before, after)
	}
}

// No count of ratings below five is told: the units that have so few are one.
func (c *city) ratingsAreCountsOfFiveAndMore(t *testing.T) {
	set, _ := opendata.Find("ratings")
	body, _, n := c.write(t, set, supervision.Period{}, "csv")
	if n == 0 {
		t.Fatal("no ratings")
	}
	together := 0
	for _, line := range readCSV(t, body)[1:] {
		if k, err := strconv.Atoi(line[4]); err != nil || k < rating.Least {
			t.Errorf("%v", line)
		}
		if line[2] == "" {
			together++
		}
	}
	if together == 0 {
		t.Error("no units are told together")
	}
}

// The digest that the catalogue tells is that of the bytes that a reader gets; what did not change is not made again.
func (c *city) digestsAreThoseOfTheFiles(t *testing.T) {
	if n, err := c.SweepAll(t.Context()); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	if n, err := c.Sweep(t.Context()); err != nil || n != 0 {
		t.Errorf("made %d digests again: %v", n, err)
	}
	files, err := c.Files(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, f := range files {
		set, _ := opendata.Find(f.Set)
		var p supervision.Period
		if f.Period != "" {
			m, err := supervision.ParseMonth(f.Period)
			if err != nil {
				t.Fatal(err)
			}
			p = supervision.One(m)
		}
		kinds[f.Set+"."+f.Format] = true
		body, snapshot, n := c.write(t, set, p, f.Format)
		if int64(len(body)) != f.Bytes || months.Digest(body) != f.SHA256 || snapshot != f.Snapshot || n != f.Rows {
			t.Errorf("%s: %d bytes %s, the catalogue says %+v", f.Path(), len(body), months.Digest(body), f)
		}
	}
	if len(kinds) != len(opendata.Sets)*len(opendata.Formats) {
		t.Errorf("digests of %d kinds of files", len(kinds))
	}
}

func (c *city) monthsThatAreNotThere(t *testing.T) {
	for _, key := range []string{"rows", "figures", "codes"} {
		set, _ := opendata.Find(key)
		r, err := c.Open(t.Context(), set, supervision.One(203001), 0)
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s of 2030-01: %v", key, err)
		}
		if err == nil {
			r.Close()
		}
	}
}
