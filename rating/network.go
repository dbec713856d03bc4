package rating

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
)

// So many good ratings of one unit from one network within an hour make a run. A run is a sign that a person looks at: no rating is counted apart for it, since a hall's visitors share a network too.
const (
	NetworkRun    = 8
	NetworkWithin = time.Hour
)

// networkOf is the network of an address: the first three numbers of IPv4, the first 48 bits of IPv6; empty where it is none.
func networkOf(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap()
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// network is the keyed hash of a network under the day's salt.
func (b *Book) network(name string, at time.Time) []byte {
	return b.Keys.Hash("rating-network", at.In(b.Zone).Format(time.DateOnly)+" "+name)
}

// NoteNetwork notes from which network a rating of a case came, and marks the run that it belongs to. Only good ones are looked at. address is the sender's; what is kept of it is a hash that is forgotten within two hours.
func (b *Book) NoteNetwork(ctx context.Context, id casework.CaseID, round int, unit casework.UnitCode, level Level, address string) error {
	return pg.InTx(ctx, b.DB, all, func(tx pgx.Tx) error { return b.noteNetwork(ctx, tx, id, round, unit, level, address) })
}

func (b *Book) noteNetwork(ctx context.Context, tx pgx.Tx, subject uuid.UUID, round int, unit casework.UnitCode, level Level, address string) error {
	name := networkOf(address)
	if name == "" || unit == "" || level < 4 {
		return nil
	}
	now := b.Now().UTC().Truncate(time.Microsecond)
	if _, err := tx.Exec(ctx, `insert into rating_network (subject, round, unit, network, at) values ($1, $2, $3, $4, $5) on conflict (subject, round) do nothing`, subject, round, unit, b.network(name, now), now); err != nil {
		return fmt.Errorf("note the network of a rating: %w", err)
	}
	// The salt changes at midnight: an hour that began yesterday is looked at by both.
	_, err := tx.Exec(ctx, `with run as (select subject, round from rating_network where unit = $1 and network = any ($2) and at > $3)
		update rating_network r set crowd = true from run where r.subject = run.subject and r.round = run.round and not r.crowd and (select count(*) from run) >= $4`,
		unit, [][]byte{b.network(name, now), b.network(name, now.Add(-NetworkWithin))}, now.Add(-NetworkWithin), NetworkRun)
	if err != nil {
		return fmt.Errorf("look for a run from one network: %w", err)
	}
	return nil
}

// forgetNetworks takes away the hashes in which nothing is compared any more; only the marks of runs stay.
func forgetNetworks(ctx context.Context, tx pgx.Tx, before time.Time) error {
	if _, err := tx.Exec(ctx, `delete from rating_network where not crowd and at < $1`, before); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `update rating_network set network = null where network is not null and at < $1`, before)
	return err
}
