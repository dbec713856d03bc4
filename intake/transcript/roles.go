package transcript

import (
	"cmp"
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

//go:embed data/speakers.yaml
var speakersFile []byte

// known are the words of the data file.
var known = func() (k struct {
	Agent, Caller, Speaker, Greetings, Manner []string
}) {
	if err := yaml.Unmarshal(speakersFile, &k); err != nil {
		panic("transcript: data/speakers.yaml: " + err.Error())
	}
	return k
}()

// roleOf is the part that a label names.
func roleOf(label string) Role {
	word := strings.TrimFunc(strings.ToLower(label), func(r rune) bool { return !unicode.IsLetter(r) })
	switch {
	case slices.Contains(known.Agent, word), slices.Contains(known.Agent, strings.ToLower(strings.TrimSpace(label))):
		return Agent
	case slices.Contains(known.Caller, word):
		return Caller
	}
	return Unknown
}

// numbered reports whether a label is a speaker without a part, such as SPEAKER_01.
func numbered(label string) bool {
	word := strings.TrimFunc(strings.ToLower(label), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.Contains(known.Speaker, word)
}

// label is a name before a colon at the beginning of a line, perhaps with a time before or behind it.
var labelled = regexp.MustCompile(`^\s*(?:[\[(（]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?[\])）]?\s*)?[\[【(（]?([\pL][\pL\pN _.-]{0,23}?)[\]】)）]?\s*(?:[\[(（]?\d{1,2}:\d{2}(?::\d{2})?[\])）]?)?\s*[:：]\s*(.*)$`)

// cutLabel takes the label off a line; ok is false where the line has none that names a speaker.
func cutLabel(line string, trusted map[string]bool) (label, rest string, ok bool) {
	m := labelled.FindStringSubmatch(line)
	if m == nil {
		return "", line, false
	}
	label = strings.TrimSpace(m[1])
	if roleOf(label) == Unknown && !numbered(label) && !trusted[label] {
		return "", line, false
	}
	return label, m[2], true
}

// assign gives the speakers without a part one: who opens like an agent is the agent, and where two speak the other is the caller.
func assign(turns []Turn) {
	var speakers []string
	role := map[string]Role{}
	for i := range turns {
		one := &turns[i]
		one.Role = cmp.Or(one.Role, Unknown)
		if one.Role == Unknown {
			one.Role = roleOf(one.Speaker)
		}
		if _, seen := role[one.Speaker]; !seen {
			speakers, role[one.Speaker] = append(speakers, one.Speaker), one.Role
		}
	}
	if len(speakers) < 2 {
		return
	}
	count := func(r Role) (n int) {
		for _, s := range speakers {
			if role[s] == r {
				n++
			}
		}
		return n
	}
	if count(Agent) == 0 {
		if who, ok := greeter(turns); ok && role[who] == Unknown {
			role[who] = Agent
		} else if who, ok := mannered(turns, speakers); ok && role[who] == Unknown {
			role[who] = Agent
		}
	}
	if len(speakers) == 2 && count(Unknown) == 1 {
		for _, s := range speakers {
			switch {
			case role[s] == Unknown && count(Agent) == 1:
				role[s] = Caller
			case role[s] == Unknown && count(Caller) == 1:
				role[s] = Agent
			}
		}
	}
	for i := range turns {
		if turns[i].Role == Unknown {
			turns[i].Role = role[turns[i].Speaker]
		}
	}
}

// opening is in how many turns from the beginning a greeting counts.
const opening = 6

func greeter(turns []Turn) (string, bool) {
	for _, one := range turns[:min(opening, len(turns))] {
		if one.Speaker != "" && greets(one.Text) {
			return one.Speaker, true
		}
	}
	return "", false
}

func greets(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(known.Greetings, func(g string) bool { return strings.Contains(text, g) })
}

// clearly is how much more of the manner of agents one of two must have than the other.
const clearly = 2

// mannered tells which of two speakers speaks like an agent.
func mannered(turns []Turn, speakers []string) (string, bool) {
	if len(speakers) != 2 || speakers[0] == "" || speakers[1] == "" {
		return "", false
	}
	count := map[string]int{}
	for _, one := range turns {
		text := strings.ToLower(one.Text)
		for _, m := range known.Manner {
			count[one.Speaker] += strings.Count(text, m)
		}
	}
	first, second := count[speakers[0]], count[speakers[1]]
	switch {
	case first >= clearly && first >= 2*second:
		return speakers[0], true
	case second >= clearly && second >= 2*first:
		return speakers[1], true
	}
	return "", false
}
