package element_test

import (
	"testing"

	"huiyin/intake/element"
)

func BenchmarkExtract(b *testing.B) {
	var turns []element.Said
	for n := range 100 {
		turns = append(turns, element.Said{N: n, Caller: n%2 == 0, Text: "我们小区楼下东风路12号那个烧烤店，天天晚上十一点多还在外面摆摊，油烟太大了，吵得睡不着，希望城管来查一查"})
	}
	for b.Loop() {
		element.Extract(turns, places)
	}
}
