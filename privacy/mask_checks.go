package privacy

import (
	"strings"
	"time"
)

// luhn checks a card number (GB/T 15694, ISO/IEC 7812-1 annex B).
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// idCheck checks the last place of an 18-place identity number (GB 11643-1999, ISO 7064 MOD 11-2).
func idCheck(d string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		if !isDigit(rune(d[i])) {
			return false
		}
		sum += int(d[i]-'0') * w
	}
	return "10X98765432"[sum%11] == d[17]
}

// idShape tells whether d reads as an identity number of 18 or 15 places, whatever its check digit: a province and a day of birth.
// A resident's slip of one digit must not put the rest on a page.
func idShape(d string) bool {
	if d[0] < '1' || d[0] > '8' {
		return false
	}
	switch len(d) {
	case 18:
		return d[6:8] >= "18" && d[6:8] <= "20" && isDay(d[6:14])
	case 15:
		return isDay("19" + d[6:12])
	}
	return false
}

// creditCheck checks a unified social credit code of 18 places (GB 32100-2015, MOD 31-3).
func creditCheck(d string) bool {
	const places = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(places, d[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return places[(31-sum%31)%31] == d[17]
}

// isDay tells whether eight digits are a date.
func isDay(d string) bool {
	_, err := time.Parse("20060102", d)
	return err == nil
}

// datedOrder tells whether digits begin with a date of this century, as the numbers of work orders do.
func datedOrder(d string) bool {
	return len(d) >= 8 && d[:2] == "20" && isDay(d[:8])
}

// isMobile tells whether d is a mainland mobile number, with or without the country.
func isMobile(d string) bool {
	d = dropCountry(d)
	if len(d) == 12 && d[0] == '0' {
		d = d[1:] // once dialled for a mobile of another city
	}
	return len(d) == 11 && d[0] == '1' && d[1] >= '3'
}

// isLandline tells whether d is a landline with its area code, or a 400/800 number.
func isLandline(d string) bool {
	d = dropCountry(d)
	if len(d) == 10 && (d[:3] == "400" || d[:3] == "800") {
		return true
	}
	if len(d) < 10 || len(d) > 12 || d[0] != '0' || d[1] == '0' {
		return false
	}
	area := 4
	if d[1] <= '2' {
		area = 3 // 010, 02x
	}
	n := len(d) - area
	return (n == 7 || n == 8) && d[area] >= '2'
}

func dropCountry(d string) string {
	if rest, ok := strings.CutPrefix(d, "0086"); ok && len(rest) >= 9 {
		d = rest
	} else if rest, ok := strings.CutPrefix(d, "86"); ok && len(d) >= 12 {
		d = rest
	} else {
		return d
	}
	if d[0] != '0' && d[0] != '1' {
		return "0" + d
	}
	return d
}
