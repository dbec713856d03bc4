package seal

import (
	"strings"
	"testing"
)

func BenchmarkHash(b *testing.B) {
	k := NewForTest()
	for name, value := range map[string][2]string{"phone": {Phone, "13900000077"}, "text": {"words", strings.Repeat("小区门口的路灯坏了，晚上很黑。", 15)}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.Hash(value[0], value[1])
			}
		})
	}
}

func BenchmarkNewDataKey(b *testing.B) {
	k := NewForTest()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := k.NewDataKey(); err != nil {
			b.Fatal(err)
		}
	}
}
