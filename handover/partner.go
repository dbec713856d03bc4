package handover

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
)

var errStranger = fault.New(fault.Forbidden, "fault.handover_stranger")

// Partner is the hotline of another city with which cases are exchanged.
type Partner struct {
	Code    string // how it names itself
	Name    string
	URL     string // of its installation, without a slash at the end
	Key     ed25519.PublicKey
	Kinds   []casework.Kind // what it takes; empty: every kind
	AddedAt time.Time
}

// Takes reports whether the partner takes cases of a kind.
func (p Partner) Takes(k casework.Kind) bool { return len(p.Kinds) == 0 || slices.Contains(p.Kinds, k) }

// ParseKey reads a public key as MakeKey's command prints it. Errors: fault.Invalid.
func ParseKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fault.New(fault.Invalid, "fault.handover_key").At("key")
	}
	return key, nil
}

// FormatKey writes a public key for people and programs.
func FormatKey(key ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(key) }

// AddPartner adds a partner or changes one. Its address must be https, or of this machine. Errors: fault.Invalid with the field.
func (s *Service) AddPartner(ctx context.Context, p Partner) error {
	p.URL = strings.TrimRight(strings.TrimSpace(p.URL), "/")
	p.Code, p.Name = strings.TrimSpace(p.Code), strings.TrimSpace(p.Name)
	switch {
	case p.Code == "":
		return fault.New(fault.Invalid, "fault.invalid").At("code")
	case p.Name == "":
		return fault.New(fault.Invalid, "fault.invalid").At("name")
	case !safeURL(p.URL):
		return fault.New(fault.Invalid, "fault.handover_url").At("url")
	case len(p.Key) != ed25519.PublicKeySize:
		return fault.New(fault.Invalid, "fault.handover_key").At("key")
	}
	for _, k := range p.Kinds {
		if !slices.Contains(casework.Kinds, k) {
			return fault.New(fault.Invalid, "fault.invalid").At("kinds")
		}
	}
	kinds := make([]string, len(p.Kinds))
	for i, k := range p.Kinds {
		kinds[i] = string(k)
	}
	_, err := s.DB.Exec(ctx, `insert into handover_partner (code, name, url, public_key, kinds, added_at) values ($1, $2, $3, $4, $5, $6)
		on conflict (code) do update set name = excluded.name, url = excluded.url, public_key = excluded.public_key, kinds = excluded.kinds`,
		p.Code, p.Name, p.URL, []byte(p.Key), kinds, s.Now().UTC())
	if err != nil {
		return fmt.Errorf("keep partner: %w", err)
	}
	return nil
}

// safeURL lets personal data travel over TLS only, except inside one machine.
func safeURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// RemovePartner ends the exchange with a partner: nothing more is sent or taken. Errors: fault.NotFound.
func (s *Service) RemovePartner(ctx context.Context, code string) error {
	tag, err := s.DB.Exec(ctx, `delete from handover_partner where code = $1`, code)
	if err != nil {
		return fmt.Errorf("remove partner: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "fault.handover_partner")
	}
	return nil
}

const partnersSQL = `select code, name, url, public_key, kinds, added_at from handover_partner order by name, code`

// Partners lists every partner by name.
func (s *Service) Partners(ctx context.Context) ([]Partner, error) {
	rows, err := s.DB.Query(ctx, partnersSQL)
	if err != nil {
		return nil, fmt.Errorf("list partners: %w", err)
	}
	return pgx.CollectRows(rows, scanPartner)
}

// partner finds one. Errors: fault.Forbidden where there is none.
func (s *Service) partner(ctx context.Context, code string) (Partner, error) {
	rows, err := s.DB.Query(ctx, `select code, name, url, public_key, kinds, added_at from handover_partner where code = $1`, code)
	if err != nil {
		return Partner{}, fmt.Errorf("find partner: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanPartner)
	if pg.IsNoRows(err) {
		return p, errStranger
	}
	return p, err
}

func scanPartner(row pgx.CollectableRow) (Partner, error) {
	var p Partner
	var key []byte
	var kinds []string
	err := row.Scan(&p.Code, &p.Name, &p.URL, &key, &kinds, &p.AddedAt)
	p.Key = key
	for _, k := range kinds {
		p.Kinds = append(p.Kinds, casework.Kind(k))
	}
	return p, err
}
