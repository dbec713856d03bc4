package meili_test

import (
	"os"
	"testing"
	"time"

	"github.com/google/uuid"

	"huiyin/search/meili"
	"huiyin/search/meili/meilitest"
	"huiyin/search/searchtest"
	"huiyin/search/words"
)

// server is where the tests run: a stand-in, or the real server at HUIYIN_MEILI_URL with the key HUIYIN_MEILI_KEY.
func server(t testing.TB) (url, key string) {
	t.Helper()
	if url := os.Getenv("HUIYIN_MEILI_URL"); url != "" {
		return url, os.Getenv("HUIYIN_MEILI_KEY")
	}
	return meilitest.New(t, "master-key-of-the-tests").URL, "master-key-of-the-tests"
}

func engineAt(t testing.TB, url, key string) *meili.Engine {
	t.Helper()
	e := meili.New(meili.Settings{URL: url, Key: key, Index: "test_" + uuid.NewString(), Lexicon: words.Standard(), Now: func() time.Time { return searchtest.Now }, Zone: searchtest.Now.Location(), Asking: time.Minute})
	if err := e.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

func open(t testing.TB) searchtest.Bench {
	url, key := server(t)
	return searchtest.Bench{Engine: engineAt(t, url, key)}
}

func TestEngine(t *testing.T) { searchtest.Run(t, open) }

func TestRelevance(t *testing.T) { searchtest.Relevance(t, open) }
