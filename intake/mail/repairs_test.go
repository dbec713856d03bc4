package mail

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryRepair: each repair has a letter that needs it, and no other words are used.
func TestEveryRepair(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	letters := []string{
		"From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("--a\nContent-Type: multipart/mixed; boundary=a\n\n", maxDepth+2),
		"From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n\n" + strings.Repeat("--a\n\nx\n", maxParts+2),
		strings.Repeat("From: a@b.example\n", maxFields+2),
		"From: a@b.example\n\n" + strings.Repeat("lamp\n", maxText/5+2),
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		letters = append(letters, string(raw))
	}
	seen := map[string]bool{}
	for _, raw := range letters {
		for _, r := range Parse([]byte(raw)).Repaired {
			seen[r] = true
			if !slices.Contains(repairs, r) {
				t.Errorf("the repair %q is not in the list", r)
			}
		}
	}
	for _, r := range repairs {
		if !seen[r] {
			t.Errorf("no letter needs the repair %q", r)
		}
	}
	if !slices.IsSorted(repairs) {
		t.Error("the list is not sorted")
	}
}
