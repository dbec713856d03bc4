package routing

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
)

// Input is what is known of a case when it arrives. Text is masked or not: the rules read no personal data.
type Input struct {
	Title   string
	Text    string
	Address string
	At      time.Time // when it was submitted; zero where unknown
	Point   *Point    // from a map, nil where none was given
}

// Proposal is what the rules suggest; a person decides, except where Auto says that the city lets it go by itself.
type Proposal struct {
	Kind       casework.Kind       `json:"kind"`
	Category   CategoryRef         `json:"category"`
	Territory  TerritoryRef        `json:"territory"`
	Urgency    casework.Urgency    `json:"urgency"`
	Emergency  EmergencyRef        `json:"emergency"`
	Secret     bool                `json:"secret"` // the resident asks for secrecy (保密件)
	Tags       []string            `json:"tags"`
	Candidates []Candidate         `json:"candidates"` // best first, at most five
	Auto       bool                `json:"auto"`
	Preselect  casework.UnitCode   `json:"preselect"`       // the first candidate where it is likely enough to stand ready under one key; empty below that
	Sure       Beliefs             `json:"sure"`            // how sure this is of kind, category, territory and urgency
	Helpers    []casework.UnitCode `json:"helpers"`         // units that the duty lists name as co-handlers of the matter
	Version    string              `json:"version"`         // of the rules
	Model      string              `json:"model,omitempty"` // version of the trained model that weighed the units too; empty where the rules alone did
}

// CategoryRef is the proposed category: its code (empty where no word tells) and Chinese path.
type CategoryRef struct {
	Code string `json:"code"`
	Path string `json:"path"`
}

// TerritoryRef is the narrowest area known: its code (empty where unknown) and Chinese name.
type TerritoryRef struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// EmergencyRef is the line that must be called at once, 110, 119, 120 or 122; empty in ordinary cases.
type EmergencyRef struct {
	Number string `json:"number"`
	Word   string `json:"word"` // that told it
}

// Candidate is a unit that may be responsible. P estimates how often the rules are right with such evidence: between 0 and 0.95, since rules alone never know.
type Candidate struct {
	Unit    casework.UnitCode `json:"unit"`
	P       float64           `json:"p"`
	Reasons []Reason          `json:"reasons"`
}

const (
	// most is the highest share the rules claim. Rules are not calibrated on outcomes, so they never claim more.
	most = 0.95
	// half is the score at which a matter is about two thirds certain: one strong word is more than that, one weak word less.
	half = 2.2
	// shared is what each co-handler's share takes from the lead.
	shared = 0.06
	// homeless is what remains of a share where the place is unknown and the city's department stands in for the district's.
	homeless = 0.55
	// areaOnly is the share of a district government where only the area is clear (Beijing ordinance of 2021, article 12).
	areaOnly = 0.40
	// inPlace is what a word of the matter still says inside the name of a place ("park" in the name of a road).
	inPlace = 0.25
	// inTitle is how much more a word in the title says.
	inTitle = 1.4
	// rivals is how many categories are weighed against each other, and floor how far below the best they may lie.
	rivals, floor = 6, 0.3
	// candidates is how many units a proposal names at most, least the smallest share worth naming.
	candidates, least = 5, 0.02
)

// Propose suggests kind, category, place, urgency and responsible units. It is a pure function of the city's files and the input.
func Propose(c *City, in Input) Proposal { return c.propose(in, nil) }

// ordinaryLength is how many characters an ordinary submission has at most; longer ones cost memory.
const ordinaryLength = 512

func (c *City) propose(in Input, kept Tallies) Proposal {
	var room [ordinaryLength]rune
	text := appendNormal(room[:0], in.Title, maxRead)
	title := len(text)
	if title > 0 {
		text = append(text, '\n')
	}
	text = appendNormal(text, in.Text, maxRead)
	var words [ordinary]hit
	hits := c.words.find(text, words[:])

	place := c.place(in.Address, text, hits[placeWords], in.Point)
	var weighed [2 * rivals]matter
	matters := c.matters(weighed[:0], title, hits)

	p := Proposal{Urgency: casework.Normal, Tags: []string{}, Helpers: []casework.UnitCode{}, Version: c.Version}
	if len(matters) > 0 {
		p.Category = CategoryRef{matters[0].code, c.paths[matters[0].category].ZH}
	}
	if place.area != wholeCity {
		p.Territory = TerritoryRef{c.areas[place.area].Code, c.lies[place.area].name.ZH}
	}
	p.Sure.Category, p.Sure.Territory = c.sureOfCategory(matters), c.sureOfPlace(place)
	p.Kind, p.Sure.Kind = c.kind(hits[kindWords], p.Category.Code)
	p.Emergency = c.emergency(text, hits[emergencyWords])
	p.Secret = len(hits[secrecyWords]) > 0
	p.Urgency, p.Sure.Urgency = c.urgency(hits[urgencyWords], p.Emergency, p.Category.Code, in.At)
	for _, b := range [...]*Belief{&p.Sure.Kind, &p.Sure.Category, &p.Sure.Territory, &p.Sure.Urgency} {
		b.P = kept.Reliable(b.Source)
	}
	for i, t := range c.rules.tags {
		if slices.ContainsFunc(hits[tagWords], func(h hit) bool { return c.words.tells(h, i) }) {
			p.Tags = append(p.Tags, t.code)
		}
	}
	p.Candidates, p.Helpers = c.candidates(matters, place)
	if len(p.Candidates) > 0 {
		first := p.Candidates[0]
		if first.P >= c.rules.preselectAt {
			p.Preselect = first.Unit
		}
		p.Auto = first.P >= c.rules.autoAt && p.Kind != casework.Report && !p.Secret && p.Emergency.Number == ""
	}
	return p
}

// matter is a category that the words point to.
type matter struct {
	category int // its place in the file
	code     string
	score    float64
	strong   bool // one of the words is a strong one
	told     Args // its Category and the Words
}

// matters weighs the categories, best first, in the room that is given. A word that several categories share says less about each.
func (c *City) matters(all []matter, title int, hits found) []matter {
	var room [ordinary]int32
	counted := room[:0]
	for _, h := range hits[categoryWords] {
		if slices.Contains(counted, h.node) {
			continue
		}
		counted = append(counted, h.node)
		targets := c.words.on(h)
		factor := 1 + 0.15*float64(max(0, h.end-h.start-2))
		if h.end <= title {
			factor *= inTitle
		}
		if slices.ContainsFunc(hits[placeWords], func(p hit) bool { return p.start <= h.start && h.end <= p.end }) {
			factor *= inPlace
		}
		for _, to := range targets {
			i := 0
			for i < len(all) && all[i].category != to.index {
				i++
			}
			if i == len(all) {
				all = append(all, matter{category: to.index, code: c.categories[to.index].Code})
			}
			m := &all[i]
			m.score += to.weight * factor / math.Sqrt(float64(len(targets)))
			m.strong = m.strong || to.strong
		}
	}
	slices.SortFunc(all, func(a, b matter) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return cmp.Compare(a.code, b.code)
	})
	for i := range all {
		m := &all[i]
		if i == rivals || m.score < floor*all[0].score {
			return all[:i]
		}
		m.told = Args{{"Category", c.paths[m.category]}, {"Words", both(c.words.said(hits[categoryWords], m.category))}}
	}
	return all
}

// graver is the order of kinds among equals.
var graver = [...]casework.Kind{casework.Report, casework.Complaint, casework.Suggestion, casework.Consultation, casework.Help, casework.Praise, casework.OtherKind}

// kind weighs the kinds; among equals the graver comes first. Where no word tells, the matter does.
func (c *City) kind(hits []hit, category string) (casework.Kind, Belief) {
	var score [len(graver)]float64 // by the rules' kinds
	var opens [len(graver)]bool
	for i, h := range hits {
		if slices.ContainsFunc(hits[:i], func(before hit) bool { return before.node == h.node }) {
			continue
		}
		for _, to := range c.words.on(h) {
			w := to.weight
			if to.strong && h.start < c.rules.opening {
				w *= 2
				opens[to.index] = true
			}
			score[to.index] += w
		}
	}
	best, weight, rival := 0, 0.0, 0.0
	for i, s := range score {
		if s > weight {
			best, weight, rival = i, s, weight
		} else {
			rival = max(rival, s)
		}
	}
	if weight == 0 {
		return c.kindByMatter(category)
	}
	source := kindWord
	switch {
	case 2*rival >= weight:
		source = kindContested
	case opens[best]:
		source = kindOpening
	}
	return casework.Kind(c.rules.kinds[best].of), say(source, saying(c.words.said(hits, best))...)
}

// kindByMatter is the kind of which matters of a category mostly are, and the rule that says so.
func (c *City) kindByMatter(category string) (casework.Kind, Belief) {
	for prefix := category; prefix != ""; prefix = prefix[:len(prefix)-2] {
		if k, ok := c.rules.kindDefaults[prefix]; ok {
			return k, say(kindByCategory, Arg{"Category", c.paths[c.categoryAt[prefix]]})
		}
	}
	if category != "" {
		return c.rules.kindDefault, say(kindByDefault)
	}
	return c.rules.kindUnknown, say(kindNotKnown)
}

// emergency finds a danger that is happening: its word in a sentence without a word that shows it is over or only asked about.
func (c *City) emergency(text []rune, hits []hit) EmergencyRef {
	var sentence string
	until := 0 // the end of that sentence: each is cut out once, however many words it has
	refused := map[int]bool{}
	for _, h := range hits {
		if h.end > until {
			start, end := h.start, h.end
			for start > 0 && !endsSentence(text[start-1]) {
				start--
			}
			for end < len(text) && !endsSentence(text[end]) {
				end++
			}
			sentence, until = string(text[start:end]), end
			clear(refused)
		}
		for _, to := range c.words.on(h) {
			e := c.rules.emergencies[to.index]
			if refused[to.index] {
				continue
			}
			if !slices.ContainsFunc(e.unless, func(w string) bool { return strings.Contains(sentence, w) }) {
				return EmergencyRef{Number: e.number, Word: c.words.word(h)}
			}
			refused[to.index] = true
		}
	}
	return EmergencyRef{}
}

// endsSentence knows the full stop of both scripts, and the marks that the normalisation has made half width.
func endsSentence(r rune) bool {
	switch r {
	case '\u3002', '.', '!', '?', ';', '\uff61', '\n':
		return true
	}
	return false
}

func (c *City) urgency(hits []hit, danger EmergencyRef, category string, at time.Time) (casework.Urgency, Belief) {
	if danger.Number != "" {
		return casework.Critical, say(urgencyEmergency, saying(danger.Word)...)
	}
	for _, h := range hits {
		if c.words.tells(h, criticalWord) {
			return casework.Critical, say(urgencyCritical, saying(c.words.word(h))...)
		}
	}
	switch {
	case len(hits) > 0:
		return casework.Urgent, say(urgencyUrgent, saying(c.words.said(hits, urgentWord))...)
	case !at.IsZero() && c.rules.night.covers(at.In(c.TZ).Hour(), category):
		return casework.Urgent, say(urgencyNight)
	}
	return casework.Normal, say(urgencyOrdinary)
}
