package embedded

import (
	"testing"
	"time"

	"huiyin/pg/pgtest"
	"huiyin/search/searchtest"
	"huiyin/search/words"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(t testing.TB) searchtest.Bench {
	pool := pgtest.DB(t)
	return searchtest.Bench{Q: pool, Engine: &Engine{DB: pool, Lexicon: words.Standard(), Now: func() time.Time { return searchtest.Now }, Zone: searchtest.Now.Location()}}
}

func TestEngine(t *testing.T) { searchtest.Run(t, open) }

func TestRelevance(t *testing.T) { searchtest.Relevance(t, open) }
