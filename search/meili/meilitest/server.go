// Package meilitest stands in for a Meilisearch server in tests, with just the routes that package meili uses.
package meilitest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a stand-in: with the server's task queue, filters, facets, keys and tenant tokens. Its way of reading words is much simpler than the real one, so nothing may rest on it; what it finds by words is checked
// again by whoever asks.
type Server struct {
	URL string

	mu      sync.Mutex
	key     string // everything is allowed with it; empty: no keys at all
	keys    []*apiKey
	indexes map[string]*index
	tasks   []*task
	refuse  func(taskType string) string // why tasks of a type fail
	down    bool
	slow    time.Duration
	asked   map[string]int // requests by method and pattern
}

// New starts a server that ends with the test. key is its master key; empty switches keys off.
func New(t testing.TB, key string) *Server {
	t.Helper()
	s := &Server{key: key, indexes: map[string]*index{}, asked: map[string]int{}}
	web := httptest.NewServer(s.routes())
	t.Cleanup(web.Close)
	s.URL = web.URL
	return s
}

// Down lets every request fail as if the server had gone; false brings it back with what it had.
func (s *Server) Down(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Slow lets every request wait.
func (s *Server) Slow(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = d
}

// Refuse lets tasks fail for which why gives a reason, after they were taken.
func (s *Server) Refuse(why func(taskType string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = why
}

// Asked tells how often a route was asked for, such as "POST /multi-search".
func (s *Server) Asked(route string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[route]
}

// Len is how many documents an index has, -1 where there is none.
func (s *Server) Len(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.indexes[name]; x != nil {
		return len(x.docs)
	}
	return -1
}

// problem is an error as the server tells it.
type problem struct {
	status  int
	Message string `json:"message"`
	Code    string `json:"code"`
	Type    string `json:"type"`
	Link    string `json:"link"`
}

func wrong(status int, code, format string, args ...any) *problem {
	kind := "invalid_request"
	if status == http.StatusForbidden || status == http.StatusUnauthorized {
		kind = "auth"
	}
	return &problem{status: status, Message: fmt.Sprintf(format, args...), Code: code, Type: kind, Link: "https://docs.meilisearch.com/errors#" + code}
}

func noIndex(name string) *problem {
	return wrong(http.StatusNotFound, "index_not_found", "Index `%s` not found.", name)
}

// call is one request.
type call struct {
	*http.Request
	body  []byte
	scope access
}

func (c *call) read(into any) *problem {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		return wrong(http.StatusBadRequest, "bad_request", "%v", err)
	}
	return nil
}

func (c *call) number(name string, standard int) int {
	if n, err := strconv.Atoi(c.URL.Query().Get(name)); err == nil {
		return n
	}
	return standard
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern, action string, do func(*call) (int, any, *problem)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, pattern, action, do) })
	}
	on("GET /health", "", func(*call) (int, any, *problem) {
		return http.StatusOK, map[string]string{"status": "available"}, nil
	})
	on("GET /version", "version", func(*call) (int, any, *problem) {
		return http.StatusOK, map[string]string{"commitSha": "0", "commitDate": "2026-01-01", "pkgVersion": "1.25.0"}, nil
	})
	on("GET /indexes", "indexes.get", s.listIndexes)
	on("POST /indexes", "indexes.create", s.createIndex)
	on("GET /indexes/{index}", "indexes.get", s.getIndex)
	on("DELETE /indexes/{index}", "indexes.delete", s.deleteIndex)
	on("GET /indexes/{index}/stats", "stats.get", s.stats)
	on("GET /indexes/{index}/settings", "settings.get", s.getSettings)
	on("PATCH /indexes/{index}/settings", "settings.update", s.updateSettings)
	for path, name := range map[string]string{"filterable-attributes": "filterableAttributes", "sortable-attributes": "sortableAttributes"} {
		on("GET /indexes/{index}/settings/"+path, "settings.get", s.getList(name))
		on("PUT /indexes/{index}/settings/"+path, "settings.update", s.setList(name))
	}
	on("POST /indexes/{index}/documents", "documents.add", s.addDocuments)
	on("GET /indexes/{index}/documents", "documents.get", s.listDocuments)
	on("POST /indexes/{index}/documents/fetch", "documents.get", s.fetchDocuments)
	on("POST /indexes/{index}/documents/delete-batch", "documents.delete", s.deleteDocuments)
	on("DELETE /indexes/{index}/documents", "documents.delete", s.deleteAll)
	on("POST /indexes/{index}/search", "search", s.searchOne)
	on("POST /multi-search", "search", s.searchMany)
	on("POST /swap-indexes", "indexes.swap", s.swap)
	on("GET /tasks/{task}", "tasks.get", s.getTask)
	on("GET /tasks", "tasks.get", s.listTasks)
	on("GET /keys", "keys.get", s.listKeys)
	on("POST /keys", "keys.create", s.createKey)
	on("GET /keys/{key}", "keys.get", s.getKey)
	on("DELETE /keys/{key}", "keys.delete", s.deleteKey)
	return mux
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, pattern, action string, do func(*call) (int, any, *problem)) {
	s.mu.Lock()
	down, slow := s.down, s.slow
	s.asked[pattern]++
	s.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-r.Context().Done():
			return
		}
	}
	c := &call{Request: r, body: body}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, answer, p := 0, any(nil), (*problem)(nil)
	if action != "" {
		c.scope, p = s.access(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), action)
	}
	if p == nil {
		status, answer, p = do(c)
	}
	w.Header().Set("Content-Type", "application/json")
	if p != nil {
		status, answer = p.status, p
	}
	w.WriteHeader(status)
	if answer != nil {
		_ = json.NewEncoder(w).Encode(answer) // a client that has gone reads nothing
	}
}
