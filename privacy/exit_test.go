package privacy

import (
	"slices"
	"strings"
	"testing"

	"huiyin/casework"
)

func TestWhatNeverLeavesIsRefusedAtTheExit(t *testing.T) {
	for _, pad := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 40, 101} {
		before := strings.Repeat("<p>", pad) + strings.Repeat(" ", pad%11)
		for text, want := range map[string]string{
			"电话 19900001234。": "phone", `"tel":"13800138000"`: "phone", "19900001234": "phone", "身份证 99010119900101123X,": "identity", "990101199001011238": "identity",
			"12345": "", "2026112200001234": "", "sha a19900001234b": "", "1.19900001234": "", "199000012345": "", "call 19900001234.": "phone", "19900001234.</p>": "phone", "19900001234.5": "", "19900001234.css": "", "0571-12345678": "", "20000101123456789X": "",
		} {
			if got := leaves([]byte(before + text)); got != want {
				t.Errorf("%d before %q: %q, want %q", len(before), text, got, want)
			}
			if got := leaves([]byte(before + text + strings.Repeat(" 好", pad))); got != want {
				t.Errorf("%d around %q: %q, want %q", len(before), text, got, want)
			}
		}
	}
	if Exit([]byte("19900001234")) == nil || Exit([]byte("无")) != nil {
		t.Error("the exit does not hold the list")
	}
}

func TestTheNegativeListCoversEveryPersonalField(t *testing.T) {
	all, err := NegativeList()
	if err != nil {
		t.Fatal(err)
	}
	var covered []string
	for _, n := range all {
		if n.ZH == "" || n.EN == "" || n.Law == "" || !slices.Contains([]string{"collect", "publish", "use"}, n.What) {
			t.Errorf("%+v is not whole", n)
		}
		covered = append(covered, n.Fields...)
	}
	for _, f := range casework.PersonalFields {
		if !slices.Contains(covered, string(f)) {
			t.Errorf("the list does not say that %s is never published", f)
		}
	}
}
