package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"huiyin/translog"
	"huiyin/translog/form"
)

// rule takes a version of the rules. Once in force a version never changes; only the files that the city began with (version 0) may be others at a later start.
func (t *telling) rule(r translog.RuleEntry) error {
	if t.rules == nil {
		t.rules = map[string]string{}
	}
	at := fmt.Sprintf("%s version %d", r.Name, r.Version)
	if had, ok := t.rules[at]; ok && had != r.SHA256 && r.Version > 0 {
		return fmt.Errorf("%s entered the log with two contents: it was changed after it came into force", at)
	}
	t.rules[at] = r.SHA256
	return nil
}

// stone takes what became of a public card. A case that never had a card has a commitment only.
func (t *telling) stone(e form.Entry) error {
	if e.Body == nil {
		return nil
	}
	var r struct {
		Body struct {
			Number   string `json:"number"`
			Withheld string `json:"withheld"`
		} `json:"body"`
	}
	if err := json.Unmarshal(e.Body, &r); err != nil || r.Body.Number == "" {
		return errors.New("this is no tombstone")
	}
	if t.stones == nil {
		t.stones = map[string]string{}
	}
	t.stones[r.Body.Number] = r.Body.Withheld
	return nil
}

// tombstones looks for the tombstone of each card that the log says is withheld.
func (s *Site) tombstones(ctx context.Context, r *Report, t *telling) {
	for _, number := range slices.Sorted(maps.Keys(t.stones)) {
		if t.stones[number] == "" {
			continue
		}
		switch _, err := s.get(ctx, "/cases/"+number+".json"); {
		case errors.Is(err, errRemoved):
		case err == nil:
			r.wrong("the log says that the public card %s is withheld, and the installation shows it", number)
		default:
			r.wrong("the tombstone of the public card %s is missing: %v", number, err)
		}
	}
}
