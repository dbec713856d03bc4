package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiyin/routing/address"
	"huiyin/spans"
)

func parseAddressLines(t *testing.T, in string, args ...string) (code int, answers []addressParts, complaints string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{Getenv: func(string) (string, bool) { return "", false }, Environ: func() []string { return nil }, Stdin: strings.NewReader(in), Stdout: &out, Stderr: &errs}
	code = dispatch(t.Context(), env, append([]string{"parse", "address"}, args...))
	for dec := json.NewDecoder(&out); dec.More(); {
		var a addressParts
		if err := dec.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	return code, answers, errs.String()
}

func TestParseAddressTellsPartsAndCode(t *testing.T) {
	code, got, errs := parseAddressLines(t, `{"id":7,"text":"北京市东城区东华门街道南池子大街5号"}`+"\n\n{\"id\":\"b\"}\n")
	if code != exitUsage || len(got) != 2 || strings.Count(errs, "\n") != 2 {
		t.Fatalf("exit %d, %+v, %s", code, got, errs)
	}
	want := []address.Part{{End: 3, Type: "city"}, {Start: 3, End: 6, Type: "district"}, {Start: 6, End: 11, Type: "town"}, {Start: 11, End: 16, Type: "road"}, {Start: 16, End: 18, Type: "roadno"}}
	if string(got[0].ID) != "7" || got[0].Code != "110101001" || len(got[0].Spans) != len(want) {
		t.Fatalf("%+v", got[0])
	}
	for i, s := range got[0].Spans {
		if s != want[i] {
			t.Errorf("part %d is %+v, not %+v", i, s, want[i])
		}
	}
	if code, got, _ := parseAddressLines(t, `{"id":1,"text":""}`); code != exitDone || got[0].Spans == nil || got[0].Code != "" {
		t.Errorf("an empty address: exit %d, %+v", code, got)
	}
}

func TestParseAddressByAModel(t *testing.T) {
	var examples []spans.Example
	for _, road := range []string{"南池子大街", "东风路", "建设大道", "府前路", "红旗大街", "向阳路"} {
		for range 4 {
			n := len([]rune(road))
			examples = append(examples, spans.Example{Text: road + "5号", Spans: []spans.Span{{Start: 0, End: n, Kind: "subroad"}, {Start: n, End: n + 2, Kind: "roadno"}}})
		}
	}
	model, err := spans.Train(t.Context(), examples, spans.Plan{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "model")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := model.Save(dir); err != nil {
		t.Fatal(err)
	}
	code, got, _ := parseAddressLines(t, `{"id":1,"text":"东风路5号"}`, "--model", dir)
	if code != exitDone || len(got) != 1 || len(got[0].Spans) != 2 || got[0].Spans[0] != (address.Part{End: 3, Type: "subRoad"}) {
		t.Errorf("exit %d, %+v", code, got)
	}
	if code, _, _ := parseAddressLines(t, `{"id":1,"text":"东风路5号"}`, "--model", filepath.Join(dir, "absent")); code != exitFailed {
		t.Errorf("a model that is not there: exit %d", code)
	}
}
