package rating

import (
	_ "embed"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"huiyin/fault"
	"huiyin/locale"
)

// Level is one of the five levels of 好差评: 5 very satisfied, 4 satisfied, 3 rather satisfied, 2 dissatisfied, 1 very dissatisfied.
type Level int

// Levels lists them, the best first.
var Levels = []Level{5, 4, 3, 2, 1}

// Bad reports whether the level is a bad rating (差评).
func (l Level) Bad() bool { return l == 1 || l == 2 }

// known reports whether there is such a level.
func (l Level) known() bool { return l >= 1 && l <= 5 }

// Group says for which ways of serving a tag is meant.
type Group string

// The groups of tags.
const (
	Offline Group = "offline" // window, hall, terminal
	Online  Group = "online"
	Hotline Group = "hotline" // the telephone, and the handling of a case
)

// Tag is one of the fixed answers that a level offers.
type Tag struct {
	Code  string `yaml:"code"`
	Level Level  `yaml:"level"`
	Group Group  `yaml:"group"`
	ZH    string `yaml:"zh"`
	EN    string `yaml:"en"`
}

// In is the tag's text.
func (t Tag) In(lang locale.Lang) string { return lang.Pick(t.ZH, t.EN) }

// TagSet is one version of the fixed answers.
type TagSet struct {
	Version string `yaml:"version"`
	Since   string `yaml:"since"`
	Tags    []Tag  `yaml:"tags"`
}

//go:embed tags.yaml
var tagsFile []byte

var tagSets = mustTags(tagsFile)

func mustTags(file []byte) []TagSet {
	var sets []TagSet
	if err := yaml.Unmarshal(file, &sets); err != nil || len(sets) == 0 {
		panic(fmt.Sprintf("tags.yaml: %d sets, %v", len(sets), err)) // the file is part of the program, and read by a test
	}
	return sets
}

// Tags is the set that new ratings use.
func Tags() TagSet { return tagSets[len(tagSets)-1] }

// TagSets lists every version, the oldest first.
func TagSets() []TagSet { return slices.Clone(tagSets) }

// For are the tags of a level within a group, in the order of the set.
func (s TagSet) For(g Group, l Level) []Tag {
	return slices.DeleteFunc(slices.Clone(s.Tags), func(t Tag) bool { return t.Group != g || t.Level != l })
}

// Tag finds a tag by its code.
func (s TagSet) Tag(code string) (Tag, bool) {
	i := slices.IndexFunc(s.Tags, func(t Tag) bool { return t.Code == code })
	if i < 0 {
		return Tag{}, false
	}
	return s.Tags[i], true
}

// TagText is what a tag of any version says; a code that no version has is told as it is.
func TagText(version, code string, lang locale.Lang) string {
	for _, s := range tagSets {
		if s.Version != version {
			continue
		}
		if t, ok := s.Tag(code); ok {
			return t.In(lang)
		}
	}
	return code
}

// Choose checks the tags chosen with a level: they belong to it and to the group, each counts once, and a bad rating names at least one.
// Errors: fault.Invalid at tags.
func (s TagSet) Choose(g Group, l Level, codes []string) ([]string, error) {
	var kept []string
	for _, code := range codes {
		t, ok := s.Tag(code)
		if !ok || t.Group != g {
			return nil, fault.New(fault.Invalid, "fault.no_such_tag").At("tags")
		}
		if t.Level == l && !slices.Contains(kept, code) { // those of other levels were offered on the same page without scripts, and do not count
			kept = append(kept, code)
		}
	}
	if l.Bad() && len(kept) == 0 {
		return nil, fault.New(fault.Invalid, "fault.tag_needed").At("tags")
	}
	slices.Sort(kept)
	return kept, nil
}
