// Package handover gives cases that belong to another city to that city's hotline as signed packages, takes over what belongs here, and brings back how they stand.
//
// Rows say what is to be sent and a sweep sends it: a package until the signed receipt is here, then what the resident says, and, from the other side, each step of the case.
// Every message carries the number of its handover, so that the same one twice changes nothing.
package handover

import (
	"crypto/ed25519"
	"log/slog"
	"net/http"
	"time"

	"huiyin/casework"
	"huiyin/intake"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/seal"
)

// Settings are what a Service works with.
type Settings struct {
	DB      pg.DB
	Docket  *casework.Docket
	Door    *intake.Door
	City    *routing.City
	Keys    *seal.Keyring
	BaseURL string // as the world reaches this installation, without a slash at the end
	Now     func() time.Time
	Log     *slog.Logger
	Client  *http.Client // nil: one that follows no redirects and gives up after half a minute
}

// Service hands over and takes over. Use New. It is safe for concurrent use.
type Service struct{ Settings }

// New makes a service. What is queued goes out where Drain is called.
func New(s Settings) *Service {
	if s.Client == nil {
		s.Client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Service{Settings: s}
}

// Addresses at which every installation answers the others.
const (
	PathCases = "/api/v1/handovers"       // packages; the answer is the receipt
	PathNews  = "/api/v1/handovers/news"  // how a case stands
	PathWords = "/api/v1/handovers/words" // what its resident says
	PathKey   = "/.well-known/huiyin-handover.json"
)

// LateAfter is how long a receipt may take before somebody is told: a working day, in hours.
const LateAfter = 24 * time.Hour

// pause is how long a message rests after so many failed tries: half a minute, doubling to an hour. It never gives up.
func pause(tries int) time.Duration {
	return min(30*time.Second<<min(max(tries-1, 0), 7), time.Hour)
}

// lease keeps a message under way from being sent by a second process.
const lease = 2 * time.Minute

// systemScope lets a transaction see every case.
func systemScope() pg.Settings { return pg.Settings{"huiyin.scope": "system"} }

// heading begins a message of ours.
func (s *Service) heading(h Head, kind, from, to string) Head {
	now := s.Now().UTC().Truncate(time.Second)
	h.Version, h.Type, h.From, h.To, h.At, h.Expires = version, kind, from, to, now, now.Add(freshFor)
	return h
}

// only holds a message against the partner it claims to come from.
func only(p Partner) func(string) (ed25519.PublicKey, error) {
	return func(code string) (ed25519.PublicKey, error) {
		if code != p.Code {
			return nil, errStranger
		}
		return p.Key, nil
	}
}
