package replycheck

import (
	"slices"
	"testing"
	"time"

	"huiyin/calendar"
)

const asked = "东湖路与望江街交汇处路灯不亮\n东湖路和望江街路口的三盏路灯坏了两个星期，晚上很黑，昨天有老人摔倒，请尽快派人维修。"

const full = "网友您好！您反映的东湖路与望江街路口路灯不亮的问题已收悉，现回复如下：经现场核查，三盏路灯因地下电缆被施工挖断而失电。根据《城市照明管理规定》第二十条，市政维护所已于3月6日更换电缆并恢复照明，" +
	"并责令施工单位赔偿损失。如再发现路灯故障，可拨打0990-5550123报修。感谢您的监督！"

func zone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func TestFlagsPointAtWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, asked, reply string
		want               []Flag
	}{
		{"a full answer has none", asked, full, nil},
		{"nothing", asked, "", []Flag{Empty}},
		{"thanks only", asked, "网友您好！您的留言已收悉，感谢您的支持！", []Flag{Empty}},
		{"passed on", asked, "网友：您反映的问题已转市住建局调查核处。2026年3月5日", []Flag{ForwardedOnly}},
		{"only promises", asked, "您反映的东湖路望江街路口路灯不亮、老人摔倒一事，我们将进一步加强巡查，尽快安排维修人员维修路灯，下一步将继续加大路灯维护力度，切实改善夜间照明。", []Flag{OnlyPromises, NoBasis, NoFinding}},
		{"beside the question", asked, "经查，该养老保险转移接续手续须凭身份证、社保卡办理，根据《社会保险法》第十九条，个人跨统筹地区就业的，其基本养老保险关系随本人转移，已为申请人办结。", []Flag{BesideQuestion}},
		{"one point without an answer", "两件事：1、梧桐苑小区北门外违停车辆堵住消防通道；2、梧桐苑小区南侧烧烤摊油烟直排居民窗户。请处理。", "经现场核查，梧桐苑小区北门外消防通道确有车辆违停，交警大队已于3月4日拖离违停车辆六台，并施划消防通道禁停标线，安排专人早晚巡查，请居民监督。", []Flag{PartUnanswered}},
	} {
		got := Judge(Check{Asked: c.asked, Reply: c.reply}, nil).Flags
		for _, f := range c.want {
			if !slices.Contains(got, f) {
				t.Errorf("%s: %q is not flagged: %v", c.name, f, got)
			}
		}
		if len(c.want) < 2 && len(got) != len(c.want) {
			t.Errorf("%s: flags %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhoAsksToKnowNeedsNoDeed(t *testing.T) {
	r := Judge(Check{Asked: "请问外地户籍孩子在向阳区上小学需要哪些材料？", Reply: "您好，外地户籍儿童在向阳区上小学，凭居住证、户口簿、父母一方社保缴费满六个月的证明，于每年六月到居住地所属小学登记，学校按学位情况统筹安排。"}, nil)
	if slices.Contains(r.Flags, NoAction) || slices.Contains(r.Flags, NoFinding) || r.Explanation < 0.5 {
		t.Errorf("%+v", r)
	}
}

func TestLateIsCountedInWorkingDays(t *testing.T) {
	days, err := calendar.Official(zone())
	if err != nil {
		t.Fatal(err)
	}
	// From the Friday before the National Day holiday of 2025 (1 to 8 October): 28 September is a working Sunday.
	begin := time.Date(2025, 9, 26, 9, 0, 0, 0, zone())
	for day, late := range map[time.Time]bool{time.Date(2025, 10, 10, 23, 59, 0, 0, zone()): false, time.Date(2025, 10, 11, 0, 1, 0, 0, zone()): true} {
		r := Judge(Check{Asked: asked, Reply: full, AskedAt: begin, RepliedAt: day, Limit: 5}, days)
		if slices.Contains(r.Flags, Late) != late || (r.Timeliness < 1) != late {
			t.Errorf("replied on %s: %v, timeliness %.2f", day, r.Flags, r.Timeliness)
		}
	}
}

func TestFiguresStayBetweenNoughtAndOne(t *testing.T) {
	answers := []string{"", full, full + full + full, "？", "网友", asked}
	for _, a := range answers {
		for _, q := range answers {
			r := Judge(Check{Asked: q, Reply: a, AskedAt: time.Unix(0, 0), RepliedAt: time.Unix(1e9, 0)}, nil)
			for _, f := range []float64{r.Score, r.Relevance, r.Completeness, r.Explanation, r.Timeliness} {
				if !(f >= 0 && f <= 1) {
					t.Errorf("%+v for %q", r, a)
				}
			}
		}
	}
	if good, bad := Judge(Check{Asked: asked, Reply: full}, nil).Score, Judge(Check{Asked: asked, Reply: "网友：您反映的问题已转市住建局调查核处。"}, nil).Score; good < bad+0.3 {
		t.Errorf("a full answer scores %.2f, one that passes on %.2f", good, bad)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add(asked, full)
	f.Add("1、a2、b", "\xff《》转市")
	f.Fuzz(func(t *testing.T, asked, reply string) {
		if r := Judge(Check{Asked: asked, Reply: reply}, nil); !(r.Score >= 0 && r.Score <= 1) {
			t.Errorf("%+v", r)
		}
	})
}
