package shell

import "strings"

// NoFormula keeps a spreadsheet from taking a text for a formula, by an apostrophe before it: where a sign of one stands at its beginning, half or full width,
// also behind what programs leave out there.
func NoFormula(s string) string {
	bare := strings.TrimLeft(s, " \t\r\n\v\f\u00a0\u3000\ufeff'\"")
	if bare != "" && strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20\u2212", []rune(bare)[0]) {
		return "'" + s
	}
	return s
}
