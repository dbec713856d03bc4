package routing

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"huiyin/casework"
)

// What is kept of a proposal is all of it, in whatever words.
func TestAKeptProposalIsReadBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom([]string{"", "路灯", `"引号"`, `反\斜`, "换\n行", "Street lights", "\x01", "\xff"}), rapid.StringN(0, 6, 24))
		name := rapid.Custom(func(t *rapid.T) Name {
			if n := word.Draw(t, "zh"); rapid.Bool().Draw(t, "both") {
				return both(n)
			} else {
				return Name{n, word.Draw(t, "en")}
			}
		})
		reasons := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Reason {
			return Reason{word.Draw(t, "key"), inOrder(rapid.MapOfN(rapid.SampledFrom([]string{"Words", "Place"}), name, 0, 2).Draw(t, "args"))}
		}), 0, 3)
		share := rapid.Float64Range(0, 1)
		belief := rapid.Custom(func(t *rapid.T) Belief {
			return Belief{share.Draw(t, "p"), Source(word.Draw(t, "source")), reasons.Draw(t, "reasons")}
		})
		p := Proposal{Kind: casework.Kind(word.Draw(t, "kind")), Category: CategoryRef{word.Draw(t, "code"), word.Draw(t, "path")}, Territory: TerritoryRef{word.Draw(t, "area"), word.Draw(t, "name")},
			Urgency: casework.Urgency(word.Draw(t, "urgency")), Emergency: EmergencyRef{word.Draw(t, "number"), word.Draw(t, "word")}, Secret: rapid.Bool().Draw(t, "secret"), Auto: rapid.Bool().Draw(t, "auto"),
			Tags: rapid.SliceOfN(word, 0, 2).Draw(t, "tags"), Preselect: casework.UnitCode(word.Draw(t, "preselect")), Version: word.Draw(t, "version"), Model: word.Draw(t, "model"),
			Sure: Beliefs{belief.Draw(t, "k"), belief.Draw(t, "c"), belief.Draw(t, "t"), belief.Draw(t, "u")},
			Candidates: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Candidate {
				return Candidate{casework.UnitCode(word.Draw(t, "unit")), share.Draw(t, "p"), reasons.Draw(t, "reasons")}
			}), 0, 3).Draw(t, "candidates")}
		plain, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var want Proposal
		if err := json.Unmarshal(plain, &want); err != nil {
			t.Fatal(err)
		}
		kept, grounds := p.AppendJSON(nil), p.AppendGrounds(nil)
		got, err := ReadProposal(kept, string(grounds))
		if err != nil {
			t.Fatalf("%v: %s %s", err, kept, grounds)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s\n%s", kept, grounds, diff)
		}
		if old, err := ReadProposal(plain, ""); err != nil || !cmp.Equal(want, old, cmpopts.EquateEmpty()) {
			t.Fatalf("kept before reasons stood apart: %v, %v", old, err)
		}
	})
}

// Grounds that somebody damaged are an error, never a wrong reason.
func TestDamagedGroundsAreRefused(t *testing.T) {
	for _, grounds := range []string{`{`, `[]`, `{"kind":[["a",{"Place":0}]]}`, `{"names":[["一","one"]],"kind":[["a",{"Place":1}]]}`, `{"names":[["一","one"]],"kind":[["a",{"Place":-1}]]}`,
		`{"kind":[["a",{"Place":true}]]}`, `{"kind":[[1]]}`, `{"kind":[["a",[]]]}`, `{"units":[[["a",{"Place":9}]]]}`} {
		if p, err := ReadProposal([]byte(`{"version":"1","candidates":[{"unit":"u"}]}`), grounds); err == nil {
			t.Errorf("%s was read as %+v", grounds, p)
		}
	}
}

// The kinds that the rules weigh are those that there are.
func TestEveryKindHasItsGravity(t *testing.T) {
	if diff := cmp.Diff(casework.Kinds, graver[:], cmpopts.SortSlices(func(a, b casework.Kind) bool { return a < b })); diff != "" {
		t.Error(diff)
	}
}
