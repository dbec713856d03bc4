package main

import (
	"strings"
	"testing"
)

func TestMaskAnswersEachLineWithOneLine(t *testing.T) {
	good := `{"id":"a","text":"请回电13800138000"}` + "\n"
	status, out, complaints := pipe(t, good, "mask")
	if status != exitDone || complaints != "" || out != `{"id":"a","text":"请回电1**********","spans":[{"start":3,"end":14,"kind":"phone"}]}`+"\n" {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	status, out, complaints = pipe(t, good+"{13900139000\n"+good, "mask")
	if status != exitUsage || strings.Count(out, "\n") != 3 || !strings.Contains(complaints, "line 2") || strings.Contains(complaints+out, "139") {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	if status, _, complaints = pipe(t, "", "mask", t.TempDir()+"/missing"); status != exitFailed || complaints == "" {
		t.Errorf("a missing file: %d %s", status, complaints)
	}
}
