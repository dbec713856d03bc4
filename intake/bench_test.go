package intake

import (
	"fmt"
	"testing"
	"time"
)

// reported is a request as programs send them: a paragraph, a telephone number.
const reported = `{"title":"小区门口路灯损坏 9","text":"我住在临江区向阳街道人民路，小区门口的路灯已经坏了第 9 天，晚上很黑，老人和孩子走路不安全。物业说应由路灯管理单位维修，打过电话一直没有人来。请尽快派人查看并修复，同时检查附近几盏灯。白天也可以联系我，我在家。希望能告诉我什么时候修好，谢谢。另外，路口的垃圾桶满了好几天没有人收，气味很大，请一并转有关部门处理。 9","person":{"phone":"13900000009"}}`

func BenchmarkAPI(b *testing.B) {
	body := []byte(reported)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := API(body); err != nil {
			b.Fatal(err)
		}
	}
}

// What the door does with a request before the database has it: with the rules' proposal, and without.
func BenchmarkPrepare(b *testing.B) {
	city, terms := rules(b)
	d := New(Settings{City: city, Terms: terms, Now: func() time.Time { return noon }})
	s, err := API([]byte(reported))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := d.Prepare(s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("words", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s := s
			s.tidy()
			if d.masked(s.Text, s.Person).Clear != s.Text || d.headline(s.Title, d.masked(s.Place, s.Person), s.Person).Clear != s.Title {
				b.Fatal("something is masked")
			}
		}
	})
	b.Run("key", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, _, err := onceKey("api", "", fmt.Sprint(i), []byte(reported)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
