package intake

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/fault"
)

func casesNow() time.Time { return noon }

func TestAPIRefusesWhatItWouldLose(t *testing.T) {
	for _, tc := range []struct{ body, field string }{
		{`{"text":"路灯坏了"}`, "ok"},
		{`{"text":"路灯坏了","language":"en","point":{"lat":20.1,"lon":110.3},"files":[{"name":"a.png","data":"iVBORw0KGgo="}],"person":{"phone":"+86 138 0000 1234"}}`, "ok"},
		{`{"txt":"路灯坏了"}`, "txt"},
		{`{"text":5}`, "text"},
		{`{"text":""}`, "text"},
		{`{"text":"x","language":"fr"}`, "language"},
		{`{"text":"x","point":{"lat":91,"lon":0}}`, "point"},
		{`{"text":"x","person":{"email":"x"}}`, "email"},
		{`{"text":"x"} {"text":"y"}`, ""},
		{`[]`, ""},
		{``, ""},
	} {
		s, err := API([]byte(tc.body))
		var f *fault.Error
		if tc.field == "ok" {
			if err != nil || s.Channel != casework.API {
				t.Errorf("%s: %v", tc.body, err)
			}
		} else if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != tc.field {
			t.Errorf("%s: %v", tc.body, err)
		}
	}
}

func TestIdempotencyKeyFindsItsCaseAndRefusesAnotherBody(t *testing.T) {
	d := open(t)
	body, other := []byte(`{"text":"人民路路灯坏了"}`), []byte(`{"text":"人民路井盖丢了"}`)
	first, err := d.FileAPI(t.Context(), "app", "k1", body)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.FileAPI(t.Context(), "app", "k1", body); err != nil || again.ID != first.ID || !again.Existing {
		t.Errorf("again: %v", err)
	}
	if r, err := d.FileAPI(t.Context(), "app", "k1", other); fault.KeyOf(err) != "fault.idempotency_reused" || r.Code != "" {
		t.Errorf("another body: %v", err)
	}
	if r, err := d.FileAPI(t.Context(), "other app", "k1", body); err != nil || r.ID == first.ID {
		t.Errorf("another caller met the first one's case: %v", err)
	}
	a, _ := d.FileAPI(t.Context(), "app", "", body)
	b, err := d.FileAPI(t.Context(), "app", "", body)
	if err != nil || a.ID == b.ID {
		t.Errorf("without a key: %v", err)
	}
	if n := len(d.cases(t)); n != 4 {
		t.Errorf("%d cases", n)
	}
}

// The short way of reading a body ends where the long one does.
func TestPlainBodiesAreReadAsAllAre(t *testing.T) {
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]string{`"路灯坏了"`, `"a\nb"`, `"\u8def\""`, `"\ud800"`, `"\q"`, `"x`, `""`, `null`, `true`, `false`, `truefalse`, "\"\n\"", "\"\xff\"", `5`, `{}`, `{"name":"李"}`, `{"name":"李","phone" : "1"}`,
			`{"phone":"2","nam":""}`, `{"lat":1,"lon":2}`, `[]`, `{"email":"",}`, ``})
		name := rapid.SampledFrom([]string{`"kind"`, `"category"`, `"territory"`, `"title"`, `"text"`, `"place"`, `"point"`, `"person"`, `"person"`, `"language"`, `"publish"`, `"secret"`, `"external_no"`, `"files"`, `"Text"`, `"t\u0065xt"`, `"txt"`, `text`})
		member := rapid.Custom(func(t *rapid.T) string {
			return name.Draw(t, "name") + rapid.SampledFrom([]string{":", " : ", "", "::"}).Draw(t, "colon") + value.Draw(t, "value")
		})
		body := []byte(rapid.SampledFrom([]string{"{", " \n{", "{ ", ""}).Draw(t, "begin") + strings.Join(rapid.SliceOfN(member, 0, 4).Draw(t, "members"), ",") + rapid.SampledFrom([]string{"}", "}\t\r", "}}", "", "} x", "}\x00"}).Draw(t, "end"))
		samePlain(t, body)
		if _, plain := plainCase(body); plain {
			short++
		}
	})
	if short == 0 {
		t.Error("no body went the short way")
	}
}

func samePlain(t interface{ Fatalf(string, ...any) }, body []byte) {
	got, plain := plainCase(body)
	if want, err := anyCase(body); plain && (err != nil || !reflect.DeepEqual(got, want)) {
		t.Fatalf("%q: %+v instead of %+v, %v", body, got, want, err)
	}
}

func FuzzAPI(f *testing.F) {
	f.Add([]byte(reported))
	f.Add([]byte(`{"text":"x","files":[{"name":"a","data":"AA=="}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		samePlain(t, body)
		s, err := API(body)
		if err == nil && strings.TrimSpace(s.Text) == "" {
			t.Error("a case without words")
		}
	})
}
