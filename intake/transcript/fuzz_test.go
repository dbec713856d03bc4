package transcript_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"huiyin/intake/transcript"
)

// holds says what is true of whatever is read: it never panics, each turn has words and a part, and the answer is one line of JSON.
func holds(t *testing.T, raw []byte) {
	got, err := transcript.Parse(raw)
	if err != nil {
		return
	}
	if got.Format == "" {
		t.Fatal("a transcript of no form")
	}
	for _, one := range got.Turns {
		if one.Text == "" || !utf8.ValidString(one.Text) || !utf8.ValidString(one.Speaker) || one.Role == "" {
			t.Fatalf("turn %+v", one)
		}
		if one.Start != nil && *one.Start < 0 {
			t.Fatalf("a turn before the call: %v", *one.Start)
		}
	}
	if line := transcript.Line("f", got); !json.Valid([]byte(line)) || strings.Contains(line, "\n") {
		t.Fatalf("line %q", line)
	}
}

// fuzz begins with the files of testdata/seeds/<form>.*, and demands that each is of that form.
func fuzz(f *testing.F, form string) {
	names, err := filepath.Glob("testdata/seeds/" + form + ".*")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds of the form", form, err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if got, err := transcript.Parse(raw); err != nil || got.Format != form || len(got.Turns) == 0 {
			f.Fatalf("%s is of the form %q with %d turns: %v", name, got.Format, len(got.Turns), err)
		}
		f.Add(raw)
	}
	f.Fuzz(holds)
}

func FuzzText(f *testing.F)     { fuzz(f, transcript.FormText) }
func FuzzWebVTT(f *testing.F)   { fuzz(f, transcript.FormWebVTT) }
func FuzzSRT(f *testing.F)      { fuzz(f, transcript.FormSRT) }
func FuzzVCon(f *testing.F)     { fuzz(f, transcript.FormVCon) }
func FuzzWhisper(f *testing.F)  { fuzz(f, transcript.FormWhisper) }
func FuzzFunASR(f *testing.F)   { fuzz(f, transcript.FormFunASR) }
func FuzzAWS(f *testing.F)      { fuzz(f, transcript.FormAWS) }
func FuzzAliyun(f *testing.F)   { fuzz(f, transcript.FormAliyun) }
func FuzzDeepgram(f *testing.F) { fuzz(f, transcript.FormDeepgram) }
func FuzzWTF(f *testing.F)      { fuzz(f, transcript.FormWTF) }
func FuzzSSA(f *testing.F)      { fuzz(f, transcript.FormSSA) }
func FuzzTTML(f *testing.F)     { fuzz(f, transcript.FormTTML) }
func FuzzSTL(f *testing.F)      { fuzz(f, transcript.FormSTL) }
func FuzzDialogue(f *testing.F) { fuzz(f, transcript.FormDialogue) }
