package routing_test

import (
	"encoding/json"
	"strings"
	"testing"

	"huiyin/routing"
)

func TestALineIsAnsweredByOneLine(t *testing.T) {
	c := linlan(t)
	out, err := routing.AnswerLine(c, nil, []byte(`{"id":"a-1","text":"阳光花园门口流动摊贩占道经营","address":"向阳街道","at":"2026-03-02T09:30:00+08:00","extra":1}`))
	if err != nil {
		t.Fatal(err)
	}
	var a struct {
		ID         string
		Kind       string
		Category   struct{ Code, Path string }
		Territory  struct{ Code, Name string }
		Urgency    string
		Auto       *bool
		Candidates []struct {
			Department string
			P          float64
			Reasons    []string
		}
	}
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatal(err)
	}
	if a.ID != "a-1" || a.Kind != "complaint" || a.Category.Code != "010101" || a.Category.Path != "城市管理/市容环境/占道经营" || a.Territory.Name != "临江区向阳街道" || a.Urgency != "normal" || a.Auto == nil {
		t.Errorf("%s", out)
	}
	if len(a.Candidates) == 0 || a.Candidates[0].Department != "d-linjiang-chengguan" || a.Candidates[0].P < 0.6 || len(a.Candidates[0].Reasons) < 3 {
		t.Errorf("%+v", a.Candidates)
	}
	if strings.ContainsRune(string(out), '\n') {
		t.Error("more than one line")
	}
	out, err = routing.AnswerLine(c, nil, []byte(`{"id":7,"text":""}`))
	if err != nil || !strings.HasPrefix(string(out), `{"id":7,"kind":"other","category":{"code":"","path":""},"territory":{"code":"","name":""},"urgency":"normal"`) || !strings.Contains(string(out), `"candidates":[]`) {
		t.Errorf("%s %v", out, err)
	}
}

func TestWrongLinesAreWrongUsage(t *testing.T) {
	c := linlan(t)
	for _, line := range []string{``, `x`, `[]`, `{"id":1}`, `{"text":"a"}`, `{"id":1,"text":"a"} {}`, `{"id":1,"text":"a","at":"2026-03-02T09:30:00"}`, `{"id":1,"text":"a","at":"2026-03-02"}`, `{"id":1,"text":3}`, "{\"id\":1,\"text\":\"\xff\"}"} {
		if out, err := routing.AnswerLine(c, nil, []byte(line)); err == nil || !json.Valid(out) || !strings.Contains(string(out), `"error":`) {
			t.Errorf("%q is answered: %s", line, out)
		}
	}
}

func TestEveryLineHasItsAnswerAndWrongOnesAreTold(t *testing.T) {
	in := `{"id":1,"text":"路灯不亮"}` + "\n\n" + `{"id":"b","text":"停水","at":"2026-03-02T09:30:00"}` + "\r\n" + strings.Repeat("x", 2<<20) + "\n" + `{"id":3,"text":"停电"}`
	var out strings.Builder
	var wrong []int
	err := routing.Answers(t.Context(), linlan(t), nil, strings.NewReader(in), &out, func(line int, why error) { wrong = append(wrong, line) })
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || len(wrong) != 2 || wrong[0] != 3 || wrong[1] != 4 || !strings.HasPrefix(lines[1], `{"id":"b","error":"\"at\" must be a time with an offset`) || !strings.HasPrefix(lines[3], `{"id":3,`) {
		t.Errorf("wrong %v, answers:\n%s", wrong, out.String())
	}
}

func FuzzAnswerLine(f *testing.F) {
	c := linlan(f)
	f.Add([]byte(`{"id":1,"text":"路灯不亮","address":"向阳街道","at":"2026-03-02T23:30:00+08:00"}`))
	f.Add([]byte(`{"id":null,"text":""}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		out, _ := routing.AnswerLine(c, nil, line)
		if !json.Valid(out) {
			t.Errorf("%q is answered by %q", line, out)
		}
	})
}
