package routing_test

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"huiyin/demo"
	"huiyin/routing"
)

var cityFiles = []string{"city.yaml", "units.csv", "categories.csv", "duties.csv", "territories.csv", "places.csv", "rules.yaml"}

// files is a copy of the demonstration city that a test may break.
func files(t testing.TB) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	for _, name := range cityFiles {
		body, err := fs.ReadFile(demo.CityFS, name)
		if err != nil {
			t.Fatal(err)
		}
		m[name] = &fstest.MapFile{Data: body}
	}
	return m
}

func TestABrokenCityNamesTheFileAndTheLine(t *testing.T) {
	for _, tc := range []struct{ name, file, old, new, want string }{
		{"an unknown level of territory", "territories.csv", "990101,990100,district", "990101,990100,borough", "territories.csv: line 3:"},
		{"a parent that is not there", "units.csv", "c-jiaojing,jiaojing", "c-gongan,jiaojing", "units.csv: line 4:"},
		{"a second root", "units.csv", ",hotline,990100", ",,990100", "units.csv: line 3:"},
		{"a place in no street", "places.csv", "990101001", "990199001", "places.csv: line 2:"},
		{"a category out of its branch", "categories.csv", "0101,01,", "0101,02,", "categories.csv: line 3:"},
		{"a duty nobody has", "duties.csv", "zigui,0103", "zigi,0103", "duties.csv: line 12:"},
		{"a duty without a basis", "duties.csv", "《区级城市管理局权责清单》第1项“市容环境”；《城市市容和环境卫生管理条例》", "", "duties.csv: line 2:"},
		{"an open quotation mark", "places.csv", "东风路,", "\"东风路,", "places.csv: line"},
		{"words for no category", "rules.yaml", "\"010101\": {", "\"990101\": {", "rules.yaml: line"},
		{"a member nobody knows", "city.yaml", "tz:", "timezone:", "city.yaml: yaml"},
		{"a time zone nobody knows", "city.yaml", "Asia/Shanghai", "Asia/Nowhere", "city.yaml: tz"},
		{"a missing column", "units.csv", "pinyin,", "py,", "units.csv: line 1:"},
		{"text that is not UTF-8", "places.csv", "向阳路", "\xb6\xab", "places.csv: line 3:"},
		{"auto below preselect", "rules.yaml", "auto_at: 0.92", "auto_at: 0.2", "rules.yaml: preselect_at"},
		{"a word without end", "rules.yaml", "[保密,", "[" + strings.Repeat("保", 41) + ",", "rules.yaml: line"},
	} {
		m := files(t)
		body := string(m[tc.file].Data)
		if !strings.Contains(body, tc.old) {
			t.Fatalf("%s: %s has no %q", tc.name, tc.file, tc.old)
		}
		m[tc.file] = &fstest.MapFile{Data: []byte(strings.Replace(body, tc.old, tc.new, 1))}
		if _, err := routing.LoadCity(m); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s…", tc.name, err, tc.want)
		}
	}
	for _, name := range cityFiles {
		m := files(t)
		delete(m, name)
		if _, err := routing.LoadCity(m); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func FuzzLoadCity(f *testing.F) {
	for i, name := range cityFiles {
		body, err := fs.ReadFile(demo.CityFS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, body)
		f.Add(i, body[:len(body)/3])
	}
	whole := files(f)
	f.Fuzz(func(t *testing.T, i int, body []byte) {
		m := fstest.MapFS{}
		maps.Copy(m, whole)
		m[cityFiles[uint(i)%uint(len(cityFiles))]] = &fstest.MapFile{Data: body}
		c, err := routing.LoadCity(m)
		if err != nil {
			return
		}
		if len(c.Descendants(c.Hotline)) != len(c.Units()) {
			t.Error("a unit is not below the hotline")
		}
		routing.Propose(c, routing.Input{Text: "阳光花园门口占道经营", Address: "临江区"})
		c.FindUnits("cgj")
	})
}
