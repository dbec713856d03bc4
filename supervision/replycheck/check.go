// Package replycheck judges a reply before it goes out: whether it answers what was asked, says what was found and done, gives a basis, and comes in time.
package replycheck

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"huiyin/calendar"
)

// Flag is something about a reply that a clerk should look at.
type Flag string

// The flags. They stand in the history of cases and in what the tool prints: a name is never given another meaning.
const (
	Empty          Flag = "empty"               // beyond salutation and thanks it says nothing
	ForwardedOnly  Flag = "forwarded_only"      // it only tells that the matter was passed on
	Boilerplate    Flag = "boilerplate"         // most of it is what every reply says
	BesideQuestion Flag = "beside_the_question" // it says something, and little of it is about what was asked
	PartUnanswered Flag = "part_unanswered"     // of several numbered points, one finds no answer
	NoFinding      Flag = "no_finding"          // something is wrong, and it does not say what was found out
	NoAction       Flag = "no_action"           // something is to be done, and it says neither what was done nor that nothing can be
	OnlyPromises   Flag = "only_promises"       // it only tells what is to come
	NoBasis        Flag = "no_basis"            // no law, document, finding or reason
	Late           Flag = "late"                // it comes after the limit
)

// Check is a reply and what it answers.
type Check struct {
	Asked, Reply       string
	AskedAt, RepliedAt time.Time // zero: the time is not judged
	Limit              int       // working days within which a reply is in time; 0: LongestOrdinary
}

// Result is the judgement; every figure is between 0 and 1.
type Result struct {
	Score        float64 // the mean of the others, weighed
	Relevance    float64 // is it about what was asked
	Completeness float64 // does it say what was found, done, on what basis, and how to go on
	Explanation  float64 // does it explain anything: at least 0.5 where it does
	Timeliness   float64 // 1 within the limit, halved with each limit more
	Flags        []Flag  // in the order of their declaration
}

// LongestOrdinary is the limit in working days where the kind of the case is not known: that of reports of wrongdoing, the longest but appeals.
// Source: the default policy of the city.
const LongestOrdinary = 15

// Bounds found on replies that people had judged; see decision 14.
const (
	saysSomething = 37   // characters of a reply that explains anything, without dates and numbers of users
	passedOn      = 20   // characters that a reply loses which passes the matter on
	nothing       = 8    // characters beyond salutation and thanks under which a reply is empty
	polite        = 0.6  // share of salutations and thanks that makes boilerplate
	beside        = 0.12 // relevance under which a reply is beside the question
)

// Judge judges a reply. It never fails: of an empty reply it says that it is empty.
func Judge(c Check, days *calendar.Calendar) Result {
	p := standard()
	reply := strings.TrimSpace(c.Reply)
	rest := p.opening.ReplaceAllString(reply, "")
	own := letters(p.mark.ReplaceAllString(kept(rest, p.forward), ""))
	said := letters(p.mark.ReplaceAllString(reply, ""))
	forwards := p.forward.MatchString(reply)
	if forwards {
		said -= passedOn
	}
	found := features{law: count(p.basis, rest), finding: count(p.finding, rest), action: count(p.action, rest), promise: count(p.promise, rest), way: count(p.way, reply)}
	r := Result{Relevance: relevance(c.Asked, rest), Explanation: explanation(said, found), Completeness: completeness(own, found), Timeliness: 1}
	explains := r.Explanation >= 0.5
	question := p.ask.MatchString(c.Asked)
	flag := func(f Flag, raised bool) {
		if raised {
			r.Flags = append(r.Flags, f)
		}
	}
	flag(Empty, own < nothing && !forwards)
	flag(ForwardedOnly, forwards && !explains)
	flag(Boilerplate, own >= nothing && explains && float64(own) < (1-polite)*float64(letters(reply)))
	flag(BesideQuestion, explains && r.Relevance < beside)
	flag(PartUnanswered, explains && r.Relevance >= beside && unanswered(c.Asked, rest))
	flag(NoFinding, explains && !question && found.finding == 0 && found.law == 0)
	flag(NoAction, explains && !question && found.action == 0 && found.promise == 0)
	flag(OnlyPromises, explains && found.promise > 0 && found.action == 0 && found.finding == 0)
	flag(NoBasis, explains && found.law == 0 && found.finding == 0)
	if days != nil && !c.AskedAt.IsZero() && !c.RepliedAt.IsZero() {
		limit := c.Limit
		if limit == 0 {
			limit = LongestOrdinary
		}
		used, _ := days.WorkingDaysBetween(c.AskedAt, c.RepliedAt)
		r.Timeliness = timeliness(used, limit)
		flag(Late, used > limit)
	}
	r.Score = 0.35*r.Relevance + 0.25*r.Completeness + 0.25*r.Explanation + 0.15*r.Timeliness
	return r
}

// features are how often a reply speaks of each.
type features struct{ law, finding, action, promise, way int }

// explanation grows with what a reply says; only one that says something gains by law and findings.
func explanation(said int, f features) float64 {
	if said < 0 {
		said = 0
	}
	e := float64(said) / float64(said+saysSomething)
	if e < 0.5 {
		return e
	}
	e = 0.5 + (e-0.5)*0.4
	if f.law > 0 {
		e += 0.15
	}
	if f.finding > 0 {
		e += 0.15
	}
	return min(e, 1)
}

// completeness is which parts of a full answer are there: what was found, what was done or will be, on what basis, how to go on; and that it is no
// mere phrase.
func completeness(own int, f features) float64 {
	part := func(n int, weight float64) float64 {
		if n > 0 {
			return weight
		}
		return 0
	}
	sum := 0.2*min(float64(own)/100, 1) + part(f.finding, 0.25) + part(f.action, 0.25) + part(f.law, 0.15) + part(f.way, 0.15)
	if f.action == 0 {
		sum += part(f.promise, 0.1)
	}
	return min(sum, 1)
}

func timeliness(used, limit int) float64 {
	if used <= limit {
		return 1
	}
	return float64(limit) / float64(used)
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// kept is a text without the sentences that a pattern is found in.
func kept(text string, without *regexp.Regexp) string {
	var b strings.Builder
	for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return unicode.Is(unicode.Po, r) && r != '%' || r == '\n' }) {
		if !without.MatchString(sentence) {
			b.WriteString(sentence)
		}
	}
	return b.String()
}

func count(p *regexp.Regexp, s string) int { return len(p.FindAllStringIndex(s, -1)) }
