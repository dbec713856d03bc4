package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pastOrdersFile is a table of orders of which the words decide the unit.
func pastOrdersFile(t *testing.T) string {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("编号,标题,内容,承办单位\n")
	for i := range 240 {
		said := [][2]string{{"自来水停水", "供水公司"}, {"车辆违停占道", "交警支队"}, {"夜间烧烤油烟扰民", "城管局"}}[i%3]
		fmt.Fprintf(&rows, "%d,%s,和平路%d号%s，请尽快处理,%s\n", i, said[0], i*7, said[0], said[1])
	}
	rows.WriteString("999,,,城管局\n")
	name := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(name, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTrainThenClassify(t *testing.T) {
	orders, dir := pastOrdersFile(t), filepath.Join(t.TempDir(), "model")
	status, card, said := pipe(t, "", "train", "--text", "标题", "--text", "内容", "--label", "承办单位", "--out", dir, orders)
	if status != exitDone || !strings.Contains(card, `"rows":240`) || !strings.Contains(card, `"classes":3`) || !strings.Contains(said, "left out: 1") {
		t.Fatalf("%d\n%s%s", status, card, said)
	}
	status, out, complaints := pipe(t, `{"id":"a","text":"学院路又停水了，自来水停水"}`+"\n"+`{"id":"b"}`+"\n", "classify", "--model", dir)
	if status != exitUsage || strings.Count(out, "\n") != 2 || !strings.Contains(out, `{"id":"a","candidates":[{"label":"供水公司"`) || !strings.Contains(complaints, "line 2") {
		t.Errorf("%d\n%s%s", status, out, complaints)
	}
}

func TestTrainAndClassifyWronglyCalled(t *testing.T) {
	orders := pastOrdersFile(t)
	for _, tc := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"classify"}, exitUsage, "--model"},
		{[]string{"classify", "--model", t.TempDir()}, exitFailed, "text.model"},
		{[]string{"train"}, exitUsage, "--text"},
		{[]string{"train", "--text", "内容", "--out", "x"}, exitUsage, "--label"},
		{[]string{"train", "--text", "内容", "--label", "单位", "--out", "x", orders}, exitUsage, "no column"},
		{[]string{"train", "--text", "内容", "--label", "承办单位", "--wrong", "2", "--out", "x", orders}, exitUsage, "--wrong"},
	} {
		if status, _, complaints := pipe(t, "", tc.args...); status != tc.status || !strings.Contains(complaints, tc.says) {
			t.Errorf("%v: %d %s", tc.args, status, complaints)
		}
	}
}
