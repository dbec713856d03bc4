package words

import (
	"slices"
	"testing"
)

func TestSuggestions(t *testing.T) {
	l := New([]string{"临江区", "临江街道", "桂花路"})
	for typed, want := range map[string]string{"噪": "噪音", "zaoy": "噪音", "wyl": "", "guihua": "桂花路", "linj": "临江区", "ghl": "桂花路", "临江": "临江区", "路灯 gui": "路灯 桂花路", "拖欠": "拖欠工资"} {
		got := l.Suggest(typed, 8)
		if want != "" && !slices.Contains(got, want) {
			t.Errorf("%q suggests %q; %q is missing", typed, got, want)
		}
	}
	if got := l.Suggest("", 8); got != nil {
		t.Errorf("nothing suggests %q", got)
	}
	if got := l.Suggest("小", 3); len(got) > 3 {
		t.Errorf("%d of 3", len(got))
	}
}

func TestWhatMayHaveBeenMeant(t *testing.T) {
	l := Standard()
	for typed, want := range map[string]string{"造影": "噪音", "zaoyinn": "噪音", "无叶费": "物业费"} {
		if got := l.Near(typed, 10); !slices.Contains(got, want) {
			t.Errorf("%q is near to %q; %q is missing", typed, got, want)
		}
	}
	if got := l.Near("噪音", 5); len(got) != 0 {
		t.Errorf("a known word is near to %q", got)
	}
}
