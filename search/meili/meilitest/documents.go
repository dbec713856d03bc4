package meilitest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// keyText is a document's key as text; ok is false where it cannot be one.
func keyText(v any) (text string, ok bool) {
	switch v := v.(type) {
	case string:
		text = v
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return text, text != "" && len(text) <= 511 && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// infer finds the primary key of documents as the server does: the only attribute whose name ends in id.
func infer(d map[string]any) (string, *problem) {
	var found []string
	for name := range d {
		if strings.HasSuffix(strings.ToLower(name), "id") {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", wrong(http.StatusBadRequest, "index_primary_key_no_candidate_found", "The primary key inference failed as the engine did not find any field ending with `id` in its name.")
	}
	slices.Sort(found)
	return "", wrong(http.StatusBadRequest, "index_primary_key_multiple_candidates_found", "The primary key inference failed as the engine found %d fields ending with `id` in their names: '%s' and '%s'.", len(found), found[0], found[1])
}

func (s *Server) addDocuments(c *call) (int, any, *problem) {
	name, asked := c.PathValue("index"), c.URL.Query().Get("primaryKey")
	var raws []json.RawMessage
	if err := json.Unmarshal(c.body, &raws); err != nil {
		var one json.RawMessage
		if p := c.read(&one); p != nil {
			return 0, nil, wrong(http.StatusBadRequest, "malformed_payload", "The `json` payload provided is malformed.")
		}
		raws = []json.RawMessage{one}
	}
	details := map[string]any{"receivedDocuments": len(raws), "indexedDocuments": 0}
	return s.take("documentAdditionOrUpdate", name, details, func() *problem {
		x := s.indexes[name]
		if x == nil {
			x = newIndex(name, nil)
			s.indexes[name] = x
		}
		if asked != "" && x.PrimaryKey != nil && *x.PrimaryKey != asked && len(x.docs) > 0 {
			return wrong(http.StatusBadRequest, "index_primary_key_already_exists", "Index already has a primary key: `%s`.", *x.PrimaryKey)
		}
		if asked != "" && x.PrimaryKey == nil {
			x.PrimaryKey = &asked
		}
		type entry struct {
			key string
			raw json.RawMessage
			doc map[string]any
		}
		var list []entry
		for _, raw := range raws {
			var d map[string]any
			if err := json.Unmarshal(raw, &d); err != nil {
				return wrong(http.StatusBadRequest, "malformed_payload", "%v", err)
			}
			if x.PrimaryKey == nil {
				key, p := infer(d)
				if p != nil {
					return p
				}
				x.PrimaryKey = &key
			}
			v, there := d[*x.PrimaryKey]
			if !there {
				return wrong(http.StatusBadRequest, "missing_document_id", "Document doesn't have a `%s` attribute.", *x.PrimaryKey)
			}
			key, ok := keyText(v)
			if !ok {
				return wrong(http.StatusBadRequest, "invalid_document_id", "Document identifier `%v` is invalid.", v)
			}
			list = append(list, entry{key, raw, d})
		}
		for _, e := range list {
			if x.docs[e.key] == nil {
				x.order = append(x.order, e.key)
			}
			x.docs[e.key], x.read[e.key] = e.raw, e.doc
		}
		details["indexedDocuments"] = len(list)
		return nil
	})
}

func (s *Server) listDocuments(c *call) (int, any, *problem) {
	var in fetch
	q := c.URL.Query()
	in.Offset, in.Limit = c.number("offset", 0), c.number("limit", 20)
	if q.Get("fields") != "" {
		in.Fields = strings.Split(q.Get("fields"), ",")
	}
	if q.Get("ids") != "" {
		in.IDs = strings.Split(q.Get("ids"), ",")
	}
	return s.documents(c.PathValue("index"), in)
}

// fetch is what documents are asked for by.
type fetch struct {
	Offset int      `json:"offset"`
	Limit  int      `json:"limit"`
	Fields []string `json:"fields"`
	Filter any      `json:"filter"`
	IDs    []string `json:"ids"`
}

func (s *Server) fetchDocuments(c *call) (int, any, *problem) {
	in := fetch{Limit: 20}
	if p := c.read(&in); p != nil {
		return 0, nil, p
	}
	return s.documents(c.PathValue("index"), in)
}

func (s *Server) documents(name string, in fetch) (int, any, *problem) {
	x := s.indexes[name]
	if x == nil {
		return 0, nil, noIndex(name)
	}
	holds, p := x.condition(in.Filter)
	if p != nil {
		return 0, nil, p
	}
	list := []json.RawMessage{}
	total := 0
	for _, key := range x.order {
		if len(in.IDs) > 0 && !slices.Contains(in.IDs, key) || !holds(x.read[key]) {
			continue
		}
		total++
		if total > in.Offset && len(list) < in.Limit {
			list = append(list, only(x.read[key], x.docs[key], in.Fields))
		}
	}
	return http.StatusOK, map[string]any{"results": list, "offset": in.Offset, "limit": in.Limit, "total": total}, nil
}

// only is a document with some of its fields.
func only(read map[string]any, raw json.RawMessage, fields []string) json.RawMessage {
	if len(fields) == 0 || slices.Contains(fields, "*") {
		return raw
	}
	some := map[string]json.RawMessage{}
	var whole map[string]json.RawMessage
	_ = json.Unmarshal(raw, &whole) // it was read when it came
	for _, f := range fields {
		if _, there := read[f]; there {
			some[f] = whole[f]
		}
	}
	out, _ := json.Marshal(some) // pieces of what was read
	return out
}

func (x *index) remove(keys []string) int {
	n := 0
	for _, key := range keys {
		if x.docs[key] != nil {
			n++
			delete(x.docs, key)
			delete(x.read, key)
		}
	}
	x.order = slices.DeleteFunc(x.order, func(key string) bool { return x.docs[key] == nil })
	return n
}

func (s *Server) deleteDocuments(c *call) (int, any, *problem) {
	var keys []any
	if p := c.read(&keys); p != nil {
		return 0, nil, p
	}
	name, details := c.PathValue("index"), map[string]any{"providedIds": len(keys), "deletedDocuments": 0, "originalFilter": nil}
	return s.take("documentDeletion", name, details, func() *problem {
		x := s.indexes[name]
		if x == nil {
			return noIndex(name)
		}
		var list []string
		for _, k := range keys {
			text, _ := keyText(k)
			list = append(list, text)
		}
		details["deletedDocuments"] = x.remove(list)
		return nil
	})
}

func (s *Server) deleteAll(c *call) (int, any, *problem) {
	name, details := c.PathValue("index"), map[string]any{"providedIds": 0, "deletedDocuments": 0, "originalFilter": nil}
	return s.take("documentDeletion", name, details, func() *problem {
		x := s.indexes[name]
		if x == nil {
			return noIndex(name)
		}
		details["deletedDocuments"] = x.remove(slices.Clone(x.order))
		return nil
	})
}
