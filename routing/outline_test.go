package routing_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"huiyin/routing"
)

// outlined is the demonstration city with borders for some of its areas.
func outlined(t testing.TB, borders map[string]string) (*routing.City, error) {
	t.Helper()
	m := files(t)
	lines := strings.Split(strings.TrimSpace(string(m["territories.csv"].Data)), "\n")
	for i, line := range lines {
		code, _, _ := strings.Cut(line, ",")
		if i == 0 {
			lines[i] += ",outline"
		} else {
			lines[i] += "," + borders[code]
		}
	}
	m["territories.csv"] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n") + "\n")}
	return routing.LoadCity(m)
}

func TestAPointLiesInTheAreaWhoseBorderHoldsIt(t *testing.T) {
	t.Parallel()
	c, err := outlined(t, map[string]string{
		"990102001": "29.46 124.60|29.46 124.64|29.48 124.64|29.48 124.60",                 // Guanlan, far more to the east than its middle
		"990104":    "30 125|30 126|31 126|31 125|30.4 125|30.4 125.4|30.2 125.4|30.2 125", // Yunlu District, with a bay in the west
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, want string
		point      routing.Point
	}{
		{"in the street, though another's middle is nearer", "990102001", routing.Point{Lat: 29.4799, Lon: 124.6101}},
		{"in the street, further from its middle than any point without a border may be", "990102001", routing.Point{Lat: 29.47, Lon: 124.6399}},
		{"outside the border, near another street's middle", "990102002", routing.Point{Lat: 29.4901, Lon: 124.6101}},
		{"in a district, far from every street's middle", "990104", routing.Point{Lat: 30.9, Lon: 125.1}},
		{"in the bay", "", routing.Point{Lat: 30.3, Lon: 125.2}},
		{"in no area", "", routing.Point{Lat: 31.5, Lon: 125.5}},
		{"where no border is known", "990101001", routing.Point{Lat: 29.5001, Lon: 124.4901}},
	} {
		if got := routing.Propose(c, routing.Input{Text: "这里", Point: &tc.point}).Territory.Code; got != tc.want {
			t.Errorf("%s: %q, not %q", tc.name, got, tc.want)
		}
	}
}

func TestABrokenBorderNamesTheLine(t *testing.T) {
	t.Parallel()
	for _, border := range []string{"29 124|29 125", "29 124|30 x|31 125", "99 124|29 125|30 124", "29,5 124"} {
		if _, err := outlined(t, map[string]string{"990102": border}); err == nil || !strings.HasPrefix(err.Error(), "territories.csv: line") {
			t.Errorf("%q: %v", border, err)
		}
	}
}

func TestTheNearestStreetCountsAcrossDistricts(t *testing.T) {
	t.Parallel()
	m := files(t)
	data := string(m["territories.csv"].Data)
	moved := strings.Replace(data, "29.3600,124.6900", "29.5000,124.5450", 1) // Qingshi, of the third district, beside Liudi of the first
	if moved == data {
		t.Fatal("Qingshi lies elsewhere by now")
	}
	m["territories.csv"] = &fstest.MapFile{Data: []byte(moved)}
	c, err := routing.LoadCity(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := routing.Propose(c, routing.Input{Text: "这里", Point: &routing.Point{Lat: 29.4999, Lon: 124.5440}}).Territory.Code; got != "990103001" {
		t.Errorf("a point a hundred metres from Qingshi lies in %q", got)
	}
}
