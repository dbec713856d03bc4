package meilitest_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"huiyin/search/meili/meilitest"
)

// These tests call the client as the integration tests of meilisearch-go v0.36.3 do (integration/*_test.go) and expect what those expect of the real server.

type book struct {
	BookID int    `json:"book_id"`
	Title  string `json:"title"`
	Tag    string `json:"tag"`
	Year   int    `json:"year"`
}

// books are the documents of setUpIndexForFaceting.
var books = []book{
	{123, "Pride and Prejudice", "Romance", 1813}, {456, "Le Petit Prince", "Tale", 1943}, {1, "Alice In Wonderland", "Tale", 1865}, {1344, "The Hobbit", "Epic fantasy", 1937},
	{4, "Harry Potter and the Half-Blood Prince", "Epic fantasy", 2005}, {42, "The Hitchhiker's Guide to the Galaxy", "Epic fantasy", 1978}, {742, "The Great Gatsby", "Tragedy", 1925},
	{834, "One Hundred Years of Solitude", "Tragedy", 1967}, {17, "In Search of Lost Time", "Modernist literature", 1913}, {204, "Ulysses", "Novel", 1922}, {7, "Don Quixote", "Satiric", 1605},
	{10, "Moby Dick", "Novel", 1851}, {730, "War and Peace", "Historical fiction", 1865}, {69, "Hamlet", "Tragedy", 1598}, {32, "The Odyssey", "Epic", 1571}, {7765, "Lolita", "Novel", 1955},
}

func server(t *testing.T) meilisearch.ServiceManager {
	return meilisearch.New(meilitest.New(t, "masterKey").URL, meilisearch.WithAPIKey("masterKey"))
}

func done(t *testing.T, m meilisearch.ServiceManager, info *meilisearch.TaskInfo, err error) *meilisearch.Task {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if info.Status != meilisearch.TaskStatusEnqueued {
		t.Errorf("taken as %s", info.Status)
	}
	task, err := m.WaitForTask(info.TaskUID, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// faceting is an index of books that can be filtered and sorted.
func faceting(t *testing.T, m meilisearch.ServiceManager) meilisearch.IndexManager {
	t.Helper()
	i := m.Index("indexUID")
	info, err := i.AddDocuments(books, nil)
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusSucceeded || task.Type != meilisearch.TaskTypeDocumentAdditionOrUpdate || task.Details.ReceivedDocuments != int64(len(books)) {
		t.Fatalf("%+v", task)
	}
	info, err = i.UpdateFilterableAttributes(&[]any{"tag", "title", "year"})
	done(t, m, info, err)
	info, err = i.UpdateSettings(&meilisearch.Settings{SortableAttributes: []string{"year"}})
	done(t, m, info, err)
	return i
}

func titles(t *testing.T, hits meilisearch.Hits) []string {
	t.Helper()
	var out []string
	for _, h := range hits {
		var b book
		if err := h.DecodeInto(&b); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.Title)
	}
	return out
}

// TestIndex_SearchWithFilters, TestIndex_SearchFacets, TestIndex_SearchWithPagination.
func TestFiltersFacetsAndPages(t *testing.T) {
	m := server(t)
	i := faceting(t, m)
	r, err := i.Search("and", &meilisearch.SearchRequest{Filter: "tag = romance"})
	if got := titles(t, r.Hits); err != nil || !slices.Equal(got, []string{"Pride and Prejudice"}) || r.EstimatedTotalHits != 1 || r.Limit != 20 {
		t.Errorf("%q, %+v, %v", got, r, err)
	}
	if r, err = i.Search("and", &meilisearch.SearchRequest{Filter: "year = 2005"}); err != nil || !slices.Equal(titles(t, r.Hits), []string{"Harry Potter and the Half-Blood Prince"}) {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = i.Search("prince", &meilisearch.SearchRequest{Filter: "year > 1930"}); err != nil || len(r.Hits) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = i.Search("", &meilisearch.SearchRequest{Filter: [][]string{{"tag = 'Epic fantasy'", "tag = Tale"}, {"year < 1940"}}}); err != nil || len(r.Hits) != 2 {
		t.Errorf("%q, %v", titles(t, r.Hits), err)
	}
	if r, err = i.Search("", &meilisearch.SearchRequest{Filter: "tag IN [Novel, Tale] AND NOT year < 1900", Limit: 3}); err != nil || r.EstimatedTotalHits != 3 {
		t.Errorf("%q, %v", titles(t, r.Hits), err)
	}
	r, err = i.Search("prince", &meilisearch.SearchRequest{Facets: []string{"tag"}})
	var facets map[string]map[string]int
	if err != nil || json.Unmarshal(r.FacetDistribution, &facets) != nil || facets["tag"]["Epic fantasy"] != 1 || facets["tag"]["Tale"] != 1 || len(facets["tag"]) != 2 {
		t.Errorf("%v, %v", facets, err)
	}
	size := int64(10)
	if r, err = i.Search("", &meilisearch.SearchRequest{HitsPerPage: &size, Page: 2}); err != nil || r.TotalHits != 16 || r.TotalPages != 2 || r.Page != 2 || len(r.Hits) != 6 {
		t.Errorf("%+v, %v", r, err)
	}
	var refused *meilisearch.Error
	if _, err = i.Search("", &meilisearch.SearchRequest{Filter: "book_id = 1"}); !errors.As(err, &refused) || refused.MeilisearchApiError.Code != "invalid_search_filter" || refused.StatusCode != 400 {
		t.Errorf("a filter by what cannot be filtered by: %v", err)
	}
}

// TestIndex_SearchWithSort.
func TestSort(t *testing.T) {
	m := server(t)
	i := faceting(t, m)
	r, err := i.Search("", &meilisearch.SearchRequest{Sort: []string{"year:desc"}, Limit: 3})
	if err != nil || !slices.Equal(titles(t, r.Hits), []string{"Harry Potter and the Half-Blood Prince", "The Hitchhiker's Guide to the Galaxy", "One Hundred Years of Solitude"}) {
		t.Errorf("%q, %v", titles(t, r.Hits), err)
	}
	if _, err = i.Search("", &meilisearch.SearchRequest{Sort: []string{"title:asc"}}); err == nil {
		t.Error("sorted by what cannot be sorted by")
	}
}

// TestIndex_GetTask, Test_WaitForTaskWithContext, and that a failed task is no error of waiting.
func TestTasks(t *testing.T) {
	m := server(t)
	info, err := m.Index("missing").DeleteDocument("1", nil)
	if err == nil {
		done(t, m, info, nil)
	}
	info, err = m.DeleteIndex("missing")
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusFailed || task.Error.Code != "index_not_found" {
		t.Errorf("%+v", task)
	}
	info, err = m.CreateIndex(&meilisearch.IndexConfig{Uid: "one", PrimaryKey: "id"})
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusSucceeded || task.IndexUID != "one" || task.Type != meilisearch.TaskTypeIndexCreation || task.FinishedAt.IsZero() {
		t.Errorf("%+v", task)
	}
	info, err = m.CreateIndex(&meilisearch.IndexConfig{Uid: "one", PrimaryKey: "id"})
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusFailed || task.Error.Code != "index_already_exists" {
		t.Errorf("%+v", task)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := m.WaitForTaskWithContext(ctx, info.TaskUID, time.Millisecond); err == nil {
		t.Error("waiting outlasts its context")
	}
	if _, err := m.GetTask(4711); err == nil {
		t.Error("a task that never was is there")
	}
	list, err := m.GetTasks(&meilisearch.TasksQuery{Statuses: []meilisearch.TaskStatus{meilisearch.TaskStatusFailed}, Limit: 10})
	if err != nil || len(list.Results) < 2 {
		t.Errorf("%+v, %v", list, err)
	}
}

// Test_SwapIndexes, TestIndex_Delete, TestIndex_GetStats.
func TestSwap(t *testing.T) {
	m := server(t)
	faceting(t, m)
	info, err := m.CreateIndex(&meilisearch.IndexConfig{Uid: "other"})
	done(t, m, info, err)
	info, err = m.SwapIndexes([]*meilisearch.SwapIndexesParams{{Indexes: []string{"indexUID", "other"}}})
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusSucceeded || task.Type != meilisearch.TaskTypeIndexSwap {
		t.Errorf("%+v", task)
	}
	stats, err := m.Index("other").GetStats(nil)
	if err != nil || stats.NumberOfDocuments != int64(len(books)) {
		t.Errorf("%+v, %v", stats, err)
	}
	if stats, err = m.Index("indexUID").GetStats(nil); err != nil || stats.NumberOfDocuments != 0 {
		t.Errorf("%+v, %v", stats, err)
	}
	info, err = m.SwapIndexes([]*meilisearch.SwapIndexesParams{{Indexes: []string{"indexUID", "missing"}}})
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusFailed {
		t.Errorf("%+v", task)
	}
}

// TestIndex_GetDocumentsByIDs, TestIndex_DeleteDocuments, TestIndex_AddDocumentsWithPrimaryKey.
func TestDocuments(t *testing.T) {
	m := server(t)
	i := faceting(t, m)
	var r meilisearch.DocumentsResult
	if err := i.GetDocuments(&meilisearch.DocumentsQuery{Ids: []string{"456", "4"}, Fields: []string{"title"}}, &r); err != nil || r.Total != 2 || len(r.Results) != 2 || len(r.Results[0]) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	info, err := i.DeleteDocuments([]string{"456", "4", "9999"}, nil)
	if task := done(t, m, info, err); task.Details.ProvidedIds != 3 || task.Details.DeletedDocuments != 2 {
		t.Errorf("%+v", task.Details)
	}
	key := "nothing"
	info, err = i.AddDocuments([]book{{BookID: 5}}, &meilisearch.DocumentOptions{PrimaryKey: &key})
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusFailed || task.Error.Code != "index_primary_key_already_exists" {
		t.Errorf("%+v", task)
	}
	info, err = i.AddDocuments([]map[string]any{{"book_id": "not a key!"}}, nil)
	if task := done(t, m, info, err); task.Status != meilisearch.TaskStatusFailed || task.Error.Code != "invalid_document_id" {
		t.Errorf("%+v", task)
	}
}

// TestIndex_UpdateSettings, TestIndex_GetSettings: what was set is there, what was not is as it was.
func TestSettings(t *testing.T) {
	m := server(t)
	i := faceting(t, m)
	info, err := i.UpdateSettings(&meilisearch.Settings{Synonyms: map[string][]string{"hp": {"harry potter"}}, Pagination: &meilisearch.Pagination{MaxTotalHits: 5}, LocalizedAttributes: []*meilisearch.LocalizedAttributes{{Locales: []string{"cmn"}, AttributePatterns: []string{"*"}}}})
	if task := done(t, m, info, err); task.Type != meilisearch.TaskTypeSettingsUpdate || task.Status != meilisearch.TaskStatusSucceeded {
		t.Errorf("%+v", task)
	}
	s, err := i.GetSettings()
	if err != nil || s.Pagination.MaxTotalHits != 5 || len(s.Synonyms["hp"]) != 1 || s.Faceting.MaxValuesPerFacet != 100 || !slices.Equal(s.RankingRules, []string{"words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"}) {
		t.Errorf("%+v, %v", s, err)
	}
	if r, err := i.Search("", &meilisearch.SearchRequest{}); err != nil || r.EstimatedTotalHits != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := i.UpdateSettings(&meilisearch.Settings{RankingRules: []string{"luck"}}); err == nil {
		t.Error("a rule that does not exist is taken")
	}
}

// Test_CreateKey, Test_GetKeys, Test_DeleteKey, Test_GenerateTenantToken.
func TestKeysAndTenantTokens(t *testing.T) {
	fake := meilitest.New(t, "masterKey")
	m := meilisearch.New(fake.URL, meilisearch.WithAPIKey("masterKey"))
	faceting(t, m)
	key, err := m.CreateKey(&meilisearch.Key{Name: "SearchKeyTest", Description: "tenant token", Actions: []string{"search"}, Indexes: []string{"indexUID"}})
	if err != nil || key.UID == "" || key.Key == "" || !slices.Equal(key.Actions, []string{"search"}) {
		t.Fatalf("%+v, %v", key, err)
	}
	if list, err := m.GetKeys(&meilisearch.KeysQuery{Limit: 10}); err != nil || len(list.Results) != 1 || list.Results[0].Key != key.Key {
		t.Errorf("%+v, %v", list, err)
	}
	search := func(token string) (int, error) {
		r, err := meilisearch.New(fake.URL, meilisearch.WithAPIKey(token)).Index("indexUID").Search("", &meilisearch.SearchRequest{Limit: 100})
		if err != nil {
			return 0, err
		}
		return len(r.Hits), nil
	}
	for _, c := range []struct {
		rules map[string]any
		until time.Time
		want  int
		ok    bool
	}{
		{map[string]any{"*": map[string]any{}}, time.Time{}, 16, true},
		{map[string]any{"indexUID": map[string]string{"filter": "tag = Tale"}}, time.Now().Add(time.Hour), 2, true},
		{map[string]any{"other": map[string]any{}}, time.Time{}, 0, false},
	} {
		token, err := m.GenerateTenantToken(key.UID, c.rules, &meilisearch.TenantTokenOptions{APIKey: key.Key, ExpiresAt: c.until})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := search(token); n != c.want || (err == nil) != c.ok {
			t.Errorf("%v opens %d, %v", c.rules, n, err)
		}
		if _, err := meilisearch.New(fake.URL, meilisearch.WithAPIKey(token)).Index("indexUID").DeleteAllDocuments(nil); err == nil {
			t.Error("a tenant token deletes documents")
		}
	}
	forged, err := m.GenerateTenantToken(key.UID, map[string]any{"*": map[string]any{}}, &meilisearch.TenantTokenOptions{APIKey: "another"})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := search(forged); err == nil {
		t.Errorf("a token signed by somebody else opens %d", n)
	}
	if ok, err := m.DeleteKey(key.UID); err != nil || !ok {
		t.Error(err)
	}
	if _, err := search(key.Key); err == nil {
		t.Error("a deleted key opens the index")
	}
	for _, none := range []string{"", "wrong"} {
		if _, err := search(none); err == nil {
			t.Errorf("%q opens the index", none)
		}
	}
}

// Test_Health, Test_Version, TestClient_MultiSearch.
func TestHealthVersionAndManyAtOnce(t *testing.T) {
	m := server(t)
	if h, err := m.Health(); err != nil || h.Status != "available" || !m.IsHealthy() {
		t.Errorf("%+v, %v", h, err)
	}
	if v, err := m.Version(); err != nil || v.PkgVersion == "" {
		t.Errorf("%+v, %v", v, err)
	}
	faceting(t, m)
	r, err := m.MultiSearch(&meilisearch.MultiSearchRequest{Queries: []*meilisearch.SearchRequest{{IndexUID: "indexUID", Query: "wonder"}, {IndexUID: "indexUID", Query: "wondrland", Locales: []string{"eng"}}}})
	if err != nil || len(r.Results) != 2 || r.Results[0].IndexUID != "indexUID" || len(r.Results[0].Hits) != 1 || len(r.Results[1].Hits) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err = m.MultiSearch(&meilisearch.MultiSearchRequest{Queries: []*meilisearch.SearchRequest{{IndexUID: "missing"}}}); err == nil {
		t.Error("an index that is not there is searched")
	}
}
