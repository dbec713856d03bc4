// Package codes reads figures under any version of the city's code sets: what became of each code when kinds, matters, territories and units were named anew.
package codes

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// Set names one list of codes.
type Set string

// The code sets.
const (
	Kinds       Set = "kinds"
	Categories  Set = "categories"
	Territories Set = "territories"
	Units       Set = "units"
)

// All lists the sets.
var All = []Set{Kinds, Categories, Territories, Units}

// Name is a name in Chinese and English.
type Name struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// Change is what happened to codes of one set in one version: one to one is a rename, many to one a merger, one to many a split, from nothing a new code,
// to nothing a code that ended. A code that ended is never used again, so that a code says by itself under which versions it holds.
type Change struct {
	From []string `yaml:"from"`
	To   []string `yaml:"to"`
	Note string   `yaml:"note"`
}

// Retired is a code that ended, as it was called, and the one above it.
type Retired struct {
	Parent string `yaml:"parent"`
	Name   `yaml:",inline"`
}

// Version is one version of the code sets, with what it changed in the one before it.
type Version struct {
	Name    string
	Since   time.Time // first day, in the city's zone
	Changes map[Set][]Change
}

// Sets are the versions of a city's code sets, oldest first. The zero Sets have one version without a name: nothing was ever changed.
type Sets struct {
	versions []Version
	retired  map[Set]map[string]Retired
	born     map[Set]map[string]int // code to the version that brought it; missing: there from the first
	ended    map[Set]map[string]int // code to the version without it; missing: it still holds
	by       map[Set]map[string]Change
	into     map[Set]map[string]Change
}

type file struct {
	Versions []struct {
		Version string `yaml:"version"`
		Since   string `yaml:"since"`
		Changes struct {
			Kinds       []Change `yaml:"kinds"`
			Categories  []Change `yaml:"categories"`
			Territories []Change `yaml:"territories"`
			Units       []Change `yaml:"units"`
		} `yaml:",inline"`
	} `yaml:"versions"`
	Retired map[Set]map[string]Retired `yaml:"retired"`
}

var nameForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,39}$`)

// Parse reads a file of versions and mappings. An error says what is wrong with which version and code.
func Parse(body []byte, zone *time.Location) (*Sets, error) {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	s := &Sets{retired: f.Retired, born: map[Set]map[string]int{}, ended: map[Set]map[string]int{}, by: map[Set]map[string]Change{}, into: map[Set]map[string]Change{}}
	for _, set := range All {
		s.born[set], s.ended[set], s.by[set], s.into[set] = map[string]int{}, map[string]int{}, map[string]Change{}, map[string]Change{}
	}
	for i, v := range f.Versions {
		since, err := time.ParseInLocation(time.DateOnly, v.Since, zone)
		switch {
		case !nameForm.MatchString(v.Version):
			return nil, fmt.Errorf("versions[%d]: %q is no name of a version", i, v.Version)
		case err != nil:
			return nil, fmt.Errorf("version %s: since: %w", v.Version, err)
		case i > 0 && !since.After(s.versions[i-1].Since):
			return nil, fmt.Errorf("version %s: since %s is not after the version before", v.Version, v.Since)
		case slices.ContainsFunc(s.versions, func(o Version) bool { return o.Name == v.Version }):
			return nil, fmt.Errorf("version %s is there twice", v.Version)
		}
		s.versions = append(s.versions, Version{Name: v.Version, Since: since, Changes: map[Set][]Change{
			Kinds: v.Changes.Kinds, Categories: v.Changes.Categories, Territories: v.Changes.Territories, Units: v.Changes.Units}})
		for _, set := range All {
			for _, c := range s.versions[i].Changes[set] {
				if err := s.learn(set, i, c); err != nil {
					return nil, fmt.Errorf("version %s: %s: %w", v.Version, set, err)
				}
			}
		}
	}
	return s, nil
}

// learn notes what one change makes of the codes in it.
func (s *Sets) learn(set Set, version int, c Change) error {
	if version == 0 {
		return errors.New("the first version has none before it to change")
	}
	if len(c.From) > 1 && len(c.To) > 1 {
		return fmt.Errorf("%v to %v: many to many says of no code what became of it; write it as several changes", c.From, c.To)
	}
	if len(c.From)+len(c.To) == 0 {
		return errors.New("a change without codes")
	}
	for _, code := range c.From {
		if at, gone := s.ended[set][code]; gone {
			return fmt.Errorf("%s ended in version %s", code, s.versions[at].Name)
		}
		if born, is := s.born[set][code]; is && born == version {
			return fmt.Errorf("%s begins and ends in one version", code)
		}
		if _, named := s.retired[set][code]; !named {
			return fmt.Errorf("%s ends, and retired does not say what it was called", code)
		}
		s.ended[set][code], s.by[set][code] = version, c
	}
	for _, code := range c.To {
		if _, again := s.born[set][code]; again {
			return fmt.Errorf("%s begins twice", code)
		}
		if _, gone := s.ended[set][code]; gone {
			return fmt.Errorf("%s is used again after it ended", code)
		}
		s.born[set][code], s.into[set][code] = version, c
	}
	return nil
}

// Versions are the versions, oldest first; empty where nothing was ever changed.
func (s *Sets) Versions() []Version {
	if s == nil {
		return nil
	}
	return s.versions
}

// Retired is what an ended code was called; ok is false for a code that did not end.
func (s *Sets) Retired(set Set, code string) (Retired, bool) {
	if s == nil {
		return Retired{}, false
	}
	r, ok := s.retired[set][code]
	return r, ok
}

// Ended lists the codes of a set that ended, in order.
func (s *Sets) Ended(set Set) []string {
	if s == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(s.ended[set]))
}

// Check holds the sets against the codes in force: a code that ended must not be there, and one that was brought and did not end must be.
// exists says of a code whether it is in force.
func (s *Sets) Check(exists func(set Set, code string) bool) error {
	for _, set := range All {
		for code := range s.ended[set] {
			if exists(set, code) {
				return fmt.Errorf("%s: %s ended in version %s, and is still in force", set, code, s.versions[s.ended[set][code]].Name)
			}
		}
		for code, at := range s.born[set] {
			if _, gone := s.ended[set][code]; !gone && !exists(set, code) {
				return fmt.Errorf("%s: %s began in version %s, and is not in force", set, code, s.versions[at].Name)
			}
		}
	}
	return nil
}
