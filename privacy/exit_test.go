package privacy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
)

func leavesPage(body []byte) string { return find(body, phoneKind|identityKind).kind }

func TestWhatNeverLeavesIsRefusedAtTheExit(t *testing.T) {
	for _, pad := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 40, 101} {
		before := strings.Repeat("<p>", pad) + strings.Repeat(" ", pad%11)
		for text, want := range map[string]string{
			"电话 19900001234。": "phone", `"tel":"13800138000"`: "phone", "19900001234": "phone", "身份证 99010119900101123X,": "identity", "990101199001011238": "identity",
			"12345": "", "2026112200001234": "", "sha a19900001234b": "", "1.19900001234": "", "199000012345": "", "call 19900001234.": "phone", "19900001234.</p>": "phone", "19900001234.5": "", "19900001234.css": "", "0571-12345678": "", "20000101123456789X": "",
		} {
			if got := leavesPage([]byte(before + text)); got != want {
				t.Errorf("%d before %q: %q, want %q", len(before), text, got, want)
			}
			if got := leavesPage([]byte(before + text + strings.Repeat(" 好", pad))); got != want {
				t.Errorf("%d around %q: %q, want %q", len(before), text, got, want)
			}
		}
	}
	if PublicPages.Check([]byte("19900001234")) == nil || PublicPages.Check([]byte("无")) != nil {
		t.Error("the exit does not hold the list")
	}
}

// Numbers as people write them are found; figures, tables, dates, numbers of cases, digests and drawings are not taken for them.
func TestNumbersAreFoundAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"电话 138 0013 8000": "phone", "138-0013-8000": "phone", "(138-0013-8000)": "phone", "138\u00a00013\u00a08000": "phone", "138\u30000013\u30008000": "phone", "138 0013-8000": "phone", "138 - 0013 - 8000": "phone", "138.0013.8000": "phone",
		"１３８００１３８０００": "phone", "１３８ ００１３ ８０００": "phone", "一三八〇〇一三八〇〇〇": "phone", "幺三八零零幺三八零零零": "phone", "一三八，〇〇": "", "138零零13八000": "phone",
		"+86 13800138000": "phone", "+8613800138000": "phone", "8613800138000": "phone", "0086 138 0013 8000": "phone", "+86-138-0013-8000": "phone", "86-13800138000": "phone", "+86 138 0013 8000": "phone",
		"1380-0138-000": "phone", "138-001-38000": "phone", "138-00138000": "phone", "手机 1380 0138 000": "phone", "tel: 1 3 8 0 0 1 3 8 0 0 0": "phone", "138 00138000": "phone", "138\u200b0013\u200b8000": "phone",
		"138 0013 8000 139 0013 8000": "phone", "2026-11-22 138 0013 8000": "phone", "138 0013 8000 2026-11-22": "phone", "09:30 138 0013 8000 ": "phone", "138 0013 8000.": "phone", "138 0013 8000，12 件": "phone",
		"身份证 990101 19900101 123X": "", "990101199001011230": "identity", "９９０１０１１９９００１０１１２３０": "identity", "99010119900101123x": "identity",
		"110101 19900307 7758": "identity", "110101-19900307-7758": "identity", "110101 1990 0307 7758": "identity", "110101 19900307 7759": "",
		// what is none
		"<td>138</td><td>0013</td><td>8000</td>": "", "138\t0013\t8000": "", "138\n0013\n8000": "", "138,0013,8000": "", "138****8000": "", "138 **** 8000": "", "138 件 0013 8000": "",
		"M138 1200 1300": "", "0 0 139 1200 1300": "", "139 1200 1300 40": "", "1380 1380 138": "", "139 20261122": "", "139-20261122": "", "1 3 8 0 0 1 3 8 0 0 0": "", "1395 1402 1388 1410": "", "1500 1200 300": "",
		"261122000901": "", "2026112200001234": "", "2026-11-22-138-0013-8000": "", "1795339200000": "", "550e8400-1380-4138-1380-138001380001": "", "13,800,138,000": "", "13 800 138 000": "", "1.38 0013 8000": "",
		"sha256:1380013800013800138000138001380001380013800": "", "/log/tile/0/x138/x001/380": "", "x138-0013-8000": "", "q=138-0013-8000": "", "138-0013-80001": "", "138-0013-8000-12": "", "+1 38 0013 8000": "", "一三五七九": "", "0571-1380-0138": "",
		"110101 19901307 7758": "", "123456 20261122 0901": "", "1 110101 19900307 7758": "",
	} {
		for _, around := range []string{"", "甲，", strings.Repeat("字", 7)} {
			if got := leavesPage([]byte(around + text + around)); got != want {
				t.Errorf("%q in %q: %q, want %q", text, around, got, want)
			}
		}
	}
}

// What is looked through takes time by its length alone, also where every place could begin a number: what grew with its square would take hours here.
func TestTheExitIsLinear(t *testing.T) {
	for name, unit := range map[string]string{"ones": "1", "groups": "139 1234 ", "full-width": "１３", "numerals": "一三", "spaces": "1 3", "sixes": "110101 ", "cards": "6222 ", "mail": "a@", "plates": "浙A1"} {
		body := []byte(strings.Repeat(unit, 200_000))
		at := time.Now()
		find(body, 1<<len(found)-1)
		if d := time.Since(at); d > 10*time.Second {
			t.Errorf("%s: %v", name, d)
		}
	}
}

func BenchmarkExit(b *testing.B) {
	row := `<tr><th scope="row" class="govuk-table__header">临澜市城市管理局（2026年11月）</th><td class="govuk-table__cell govuk-table__cell--numeric">1,234</td><td>97.1 %（1138/1172）</td><td>12 小时</td></tr>` + "\n"
	page := []byte(strings.Repeat(row, 100_000/len(row)))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if PublicPages.Check(page) != nil {
			b.Fatal("refused")
		}
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
