package topics

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("", 8*3600))

// everyday are letters on all kinds of matters at all kinds of places, spread over a hundred days.
func everyday(n int) []Message {
	r := rand.New(rand.NewPCG(7, 7))
	districts := strings.Fields("向阳区 临江区 新城区 东湖区 西山区 南浦区 北岭区")
	first := strings.Fields("梧桐 书香 明珠 翠竹 望江 锦绣 听涛 云麓 枫林 松涛 金桂 碧水 凤栖 龙吟 紫藤 丹桂 银杏 白鹭 青枫 蓝庭")
	second := strings.Fields("苑 郡 里 轩 府 庭 居 公馆 花园 小区")
	matters := strings.Fields("楼下饭店油烟太大窗户都不敢开 物业乱收停车费没有公示 路灯坏了半个月走路危险 垃圾桶没有人清运臭味很重 电梯经常困人维保单位修不好 楼上装修从早敲到晚 想咨询孩子转学需要哪些证件 " +
		"公交车等了四十分钟 幼儿园学费涨得太快 广场舞音响开到晚上十一点 下水道堵塞污水横流 工资拖欠三个月没发 医保报销比例怎么算 健身房关门不退钱 狗叫整夜没人管 快递柜超时收费 路面塌了一个大坑 树枝挡住红绿灯 宽带断了一个星期 驾校教练索要红包")
	more := strings.Fields("已经打过三次电话 邻居们都有意见 请派人到现场看看 希望给个说法 老人身体受不了 孩子马上高考 去年也出现过 对方态度恶劣 多方反映没有结果 麻烦登记一下 能不能公开处理结果 我上班没法一直盯着 拍了照片可以提供 不想留电话 网上说法不一 窗口让我再等等")
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	var out []Message
	for i := range n {
		out = append(out, Message{ID: fmt.Sprint("e", i), At: monday.Add(time.Duration(i*2400/max(n, 1)) * time.Hour),
			Text: fmt.Sprintf("%s%s%s%d栋，%s，%s，%s，%s。", pick(districts), pick(first), pick(second), r.IntN(60)+1, pick(matters), pick(more), pick(more), pick(more))})
	}
	return out
}

func ids(messages []Message, t Topic) []string {
	var out []string
	for _, m := range t.Members {
		out = append(out, messages[m].ID)
	}
	return out
}

// with tells which topic has a message, and how many of a kind are in it, by the beginning of their identifiers.
func with(t *testing.T, messages []Message, found []Topic, prefix string) (Topic, int) {
	t.Helper()
	best, most := Topic{}, 0
	for _, topic := range found {
		n := 0
		for _, id := range ids(messages, topic) {
			if strings.HasPrefix(id, prefix) {
				n++
			}
		}
		if n > most {
			best, most = topic, n
		}
	}
	return best, most
}

// Thirty-seven people call about one fault within a day, each in other words and from another house. That must not pass unseen.
func TestManyCallsOnOneFaultAreOneTopic(t *testing.T) {
	words := []string{"家里停水了，什么时候来水", "停水一整天，老人小孩没法做饭", "请问为什么突然停水", "早上起来就停水，没有收到通知", "我们这里停水了，麻烦派人来看", "从凌晨开始停水", "自来水公司电话打不通，一直停水"}
	messages := everyday(300)
	for i := range 37 {
		messages = append(messages, Message{ID: fmt.Sprint("w", i), Text: fmt.Sprintf("石榴湾%d栋%s", i+1, words[i%len(words)]), Address: fmt.Sprintf("西山区石榴湾%d栋", i+1), At: monday.Add(2300*time.Hour + time.Duration(i)*20*time.Minute)})
	}
	found := Find(messages)
	topic, n := with(t, messages, found, "w")
	if n < 35 || len(topic.Members) > n+6 {
		t.Fatalf("%d of 37 calls are in one topic of %d", n, len(topic.Members))
	}
	if !reflect.DeepEqual(topic, found[0]) {
		t.Errorf("the hottest topic is %q, not the water", found[0].Title)
	}
	if !strings.Contains(topic.Place, "石榴湾") {
		t.Errorf("the place is %q", topic.Place)
	}
}

// A word that comes from everywhere at any time is no topic; the same word at one place suddenly is.
func TestSuddenWordIsATopicWhereItNeverCameBefore(t *testing.T) {
	messages := everyday(200)
	reasons := strings.Fields("孕妇在家等着用 店里生意做不成 透析病人等不起 鱼缸的鱼都要死了 冰箱里东西全坏 写作业点蜡烛 电梯停在十楼 监控也没了")
	for i := range 8 {
		messages = append(messages, Message{ID: fmt.Sprint("p", i), Text: reasons[i] + "，又停电", At: monday.Add(2000*time.Hour + time.Duration(i)*time.Hour)})
	}
	if _, n := with(t, messages, Find(messages), "p"); n < 7 {
		t.Errorf("%d of 8 are in one topic", n)
	}
}

func TestSameMatterAtTwoPlacesIsTwoTopics(t *testing.T) {
	messages := everyday(200)
	for i, place := range []string{"临江区望江府旁边", "东湖区云麓庭后门"} {
		for k, text := range [][]string{{"新建搅拌站，机器日夜轰鸣，灰尘满天", "搅拌站扰民，孩子咳嗽不停，请搬走", "的搅拌站半夜还在开工，噪声无法入睡", "搅拌站水泥车堵路，粉尘飘进阳台", "搅拌站手续齐全吗，灰大声音响", "搅拌站污染严重，强烈要求关停"},
			{"搅拌站刚投产，空气里都是水泥味", "的搅拌站是谁批的，离幼儿园不到百米", "搅拌站轰隆隆，机器震动墙都裂了", "搅拌站把水泥浆冲进雨水井", "搅拌站大车碾坏路面，灰尘迷眼", "搅拌站何时搬走，粉尘落满窗台"}}[i] {
			messages = append(messages, Message{ID: fmt.Sprint("m", i, k), Text: place + text, At: monday.AddDate(0, 0, 60+3*k+i)})
		}
	}
	found := Find(messages)
	for _, prefix := range []string{"m0", "m1"} {
		topic, n := with(t, messages, found, prefix)
		if n < 5 {
			t.Errorf("%s: %d of 6 are together: %v", prefix, n, ids(messages, topic))
		}
		if _, both := with(t, messages, []Topic{topic}, map[string]string{"m0": "m1", "m1": "m0"}[prefix]); both > 1 {
			t.Errorf("%s: %d of the other place are in it", prefix, both)
		}
	}
}

func TestOrderOfLinesDoesNotMatter(t *testing.T) {
	messages := everyday(120)
	for i := range 9 {
		messages = append(messages, Message{ID: fmt.Sprint("k", i), Text: fmt.Sprintf("向阳区枇杷街口红绿灯坏了%d天，过马路像打仗", i), At: monday.AddDate(0, 0, i)})
	}
	want := Find(messages)
	shuffled := slices.Clone(messages)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	got := Find(shuffled)
	if len(got) != len(want) {
		t.Fatalf("%d topics, and %d in another order", len(want), len(got))
	}
	for i := range got {
		if !slices.Equal(ids(shuffled, got[i]), ids(messages, want[i])) || got[i].Title != want[i].Title || got[i].Heat != want[i].Heat {
			t.Errorf("topic %d: %v %q, in another order %v %q", i, ids(messages, want[i]), want[i].Title, ids(shuffled, got[i]), got[i].Title)
		}
	}
}

// One letter that thousands support is no thousand complaints, and the same letter sent twenty times is not twenty people.
func TestSupportersAndCopiesWeighLess(t *testing.T) {
	people := func(support float64, copies bool) float64 {
		messages := everyday(150)
		texts := strings.Fields("屋顶漏雨三年了卧室发霉长毛 外墙瓷砖砸坏业主新买的汽车 空调外机滴水把楼道泡得站不住脚 地下管道堵死粪水倒灌一楼客厅 入户门窗变形冬天冷风直往里灌 东侧围墙倒塌差点压到放学的孩子")
		for i := range 6 {
			text := "新城区琥珀湾" + texts[i] + "，开发商推脱"
			if copies {
				text = "新城区琥珀湾" + texts[0] + "，开发商推脱"
			}
			messages = append(messages, Message{ID: fmt.Sprint("h", i), Text: text, At: monday.AddDate(0, 0, 80+i), Support: support})
		}
		topic, n := with(t, messages, Find(messages), "h")
		if n < 5 {
			t.Fatalf("%d of 6 are together", n)
		}
		return topic.Heat
	}
	plain, loved, copied := people(0, false), people(100000, false), people(0, true)
	if loved <= plain || loved > 3.01*plain {
		t.Errorf("heat %.1f, with a hundred thousand supporters %.1f: more, and at most three times as much", plain, loved)
	}
	if copied >= plain {
		t.Errorf("heat of six people %.1f, of six copies %.1f", plain, copied)
	}
}

func TestMatterThatRestsForHalfAYearIsTwoTopics(t *testing.T) {
	messages := everyday(100)
	for i := range 12 {
		at := monday.AddDate(0, 0, i)
		if i >= 6 {
			at = monday.AddDate(0, 8, i)
		}
		messages = append(messages, Message{ID: fmt.Sprint("r", i), Text: fmt.Sprintf("东湖区鹭岛桥面塌陷第%d天，车辆绕行", i), At: at})
	}
	n := 0
	for _, topic := range Find(messages) {
		if strings.Contains(topic.Title, "鹭岛桥") {
			n++
			if topic.To.Sub(topic.From) > rests {
				t.Errorf("a topic goes from %s to %s", topic.From, topic.To)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d topics, want 2", n)
	}
}

func TestSinglesAndEmptyTextsAreNoTopics(t *testing.T) {
	for _, messages := range [][]Message{nil, {{Text: "路灯不亮"}}, {{}, {}, {}}, {{Text: "路灯不亮"}, {Text: "想问社保怎么转移"}}, {{Text: "\xff\xfe"}, {Text: "？？"}, {Text: "😀😀😀"}}} {
		if found := Find(messages); len(found) != 0 {
			t.Errorf("%v: %v", messages, found)
		}
	}
}

func TestTitleIsASentenceWithoutGreeting(t *testing.T) {
	var messages []Message
	for i := range 5 {
		messages = append(messages, Message{ID: fmt.Sprint(i), Text: fmt.Sprintf("尊敬的市领导：您好！投诉鹭岛桥面塌陷%d处无人维修。请尽快处理！谢谢。", i+2), At: monday})
	}
	found := Find(messages)
	if len(found) != 1 || !strings.HasPrefix(found[0].Title, "鹭岛桥面塌陷") || strings.Contains(found[0].Title, "。") {
		t.Errorf("%+v", found)
	}
}

func TestDuplicatesSayWhy(t *testing.T) {
	messages := append(everyday(60),
		Message{ID: "a", Text: "临江区海棠湾三期工地凌晨两点还在打桩，声音震得玻璃响，请城管来查", At: monday},
		Message{ID: "b", Text: "临江区海棠湾三期工地凌晨两点还在打桩，声音震得玻璃响，请城管来查！！", At: monday.AddDate(0, 3, 0)},
		Message{ID: "c", Text: "海棠湾三期工地夜里打桩太吵，整栋楼老人小孩都睡不着，白天上班没有精神，物业说管不了，什么时候能管", Address: "临江区海棠湾", At: monday.AddDate(0, 0, 2)},
		Message{ID: "d", Text: "关于海棠湾三期工地打桩扰民，已经连续三个晚上，施工单位说赶工期，有没有夜间许可请公示", Address: "临江区海棠湾", At: monday.AddDate(0, 0, 3)})
	why := map[string]string{}
	for _, d := range Duplicates(messages) {
		if d.Score <= 0 || d.Score > 1 || messages[d.B].At.Before(messages[d.A].At) {
			t.Errorf("%+v", d)
		}
		why[messages[d.A].ID+messages[d.B].ID] = d.Why
	}
	if why["ab"] != SameWords {
		t.Errorf("the same words after three months: %q", why["ab"])
	}
	if why["cd"] != SamePlace {
		t.Errorf("one place and matter within a day: %q", why["cd"])
	}
}

func FuzzFind(f *testing.F) {
	f.Add("望江府漏水\n三栋", "望江府漏水\n五栋", "临江区", int64(3600))
	f.Fuzz(func(t *testing.T, a, b, address string, gap int64) {
		messages := []Message{{ID: "1", Text: a, At: monday}, {ID: "2", Text: b, Address: address, At: monday.Add(time.Duration(gap) * time.Second)}, {ID: "3", Text: a + b, At: monday}, {ID: "4", Text: b + a, At: monday}}
		seen := map[int]bool{}
		for _, topic := range Find(messages) {
			if len(topic.Members) < 2 {
				t.Errorf("a topic of %d", len(topic.Members))
			}
			for _, m := range topic.Members {
				if seen[m] {
					t.Errorf("message %d is in two topics", m)
				}
				seen[m] = true
			}
		}
		Duplicates(messages)
	})
}
