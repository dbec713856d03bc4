package board_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
)

// wrongFigure tells what of a figure's object is not as docs/api.md and the description of the API say; empty where all is.
func wrongFigure(f map[string]any, perHundred bool) string {
	measures := []string{"share", "count", "hours"}
	if perHundred {
		measures = append(measures, "per_hundred")
	}
	for _, name := range []string{"definition", "measure", "numerator", "denominator", "excluded", "period", "state"} {
		if _, ok := f[name]; !ok {
			return "it has no " + name
		}
	}
	for name := range f {
		if !slices.Contains([]string{"definition", "measure", "numerator", "denominator", "excluded", "period", "state", "suppressed"}, name) {
			return "nobody knows its member " + name
		}
	}
	measure, _ := f["measure"].(string)
	state, _ := f["state"].(string)
	out, object := f["excluded"].(map[string]any)
	_, number := f["numerator"].(float64)
	_, whole := f["denominator"].(float64)
	hidden, _ := f["suppressed"].(bool)
	switch {
	case !slices.Contains(measures, measure):
		return "its measure is " + measure
	case state != "live" && state != "proven":
		return "its state is " + state
	case !object:
		return "what is left out is no object"
	case hidden && (f["numerator"] != nil || f["denominator"] != nil):
		return "it is suppressed and tells its numbers"
	case !hidden && !(number && whole):
		return "it has no numbers"
	}
	for _, n := range out {
		if k, ok := n.(float64); !ok || k != float64(int(k)) || k < 0 {
			return fmt.Sprint("it leaves out ", n)
		}
	}
	return ""
}

// Every figure in the public files keeps to the contract, wherever it stands, and the file of data use has the members that the reference tells of.
func TestFiguresOfPublicFilesKeepTheirContract(t *testing.T) {
	w := newTown(t)
	w.fill(40)
	for _, path := range []string{"/board.json", "/departments.json", "/districts.json", "/topics.json", "/districts/990101.json", "/data-use.json"} {
		var doc map[string]any
		if err := json.Unmarshal([]byte(w.ok(path)), &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		var look func(where string, v any)
		look = func(where string, v any) {
			switch v := v.(type) {
			case []any:
				for i, one := range v {
					look(fmt.Sprint(where, "[", i, "]"), one)
				}
			case map[string]any:
				if _, ok := v["denominator"]; ok {
					n++
					if why := wrongFigure(v, path == "/data-use.json"); why != "" {
						t.Errorf("%s%s: %s", path, where, why)
					}
					return
				}
				for _, name := range slices.Sorted(maps.Keys(v)) {
					look(where+"."+name, v[name])
				}
			}
		}
		look("", doc)
		if n < 5 {
			t.Errorf("%s has %d figures", path, n)
		}
		if path == "/data-use.json" {
			if want := []string{"algorithms", "as_of", "figures", "inventory", "period", "purposes", "units"}; !slices.Equal(slices.Sorted(maps.Keys(doc)), want) {
				t.Errorf("%s has the members %v, the reference tells of %v", path, slices.Sorted(maps.Keys(doc)), want)
			}
		}
	}
}
