// Package meili is the search engine on a Meilisearch server, for cities whose searches outgrow the database; the index holds what the embedded one holds: folded masked words and hashed pieces of them.
package meili

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/pg"
	"huiyin/search"
	"huiyin/search/embedded"
	"huiyin/search/words"
)

// Limits on one conversation with the server.
const (
	asking    = 3 * time.Second         // one request; whoever searches waits less, see search.Standby
	taskLimit = 30 * time.Second        // until a task is done
	taskPoll  = 20 * time.Millisecond   //
	building  = 10 * time.Minute        // until settings or an exchange are done on a large index
	putChunk  = 500                     // documents sent at once
	primary   = "id"                    //
	next      = "_next"                 // suffix of the index that is being built
	keyName   = "huiyin search"         // of the key by which we search
	tokenLife = 30 * time.Minute        // of what opens one unit's cases
	tokenOld  = tokenLife - time.Minute // a token this old is made anew
)

// Engine is the engine on a Meilisearch server. Use New.
type Engine struct {
	lexicon *words.Lexicon
	now     func() time.Time // for recency and tokens
	zone    *time.Location   // the city's, for months
	index   string
	url     string
	asking  time.Duration
	admin   meilisearch.ServiceManager // with the key of the settings
	keyed   bool                       // the server has keys

	mu     sync.Mutex
	search *meilisearch.Key
	tokens map[string]ticket // by sight
}

// ticket is a client that may see what one sight may.
type ticket struct {
	client meilisearch.ServiceManager
	made   time.Time
}

// Settings are what an engine needs.
type Settings struct {
	URL     string // of the server
	Key     string // one that may do everything; empty where the server has no keys
	Index   string // name of the index on the server, "huiyin" where empty
	Lexicon *words.Lexicon
	Now     func() time.Time
	Zone    *time.Location
	Asking  time.Duration // how long one request may take; zero: 3 s
}

// New makes an engine. It does not speak to the server.
func New(s Settings) *Engine {
	if s.Index == "" {
		s.Index = "huiyin"
	}
	e := &Engine{lexicon: s.Lexicon, now: s.Now, zone: s.Zone, index: s.Index, url: s.URL, asking: cmp.Or(s.Asking, asking), keyed: s.Key != "", tokens: map[string]ticket{}}
	e.admin = e.client(s.Key)
	return e
}

func (e *Engine) client(key string) meilisearch.ServiceManager {
	return meilisearch.New(e.url, meilisearch.WithAPIKey(key), meilisearch.DisableRetries(), meilisearch.WithCustomClient(&http.Client{Timeout: e.asking}))
}

// URL is where the server is.
func (e *Engine) URL() string { return e.url }

// document is a case as the server keeps it.
type document struct {
	ID         string   `json:"id"`
	Version    int      `json:"version"`
	Filed      int64    `json:"filed"` // microseconds
	Month      string   `json:"month"`
	State      string   `json:"state"`
	Kind       string   `json:"kind"`
	Category   string   `json:"category"`
	Categories []string `json:"categories"` // with those above it
	District   string   `json:"district"`
	Lead       string   `json:"lead"`
	Parties    []string `json:"parties"`
	Title      string   `json:"title"`
	Body       string   `json:"body"`
	Tokens     []uint32 `json:"tokens"`
}

func (e *Engine) document(d search.Document) document {
	title, body, tokens := embedded.Read(d)
	out := document{ID: d.Case.String(), Version: d.Version, Filed: d.FiledAt.UnixMicro(), Month: d.FiledAt.In(e.zone).Format("2006-01"), State: string(d.State), Kind: string(d.Kind), Category: d.Category, District: d.District,
		Lead: string(d.Lead), Categories: []string{}, Parties: []string{}, Title: title, Body: body, Tokens: make([]uint32, len(tokens))}
	for n := 2; n <= len(d.Category); n += 2 {
		out.Categories = append(out.Categories, d.Category[:n])
	}
	for _, u := range d.Parties {
		out.Parties = append(out.Parties, string(u))
	}
	for i, t := range tokens {
		out.Tokens[i] = uint32(t) //nolint:gosec // the same bits, without a sign
	}
	return out
}

// Put stores documents in place of older ones and waits until they can be found. q is not used: the server has no part in transactions.
func (e *Engine) Put(ctx context.Context, _ pg.Querier, docs []search.Document) error {
	newest := map[casework.CaseID]search.Document{}
	var order []casework.CaseID
	for _, d := range docs {
		old, known := newest[d.Case]
		if !known {
			order = append(order, d.Case)
		}
		if !known || d.Version >= old.Version {
			newest[d.Case] = d
		}
	}
	for len(order) > 0 {
		n := min(len(order), putChunk)
		chunk := make([]search.Document, n)
		for i, id := range order[:n] {
			chunk[i] = newest[id]
		}
		order = order[n:]
		if err := e.put(ctx, e.index, chunk); err != nil {
			return err
		}
	}
	return nil
}

// put sends one batch, without those of which the server has a newer version.
func (e *Engine) put(ctx context.Context, index string, docs []search.Document) error {
	have, err := e.versions(ctx, index, docs)
	if err != nil {
		return err
	}
	var list []document
	for _, d := range docs {
		if v, known := have[d.Case.String()]; !known || d.Version >= v {
			list = append(list, e.document(d))
		}
	}
	if len(list) == 0 {
		return nil
	}
	id := primary
	task, err := e.admin.Index(index).AddDocumentsWithContext(ctx, &list, &meilisearch.DocumentOptions{PrimaryKey: &id})
	if err != nil {
		return away(fmt.Errorf("put %d documents: %w", len(list), err))
	}
	return e.done(ctx, task, taskLimit)
}

func (e *Engine) versions(ctx context.Context, index string, docs []search.Document) (map[string]int, error) {
	ids := make([]string, len(docs))
	for i, d := range docs {
		ids[i] = d.Case.String()
	}
	var r meilisearch.DocumentsResult
	err := e.admin.Index(index).GetDocumentsWithContext(ctx, &meilisearch.DocumentsQuery{Ids: ids, Limit: int64(len(ids)), Fields: []string{primary, "version"}}, &r)
	if code(err) == "index_not_found" {
		return nil, nil
	}
	if err != nil {
		return nil, away(fmt.Errorf("ask for versions: %w", err))
	}
	have := make(map[string]int, len(r.Results))
	for _, h := range r.Results {
		var d document
		if err := h.DecodeInto(&d); err != nil {
			return nil, fmt.Errorf("read versions: %w", err)
		}
		have[d.ID] = d.Version
	}
	return have, nil
}

// Drop forgets cases.
func (e *Engine) Drop(ctx context.Context, _ pg.Querier, ids []casework.CaseID) error {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	task, err := e.admin.Index(e.index).DeleteDocumentsWithContext(ctx, list, nil)
	if err != nil {
		return away(fmt.Errorf("drop %d documents: %w", len(ids), err))
	}
	return e.done(ctx, task, taskLimit)
}

// failed is a task that the server took and could not do.
type failed struct {
	task    int64
	status  string
	code    string
	message string
}

func (f failed) Error() string {
	return fmt.Sprintf("task %d %s: %s (%s)", f.task, f.status, f.message, f.code)
}

// done waits for a task and tells whether it succeeded: a server answers well to a task that failed.
func (e *Engine) done(ctx context.Context, info *meilisearch.TaskInfo, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	task, err := e.admin.WaitForTaskWithContext(ctx, info.TaskUID, taskPoll)
	if err != nil {
		return away(fmt.Errorf("wait for task %d: %w", info.TaskUID, err))
	}
	if task.Status != meilisearch.TaskStatusSucceeded {
		return failed{task: info.TaskUID, status: string(task.Status), code: task.Error.Code, message: task.Error.Message}
	}
	return nil
}

// away marks what went wrong between us and the server.
func away(err error) error { return fault.Wrap(fault.Unavailable, "fault.unavailable", err) }

// code is what the server calls an error, empty for others.
func code(err error) string {
	var e *meilisearch.Error
	if errors.As(err, &e) {
		return e.MeilisearchApiError.Code
	}
	return ""
}

// Health tells whether the server answers and how many documents it has.
func (e *Engine) Health(ctx context.Context) (documents int64, err error) {
	stats, err := e.admin.Index(e.index).GetStatsWithContext(ctx, nil)
	if code(err) == "index_not_found" {
		return 0, nil
	}
	if err != nil {
		return 0, away(fmt.Errorf("ask the search server: %w", err))
	}
	return stats.NumberOfDocuments, nil
}

func decode(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}
