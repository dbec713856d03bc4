package share

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"
)

func TestACardIsAPictureThatSaysItsNumber(t *testing.T) {
	c := Card{Brand: "回音 · 临澜市 12345", Title: "临江区城市管理局", Number: "92.3%", Label: "解决率（群众评价）", Basis: "依据 37 / 40 · 2026年10月", State: "已证明", Proven: true, Snapshot: "快照编号 1d6547fe702a", Address: "12345.linlan.example/departments/d-linjiang-chengguan"}
	one, err := Draw(c)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("HUIYIN_LOOK_PICTURES"); dir != "" {
		if err := os.WriteFile(dir+"/share.png", one, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := png.Decode(bytes.NewReader(one))
	if err != nil || p.Bounds().Dx() != Width || p.Bounds().Dy() != Height {
		t.Fatalf("%v %v", p.Bounds(), err)
	}
	if len(one) > 60_000 {
		t.Errorf("%d bytes", len(one))
	}
	again, err := Draw(c)
	if err != nil || !bytes.Equal(one, again) {
		t.Error("the same card is drawn otherwise", err)
	}
	c.Number = "92.4%"
	if other, err := Draw(c); err != nil || bytes.Equal(one, other) {
		t.Error("another number gives the same picture", err)
	}
}

// Long and unknown texts are cut, replaced and never leave the picture.
func TestNoTextBreaksACard(t *testing.T) {
	long := strings.Repeat("长𠮷🙂W", 60)
	if _, err := Draw(Card{Brand: long, Title: long, Number: long, Unit: long, Label: long, Basis: long, State: long, Snapshot: long, Address: long}); err != nil {
		t.Fatal(err)
	}
	if _, err := Draw(Card{}); err != nil {
		t.Fatal(err)
	}
}

// A square that covers half of a pixel counts as half, whatever way its path runs.
func TestTheRasterCountsAreas(t *testing.T) {
	for _, back := range []bool{false, true} {
		r := newRaster(4, 4)
		r.move(1, 1)
		if back {
			r.line(1, 3)
			r.line(2.5, 3)
			r.line(2.5, 1)
		} else {
			r.line(2.5, 1)
			r.line(2.5, 3)
			r.line(1, 3)
		}
		r.shut()
		sum := float32(0)
		r.each(func(x, y int, share float32) {
			sum += share
			if want := map[int]float32{1: 1, 2: 0.5}[x]; share != want {
				t.Errorf("%d %d is covered by %.2f", x, y, share)
			}
		})
		if sum != 3 {
			t.Errorf("an area of three is %.2f", sum)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for b.Loop() {
		if _, err := Draw(Card{Brand: "回音 · 临澜市 12345", Title: "临江区城市管理局", Number: "92.3%", Label: "解决率（群众评价）", Basis: "依据 37 / 40 · 2026年10月", State: "已证明", Snapshot: "快照编号 1d6547fe702a"}); err != nil {
			b.Fatal(err)
		}
	}
}

// Names of people and places are drawn, and no squares: the characters of the standard table beyond GB 2312, common traditional ones, and one outside the first plane.
func TestNamesAreDrawnAndNoSquares(t *testing.T) {
	all, err := font()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "临澜堃喆昇淼镕甯翀祎玥瑄婳嫚珺暄鋈潟啰瞭镇龢㙦䶮𬭎臺灣廣東學國壹" {
		if g, ok := all[r]; !ok || len(g.shape) == 0 || g.wide == 0 {
			t.Errorf("%c is a square", r)
		}
	}
}
