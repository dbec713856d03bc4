package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiyin/pg/pgtest"
)

func TestImportFilesOnceAndSetsBadRowsAside(t *testing.T) {
	dir := t.TempDir()
	file, mapping := filepath.Join(dir, "orders.csv"), filepath.Join(dir, "map.yaml")
	for name, body := range map[string]string{
		file:    "no,when,what\n1,2026-01-05,street lamp is dark\n2,soon,no date\n3,2026-01-06,pothole\n",
		mapping: "source: test\ncolumns: {number: no, filed_at: when, text: what}\n",
	} {
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.URL(t), "HUIYIN_DATA": dir}
	for _, tc := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{file}, exitFailed, "number, filed_at and text"},
		{[]string{file, "--map", mapping, "--dry-run"}, exitDone, "3 rows, 2 could be filed, 0 known before, 1 rejected"},
		{[]string{"--map", mapping, file}, exitDone, "3 rows, 2 filed, 0 known before, 1 rejected"},
		{[]string{file, "--map", mapping}, exitDone, "3 rows, 0 filed, 2 known before, 1 rejected"},
		{[]string{file, "--map", filepath.Join(dir, "none.yaml")}, exitUsage, "no such file"},
		{[]string{filepath.Join(dir, "none.csv")}, exitUsage, "no such file"},
		{nil, exitUsage, "one FILE is wanted"},
		{[]string{file, file}, exitUsage, "one FILE is wanted"},
	} {
		status, stdout, stderr := huiyin(t, set, append([]string{"import"}, tc.args...)...)
		if status != tc.status || !strings.Contains(stdout+stderr, tc.says) {
			t.Errorf("import %v: status %d\n%s%s", tc.args, status, stdout, stderr)
		}
	}
	rejects, err := os.ReadFile(file + ".rejects.csv")
	if err != nil || string(rejects) != "\ufeffline,reason,no,when,what\n3,\"date not understood: \"\"soon\"\"\",2,soon,no date\n" {
		t.Errorf("%q %v", rejects, err)
	}
	if info, err := os.Stat(file + ".rejects.csv"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}
