package main

import (
	"context"
	"time"

	"huiyin/routing"
	"huiyin/search"
	"huiyin/search/meili"
)

// searchChecks look at the search server, where one is configured.
var searchChecks = []Check{{"search server", inDatabase(checkSearchServer)}}

// searchLate is how long a case may wait for the search server before somebody should look.
const searchLate = time.Minute

func checkSearchServer(ctx context.Context, p *patient) (Finding, error) {
	if p.config.MeiliURL == "" {
		return fine("none is configured; the index in the database answers"), nil
	}
	state, err := meili.Look(ctx, p.db, p.config.MeiliURL)
	if err != nil {
		return Finding{}, err
	}
	engine := meili.New(meili.Settings{URL: p.config.MeiliURL, Key: p.config.MeiliKey, Lexicon: search.Lexicon(&routing.City{}), Now: p.now, Zone: time.UTC})
	short, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	documents, err := engine.Health(short)
	switch {
	case err != nil:
		return doubt("%s does not answer; searches go to the index in the database, and %d cases wait for the server: start it, or empty HUIYIN_MEILI_URL", p.config.MeiliURL, state.Waiting), nil
	case state.Failed != "":
		return bad("%s refuses cases (%d wait, tried up to %d times): %s", p.config.MeiliURL, state.Waiting, state.Tries, state.Failed), nil
	case !state.Filled:
		return doubt("%s is being filled, %d cases are there and %d wait; until then the index in the database answers", p.config.MeiliURL, documents, state.Waiting), nil
	case state.Waiting > 0 && p.now().Sub(state.Since) > searchLate:
		return doubt("%s is behind: %d cases wait, the first since %s", p.config.MeiliURL, state.Waiting, p.now().Sub(state.Since).Round(time.Second)), nil
	}
	return fine("%s answers, with %d cases", p.config.MeiliURL, documents), nil
}
