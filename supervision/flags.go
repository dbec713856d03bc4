package supervision

import (
	"strings"

	"huiyin/casework"
)

// flagCode is, beside the figures of a unit, how many of its answers of a month the check of replies pointed at for one thing.
const flagCode = "flag "

// FlagCounts are how many answers of a unit with those below it were pointed at, by what for; those of the city stand under no unit. An answer may be pointed at
// for several things.
type FlagCounts map[casework.UnitCode]map[string]int

// add counts n answers of a unit for one flag, in the totals of all units above it and of the city.
func (f FlagCounts) add(u casework.UnitCode, flag string, n int, chains map[casework.UnitCode][]casework.UnitCode) {
	for _, above := range append([]casework.UnitCode{""}, chains[u]...) {
		if f[above] == nil {
			f[above] = map[string]int{}
		}
		bump(f[above], flag, n)
	}
}

// flags are what the check of replies pointed at in the answer of the row.
func (r *Row) flags() []string {
	if r.Part != PartLeg || r.Replied == 0 || r.Flags == "" {
		return nil
	}
	return strings.Split(r.Flags, ",")
}

// flag counts what was pointed at in n equal rows, for the city's pages; a negative n takes it away.
func (c change) flag(r *Row, n int) {
	for _, f := range r.flags() {
		c.at(sumKey{"", sumParts, r.Replied}).of(ofUnit+string(r.Unit), flagCode+f).Den += n
	}
}

// flagged takes what the records of a unit say of flags.
func (x sheets) flagged(k sumKey, u casework.UnitCode, figures map[string]*share, chains map[casework.UnitCode][]casework.UnitCode) {
	if k.scope != "" || !x.now.period.Holds(k.month) {
		return
	}
	for code, s := range figures {
		if f, is := strings.CutPrefix(code, flagCode); is {
			x.flags.add(u, f, s.Den, chains)
		}
	}
}
