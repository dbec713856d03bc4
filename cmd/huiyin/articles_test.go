package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiyin/pg/pgtest"
)

func TestArticlesAreImportedAsDraftsOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "articles.csv")
	rows := "code,owner,title_zh,title_en,asked_zh,body_zh,body_en,basis_zh,basis_en\n" +
		"museum,c-wenlv,博物馆几点开门,Hours of the museum,博物馆开放时间|周一开门吗,九点到五点，周一不开。,Nine to five; closed on Mondays.,《博物馆条例》,Museum Regulations\n" +
		"broken,c-wenlv,没有答案,No answer,怎么办,,x,y,z\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	set := map[string]string{"HUIYIN_DATABASE_URL": pgtest.Empty(t), "HUIYIN_DATA": t.TempDir()}
	run := func(args ...string) (int, string, string) {
		var out, complaints bytes.Buffer
		env := &Env{Getenv: func(name string) (string, bool) { v, ok := set[name]; return v, ok }, Environ: func() []string { return nil }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &complaints}
		return dispatch(t.Context(), env, append([]string{"articles"}, args...)), out.String(), complaints.String()
	}
	for _, want := range []string{"1 drafts kept, 0 known already, 1 refused", "0 drafts kept, 1 known already, 1 refused"} {
		status, out, complaints := run("import", file)
		if status != exitFailed || !strings.Contains(out, want) || !strings.Contains(complaints, "line 3: body_zh") {
			t.Errorf("%d %s %s", status, out, complaints)
		}
	}
	if status, _, complaints := run(); status != exitUsage || !strings.Contains(complaints, "articles import") {
		t.Errorf("%d %s", status, complaints)
	}
}
