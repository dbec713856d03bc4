package meilitest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// standardSettings are those of an index that nobody set.
func standardSettings() map[string]json.RawMessage {
	const standard = `{"displayedAttributes":["*"],"searchableAttributes":["*"],"filterableAttributes":[],"sortableAttributes":[],"rankingRules":["words","typo","proximity","attributeRank","sort","wordPosition","exactness"],
		"stopWords":[],"nonSeparatorTokens":[],"separatorTokens":[],"dictionary":[],"synonyms":{},"distinctAttribute":null,"proximityPrecision":"byWord",
		"typoTolerance":{"enabled":true,"minWordSizeForTypos":{"oneTypo":5,"twoTypos":9},"disableOnWords":[],"disableOnAttributes":[],"disableOnNumbers":false},
		"faceting":{"maxValuesPerFacet":100,"sortFacetValuesBy":{"*":"alpha"}},"pagination":{"maxTotalHits":1000},"searchCutoffMs":null,"localizedAttributes":null,"facetSearch":true,"prefixSearch":"indexingTime"}`
	var out map[string]json.RawMessage
	if err := json.Unmarshal([]byte(standard), &out); err != nil {
		panic(err) // written above
	}
	return out
}

func (s *Server) getSettings(c *call) (int, any, *problem) {
	x := s.indexes[c.PathValue("index")]
	if x == nil {
		return 0, nil, noIndex(c.PathValue("index"))
	}
	return http.StatusOK, x.settings, nil
}

// ruleNames are the ranking rules there are; others must be asc(name) or desc(name).
var ruleNames = []string{"words", "typo", "proximity", "attribute", "attributeRank", "sort", "wordPosition", "exactness"}

func (s *Server) updateSettings(c *call) (int, any, *problem) {
	var in map[string]json.RawMessage
	if p := c.read(&in); p != nil {
		return 0, nil, p
	}
	standard := standardSettings()
	for name := range in {
		if _, known := standard[name]; !known && name != "embedders" && name != "chat" {
			return 0, nil, wrong(http.StatusBadRequest, "bad_request", "Unknown field `%s`.", name)
		}
	}
	var rules []string
	if raw := in["rankingRules"]; raw != nil && json.Unmarshal(raw, &rules) != nil {
		return 0, nil, wrong(http.StatusBadRequest, "invalid_settings_ranking_rules", "Invalid value type at `.rankingRules`.")
	}
	for _, r := range rules {
		if !slices.Contains(ruleNames, r) && !strings.HasSuffix(r, ":asc") && !strings.HasSuffix(r, ":desc") {
			return 0, nil, wrong(http.StatusBadRequest, "invalid_settings_ranking_rules", "Invalid value at `.rankingRules[0]`: `%s` ranking rule is invalid.", r)
		}
	}
	return s.set(c.PathValue("index"), in, standard)
}

// getList and setList are the routes of one setting that is a list.
func (s *Server) getList(name string) func(*call) (int, any, *problem) {
	return func(c *call) (int, any, *problem) {
		x := s.indexes[c.PathValue("index")]
		if x == nil {
			return 0, nil, noIndex(c.PathValue("index"))
		}
		return http.StatusOK, x.settings[name], nil
	}
}

func (s *Server) setList(name string) func(*call) (int, any, *problem) {
	return func(c *call) (int, any, *problem) {
		var in []any
		if p := c.read(&in); p != nil {
			return 0, nil, p
		}
		return s.set(c.PathValue("index"), map[string]json.RawMessage{name: c.body}, standardSettings())
	}
}

// filterableNames are the attributes that may be filtered by, where they are given by name.
func (x *index) filterableNames() []string { return x.strings("filterableAttributes") }

func (s *Server) set(name string, in, standard map[string]json.RawMessage) (int, any, *problem) {
	details := map[string]any{}
	for k, v := range in {
		details[k] = v
	}
	return s.take("settingsUpdate", name, details, func() *problem {
		x := s.indexes[name]
		if x == nil {
			x = newIndex(name, nil)
			s.indexes[name] = x
		}
		for k, v := range in {
			if string(v) == "null" {
				v = standard[k]
			}
			x.settings[k] = v
		}
		return nil
	})
}

// strings reads a setting that is a list.
func (x *index) strings(name string) []string {
	var list []string
	_ = json.Unmarshal(x.settings[name], &list) // a list of names, or none
	return list
}

// filterable tells by which attributes may be filtered, and which of them may be compared.
func (x *index) filterable(attribute string) (equal, compare bool) {
	var list []json.RawMessage
	_ = json.Unmarshal(x.settings["filterableAttributes"], &list) // a list, as it was set
	for _, raw := range list {
		var name string
		if json.Unmarshal(raw, &name) == nil {
			if name == attribute {
				return true, true
			}
			continue
		}
		var rule struct {
			Patterns []string `json:"attributePatterns"`
			Features struct {
				Filter struct {
					Equality   bool `json:"equality"`
					Comparison bool `json:"comparison"`
				} `json:"filter"`
			} `json:"features"`
		}
		if json.Unmarshal(raw, &rule) == nil && slices.Contains(rule.Patterns, attribute) {
			return rule.Features.Filter.Equality, rule.Features.Filter.Comparison
		}
	}
	return false, false
}
