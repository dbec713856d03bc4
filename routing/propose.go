package routing

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/locale"
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

// Reason says in a person's words why a unit is proposed. It survives JSON.
type Reason struct {
	Key  string          `json:"key"` // in the locale catalogue
	Args map[string]Name `json:"args"`
}

// Text is the reason in a language.
func (r Reason) Text(l locale.Lang) string {
	args := locale.Args{}
	for k, v := range r.Args {
		args[k] = v.In(l)
	}
	return l.T(r.Key, args)
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
func Propose(c *City, in Input) Proposal {
	title := normalise(in.Title, maxRead)
	text := title
	if len(title) > 0 {
		text = append(slices.Clip(title), '\n')
	}
	text = append(text, normalise(in.Text, maxRead)...)
	address := normalise(in.Address, maxRead)
	hits := c.words.find(text)

	place := c.place(address, text, hits[placeWords], in.Point)
	matters := c.matters(text, len(title), hits)

	p := Proposal{Urgency: casework.Normal, Tags: []string{}, Helpers: []casework.UnitCode{}, Version: c.Version}
	if len(matters) > 0 {
		code := matters[0].code
		p.Category = CategoryRef{code, c.CategoryPath(code, locale.ZH)}
	}
	if place.code != "" {
		p.Territory = TerritoryRef{place.code, c.TerritoryName(place.code, locale.ZH)}
	}
	p.Sure.Category, p.Sure.Territory = c.sureOfCategory(matters), c.sureOfPlace(place)
	p.Kind, p.Sure.Kind = c.kind(text, hits[kindWords], p.Category.Code)
	p.Emergency = c.emergency(text, hits[emergencyWords])
	p.Secret = len(hits[secrecyWords]) > 0
	p.Urgency, p.Sure.Urgency = c.urgency(text, hits[urgencyWords], p, in.At)
	for i, t := range c.rules.tags {
		if slices.ContainsFunc(hits[tagWords], func(h hit) bool {
			return slices.ContainsFunc(c.words.on(h, tagWords), func(to target) bool { return to.index == i })
		}) {
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
	code   string
	score  float64
	words  []string
	strong bool // one of the words is a strong one
}

// matters weighs the categories, best first. A word that several categories share says less about each.
func (c *City) matters(text []rune, title int, hits [lists][]hit) []matter {
	byIndex := map[int]*matter{}
	var counted []string
	for _, h := range hits[categoryWords] {
		word := string(text[h.start:h.end])
		if slices.Contains(counted, word) {
			continue
		}
		counted = append(counted, word)
		targets := c.words.on(h, categoryWords)
		factor := 1 + 0.15*float64(max(0, h.end-h.start-2))
		if h.end <= title {
			factor *= inTitle
		}
		if slices.ContainsFunc(hits[placeWords], func(p hit) bool { return p.start <= h.start && h.end <= p.end }) {
			factor *= inPlace
		}
		for _, to := range targets {
			m := byIndex[to.index]
			if m == nil {
				m = &matter{code: c.categories[to.index].Code}
				byIndex[to.index] = m
			}
			m.score += to.weight * factor / math.Sqrt(float64(len(targets)))
			m.words = append(m.words, word)
			m.strong = m.strong || to.strong
		}
	}
	var all []matter
	for _, m := range byIndex {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b matter) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.code, b.code))
	})
	for i, m := range all {
		if i == rivals || m.score < floor*all[0].score {
			return all[:i]
		}
	}
	return all
}

// kind weighs the kinds; among equals the graver comes first. Where no word tells, the matter does.
func (c *City) kind(text []rune, hits []hit, category string) (casework.Kind, Belief) {
	order := []casework.Kind{casework.Report, casework.Complaint, casework.Suggestion, casework.Consultation, casework.Help, casework.Praise, casework.OtherKind}
	score, opens, words := map[casework.Kind]float64{}, map[casework.Kind]bool{}, map[casework.Kind][]string{}
	seen := map[int32]bool{}
	for _, h := range hits {
		if seen[h.node] {
			continue
		}
		seen[h.node] = true
		for _, to := range c.words.on(h, kindWords) {
			w, kind := to.weight, casework.Kind(c.rules.kinds[to.index].of)
			if to.strong && h.start < c.rules.opening {
				w *= 2
				opens[kind] = true
			}
			score[kind] += w
			words[kind] = append(words[kind], string(text[h.start:h.end]))
		}
	}
	best, fallback, why := c.kindByMatter(category)
	weight, rival := 0.0, 0.0
	for _, k := range order {
		switch {
		case score[k] > weight:
			best, weight, rival = k, score[k], weight
		default:
			rival = max(rival, score[k])
		}
	}
	if weight == 0 {
		return best, say(fallback, why)
	}
	told := map[string]Name{"Words": both(strings.Join(words[best], " · "))}
	source := kindWord
	switch {
	case 2*rival >= weight:
		source = kindContested
	case opens[best]:
		source = kindOpening
	}
	return best, say(source, because(source, told))
}

// kindByMatter is the kind of which matters of a category mostly are, the rule that says so, and its reason.
func (c *City) kindByMatter(category string) (casework.Kind, Source, Reason) {
	for prefix := category; prefix != ""; prefix = prefix[:len(prefix)-2] {
		if k, ok := c.rules.kindDefaults[prefix]; ok {
			return k, kindByCategory, because(kindByCategory, map[string]Name{"Category": {c.CategoryPath(prefix, locale.ZH), c.CategoryPath(prefix, locale.EN)}})
		}
	}
	if category != "" {
		return c.rules.kindDefault, kindByDefault, because(kindByDefault, nil)
	}
	return c.rules.kindUnknown, kindNotKnown, because(kindNotKnown, nil)
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
		for _, to := range c.words.on(h, emergencyWords) {
			e := c.rules.emergencies[to.index]
			if refused[to.index] {
				continue
			}
			if !slices.ContainsFunc(e.unless, func(w string) bool { return strings.Contains(sentence, w) }) {
				return EmergencyRef{Number: e.number, Word: string(text[h.start:h.end])}
			}
			refused[to.index] = true
		}
	}
	return EmergencyRef{}
}

// endsSentence knows the full stop of both scripts, and the marks that the normalisation has made half width.
func endsSentence(r rune) bool { return strings.ContainsRune("\u3002.!?;\uff61\n", r) }

func (c *City) urgency(text []rune, hits []hit, p Proposal, at time.Time) (casework.Urgency, Belief) {
	if p.Emergency.Number != "" {
		return casework.Critical, say(urgencyEmergency, because(urgencyEmergency, map[string]Name{"Words": both(p.Emergency.Word)}))
	}
	urgent := []string{}
	for _, h := range hits {
		for _, to := range c.words.on(h, urgencyWords) {
			word := string(text[h.start:h.end])
			if to.index == 0 {
				return casework.Critical, say(urgencyCritical, because(urgencyCritical, map[string]Name{"Words": both(word)}))
			}
			if !slices.Contains(urgent, word) {
				urgent = append(urgent, word)
			}
		}
	}
	switch {
	case len(urgent) > 0:
		return casework.Urgent, say(urgencyUrgent, because(urgencyUrgent, map[string]Name{"Words": both(strings.Join(urgent, " · "))}))
	case !at.IsZero() && c.rules.night.covers(at.In(c.TZ).Hour(), p.Category.Code):
		return casework.Urgent, say(urgencyNight, because(urgencyNight, nil))
	}
	return casework.Normal, say(urgencyOrdinary, because(urgencyOrdinary, nil))
}
