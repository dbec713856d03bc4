package meili

import (
	"context"
	"fmt"

	"github.com/meilisearch/meilisearch-go"

	"huiyin/search"
)

const (
	counted   = 50000 // hits counted at most, as by the embedded engine
	maxValues = 300   // values of a facet
)

// Prepare makes the index on the server if it is not there, with its settings as this program wants them. It may be called at any time.
func (e *Engine) Prepare(ctx context.Context) error { return e.prepare(ctx, e.index) }

func (e *Engine) prepare(ctx context.Context, index string) error {
	if _, err := e.admin.GetIndexWithContext(ctx, index); code(err) == "index_not_found" {
		task, err := e.admin.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: index, PrimaryKey: primary})
		if err != nil {
			return away(fmt.Errorf("make index: %w", err))
		}
		if err := e.done(ctx, task, taskLimit); err != nil {
			return fmt.Errorf("make index: %w", err)
		}
	} else if err != nil {
		return away(fmt.Errorf("look for index: %w", err))
	}
	strict := "indexingTime"
	task, err := e.admin.Index(index).UpdateSettingsWithContext(ctx, &meilisearch.Settings{
		RankingRules:         []string{"words", "typo", "proximity", "attribute", "sort", "exactness"},
		SearchableAttributes: []string{"title", "body"},
		DisplayedAttributes:  []string{primary, "version", "filed", "title", "body"},
		SortableAttributes:   []string{"filed", primary},
		Synonyms:             e.lexicon.Table(),
		LocalizedAttributes:  []*meilisearch.LocalizedAttributes{{Locales: []string{"cmn"}, AttributePatterns: []string{"title", "body"}}},
		Pagination:           &meilisearch.Pagination{MaxTotalHits: counted + 1},
		Faceting:             &meilisearch.Faceting{MaxValuesPerFacet: maxValues, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeCount}},
		PrefixSearch:         &strict,
	})
	if err != nil {
		return away(fmt.Errorf("set index: %w", err))
	}
	if err := e.done(ctx, task, building); err != nil {
		return fmt.Errorf("set index: %w", err)
	}
	plain := func(comparison bool, names ...string) meilisearch.AttributeRule {
		return meilisearch.AttributeRule{AttributePatterns: names, Features: meilisearch.AttributeFeatures{Filter: meilisearch.FilterFeatures{Equality: true, Comparison: comparison}}}
	}
	task, err = e.admin.Index(index).UpdateFilterableAttributesWithContext(ctx, &[]any{
		plain(false, "tokens", "parties", "categories", "district", "state", "kind", "lead", "month", "category"), plain(true, "filed"),
	})
	if err != nil {
		return away(fmt.Errorf("set filters: %w", err))
	}
	if err := e.done(ctx, task, building); err != nil {
		return fmt.Errorf("set filters: %w", err)
	}
	return nil
}

// Rebuild makes the whole index anew beside the one in use and exchanges the two in one task of the server: nobody ever searches half an index. read hands over every case; each batch is sent when the one before is done.
// Whoever calls it sees to it that what changed meanwhile is put again: see Feed.
func (e *Engine) Rebuild(ctx context.Context, read func(ctx context.Context, each func([]search.Document) error) error) (int, error) {
	fresh := e.index + next
	if err := e.remove(ctx, fresh); err != nil {
		return 0, err
	}
	if err := e.prepare(ctx, fresh); err != nil {
		return 0, err
	}
	n := 0
	err := read(ctx, func(docs []search.Document) error {
		for len(docs) > 0 {
			some := docs[:min(len(docs), putChunk)]
			docs = docs[len(some):]
			if err := e.put(ctx, fresh, some); err != nil {
				return err
			}
			n += len(some)
		}
		return nil
	})
	if err != nil {
		return n, fmt.Errorf("rebuild after %d documents: %w", n, err)
	}
	if err := e.prepare(ctx, e.index); err != nil { // only indexes that are there can be exchanged
		return n, err
	}
	task, err := e.admin.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{e.index, fresh}}})
	if err != nil {
		return n, away(fmt.Errorf("exchange indexes: %w", err))
	}
	if err := e.done(ctx, task, building); err != nil {
		return n, fmt.Errorf("exchange indexes: %w", err)
	}
	return n, e.remove(ctx, fresh)
}

func (e *Engine) remove(ctx context.Context, index string) error {
	if _, err := e.admin.GetIndexWithContext(ctx, index); code(err) == "index_not_found" {
		return nil
	}
	task, err := e.admin.DeleteIndexWithContext(ctx, index)
	if err != nil {
		return away(fmt.Errorf("remove index: %w", err))
	}
	if err := e.done(ctx, task, building); err != nil {
		return fmt.Errorf("remove index: %w", err)
	}
	return nil
}
