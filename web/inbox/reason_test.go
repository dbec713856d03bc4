package inbox

import "testing"

func TestAReasonSaysSomething(t *testing.T) {
	for text, want := range map[string]bool{
		"。": false, "1": false, "111111111": false, "……，，，。。": false, "无": false, "等材料": false, "哈哈哈哈哈哈": false,
		"等配件到货": true, "waiting for the report": true, "等 2026 年预算": true,
	} {
		if says(text) != want {
			t.Errorf("%q says something: %v, want %v", text, !want, want)
		}
	}
}
