package meilitest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// apiKey is a key as the server tells it.
type apiKey struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Key         string     `json:"key"`
	UID         string     `json:"uid"`
	Actions     []string   `json:"actions"`
	Indexes     []string   `json:"indexes"`
	ExpiresAt   *time.Time `json:"expiresAt"`
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
}

// access is what a request may do.
type access struct {
	all     bool
	indexes []string
	rules   map[string]string // by index, the filter that a tenant token sets; nil: no token
}

// index tells whether an index may be searched, and with which filter.
func (a access) index(name string) (filter string, ok bool) {
	if a.all {
		return "", true
	}
	fits := func(pattern string) bool {
		head, star := strings.CutSuffix(pattern, "*")
		return pattern == name || star && strings.HasPrefix(name, head)
	}
	if !slices.ContainsFunc(a.indexes, fits) {
		return "", false
	}
	if a.rules == nil {
		return "", true
	}
	for pattern, filter := range a.rules {
		if fits(pattern) {
			return filter, true
		}
	}
	return "", false
}

func forbidden() *problem {
	return wrong(http.StatusForbidden, "invalid_api_key", "The provided API key is invalid.")
}

// access tells what who has this key or token may do.
func (s *Server) access(given, action string) (access, *problem) {
	switch {
	case s.key == "" || given == s.key:
		return access{all: true}, nil
	case given == "":
		return access{}, wrong(http.StatusUnauthorized, "missing_authorization_header", "The Authorization header is missing. It must use the bearer authorization method.")
	}
	allows := func(k *apiKey) bool {
		return (slices.Contains(k.Actions, "*") || slices.Contains(k.Actions, action)) && (k.ExpiresAt == nil || k.ExpiresAt.After(time.Now()))
	}
	for _, k := range s.keys {
		if k.Key == given && allows(k) {
			return access{indexes: k.Indexes}, nil
		}
	}
	parts := strings.Split(given, ".")
	if action != "search" || len(parts) != 3 {
		return access{}, forbidden()
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return access{}, forbidden()
	}
	var claims struct {
		UID   string          `json:"apiKeyUid"`
		Rules json.RawMessage `json:"searchRules"`
		Until int64           `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Until != 0 && claims.Until < time.Now().Unix() {
		return access{}, forbidden()
	}
	for _, k := range s.keys {
		if k.UID == claims.UID && allows(k) && signed(parts, k.Key) {
			rules, ok := readRules(claims.Rules)
			if !ok {
				return access{}, forbidden()
			}
			return access{indexes: k.Indexes, rules: rules}, nil
		}
	}
	return access{}, forbidden()
}

func signed(parts []string, key string) bool {
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write([]byte(parts[0] + "." + parts[1])) // never fails
	got, err := base64.RawURLEncoding.DecodeString(parts[2])
	return err == nil && hmac.Equal(got, mac.Sum(nil))
}

// readRules reads the rules of a token: a list of indexes, or an object with a filter for each.
func readRules(raw json.RawMessage) (map[string]string, bool) {
	rules := map[string]string{}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		for _, name := range list {
			rules[name] = ""
		}
		return rules, true
	}
	var by map[string]*struct {
		Filter string `json:"filter"`
	}
	if json.Unmarshal(raw, &by) != nil {
		return nil, false
	}
	for name, one := range by {
		rules[name] = ""
		if one != nil {
			rules[name] = one.Filter
		}
	}
	return rules, true
}

func (s *Server) listKeys(c *call) (int, any, *problem) {
	offset, limit := c.number("offset", 0), c.number("limit", 20)
	list := slices.Clone(s.keys)
	slices.Reverse(list) // the newest first
	list = list[min(offset, len(list)):]
	list = list[:min(limit, len(list))]
	if list == nil {
		list = []*apiKey{}
	}
	return http.StatusOK, map[string]any{"results": list, "offset": offset, "limit": limit, "total": len(s.keys)}, nil
}

func (s *Server) createKey(c *call) (int, any, *problem) {
	k := &apiKey{UID: uuid.NewString(), CreatedAt: time.Now().UTC()}
	if p := c.read(k); p != nil {
		return 0, nil, p
	}
	if len(k.Actions) == 0 || len(k.Indexes) == 0 {
		return 0, nil, wrong(http.StatusBadRequest, "missing_api_key_actions", "Missing field `actions`")
	}
	if s.keyOf(k.UID) != nil {
		return 0, nil, wrong(http.StatusConflict, "api_key_already_exists", "`uid` field value `%s` is already an existing API key.", k.UID)
	}
	mac := hmac.New(sha256.New, []byte(s.key))
	_, _ = mac.Write([]byte(k.UID)) // never fails
	k.Key, k.UpdatedAt = hex.EncodeToString(mac.Sum(nil)), k.CreatedAt
	s.keys = append(s.keys, k)
	return http.StatusCreated, k, nil
}

func (s *Server) keyOf(name string) *apiKey {
	for _, k := range s.keys {
		if k.UID == name || k.Key == name {
			return k
		}
	}
	return nil
}

func (s *Server) getKey(c *call) (int, any, *problem) {
	if k := s.keyOf(c.PathValue("key")); k != nil {
		return http.StatusOK, k, nil
	}
	return 0, nil, wrong(http.StatusNotFound, "api_key_not_found", "API key `%s` not found.", c.PathValue("key"))
}

func (s *Server) deleteKey(c *call) (int, any, *problem) {
	k := s.keyOf(c.PathValue("key"))
	if k == nil {
		return 0, nil, wrong(http.StatusNotFound, "api_key_not_found", "API key `%s` not found.", c.PathValue("key"))
	}
	s.keys = slices.DeleteFunc(s.keys, func(o *apiKey) bool { return o == k })
	return http.StatusNoContent, nil, nil
}
