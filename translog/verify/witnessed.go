package verify

import (
	"context"

	"golang.org/x/mod/sumdb/note"

	"huiyin/translog/witness"
)

// witnessed holds the countersigned checkpoint against the witnesses asked for; what they signed is then a checkpoint kept from before, which the log must grow from.
func (s *Site) witnessed(ctx context.Context, r *Report, keys []string) [][]byte {
	signed, err := s.get(ctx, "/log/witnessed")
	if err != nil {
		r.wrong("no countersigned checkpoint: %v", err)
		return nil
	}
	for _, k := range keys {
		v, err := witness.NewVerifier(k)
		if err != nil {
			r.wrong("%.40q is no key of a witness", k)
			continue
		}
		if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
			r.wrong("the witness %s has not countersigned", v.Name())
		}
	}
	return [][]byte{signed}
}
