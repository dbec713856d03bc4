package datause

import (
	_ "embed"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// RulesVersion is one version of the rules by which personal data is processed (Network Data Security Regulations, article 21).
type RulesVersion struct {
	Version string   `yaml:"version" json:"version"`
	Since   string   `yaml:"since" json:"since"` // yyyy-mm-dd
	ZH      []string `yaml:"zh" json:"zh"`
	EN      []string `yaml:"en" json:"en"`
}

//go:embed rules.yaml
var rulesFile []byte

// ProcessingRules reads every version, the newest first.
func ProcessingRules() ([]RulesVersion, error) {
	var all []RulesVersion
	if err := yaml.Unmarshal(rulesFile, &all); err != nil {
		return nil, fmt.Errorf("rules.yaml: %w", err)
	}
	slices.Reverse(all)
	return all, nil
}

// Changed tells which lines a version added to an older one, and which it dropped.
func Changed(old, now []string) (added, dropped []string) {
	for _, line := range now {
		if !slices.Contains(old, line) {
			added = append(added, line)
		}
	}
	for _, line := range old {
		if !slices.Contains(now, line) {
			dropped = append(dropped, line)
		}
	}
	return added, dropped
}

// Stages are the stages of the life of personal data, each with the control that holds there, as locale keys are made of them.
var Stages = []string{"collect", "transfer", "store", "access", "use", "destroy"}
