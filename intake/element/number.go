package element

import (
	"strconv"
	"strings"
)

// plain gives full-width digits their usual form and drops the commas between thousands.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF10 && r <= 0xFF19:
			return r - 0xFF10 + '0'
		case r == ',' || r == 0xFF0C:
			return -1
		}
		return r
	}, s)
}

// number reads a number in digits or Chinese characters, up to trillions.
func number(s string) (float64, bool) {
	s = plain(s)
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n, n < 1e15
	}
	var total, section, digit int64
	seen, tens, last := false, false, int64(1)
	for _, r := range s {
		if d, ok := said.Digits[string(r)]; ok {
			if seen && !tens && digit != 0 {
				return spelled(s)
			}
			digit, seen = d, true
			continue
		}
		unit, ok := said.Tens[string(r)]
		if !ok {
			return 0, false
		}
		tens, seen = true, true
		if unit >= 10000 {
			total = (total + section + digit) * unit
			section = 0
		} else {
			section += max(digit, 1) * unit
		}
		digit, last = 0, unit
		if total > 1e15 {
			return 0, false
		}
	}
	if digit > 0 && last >= 100 && !strings.ContainsFunc(s, isZero) { // three hundred and five tens, said short
		digit *= last / 10
	}
	return float64(total + section + digit), seen
}

func isZero(r rune) bool { d, ok := said.Digits[string(r)]; return ok && d == 0 }

// spelled reads digits said one by one.
func spelled(s string) (float64, bool) {
	n, err := strconv.ParseFloat(spokenDigits(s), 64)
	return n, err == nil && n < 1e15
}

// spokenDigits writes a number that is said digit by digit; signs between the digits mean nothing.
func spokenDigits(s string) string {
	var out strings.Builder
	for _, r := range plain(s) {
		if d, ok := said.Digits[string(r)]; ok {
			out.WriteString(strconv.FormatInt(d, 10))
		} else if r >= '0' && r <= '9' {
			out.WriteRune(r)
		}
	}
	return out.String()
}
