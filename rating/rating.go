// Package rating asks residents what they think of any service of the city, keeps what they say, and sees that bad ratings are made good (政务服务“好差评”).
//
// A service point is where a service is given. A handled item and round is rated once, by a single-use token; whoever scans a poster without an item
// is a walk-by, and counted apart. What a resident says may be changed for a day. Doubtful ratings are marked and counted apart, never deleted. A bad rating under the
// resident's name becomes a case of the unit, with the clocks of a rectification; one without a name goes to the supervisors. Ratings of cases are casework's.
package rating

import (
	"slices"
	"time"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/seal"
)

// Book keeps points, items and ratings. It is safe for concurrent use.
type Book struct {
	DB   pg.DB
	Keys *seal.Keyring
	Door *intake.Door  // masks words, and files the cases of bad ratings
	Desk *routing.Desk // sends them to the unit
	Zone *time.Location
	Now  func() time.Time
}

// What the rules of 好差评 fix (domain study 5).
const (
	TokenDays   = 30   // how long an item may be rated
	ChangeHours = 24   // how long a rating may be changed
	MaxText     = 2000 // runes
	changeFor   = ChangeHours * time.Hour
)

// all is the scope of what the service itself does.
var all = pg.Settings{"huiyin.scope": "system"}

// sight is the scope of what an actor may read: the hotline all, a unit its own.
func sight(by casework.Actor) pg.Settings {
	s := by.Sight()
	switch {
	case s.All:
		return pg.Settings{"huiyin.scope": "hotline"}
	case s.None():
		return pg.Settings{"huiyin.scope": "none"}
	}
	return pg.Settings{"huiyin.scope": "unit", "huiyin.units": literal(s.Units)}
}

func literal(units []casework.UnitCode) string {
	var b []byte
	b = append(b, '{')
	for i, u := range units {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		for _, c := range []byte(u) {
			if c == '"' || c == '\\' {
				b = append(b, '\\')
			}
			b = append(b, c)
		}
		b = append(b, '"')
	}
	return string(append(b, '}'))
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// arranges reports whether an actor may manage the points of a unit: administrators those of every unit, liaisons and leaders those of their own.
func arranges(by casework.Actor, unit casework.UnitCode) bool {
	if by.Kind != casework.ByStaff {
		return false
	}
	return by.Unit == casework.Hotline && by.Has(casework.Admin) || by.Has(casework.Liaison, casework.Leader) && slices.Contains(by.Units, unit)
}

// serves reports whether an actor may hand out tokens for items handled at the points of a unit.
func serves(by casework.Actor, unit casework.UnitCode) bool {
	return arranges(by, unit) || by.Kind == casework.ByStaff && (by.Has(casework.Handler) && slices.Contains(by.Units, unit) || unit == casework.Hotline && by.Has(casework.Operator, casework.Dispatcher))
}
