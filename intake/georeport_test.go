package intake

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"huiyin/casework"
	"huiyin/intake/table"
)

const (
	sameTitle = "深夜施工噪声"
	sameText  = "临江区向阳街道东风路的工地每天深夜施工，噪声很大，请处理。"
)

// sameMail is the same complaint as an e-mail.
const sameMail = `From: =?utf-8?B?5byg5Lyf?= <zhang@mail.example>
To: 12345@linlan.example
Subject: =?utf-8?B?5rex5aSc5pa95bel5Zmq5aOw?=
Message-ID: <same@mail.example>
Content-Type: text/plain; charset=utf-8

` + sameText + "\n"

// inEveryForm brings one complaint in as a web form, an e-mail, an Open311 request and a row of a file. code is what the last two say of its matter.
func inEveryForm(t *testing.T, d desk, code string) map[casework.Channel]casework.Case {
	t.Helper()
	form, err := Form{Nonce: "nonce of sixteen characters", Title: sameTitle, Text: sameText, Name: "张伟", Email: "zhang@mail.example"}.Submission()
	if err == nil {
		_, err = d.File(t.Context(), form)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.deliver(t, sameMail)
	_, err = d.FileGeoReport(t.Context(), "", "", GeoForm{Values: url.Values{"service_code": {code}, "description": {sameText}, "attribute[title]": {sameTitle}, "last_name": {"张"}, "first_name": {"伟"}, "email": {"zhang@mail.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	csv := "工单编号,受理时间,标题,诉求内容,诉求分类,姓名,邮箱\n9," + noon.Format("2006-01-02 15:04:05") + "," + sameTitle + "," + sameText + "," + code + ",张伟,zhang@mail.example\n"
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tally, err := d.Import(t.Context(), Import{File: f, Mapping: &Mapping{}, Reject: func(_ table.Row, why error) error { return why }})
	if err != nil || tally.Filed != 1 {
		t.Fatalf("%+v %v", tally, err)
	}
	got := map[casework.Channel]casework.Case{}
	for _, c := range d.cases(t) {
		got[c.Channel] = c
	}
	if len(got) != 4 {
		t.Fatalf("%d channels", len(got))
	}
	return got
}

func TestAComplaintIsTheSameRecordAndRouteInEveryForm(t *testing.T) {
	d := open(t)
	all := inEveryForm(t, d, "020401")
	want := all[casework.Web]
	p, ok := ProposalOf(want)
	if !ok || want.Category != "020401" || want.Territory != "990101001" || want.Kind == "" || len(p.Candidates) == 0 {
		t.Fatalf("category %q territory %q kind %q %+v", want.Category, want.Territory, want.Kind, p.Candidates)
	}
	for channel, c := range all {
		q, _ := ProposalOf(c)
		if c.Title != want.Title || c.Body != want.Body || c.Place != want.Place || c.Kind != want.Kind || c.Category != want.Category || c.Territory != want.Territory || c.Urgency != want.Urgency ||
			c.Language != want.Language || c.Secret != want.Secret || c.Publish != want.Publish || c.HasIdentity != want.HasIdentity || !c.FiledAt.Equal(want.FiledAt) || !c.Due.Equal(want.Due) || c.Owner != want.Owner {
			t.Errorf("%s: %q %q %s %s %s due %v; web: %q %q %s %s %s due %v", channel, c.Title, c.Body, c.Kind, c.Category, c.Territory, c.Due, want.Title, want.Body, want.Kind, want.Category, want.Territory, want.Due)
		}
		if string(c.Proposal) != string(want.Proposal) || len(q.Candidates) != len(p.Candidates) || q.Candidates[0].Unit != p.Candidates[0].Unit {
			t.Errorf("%s is routed otherwise: %s", channel, c.Proposal)
		}
	}
}

// TestAnUnknownCategoryNeverDropsAComplaint: the rules decide what it is about, as where nothing was said, and what was said stays with the words.
func TestAnUnknownCategoryNeverDropsAComplaint(t *testing.T) {
	d := open(t)
	all := inEveryForm(t, d, "NOISE-9")
	want := all[casework.Web]
	for channel, c := range all {
		if c.Category != want.Category || c.Category == "" || c.Territory != want.Territory || c.Kind != want.Kind || c.State != casework.Registered {
			t.Errorf("%s: category %q territory %q kind %q", channel, c.Category, c.Territory, c.Kind)
		}
		if said := channel == casework.Open311 || channel == casework.File; said != strings.Contains(c.Body, "NOISE-9") {
			t.Errorf("%s: %q", channel, c.Body)
		}
	}
}

func TestAFormLetterIsTakenApart(t *testing.T) {
	for in, want := range map[string][2]string{
		"title: 灯\n\ndetail: 不亮\n\nurl: https://x.example/1\n\nSubmitted": {"灯", "不亮"},
		"title: 灯\n\ndetail: 不亮\n还是不亮":                                    {"灯", "不亮\n还是不亮"},
		"title: 灯\nanother line\n\ndetail: 不亮":                            {"", "title: 灯\nanother line\n\ndetail: 不亮"},
		"title: 只有标题":                                                     {"", "title: 只有标题"},
		"路灯不亮":                                                            {"", "路灯不亮"},
	} {
		title, text, _ := custom.open(in)
		if title != want[0] || text != want[1] {
			t.Errorf("%q: %q %q", in, title, text)
		}
	}
}

// FuzzReadGeoForm: whatever comes is read or refused, and what is read becomes one record within the limits or a fault that names what is wrong.
func FuzzReadGeoForm(f *testing.F) {
	city, _ := rules(f)
	f.Add("application/x-www-form-urlencoded", []byte("service_code=010501&description=x&attribute%5Ba%5D=1&lat=29.5&long=124.5"), "jurisdiction_id=990100")
	f.Add("application/json", []byte(`{"service_code":"010501","description":"x","lat":29.5,"long":124.5,"attribute":{"a":[1,true,null]}}`), "")
	f.Add("application/json", []byte(`{"service_code":"x","attributes":[{"code":"title","value":"t"}]}`), "api_key=k")
	f.Add("text/xml", []byte("<request/>"), "service_code=1")
	var parts bytes.Buffer
	m := multipart.NewWriter(&parts)
	if err := m.SetBoundary("b"); err != nil {
		f.Fatal(err)
	}
	if err := m.WriteField("service_code", "010501"); err != nil {
		f.Fatal(err)
	}
	if err := m.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add("multipart/form-data; boundary=b", parts.Bytes(), "")
	f.Add("", []byte("service_code=unsorted&description=title%3A+a%0A%0Adetail%3A+b%0A%0Aurl%3A+http%3A%2F%2Fx%2F"), "")
	f.Fuzz(func(t *testing.T, kind string, body []byte, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		form, err := ReadGeoForm(kind, body, q)
		if err != nil {
			return
		}
		if strings.Contains(string(form.raw()), "api_key=") {
			t.Error("the key is kept")
		}
		s, err := GeoReport(city, form)
		if err != nil {
			return
		}
		if s.Text == "" || !utf8.ValidString(s.Text) || utf8.RuneCountInString(s.Text) > casework.MaxBody || s.Channel != casework.Open311 || len(s.Raw) == 0 {
			t.Errorf("%+v", s)
		}
		if _, ok := city.Category(s.Category); s.Category != "" && !ok {
			t.Errorf("category %q", s.Category)
		}
	})
}
