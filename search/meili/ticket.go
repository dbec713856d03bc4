package meili

import (
	"context"
	"fmt"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"huiyin/casework"
)

// maxTickets bounds how many sights are remembered; a city has some hundred.
const maxTickets = 2000

// ticket is a client that may see what a sight may and nothing else: its key is a tenant token with the units in it, so that a mistake in a filter of ours opens nothing. Servers without keys have no tokens.
func (e *Engine) ticket(ctx context.Context, sight casework.Sight) (meilisearch.ServiceManager, error) {
	if !e.keyed {
		return e.admin, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now, name := time.Now(), fingerprint(sight) // the clock by which the server judges, whatever the city's is set to
	if t, ok := e.tokens[name]; ok && now.Sub(t.made) < tokenOld && now.Sub(t.made) >= 0 {
		return t.client, nil
	}
	if e.search == nil {
		key, err := e.searchKey(ctx)
		if err != nil {
			return nil, err
		}
		e.search = key
	}
	token, err := e.admin.GenerateTenantToken(e.search.UID, map[string]any{e.index: rule(sight)}, &meilisearch.TenantTokenOptions{APIKey: e.search.Key, ExpiresAt: now.Add(tokenLife)})
	if err != nil {
		return nil, fmt.Errorf("make tenant token: %w", err)
	}
	if len(e.tokens) >= maxTickets {
		clear(e.tokens)
	}
	t := ticket{client: e.client(token), made: now}
	e.tokens[name] = t
	return t.client, nil
}

// searchKey finds the key that may only search our index, or makes it.
func (e *Engine) searchKey(ctx context.Context) (*meilisearch.Key, error) {
	r, err := e.admin.GetKeysWithContext(ctx, &meilisearch.KeysQuery{Limit: 1000})
	if err != nil {
		return nil, away(fmt.Errorf("look for the search key: %w", err))
	}
	for _, k := range r.Results {
		if k.Name == keyName+" "+e.index {
			return &k, nil
		}
	}
	key, err := e.admin.CreateKeyWithContext(ctx, &meilisearch.Key{Name: keyName + " " + e.index, Description: "searches cases; made by huiyin", Actions: []string{"search"}, Indexes: []string{e.index}})
	if err != nil {
		return nil, away(fmt.Errorf("make the search key: %w", err))
	}
	return key, nil
}
