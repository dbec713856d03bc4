package embedded

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huiyin/search/words"
)

// alike is how many documents with a part of a Latin word are read to find what was meant.
const alike = 200

// corrected reads documents with parts of the Latin words and replaces those by the most like them; nil where nothing is.
func (e *Engine) corrected(ctx context.Context, typed []words.Word) (list []words.Word, instead []string, err error) {
	var tokens []words.Token
	for _, w := range words.Misspellable(typed) {
		tokens = words.Union(tokens, w.Pieces())
	}
	if len(tokens) == 0 {
		return nil, nil, nil
	}
	rows, err := e.DB.Query(ctx, fmt.Sprintf(`select d.body from search_document d where d.tokens && $1::integer[] limit %d`, alike), pgx.QueryExecModeCacheDescribe, tokens)
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	list, instead = e.Lexicon.Correct(typed, texts)
	return list, instead, nil
}
