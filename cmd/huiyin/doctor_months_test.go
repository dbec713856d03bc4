package main

import (
	"strings"
	"testing"

	"huiyin/casework"
)

func TestDoctorTellsOfAMonthWithoutTables(t *testing.T) {
	for want, m := range map[string]casework.Months{
		"made for 3 months ahead":         {Ahead: 3, Parts: 8, Locks: 64},
		"the present month has no tables": {Ahead: -1, Parts: 8, Locks: 64},
		"for 1 months ahead instead of 3": {Ahead: 1, Parts: 8, Locks: 64},
		"rows lie beside":                 {Ahead: 3, Parts: 8, Locks: 64, Waiting: true},
		"set it to 128":                   {Ahead: 3, Parts: 100, Locks: 64},
	} {
		if f := judgeMonths(m); !strings.Contains(f.Text, want) {
			t.Errorf("%+v: %s", m, f.Text)
		}
	}
}
