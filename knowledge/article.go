// Package knowledge keeps the answers that residents and staff look up: who answers for each, on what basis, from when until when, and what it said before.
package knowledge

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/search/words"
)

// Base is the knowledge base of one city.
type Base struct {
	DB      *pgxpool.Pool
	Now     func() time.Time
	Zone    *time.Location // the city's zone, by which a day begins
	Lexicon *words.Lexicon // nil: the words of the hotline without the city's names

	kept kept // what was worked out of the published articles
}

// State is how far a version is.
type State string

// The states. Expired is no state of its own in the database: a published version whose last day is over.
const (
	Draft     State = "draft"
	Reviewed  State = "reviewed"  // somebody other than the author read it
	Published State = "published" // in force, from its first day on
	Expired   State = "expired"   // published, and its last day is over: it is offered to nobody
	Replaced  State = "replaced"  // a later version is published
	Withdrawn State = "withdrawn" // taken back without another in its place
)

// States lists the states in the order of pages.
var States = []State{Draft, Reviewed, Published, Expired, Replaced, Withdrawn}

// Text is one text in both languages.
type Text struct{ ZH, EN string }

// In gives the text in a language.
func (t Text) In(l locale.Lang) string {
	if l == locale.EN {
		return t.EN
	}
	return t.ZH
}

// Questions are the ways in which people ask for an article, in both languages.
type Questions struct{ ZH, EN []string }

// In gives the questions in a language.
func (q Questions) In(l locale.Lang) []string {
	if l == locale.EN {
		return q.EN
	}
	return q.ZH
}

// Content is what a version says.
type Content struct {
	Category  string // the city's code of the matter; may be empty
	Title     Text
	Asked     Questions
	Body      Text   // paragraphs with blank lines between; lines that begin with "- " or a number and a point are lists
	Basis     Text   // law, article or notice that it stands on
	Link      string // where that can be read; empty, or an address of http or https
	ValidFrom time.Time
	ExpiresOn *time.Time // last day on which it holds; nil: no such day is known
	ReviewOn  time.Time  // day by which the owner looks at it again
	Note      string     // what was changed and why; for staff only
}

// Version is one version of an article and who had a hand in it. Days are at 00:00 UTC.
type Version struct {
	Content
	Number      int
	State       State
	Author      string // name; empty where it came by an import
	AuthorID    int64
	WrittenAt   time.Time
	Reviewer    string
	ReviewedAt  *time.Time
	Publisher   string
	PublishedAt *time.Time
	EndedAt     *time.Time
}

// Article is one answer.
type Article struct {
	ID    int64
	Code  string // its address: small letters, digits and hyphens
	Owner casework.UnitCode
	Version
	Stale  bool // its last day is over, or the day by which it was to be looked at again has come
	Counts Counts
}

// Counts are what was said of an article and how often it was used, over all its versions.
type Counts struct {
	Helped, NotHelped           int // by residents
	StaffHelped, StaffNotHelped int
	Used                        int // answers and replies that it went into
}

// Cite names the article as it stands.
func (a Article) Cite() casework.Cite {
	return casework.Cite{Code: a.Code, Version: a.Number, ZH: a.Title.ZH, EN: a.Title.EN}
}

// today is the city's date, at 00:00 UTC.
func (b *Base) today() time.Time {
	y, m, d := b.Now().In(b.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// standing is the state as people are told it on a day.
func (v *Version) standing(today time.Time) {
	if v.State == Published && v.ExpiresOn != nil && v.ExpiresOn.Before(today) {
		v.State = Expired
	}
}

// stale tells whether a published version is past its last day or due to be looked at again.
func (v *Version) stale(today time.Time) bool {
	return v.State == Expired || v.State == Published && !v.ReviewOn.After(today)
}

func (b *Base) lexicon() *words.Lexicon {
	if b.Lexicon != nil {
		return b.Lexicon
	}
	return words.Standard()
}
