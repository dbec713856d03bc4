package intake

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/table"
)

// Of the fixture, as it stands in testdata/orders.csv.
const (
	goodRows = 27
	badRows  = 5
	allRows  = goodRows + badRows + 1 // the last repeats the first
)

func fixture(t *testing.T) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/orders.csv")
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func encoded(t *testing.T, e encoding.Encoding, body []byte) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes(body)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func records(t *testing.T) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(fixture(t)))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func workbook(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, r := range records(t) {
		for j, v := range r {
			cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
			var value any = v
			if at, err := time.Parse(time.DateTime, v); err == nil && at.Year() < 2050 {
				value = at // a true date cell, stored as a serial day number
			}
			if err := book.SetCellValue("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jsonLines(t *testing.T) []byte {
	t.Helper()
	all := records(t)
	var b bytes.Buffer
	for _, r := range all[1:] {
		if len(r) < len(all[0]) {
			b.WriteString("{\"工单编号\": \n")
			continue
		}
		o := map[string]any{}
		for j, v := range r {
			o[all[0][j]] = v
		}
		line, _ := json.Marshal(o)
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

// run imports a file and gives the tally and the reasons of the rejected rows.
func run(t *testing.T, d *Door, name string, body []byte, m *Mapping, dry bool) (Tally, []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var why []string
	got, err := d.Import(t.Context(), Import{File: f, Mapping: m, DryRun: dry, Reject: func(r table.Row, err error) error {
		why = append(why, err.Error())
		return nil
	}})
	if err != nil {
		t.Fatalf("%s (%s): %v", name, f.Form, err)
	}
	return got, why
}

func TestEveryEncodingAndFormGivesTheSameCases(t *testing.T) {
	city, terms := rules(t)
	d := New(Settings{City: city, Terms: terms, Now: casesNow})
	body := fixture(t)
	for name, file := range map[string][]byte{
		"utf8.csv":     body,
		"bom.csv":      append([]byte("\xef\xbb\xbf"), body...),
		"gb18030.csv":  encoded(t, simplifiedchinese.GB18030, body),
		"utf16.csv":    encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), body),
		"tabs.txt":     bytes.ReplaceAll(body, []byte(","), []byte("\t")),
		"damaged.csv":  bytes.Replace(body, []byte("路灯"), []byte("\xff灯"), 1),
		"orders.xlsx":  workbook(t),
		"orders.jsonl": jsonLines(t),
		"gb.jsonl":     encoded(t, simplifiedchinese.GB18030, jsonLines(t)),
	} {
		got, why := run(t, d, name, file, &Mapping{}, true)
		want := Tally{Rows: allRows, Filed: goodRows + 1, Rejected: badRows}
		if got != want {
			t.Errorf("%s: %+v %q", name, got, why)
		}
	}
}

func TestImportIsIdempotentAndRejectsRowsOneByOne(t *testing.T) {
	d := open(t)
	first, why := run(t, d.Door, "a.csv", fixture(t), &Mapping{}, false)
	if (first != Tally{Rows: allRows, Filed: goodRows, Known: 1, Rejected: badRows}) {
		t.Fatalf("%+v %q", first, why)
	}
	for i, start := range []string{"number missing", "date not understood", "text missing", "3 values for 9 columns", "date in the future"} {
		if !strings.HasPrefix(why[i], start) {
			t.Errorf("reason %q, want %s", why[i], start)
		}
	}
	again, _ := run(t, d.Door, "b.xlsx", workbook(t), &Mapping{}, false)
	if (again != Tally{Rows: allRows, Known: goodRows + 1, Rejected: badRows}) {
		t.Fatalf("again %+v", again)
	}
	foretold, _ := run(t, d.Door, "c.csv", fixture(t), &Mapping{}, true)
	if foretold != again {
		t.Errorf("a dry run foretells %+v, and it was %+v", foretold, again)
	}
	if n := d.count(t, `select count(*) from cases`); n != goodRows {
		t.Errorf("%d cases", n)
	}
	page, err := d.docket.List(t.Context(), casework.System, casework.Query{Number: "LL2026000001"})
	if err != nil || len(page.Cases) != 1 {
		t.Fatal(err)
	}
	c := page.Cases[0]
	at := time.Date(2026, 1, 1, 8, 0, 0, 0, d.city.TZ)
	if !c.FiledAt.Equal(at) || c.Kind != casework.Help || c.Channel != casework.Phone || !c.Publish || !c.Due.After(at) || c.Due.After(at.AddDate(0, 0, 20)) || strings.Contains(c.Title+c.Body+c.Place, "林小舟") {
		t.Errorf("%+v", c)
	}
	if n := d.count(t, `select count(*) from clock where name = 'total' and breached_at is null and due_at > now() - interval '1 hour'`); n == goodRows {
		t.Error("old cases have promises from today")
	}
}

func TestMappingFileNamesWhatTheColumnsDoNot(t *testing.T) {
	d := open(t)
	in, err := os.Open("testdata/orders.map.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	m, err := ReadMapping(in)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("c1;c2;c3;c4;c5;c6\n7;05.03.2026 10:30;路灯坏了;临江区;人民路;A\n2.0260000000007E+13;06.03.2026 10:30;问一下;;;B\n")
	if got, why := run(t, d.Door, "a.csv", body, m, false); (got != Tally{Rows: 2, Filed: 2, Unsorted: 1}) {
		t.Fatalf("%+v %q", got, why)
	}
	page, _ := d.docket.List(t.Context(), casework.System, casework.Query{Number: "7"})
	if c := page.Cases[0]; c.Kind != casework.Complaint || c.Place != "临江区 人民路" || !c.FiledAt.Equal(time.Date(2026, 3, 5, 4, 30, 0, 0, time.UTC)) {
		t.Errorf("%+v", c)
	}
	if page, _ = d.docket.List(t.Context(), casework.System, casework.Query{Number: "20260000000007"}); len(page.Cases) != 1 {
		t.Error("the number that a spreadsheet made short was not written out")
	}
	// The same numbers of another system are other cases.
	m.Source = "third-city"
	if got, _ := run(t, d.Door, "a.csv", body, m, false); got.Filed != 2 {
		t.Errorf("%+v", got)
	}
	for _, wrong := range []string{"colums: {}", "columns: {phon: x}", "values: {neme: {a: b}}", "zone: Nowhere/City", "columns: [1]"} {
		if _, err := ReadMapping(strings.NewReader(wrong)); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestAFileWithoutTheNeededColumnsSaysWhich(t *testing.T) {
	city, terms := rules(t)
	d := New(Settings{City: city, Terms: terms, Now: casesNow})
	for _, tc := range []struct{ body, kindMap, says string }{
		{"a,b,c\n1,2,3\n", "", "number, filed_at and text"},
		{"编号,受理时间,内容\n1,2026-01-01,x\n", "columns: {place: nowhere}", `the column "nowhere"`},
		{"编号,受理时间,内容\n1,2026-01-01,x\n", "values: {kind: {a: nonsense}}", "none of"},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte(tc.body), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := table.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ReadMapping(strings.NewReader(tc.kindMap))
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Import(t.Context(), Import{File: f, Mapping: m, DryRun: true})
		if err == nil || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", tc.says, err)
		}
		_ = f.Close()
	}
}

func TestOneCaseThatTheDatabaseRefusesStopsNothing(t *testing.T) {
	d := open(t)
	if _, err := d.owner.Exec(t.Context(), `alter table cases add constraint refuses check (external_no <> 'LL2026000005')`); err != nil {
		t.Fatal(err)
	}
	got, _ := run(t, d.Door, "a.csv", fixture(t), &Mapping{}, false)
	if (got != Tally{Rows: allRows, Filed: goodRows - 1, Known: 1, Rejected: badRows + 1}) {
		t.Errorf("%+v", got)
	}
}

func TestAnInterruptedImportIsResumed(t *testing.T) {
	d := open(t)
	var b bytes.Buffer
	b.WriteString("number,date,text\n")
	for i := range 2500 {
		b.WriteString("n" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String() + ",2026-01-02,street lamp is dark\n")
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(t.Context())
	half, err := d.Import(ctx, Import{File: f, Mapping: &Mapping{}, Advance: func(Tally) { cancel() }})
	if err == nil || half.Filed == 0 || half.Filed == 2500 {
		t.Fatalf("not interrupted: %+v %v", half, err)
	}
	rest, _ := run(t, d.Door, "a.csv", b.Bytes(), &Mapping{}, false)
	if rest.Rows != 2500 || rest.Rejected != 0 || rest.Known < half.Filed || d.count(t, `select count(*) from cases`) != 2500 {
		t.Errorf("resumed %+v after %+v", rest, half)
	}
}
