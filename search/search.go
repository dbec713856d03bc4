// Package search finds cases by their words.
package search

import (
	"context"
	"time"

	"huiyin/casework"
	"huiyin/pg"
)

// Document is what an index knows of a case: masked words, and the properties it is filtered by. No personal data in clear is ever in it.
type Document struct {
	Case       casework.CaseID
	Version    int // of the case; an older document never replaces a newer one
	Number     string
	ExternalNo string
	FiledAt    time.Time
	State      casework.State
	Kind       casework.Kind
	Category   string              // code, two digits a level
	District   string              // code of the district, empty where the case names none
	Lead       casework.UnitCode   // empty before dispatch
	Parties    []casework.UnitCode // units that take part now, the lead among them
	Title      string
	Place      string
	Body       string
	Said       []string // messages
	Names      []string // in words: the category with those above it, the units, the area
}

// Sort is the order of hits.
type Sort string

// The orders; Best is by how well and how recently.
const (
	Best   Sort = ""
	Newest Sort = "newest"
)

// Limits on what one search returns.
const (
	DefaultLimit = 20
	MaxLimit     = 100
	MaxOffset    = 1000
)

// Query is what somebody looks for. Empty fields do not narrow it.
type Query struct {
	Text      string              // words, "exact phrases", a number, pinyin
	Units     []casework.UnitCode // one of these takes part
	Districts []string
	Category  string // prefix of the code
	States    []casework.State
	Kinds     []casework.Kind
	Since     time.Time // filed at or after
	Until     time.Time // filed before
	Sort      Sort
	Limit     int // 1..MaxLimit, default DefaultLimit
	Offset    int // 0..MaxOffset
	Facets    bool
	Sentence  bool // Text is what somebody wrote or said: hits share half of its words and need not have them all, and it is not taken for misspelt
}

// within brings limits to what is allowed.
func (q Query) within() Query {
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	q.Offset = max(0, min(q.Offset, MaxOffset))
	return q
}

// Found is what an engine found: identifiers only; who may see them is decided elsewhere.
type Found struct {
	Hits    []Match
	More    bool     // there are more hits behind these
	Facets  *Facets  // nil unless asked for
	Instead []string // the words searched for instead, where nothing was found as typed
	Standby bool     // the search server was away; the index in the database answered
}

// Match is one case an engine found.
type Match struct {
	Case  casework.CaseID
	Score float64 // higher is better; comparable within one answer only
	Near  bool    // not everything that was asked for is in it
}

// Count is one value of a facet and in how many hits it occurs.
type Count struct {
	Value string `json:"value"`
	N     int    `json:"n"`
}

// Facets counts the hits by their properties, the most frequent first.
type Facets struct {
	Total      int     `json:"-"`
	AtLeast    bool    `json:"at_least,omitempty"` // there are more hits than were counted
	About      bool    `json:"about,omitempty"`    // one in several hits was counted, and the numbers are multiplied
	Districts  []Count `json:"districts"`
	Categories []Count `json:"categories"` // by the first level, or the level below the category asked for
	States     []Count `json:"states"`
	Kinds      []Count `json:"kinds"`
	Units      []Count `json:"units"`  // the lead
	Months     []Count `json:"months"` // of filing, such as "2026-11", newest first
}

// Engine keeps an index of documents and finds cases in it. Package searchtest holds what every engine must do.
type Engine interface {
	// Put stores documents in place of older ones of the same cases. An engine in the database does so through q, in the caller's transaction.
	Put(ctx context.Context, q pg.Querier, docs []Document) error
	// Drop forgets cases.
	Drop(ctx context.Context, q pg.Querier, ids []casework.CaseID) error
	// Find finds the cases that match, the best first, among those in sight.
	Find(ctx context.Context, q Query, sight casework.Sight) (Found, error)
}
