package supervision_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/fault"
	"huiyin/supervision"
)

// Thirty-seven people call about one fault within a few hours: the hotline sees one topic, alarmed, and makes one case of it that keeps everybody.
func TestThirtySevenCallsOnOneFaultDoNotPassUnseen(t *testing.T) {
	s, city := newScene(t), linlan(t)
	said := strings.Fields("家里停水了什么时候来水 停水一整天老人小孩没法做饭 请问为什么突然停水 早上起来就停水没有通知 我们这里停水了麻烦派人来看 从凌晨开始停水 自来水公司电话打不通一直停水")
	other := strings.Fields("路灯坏了晚上走路危险 饭店油烟直排窗户 孩子转学需要哪些证件 公交车等了四十分钟 广场舞吵到十一点 健身房关门不退卡 下水道堵塞污水横流")
	file := func(n int, words, place string, secret bool) {
		s.file(func(f *casework.Filing) {
			f.Title, f.Body = casework.Masked{}, casework.Masked{Clear: words, Original: words}
			f.Place = casework.Masked{Clear: place, Original: place}
			f.Person.Phone, f.Person.Email, f.Secret = fmt.Sprintf("1390000%04d", n), "", secret
		})
	}
	for i, words := range other {
		for k := range 4 {
			file(1000+10*i+k, words, fmt.Sprintf("向阳区%c%c路%d号", []rune("梧桐望江书香翠")[i], []rune("东南西北")[k], 10*i+k), false)
			s.Pass(5 * time.Hour)
		}
	}
	for i := range 37 {
		file(i, fmt.Sprintf("石榴湾%d栋%s", i+1, said[i%len(said)]), fmt.Sprintf("西山区石榴湾%d栋", i+1), false)
		s.Pass(5 * time.Minute)
	}
	file(99, "石榴湾99栋停水，不要告诉别人", "西山区石榴湾99栋", true)
	n, err := supervision.SweepTopics(s.ctx, s.Docket, city)
	s.do(err)
	if n == 0 {
		t.Fatal("no topic")
	}
	clerk := caseworktest.Clerk()
	list, err := supervision.Topics(s.ctx, s.Docket, clerk, 10)
	s.do(err)
	hot := list[0]
	if hot.Size < 35 || hot.People != hot.Size || hot.Alarmed == nil || hot.Lately != hot.Size || hot.Open != hot.Size || !strings.Contains(hot.Place+hot.Title, "石榴湾") {
		t.Fatalf("%+v", hot)
	}
	if again, err := supervision.SweepTopics(s.ctx, s.Docket, city); err != nil || again != 0 {
		t.Errorf("another machine searches again at once: %d, %v", again, err)
	}
	if _, err := supervision.Topics(s.ctx, s.Docket, caseworktest.Worker(caseworktest.Urban), 10); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a unit reads the topics: %v", err)
	}
	tellsOnce(s, hot)
	_, cases, err := supervision.TopicOf(s.ctx, s.Docket, clerk, hot.First)
	s.do(err)
	var ids []casework.CaseID
	for _, c := range cases {
		if c.Secret {
			t.Errorf("the secret case %s is in the topic", c.Number)
		}
		ids = append(ids, c.ID)
	}
	merged, err := s.MergeAll(s.ctx, clerk, casework.Ref{ID: hot.First}, ids)
	s.do(err)
	if people, err := s.Affected(s.ctx, clerk, hot.First); err != nil || merged != hot.Size-1 || people != hot.People {
		t.Errorf("%d merged, %d people behind the one case: %v", merged, people, err)
	}
	s.Pass(30 * 24 * time.Hour)
	if _, err := supervision.SweepTopics(s.ctx, s.Docket, city); err != nil {
		t.Error(err)
	}
	if list, err := supervision.Topics(s.ctx, s.Docket, clerk, 10); err != nil || len(list) != 0 {
		t.Errorf("after thirty days %d topics: %v", len(list), err)
	}
	if _, _, err := supervision.TopicOf(s.ctx, s.Docket, clerk, hot.First); fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}

// tellsOnce checks that the growth is told outside once, with numbers and no words, and not again before a day is over.
func tellsOnce(s scene, hot supervision.Topic) {
	s.t.Helper()
	var told []supervision.GrowthAlarm
	tell := func(_ context.Context, _ pgx.Tx, a supervision.GrowthAlarm) error { told = append(told, a); return nil }
	if _, err := supervision.SweepTopicAlarms(s.ctx, s.Docket, func(context.Context, pgx.Tx, supervision.GrowthAlarm) error { return errors.New("the mail is away") }); err == nil {
		s.t.Error("an alarm that could not be queued counts as told")
	}
	for range 2 {
		_, err := supervision.SweepTopicAlarms(s.ctx, s.Docket, tell)
		s.do(err)
	}
	if len(told) != 1 || told[0].First != hot.First || told[0].Lately != hot.Lately || told[0].People != hot.People {
		s.t.Fatalf("told %+v", told)
	}
	for half, want := range []int{1, 2} { // a day after it was told, a topic that still alarms is told again
		s.Pass(supervision.AlarmAgain/2 + time.Minute)
		_, err := supervision.SweepTopicAlarms(s.ctx, s.Docket, tell)
		s.do(err)
		if len(told) != want {
			s.t.Fatalf("told %d times after %d half days", len(told), half+1)
		}
	}
	if told[1].ID == told[0].ID {
		s.t.Errorf("two alarms of one number: %+v", told)
	}
}
