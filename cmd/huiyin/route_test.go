package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRouteAnswersEachLineWithOneLine(t *testing.T) {
	good := `{"id":"a","text":"阳光花园门口流动摊贩占道经营"}` + "\n"
	status, out, complaints := pipe(t, good+good, "route")
	if status != exitDone || complaints != "" || strings.Count(out, "\n") != 2 || !strings.Contains(out, `"department":"d-linjiang-chengguan"`) {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	status, out, complaints = pipe(t, good+`{"id":"b","text":"停水","at":"2026-02-13T09:00:00"}`+"\n"+good, "route")
	if status != exitUsage || strings.Count(out, "\n") != 3 || !strings.Contains(complaints, "line 2") || !strings.Contains(complaints, "offset") {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
}

func TestRouteByACitysOwnRules(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(in, []byte(`{"id":1,"text":"停电"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, complaints := pipe(t, "", "route", "--city", "../../demo/city", in, in); status != exitDone || strings.Count(out, `"department":"c-gongdian"`) != 2 {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	for _, tc := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"route", "--city", t.TempDir()}, exitUsage, "city.yaml"},
		{[]string{"route", "--model", "x"}, exitFailed, "open the model"},
		{[]string{"route", in + ".missing"}, exitFailed, "missing"},
	} {
		if status, _, complaints := pipe(t, "", tc.args...); status != tc.status || !strings.Contains(complaints, tc.says) {
			t.Errorf("%v: %d %s", tc.args, status, complaints)
		}
	}
}
