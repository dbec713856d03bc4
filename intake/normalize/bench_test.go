package normalize_test

import (
	"testing"

	"huiyin/intake/normalize"
)

// An ordinary text has nothing to repair; one with a reading in it is taken apart.
func BenchmarkPlain(b *testing.B) {
	text := "我住在临江区向阳街道人民路，小区门口的路灯已经坏了第 9 天，晚上很黑，老人和孩子走路不安全。物业说应由路灯管理单位维修，打过电话一直没有人来。请尽快派人查看并修复，谢谢。"
	for name, text := range map[string]string{"ordinary": text, "repaired": text + "向阳(xiàng yáng)街道１２号"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalize.Plain(text)
			}
		})
	}
}
