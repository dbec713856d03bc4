package search

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/follow"
	"huiyin/locale"
	"huiyin/pg"
	"huiyin/routing"
	"huiyin/search/words"
)

// FollowerName is the name of the cursor by which the index reads the history.
const FollowerName = "search"

// Follower keeps an engine's index as the history says, in the transaction that remembers how far it read. also hears in the same transaction which cases changed: how another engine learns what to read.
func Follower(engine Engine, city *routing.City, also ...func(ctx context.Context, q pg.Querier, ids []casework.CaseID) error) follow.Follower {
	return follow.Follower{Name: FollowerName, Handle: func(ctx context.Context, tx pgx.Tx, events []casework.Event) error {
		var ids []casework.CaseID
		known := map[casework.CaseID]bool{}
		for _, e := range events {
			if !known[e.Case] && e.Step != casework.StepUse && e.Step != casework.StepBreach && e.Step != casework.StepRemind && e.Step != casework.StepRecount {
				known[e.Case] = true
				ids = append(ids, e.Case)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		docs, err := Documents(ctx, tx, city, ids)
		if err != nil {
			return err
		}
		if err := engine.Put(ctx, tx, docs); err != nil {
			return err
		}
		for _, tell := range also {
			if err := tell(ctx, tx, ids); err != nil {
				return err
			}
		}
		return nil
	}}
}

// reindexBatch keeps each transaction of a reindex well below a second, so that no follower waits for it.
const reindexBatch = 300

// Reindex puts every case into an index again by the engine's own way of putting. It may run beside the follower, and again after an interruption.
// advance, unless nil, hears how many cases are done.
func Reindex(ctx context.Context, db pg.DB, engine Engine, city *routing.City, advance func(done int)) (int, error) {
	done := 0
	var last casework.CaseID
	for {
		n := 0
		err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			docs, err := documents(ctx, tx, city, `where c.id > $1 order by c.id limit $2`, last, reindexBatch)
			if n = len(docs); err != nil || n == 0 {
				return err
			}
			last = docs[n-1].Case
			return engine.Put(ctx, tx, docs)
		})
		if err != nil {
			return done, fmt.Errorf("reindex after %d cases: %w", done, err)
		}
		if n == 0 {
			return done, nil
		}
		if done += n; advance != nil {
			advance(done)
		}
	}
}

// readBatch is how many cases are read at once for an index that is built as a whole.
const readBatch = 2000

// All hands over every case there is as the index keeps it, in batches, for an engine that builds its index as a whole. advance, unless nil, hears how many were read.
func All(ctx context.Context, db pg.DB, city *routing.City, advance func(done int), each func([]Document) error) error {
	var last casework.CaseID
	for done := 0; ; {
		var docs []Document
		err := pg.InTx(ctx, db, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
			var err error
			docs, err = documents(ctx, tx, city, `where c.id > $1 order by c.id limit $2`, last, readBatch)
			return err
		})
		if err != nil || len(docs) == 0 {
			return err
		}
		last = docs[len(docs)-1].Case
		if done += len(docs); advance != nil {
			advance(done)
		}
		if err := each(docs); err != nil {
			return err
		}
	}
}

// Documents reads cases as an index keeps them; those that are not there are left out. The transaction must have the scope of the system.
func Documents(ctx context.Context, q pg.Querier, city *routing.City, ids []casework.CaseID) ([]Document, error) {
	return documents(ctx, q, city, `where c.id = any ($1)`, ids)
}

// documents reads cases as the index keeps them. The transaction must have the scope of the system.
func documents(ctx context.Context, q pg.Querier, city *routing.City, where string, args ...any) ([]Document, error) {
	rows, err := q.Query(ctx, `select c.id, c.version, c.number, c.external_no, c.filed_at, c.state, c.kind, c.category, c.territory, coalesce(c.lead_unit, ''), c.title, c.place, c.body,
		coalesce((select array_agg(p.unit order by p.role desc, p.unit) from party p where p.case_id = c.id and p.left_at is null), '{}'),
		coalesce((select array_agg(m.body order by m.at, m.id) from message m where m.case_id = c.id), '{}'),
		coalesce((select array_agg(r.satisfaction order by r.round) from rating r where r.case_id = c.id), '{}') from cases c `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Document, error) {
		var d Document
		var territory string
		var levels []int
		err := row.Scan(&d.Case, &d.Version, &d.Number, &d.ExternalNo, &d.FiledAt, &d.State, &d.Kind, &d.Category, &territory, &d.Lead, &d.Title, &d.Place, &d.Body, &d.Parties, &d.Said, &levels)
		d.District = city.District(territory)
		d.Names = []string{city.CategoryPath(d.Category, locale.ZH), city.TerritoryName(territory, locale.ZH)}
		for _, u := range d.Parties {
			d.Names = append(d.Names, city.UnitName(u, locale.ZH))
		}
		for _, l := range levels { // as residents and staff call it
			d.Names = append(d.Names, locale.ZH.T("search.rated", locale.Args{"Level": locale.ZH.T("satisfaction." + strconv.Itoa(l)), "N": l}))
		}
		return d, err
	})
}

// Lexicon is the vocabulary of a city: the words of the hotline, and what the city calls its matters, units, areas and places.
func Lexicon(city *routing.City) *words.Lexicon {
	var names []string
	for _, c := range city.Categories() {
		names = append(names, c.Name.ZH)
	}
	for _, u := range city.Units() {
		names = append(append(names, u.Name.ZH), u.Aliases...)
	}
	for _, t := range city.Territories() {
		names = append(append(names, t.Name.ZH), t.Aliases...)
	}
	for _, p := range city.Places() {
		names = append(append(names, p.Name.ZH), p.Aliases...)
	}
	return words.New(strings.Fields(strings.Join(names, "\n")))
}
