package meilitest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// task is a piece of work as the server tells it. It is done when it is first asked for: whoever does not wait for it never sees its effect.
type task struct {
	UID        int64          `json:"uid"`
	IndexUID   *string        `json:"indexUid"`
	Status     string         `json:"status"`
	Type       string         `json:"type"`
	Error      *problem       `json:"error"`
	Details    map[string]any `json:"details"`
	EnqueuedAt time.Time      `json:"enqueuedAt"`
	StartedAt  *time.Time     `json:"startedAt"`
	FinishedAt *time.Time     `json:"finishedAt"`
	work       func() *problem
}

// taken is the answer to whoever asks for work.
type taken struct {
	TaskUID    int64     `json:"taskUid"`
	IndexUID   *string   `json:"indexUid"`
	Status     string    `json:"status"`
	Type       string    `json:"type"`
	EnqueuedAt time.Time `json:"enqueuedAt"`
}

// take puts work into the queue.
func (s *Server) take(kind, index string, details map[string]any, work func() *problem) (int, any, *problem) {
	t := &task{UID: int64(len(s.tasks)), Status: "enqueued", Type: kind, EnqueuedAt: time.Now().UTC(), Details: details, work: work}
	if index != "" {
		t.IndexUID = &index
	}
	s.tasks = append(s.tasks, t)
	return http.StatusAccepted, taken{t.UID, t.IndexUID, t.Status, t.Type, t.EnqueuedAt}, nil
}

// catchUp does the work of the queue in order, up to a task.
func (s *Server) catchUp(last int) {
	for _, t := range s.tasks[:last+1] {
		if t.Status != "enqueued" {
			continue
		}
		begun := time.Now().UTC()
		var p *problem
		if s.refuse != nil {
			if why := s.refuse(t.Type); why != "" {
				p = wrong(http.StatusBadRequest, "internal", "%s", why)
			}
		}
		if p == nil {
			p = t.work()
		}
		ended := time.Now().UTC()
		t.StartedAt, t.FinishedAt, t.Error, t.Status = &begun, &ended, p, "succeeded"
		if p != nil {
			t.Status = "failed"
		}
	}
}

func (s *Server) getTask(c *call) (int, any, *problem) {
	n, err := strconv.Atoi(c.PathValue("task"))
	if err != nil || n < 0 || n >= len(s.tasks) {
		return 0, nil, wrong(http.StatusNotFound, "task_not_found", "Task `%s` not found.", c.PathValue("task"))
	}
	s.catchUp(n)
	return http.StatusOK, s.tasks[n], nil
}

func (s *Server) listTasks(c *call) (int, any, *problem) {
	if len(s.tasks) > 0 {
		s.catchUp(len(s.tasks) - 1)
	}
	q := c.URL.Query()
	fits := func(name, value string) bool {
		return q.Get(name) == "" || slices.Contains(strings.Split(q.Get(name), ","), value)
	}
	list := []*task{}
	for _, t := range slices.Backward(s.tasks) {
		index := ""
		if t.IndexUID != nil {
			index = *t.IndexUID
		}
		if fits("statuses", t.Status) && fits("types", t.Type) && fits("indexUids", index) {
			list = append(list, t)
		}
	}
	total, limit, from := len(list), c.number("limit", 20), c.number("from", len(s.tasks))
	list = slices.DeleteFunc(list, func(t *task) bool { return t.UID > int64(from) })
	list = list[:min(limit, len(list))]
	return http.StatusOK, map[string]any{"results": list, "limit": limit, "from": from, "total": total}, nil
}

// index is documents with settings.
type index struct {
	UID        string    `json:"uid"`
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`
	PrimaryKey *string   `json:"primaryKey"`

	docs     map[string]json.RawMessage
	order    []string // of keys, as they came
	read     map[string]map[string]any
	settings map[string]json.RawMessage
}

func newIndex(name string, key *string) *index {
	now := time.Now().UTC()
	return &index{UID: name, CreatedAt: now, UpdatedAt: now, PrimaryKey: key, docs: map[string]json.RawMessage{}, read: map[string]map[string]any{}, settings: standardSettings()}
}

func (s *Server) listIndexes(c *call) (int, any, *problem) {
	var names []string
	for name := range s.indexes {
		names = append(names, name)
	}
	slices.Sort(names)
	offset, limit := c.number("offset", 0), c.number("limit", 20)
	list := []*index{}
	for i, name := range names {
		if i >= offset && len(list) < limit {
			list = append(list, s.indexes[name])
		}
	}
	return http.StatusOK, map[string]any{"results": list, "offset": offset, "limit": limit, "total": len(names)}, nil
}

func (s *Server) createIndex(c *call) (int, any, *problem) {
	var in struct {
		UID        string  `json:"uid"`
		PrimaryKey *string `json:"primaryKey"`
	}
	if p := c.read(&in); p != nil {
		return 0, nil, p
	}
	if in.UID == "" || strings.ContainsFunc(in.UID, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return 0, nil, wrong(http.StatusBadRequest, "invalid_index_uid", "`%s` is not a valid index uid.", in.UID)
	}
	return s.take("indexCreation", in.UID, map[string]any{"primaryKey": in.PrimaryKey}, func() *problem {
		if s.indexes[in.UID] != nil {
			return wrong(http.StatusConflict, "index_already_exists", "Index `%s` already exists.", in.UID)
		}
		s.indexes[in.UID] = newIndex(in.UID, in.PrimaryKey)
		return nil
	})
}

func (s *Server) getIndex(c *call) (int, any, *problem) {
	if x := s.indexes[c.PathValue("index")]; x != nil {
		return http.StatusOK, x, nil
	}
	return 0, nil, noIndex(c.PathValue("index"))
}

func (s *Server) deleteIndex(c *call) (int, any, *problem) {
	name := c.PathValue("index")
	details := map[string]any{}
	return s.take("indexDeletion", name, details, func() *problem {
		x := s.indexes[name]
		if x == nil {
			return noIndex(name)
		}
		details["deletedDocuments"] = len(x.docs)
		delete(s.indexes, name)
		return nil
	})
}

func (s *Server) swap(c *call) (int, any, *problem) {
	var in []struct {
		Indexes []string `json:"indexes"`
		Rename  bool     `json:"rename"`
	}
	if p := c.read(&in); p != nil {
		return 0, nil, p
	}
	return s.take("indexSwap", "", map[string]any{"swaps": in}, func() *problem {
		for _, one := range in {
			if len(one.Indexes) != 2 {
				return wrong(http.StatusBadRequest, "invalid_swap_indexes", "Two indexes must be given for each swap.")
			}
			for _, name := range one.Indexes {
				if s.indexes[name] == nil && (!one.Rename || name == one.Indexes[0]) {
					return noIndex(name)
				}
			}
		}
		for _, one := range in {
			a, b := one.Indexes[0], one.Indexes[1]
			s.indexes[a], s.indexes[b] = s.indexes[b], s.indexes[a]
			for _, name := range one.Indexes {
				if s.indexes[name] == nil {
					delete(s.indexes, name)
				} else {
					s.indexes[name].UID = name
				}
			}
		}
		return nil
	})
}

func (s *Server) stats(c *call) (int, any, *problem) {
	x := s.indexes[c.PathValue("index")]
	if x == nil {
		return 0, nil, noIndex(c.PathValue("index"))
	}
	fields := map[string]int{}
	for _, d := range x.read {
		for name := range d {
			fields[name]++
		}
	}
	return http.StatusOK, map[string]any{"numberOfDocuments": len(x.docs), "isIndexing": false, "fieldDistribution": fields}, nil
}
