package topics

import "testing"

func TestAlikeMeasuresAFewTextsAsDuplicatesMeasuresMany(t *testing.T) {
	texts := []string{
		"柳街八号的路灯坏了三天，晚上看不见路",
		"路灯坏了三天没人修，晚上看不见",
		"柳街八号的路灯坏了三天，晚上看不见路",
		"想问医保卡怎么补办",
		"柳街八号楼下烧烤油烟太大，路灯下面全是垃圾",
		"",
	}
	like := Alike(texts, make([]string, len(texts)))
	if like[0] < 0.999 || like[2] < 0.999 || like[1] < likeMatter {
		t.Errorf("the same matter: %v", like)
	}
	if like[3] != 0 || like[4] != 0 || like[5] != 0 {
		t.Errorf("other matters: %v", like)
	}
	near := Alike(texts[:2], []string{"柳街八号", "柳街八号"})
	if far := Alike([]string{"西山区石榴湾停水", "东湖区石榴湾停水"}, []string{"", ""}); near[1] == 0 || far[1] != 0 {
		t.Errorf("at one address %v, in two districts %v", near, far)
	}
}
