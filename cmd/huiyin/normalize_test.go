package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiyin/spans"
)

func TestNormalizeAnswersEachLine(t *testing.T) {
	in := `{"id":1,"text":"電信網(wǎng)絡　１２３"}` + "\n\nnot json\n" + `{"id":"b","text":"路灯锟斤拷"}` + "\n"
	status, out, complaints := pipe(t, in, "normalize", "--simplified")
	want := `{"id":1,"text":"电信网络 123","repairs":["full_width","pinyin","traditional"],"damaged":[]}` + "\n" +
		`{"id":null,"error":"the line is no JSON object with a text"}` + "\n" +
		`{"id":"b","text":"路灯锟斤拷","repairs":[],"damaged":[{"start":2,"end":5,"why":"mojibake"}]}` + "\n"
	if out != want || status != exitUsage || !strings.Contains(complaints, "line 3") {
		t.Errorf("status %d\n%s%s", status, out, complaints)
	}
}

// A city marks names in its own texts; the model that comes of it finds names that the rules do not.
func TestTrainMakesAModelThatMaskUses(t *testing.T) {
	var lines strings.Builder
	for i, name := range []string{"王伟", "李小花", "孙文静", "周大明", "吴丽", "郑强", "冯刚", "陈小军"} {
		for _, pattern := range []string{"楼上%在家养鸡", "昨天%把车停在绿地", "听说%收了钱"} {
			before, _, _ := strings.Cut(pattern, "%")
			at := len([]rune(before))
			fmt.Fprintf(&lines, `{"text":%q,"spans":[{"start":%d,"end":%d,"type":"name"}]}`+"\n", strings.Replace(pattern, "%", name, 1), at, at+len([]rune(name)))
		}
		fmt.Fprintf(&lines, `{"text":"小区%d号楼停水三天","spans":[]}`+"\n", i)
	}
	dir := t.TempDir()
	file, model := filepath.Join(dir, "marked.jsonl"), filepath.Join(dir, "model")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, complaints := pipe(t, "", "train", "--spans", file, "--out", model)
	var card spans.Card
	if err := json.Unmarshal([]byte(out), &card); status != exitDone || err != nil || card.Rows != 32 {
		t.Fatalf("%d %v\n%s%s", status, err, out, complaints)
	}
	text := `{"id":1,"text":"昨天何小勇把车停在绿地"}` + "\n"
	if _, out, _ := pipe(t, text, "mask"); strings.Contains(out, `"kind":"name"`) {
		t.Fatalf("the rules find the name already: the text shows nothing\n%s", out)
	}
	if status, out, complaints = pipe(t, text, "mask", "--model", model); status != exitDone || !strings.Contains(out, "昨天何**把车") {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
	if status, _, complaints = pipe(t, text, "mask", "--model", dir); status != exitFailed || complaints == "" {
		t.Errorf("a directory without a model: %d %s", status, complaints)
	}
	if status, _, _ = pipe(t, "", "train", "--out", model); status != exitUsage {
		t.Errorf("train without examples: %d", status)
	}
}
