package privacy

import (
	"slices"
	"strings"
	"testing"
)

// planted is a value of each kind that is found by its form.
var planted = map[string]string{
	"phone": "138 0013 8000", "identity": "110101 19900307 7758", "card": "6222 0212 3456 7894", "plate": "浙A·12345", "email": "lin.xiaolan@qq.com", "number": "261122000901",
}

// Each exit stops a planted value of each kind that its list forbids, and of no other.
func TestEachExitStopsWhatItsListForbids(t *testing.T) {
	table := Exits()
	for _, e := range table.Exits {
		for kind, value := range planted {
			text := "来信说：" + value + "，请回电。"
			refused := e.Code.Check([]byte(text)) != nil
			if refused != slices.Contains(e.Refused, kind) {
				t.Errorf("%s, %s: refused %t", e.Code, kind, refused)
			}
			hidden := e.Code.Hide(text)
			if want := map[bool]string{true: "来信说：***，请回电。", false: text}[refused]; hidden != want {
				t.Errorf("%s hides %s: %s", e.Code, kind, hidden)
			}
			if twice := e.Code.Hide(text + text); refused && strings.Contains(twice, value) {
				t.Errorf("%s hides one %s of two: %s", e.Code, kind, twice)
			}
		}
	}
}

// The table says of each exit and each kind one thing: it is looked for, it is not there, or it may be and the exit says why.
func TestTheTableOfExitsIsWhole(t *testing.T) {
	table := Exits()
	if len(table.Exits) != 7 {
		t.Errorf("%d exits", len(table.Exits))
	}
	for _, k := range table.Kinds {
		if k.ZH == "" || k.EN == "" || k.Found != slices.Contains(found, k.Code) {
			t.Errorf("%+v", k)
		}
	}
	for _, e := range table.Exits {
		if e.ZH == "" || e.EN == "" || e.Stop != "refuse" && e.Stop != "hide" || len(e.Refused)+len(e.Absent) < len(table.Kinds) && (e.WhyZH == "" || e.WhyEN == "") {
			t.Errorf("%s is not whole", e.Code)
		}
		for _, code := range slices.Concat(e.Refused, e.Absent) {
			at := slices.IndexFunc(table.Kinds, func(k FieldKind) bool { return k.Code == code })
			if at < 0 || slices.Contains(e.Refused, code) == slices.Contains(e.Absent, code) || slices.Contains(e.Refused, code) && !table.Kinds[at].Found {
				t.Errorf("%s, %s", e.Code, code)
			}
		}
	}
}

func TestWhatIsNoCardPlateMailboxOrNumber(t *testing.T) {
	for _, text := range []string{
		"6222021234567891", "a6222021234567894", "62 22 02 12 34 56 78 94", "浙A", "浙江A12345", "京AB", "浙ABCDEF", "沪A123456789", "service@linlan.example", "@qq.com", "jubao@163.company", "@media", "lin@qq.community",
		"261322000901", "2611220009012", "991122000901", "202611220901", "a261122000901", "261122000901.csv", "1795339200000",
	} {
		if got := find([]byte("甲 "+text+" 乙"), 1<<len(found)-1); got.kind != "" {
			t.Errorf("%s: %s", text, got.kind)
		}
	}
}
