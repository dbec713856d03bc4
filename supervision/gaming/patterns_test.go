package gaming

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

var noon = time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)

// turns makes n turns and lets each be changed.
func turns(n int, change func(i int, t *Turn)) []Turn {
	all := make([]Turn, n)
	for i := range all {
		all[i] = Turn{Case: uuid.New(), Category: "0105", Counted: true, Due: noon.AddDate(0, 0, i+3), Replied: noon.AddDate(0, 0, i).Add(time.Duration(i) * 37 * time.Minute)}
		change(i, &all[i])
	}
	return all
}

func found(t *testing.T, all []Turn) map[Pattern]Sign {
	t.Helper()
	l := Standard()
	out := map[Pattern]Sign{}
	for _, s := range Look(l, all) {
		out[s.Pattern] = s
	}
	return out
}

// Each pattern has a planted case with its count by hand, and a look-alike that is innocent.
func TestPatternsFindWhatIsPlantedAndLeaveTheInnocent(t *testing.T) {
	contact := func(t *Turn, at time.Time, staff int64, text string) {
		t.Contacts = append(t.Contacts, Contact{At: at, Staff: staff, Reached: true, Text: text, Length: len(text)})
	}
	long := "已与诉求人电话沟通并说明办理情况诉求人表示理解和认可没有其他意见"
	for _, one := range []struct {
		pattern  Pattern
		planted  []Turn
		n, among int // by hand
		innocent []Turn
	}{
		// 12 of 20 answers within 24 minutes, one hour before their limits; the innocent are as many at once for one burst pipe, three days before.
		{MassClosing, turns(20, func(i int, t *Turn) {
			if i < 12 {
				t.Replied = noon.Add(time.Duration(2*i) * time.Minute)
				t.Due = t.Replied.Add(time.Hour)
			}
		}), 12, 20, turns(20, func(i int, t *Turn) {
			if i < 12 {
				t.Replied = noon.Add(time.Duration(2*i) * time.Minute)
				t.Due = t.Replied.Add(72 * time.Hour)
			}
		})},
		// Of 10 who were asked 3 say that nobody called; the innocent: 2 of 10.
		{FakeContact, turns(12, func(i int, t *Turn) {
			contact(t, noon.Add(time.Duration(i)*time.Hour), 7, "")
			t.Asked, t.Denied = i < 10, i < 3
		}), 3, 10, turns(12, func(i int, t *Turn) {
			contact(t, noon.Add(time.Duration(i)*time.Hour), 7, "")
			t.Asked, t.Denied = i < 10, i < 2
		})},
		// 6 contacts by one person within 50 seconds; the innocent: six persons call at the same time.
		{FakeContact, turns(12, func(i int, t *Turn) {
			if i < 6 {
				contact(t, noon.Add(time.Duration(10*i)*time.Second), 7, "")
			} else {
				contact(t, noon.Add(time.Duration(i)*time.Hour), 7, "")
			}
		}), 6, 12, turns(12, func(i int, t *Turn) { contact(t, noon.Add(time.Duration(10*i)*time.Second), int64(i), "") })},
		// 5 contacts with the same long words; the innocent: the same short standard words.
		{FakeContact, turns(12, func(i int, t *Turn) {
			if i < 5 {
				contact(t, noon.Add(time.Duration(i)*time.Hour), 7, long)
			}
		}), 5, 5, turns(12, func(i int, t *Turn) { contact(t, noon.Add(time.Duration(i)*time.Hour), 7, "已联系") })},
		// 2 best ratings 30 seconds after the answer and one resident who writes of being urged, of 10; the innocent: best ratings an hour later, bad ones at once.
		{Pressure, turns(10, func(i int, t *Turn) {
			t.Rated, t.Stars, t.Urged = t.Replied.Add(time.Hour), 5, i == 2
			if i < 2 {
				t.Rated = t.Replied.Add(30 * time.Second)
			}
		}), 3, 10, turns(10, func(i int, t *Turn) {
			t.Rated, t.Stars = t.Replied.Add(time.Hour), 5
			if i < 6 {
				t.Rated, t.Stars = t.Replied.Add(30*time.Second), 2
			}
		})},
		// 3 cases given back twice; the innocent: ten given back once.
		{RepeatedReturn, turns(10, func(i int, t *Turn) {
			if i < 3 {
				t.Returns = 2
			}
		}), 3, 10, turns(10, func(_ int, t *Turn) { t.Returns = 1 })},
		// 5 of 16 extended is 31 percent; the innocent: 5 of 20, and 4 of 8.
		{ExtensionHabit, turns(16, func(i int, t *Turn) {
			if i < 5 {
				t.Extended = 1
			}
		}), 5, 16, turns(20, func(i int, t *Turn) {
			if i < 5 {
				t.Extended = 1
			}
		})},
		// 10 times five stars within 9 minutes of 20 ratings; the innocent: twenty best ratings, one a day.
		{FiveStarFlood, turns(20, func(i int, t *Turn) {
			t.Rated, t.Stars = noon.AddDate(0, 0, i), 4
			if i < 10 {
				t.Rated, t.Stars = noon.AddDate(0, 0, 30).Add(time.Duration(i)*time.Minute), 5
			}
		}), 10, 20, turns(20, func(i int, t *Turn) { t.Rated, t.Stars = noon.AddDate(0, 0, i), 5 })},
		// 8 of 40 good ratings from one network; the innocent: seven, and a run of which two were changed to bad ones.
		{OneNetwork, turns(40, func(i int, t *Turn) {
			t.Rated, t.Stars, t.Crowd = noon.AddDate(0, 0, i), 4, i < 8
		}), 8, 40, turns(40, func(i int, t *Turn) {
			t.Rated, t.Stars, t.Crowd = noon.AddDate(0, 0, i), 4, i < 9
			if i < 2 {
				t.Stars = 2
			}
		})},
		// 6 of 20 answers in the same words, on three kinds of matters; the innocent: the same words on one power cut.
		{Boilerplate, turns(20, func(i int, t *Turn) {
			if i < 6 {
				t.Answer, t.Length, t.Category = "same", 80, []string{"0105", "0201", "0301"}[i%3]
			}
		}), 6, 20, turns(20, func(i int, t *Turn) { t.Answer, t.Length = "same", 80 })},
		// 5 of 80 left out is 6 percent; the innocent: 5 of 120 is 4 percent.
		{Exclusion, turns(80, func(i int, t *Turn) { t.Left = i < 5 }), 5, 80, turns(120, func(i int, t *Turn) { t.Left = i < 5 })},
	} {
		s, ok := found(t, one.planted)[one.pattern]
		if !ok || s.Found != one.n || s.Among != one.among {
			t.Errorf("%s: found %v, %d among %d; want %d among %d", one.pattern, ok, s.Found, s.Among, one.n, one.among)
		}
		if s, bad := found(t, one.innocent)[one.pattern]; bad {
			t.Errorf("%s: the innocent were found, %d among %d", one.pattern, s.Found, s.Among)
		}
	}
}

// Ordinary work of a month shows nothing at all.
func TestAnOrdinaryMonthShowsNothing(t *testing.T) {
	all := turns(60, func(i int, t *Turn) {
		t.Contacts = []Contact{{At: t.Replied.Add(-5 * time.Hour), Staff: int64(i % 3), Reached: true, Text: "x", Length: 14}}
		t.Asked, t.Denied = i%2 == 0, i == 4
		t.Rated, t.Stars = t.Replied.Add(time.Duration(i+2)*time.Hour), 3+i%3
		t.Answer, t.Length = uuid.NewString(), 60
		if i%9 == 0 {
			t.Extended, t.Returns = 1, 1
		}
		t.Left = i%30 == 0
	})
	if s := found(t, all); len(s) != 0 {
		t.Errorf("found %v", s)
	}
}

func TestEveryPatternHasALimitAndAFinder(t *testing.T) {
	l := Standard()
	for _, p := range Patterns {
		if finders[p] == nil || l[p].Least == 0 {
			t.Errorf("%s has no finder or no limit", p)
		}
	}
	if _, err := ParseLimits([]byte("mass_closing: {least: 1}")); err == nil {
		t.Error("a file with one pattern was taken")
	}
	if len(urgings()) < 10 {
		t.Errorf("%d phrases of urging", len(urgings()))
	}
}
