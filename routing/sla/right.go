package sla

import (
	"time"

	"huiyin/casework"
)

// Where a policy says nothing of requests about data: the law asks for an answer in time (PIPL 50), the domain study proposes these (6.2, 6.4).
var (
	rightAnswer   = Limit{WorkingDays: 15}
	rightTakedown = Limit{WorkingDays: 1}
)

// Right is by when a request about a resident's own data is answered.
func (t *Terms) Right(kind casework.RightKind, asked time.Time) casework.Promise {
	l, usual := t.Policy.Rights.Answer, rightAnswer
	if kind == casework.RightTakedown || kind == casework.RightWithdraw {
		l, usual = t.Policy.Rights.Takedown, rightTakedown
	}
	if l.None() {
		l = usual
	}
	return t.By(casework.ClockRight, l, asked)
}
