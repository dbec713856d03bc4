package element_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huiyin/intake/element"
)

var places = []string{"东风路", "向阳路小学", "阳光花园"}

// call reads lines "甲：" (agent) and "乙：" (caller).
func call(lines string) []element.Said {
	var turns []element.Said
	for l := range strings.Lines(lines) {
		who, text, _ := strings.Cut(strings.TrimSpace(l), "：")
		turns = append(turns, element.Said{N: len(turns) + 1, Caller: who == "乙", Text: text})
	}
	return turns
}

func TestTheElementsOfACall(t *testing.T) {
	for _, c := range []struct{ name, said, want, missing string }{
		{"street light", "甲：您好，12345\n乙：东风路12号门前的路灯不亮，已经三天了\n甲：请问您希望怎么处理\n乙：希望尽快派人来修一下\n乙：我的电话是199零零零零一二三四",
			"time=已经三天了@2 place=东风路12号@2 matter=东风路12号门前的路灯不亮@2 ask=希望尽快派人来修一下@4 contact=19900001234@5", ""},
		{"wages", "乙：我们在滨江大道的工地干活，老板拖欠工资，一共欠了我们十二个工人三十六万块钱\n乙：麻烦你们帮我们要回来",
			"place=滨江大道@1 matter=老板拖欠工资@1 ask=麻烦你们帮我们要回来@2 amount=三十六万块钱=360000@1 people=十二个工人=12@1", "time contact"},
		{"confirmed by the agent", "乙：小区里面漏水了\n甲：是阳光花园8栋对吗\n乙：对，就是那里\n甲：是昨天下午三点开始的吗\n乙：是的",
			"time=昨天下午三点@4 place=阳光花园8栋@2 matter=小区里面漏水了@1", "ask contact"},
		{"not confirmed", "乙：漏水了\n甲：是阳光花园8栋吗\n乙：不在那里，在长青苑小区三号楼", "place=长青苑小区三号楼@3 matter=漏水了@1", "time ask contact"},
		{"spoken number and name", "乙：我姓周，你记一下，幺三八零零一三八零零零\n乙：昨晚十点半还在施工，吵得睡不着", "time=昨晚十点半@2 matter=昨晚十点半还在施工@2 contact=13800138000... name=周@1", ""},
		{"amount with a tenth", "乙：停车收了我三块五，多收费", "matter= amount=三块五=3.5@1", ""},
		{"how long, without more words", "乙：东风路12号的路灯三天不亮了，家里停水五天", "time=三天 place=东风路12号", "ask contact"},
		{"road of nowhere", "乙：我走在马路上，路灯坏了", "matter=路灯坏了@1", "time place ask contact"},
	} {
		e := element.Extract(call(c.said), places)
		for want := range strings.FieldsSeq(c.want) {
			kind, rest, _ := strings.Cut(want, "=")
			value, at, _ := strings.Cut(rest, "@")
			f, ok := e.Best(element.Kind(kind))
			got := f.Value
			if kind == "amount" || kind == "people" {
				got = fmt.Sprintf("%s=%g", f.Value, f.Count)
			}
			value, any := strings.CutSuffix(value, "...")
			switch {
			case !ok, value != "" && got != value && !any, any && !strings.HasPrefix(got, "138"):
				t.Errorf("%s: %s is %q, want %q", c.name, kind, got, value)
			case at != "" && fmt.Sprint(f.Turn) != at:
				t.Errorf("%s: %s comes from turn %d, want %s", c.name, kind, f.Turn, at)
			}
		}
		if c.missing != "" {
			var list []string
			for _, k := range e.Missing(false) {
				list = append(list, string(k))
			}
			if got := strings.Join(list, " "); got != c.missing {
				t.Errorf("%s: missing %q, want %q", c.name, got, c.missing)
			}
		}
	}
}

func TestASpanIsWhereTheWordsStand(t *testing.T) {
	turns := call("乙：嗯，就在东风路12号，昨天停水了，希望今天修好，我电话13812345678，收了我300元，有5户居民")
	for _, f := range element.Extract(turns, places).All {
		runes := []rune(turns[0].Text)
		if f.Start < 0 || f.End > len(runes) || f.Start >= f.End {
			t.Fatalf("%+v", f)
		}
		if got := string(runes[f.Start:f.End]); f.Kind != element.Contact && got != f.Value {
			t.Errorf("%s: the span holds %q, the value is %q", f.Kind, got, f.Value)
		}
	}
}

func TestWhatWasToldIsTheWholeTurnWithoutGreetings(t *testing.T) {
	for said, want := range map[string]string{
		"乙：喂，你好，我想反映一下，东风路12号的烧烤店天天摆到半夜，油烟太大了。": "东风路12号的烧烤店天天摆到半夜，油烟太大了",
		"乙：嗯，漏水了": "漏水了",
		"乙：" + strings.Repeat("一直在说别的事情，", 20) + "家里漏水了": "家里漏水了",
	} {
		turns := call(said)
		f, ok := element.Extract(turns, nil).Best(element.Matter)
		if got := element.Told(turns, f); !ok || got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Orders that leave out or change what the caller said, in the words of the hotline.
func TestTheOrderAgainstTheCall(t *testing.T) {
	at := time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, said string
		order      element.Order
		want       string
	}{
		{"all is there", "乙：东风路12号路灯三天不亮了，希望尽快派人维修，我电话13812345678", element.Order{Place: "东风路12号", Text: "市民反映路灯3天不亮，希望尽快派人维修", Phone: "138 1234 5678"}, ""},
		{"another house", "乙：东风路12号漏水", element.Order{Place: "东风路21号", Text: "漏水"}, "place contradicts 东风路12号/东风路21号"},
		{"house left out", "乙：东风路12号漏水", element.Order{Place: "东风路", Text: "漏水"}, "place omitted 东风路12号/"},
		{"house written in characters", "乙：东风路十二号漏水", element.Order{Text: "东风路12号漏水"}, ""},
		{"another place", "乙：阳光花园8栋漏水", element.Order{Place: "东风路", Text: "漏水"}, "place contradicts 阳光花园8栋/东风路"},
		{"no place", "乙：阳光花园8栋漏水", element.Order{Text: "家中漏水"}, "place omitted 阳光花园8栋/"},
		{"amount left out", "乙：物业多收了我三百块钱", element.Order{Text: "市民反映物业多收费"}, "amount omitted 三百块钱/"},
		{"amount changed", "乙：老板欠我3万元", element.Order{Text: "市民反映被欠薪3000元"}, "amount contradicts 3万元/3000元"},
		{"amount in other words", "乙：欠了我一万两千块", element.Order{Text: "被拖欠12000元"}, ""},
		{"people left out", "乙：我们十二个工人都没拿到工资", element.Order{Text: "市民反映工人未拿到工资"}, "people omitted 十二个工人/"},
		{"people changed", "乙：这栋楼有三十户居民停水", element.Order{Text: "3户居民停水"}, "people contradicts 三十户居民/3户居民"},
		{"the wish left out", "乙：路灯坏了，要求给个书面答复", element.Order{Text: "市民反映路灯损坏"}, "ask omitted 要求给个书面答复/"},
		{"the wish in other words", "乙：路灯坏了，麻烦你们派人来维修一下", element.Order{Text: "路灯损坏，希望派人维修"}, ""},
		{"politeness is no wish", "乙：路灯坏了，麻烦你了", element.Order{Text: "路灯损坏"}, ""},
		{"another day", "乙：昨天开始停水的", element.Order{Text: "11月15日起停水"}, "time contradicts 昨天/11月15日"},
		{"the same day as a date", "乙：昨天开始停水的", element.Order{Text: "11月17日起停水"}, ""},
		{"another length", "乙：停水五天了", element.Order{Text: "停水2天"}, "time contradicts 五天了/2天"},
		{"no time", "乙：停水五天了", element.Order{Text: "停水"}, "time omitted 五天了/"},
		{"the hour without its part of the day", "乙：每天晚上十点半施工", element.Order{Text: "每日22:30施工，又称10点半"}, ""},
		{"another number", "乙：停水了，电话幺三八幺二三四五六七八", element.Order{Text: "停水", Phone: "13800000000"}, "contact contradicts 13812345678/13800000000"},
		{"number left out", "乙：停水了，电话13812345678", element.Order{Text: "停水"}, "contact omitted 13812345678/"},
		{"what the agent says does not count", "乙：停水了\n甲：是不是欠了300元\n乙：没有", element.Order{Text: "停水"}, ""},
	} {
		var got []string
		for _, g := range element.Compare(call(c.said), places, c.order, at) {
			got = append(got, fmt.Sprintf("%s %s %s/%s", g.Kind, g.How, g.Heard.Value, g.Written))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("东风路12号路灯三天不亮了，希望尽快派人维修，我电话13812345678", "路灯损坏")
	f.Add("一千零五十块五，十二个工人", "3万元")
	f.Fuzz(func(t *testing.T, said, written string) {
		turns := []element.Said{{N: 1, Caller: true, Text: said}, {N: 2, Text: written}}
		for _, g := range element.Compare(turns, places, element.Order{Text: written}, time.Unix(0, 0)) {
			if g.Heard.Start >= g.Heard.End || g.Heard.Value == "" {
				t.Fatalf("%+v", g)
			}
		}
	})
}
