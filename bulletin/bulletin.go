// Package bulletin keeps what the city publishes in words of its own, themes of the month and typical cases, each drafted by one person and published by another.
package bulletin

import (
	"time"

	"huiyin/casework"
	"huiyin/locale"
)

// Kind is what a bulletin is.
type Kind string

// The kinds.
const (
	Theme   Kind = "theme"   // 每月一题: one matter that the city takes on in a month, with a promise, a plan and its progress
	Typical Kind = "typical" // 典型案例: one case told in a few sentences, by its public number
)

// Kinds lists them in the order of menus.
var Kinds = []Kind{Theme, Typical}

// Words is a text in both languages.
type Words struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

// In is the text in a language.
func (w Words) In(l locale.Lang) string { return l.Pick(w.ZH, w.EN) }

// Step is one step of a theme's plan.
type Step struct {
	Due  string `json:"due"` // yyyy-mm-dd
	What Words  `json:"what"`
	Done string `json:"done,omitempty"` // yyyy-mm-dd
}

// Note is what was reached on a day.
type Note struct {
	On   string `json:"on"` // yyyy-mm-dd
	What Words  `json:"what"`
}

// Content is what a bulletin says. A theme is named by its month (yyyy-mm), or by month and number where there are several (yyyy-mm-2).
type Content struct {
	Title      Words               `json:"title"`
	Body       Words               `json:"body"`
	Lead       casework.UnitCode   `json:"lead,omitempty"`
	Co         []casework.UnitCode `json:"co,omitempty"`
	Categories []string            `json:"categories,omitempty"` // of which the theme is
	Promise    Words               `json:"promise,omitzero"`
	Due        string              `json:"due,omitempty"` // yyyy-mm-dd by which the promise holds
	Plan       []Step              `json:"plan,omitempty"`
	Progress   []Note              `json:"progress,omitempty"`
	Card       string              `json:"card,omitempty"` // typical case: number of its public card
}

// Bulletin is one version of a text.
type Bulletin struct {
	ID      int64
	Kind    Kind
	Slug    string
	Version int
	Content
	DraftedBy   int64
	Drafter     string // login; for staff
	DraftedAt   time.Time
	PublishedAt *time.Time
	DownAt      *time.Time
	Down        Words // why it was taken down
}

// Done counts the steps of the plan that are done.
func (c Content) Done() int {
	n := 0
	for _, s := range c.Plan {
		if s.Done != "" {
			n++
		}
	}
	return n
}

// Late reports whether a step that is not done was due before the day.
func (s Step) Late(today string) bool { return s.Done == "" && s.Due < today }
