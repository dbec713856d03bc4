package privacy

import (
	"strings"
	"testing"
	"time"
)

// What somebody sends to keep the masker busy takes no longer than other text of its length: nothing is read over and over.
func TestMaskReadsLongTextsOnce(t *testing.T) {
	const runes = 200_000 // a reading in the square of it takes half a minute and more
	for _, one := range []string{"x-", "1-", "１－", "A1-", "0-", "一-", "我叫王小明", "王·", "先生王", "·", "王", "电话138 0013 ", "1 ", "号1栋", "区1#", "路1-1", "微信a", "QQ1", "a@", "a@b.", "浙A", "身份证1101", "e\u0301", "\u202e", "\u200d", "(", "、王小明", "姓名：王小明，", "联系人李", "十", "〇一", "第一号", "\n", "，", "13800138000 ", "a@163.com ", "浙A12345，", "11010119900307775"} {
		text := strings.Repeat(one, runes/len([]rune(one)))
		begun := time.Now()
		Mask(text)
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("%q takes %s", one, took)
		} else if took > 300*time.Millisecond {
			t.Logf("%q takes %s", one, took)
		}
		begun = time.Now()
		for _, e := range Exits().Exits {
			e.Code.Hide(text)
			_ = e.Code.Check([]byte(text))
		}
		if took := time.Since(begun); took > 8*time.Second {
			t.Errorf("the exits read %q for %s", one, took)
		} else if took > 600*time.Millisecond {
			t.Logf("the exits read %q for %s", one, took)
		}
	}
	// Many different names.
	var b strings.Builder
	for i := range rune(20_000) {
		b.WriteString("我叫王" + string(0x4e00+i/100) + string(0x5e00+i%100) + "，")
	}
	begun := time.Now()
	if masked, found := Mask(b.String()); strings.Contains(masked, "一帀") || len(found) < 5000 {
		t.Errorf("%d names found", len(found))
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("many names take %s", took)
	}
}

// A name found once is hidden wherever it stands, the longer one first.
func TestMaskHidesANameWhereverItStands(t *testing.T) {
	masked, _ := Mask("我叫王小明。王小明说，王小明和王小明都在。")
	if strings.Contains(masked, "小明") {
		t.Error(masked)
	}
}
