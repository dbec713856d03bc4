package knowledge

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"huiyin/search/words"
)

// How much a word weighs by where it stands.
const (
	inQuestion = 1.0
	inBody     = 0.4
	inSound    = 0.5 // by its pinyin or first letters, of titles and questions
)

// reindex writes the words of what an article says now; of one that is not published there are none.
func reindex(ctx context.Context, tx pgx.Tx, id int64) error {
	if _, err := tx.Exec(ctx, `delete from article_term where article = $1`, id); err != nil {
		return err
	}
	var c Content
	err := tx.QueryRow(ctx, `select v.title_zh, v.title_en, v.asked_zh, v.asked_en, v.body_zh, v.body_en from article a join article_version v on v.article = a.id and v.version = a.shown where a.id = $1`, id).
		Scan(&c.Title.ZH, &c.Title.EN, &c.Asked.ZH, &c.Asked.EN, &c.Body.ZH, &c.Body.EN)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	weights := terms(c)
	tokens, heavy := make([]int32, 0, len(weights)), make([]float32, 0, len(weights))
	for t, w := range weights {
		tokens, heavy = append(tokens, t), append(heavy, w)
	}
	_, err = tx.Exec(ctx, `insert into article_term (token, article, weight) select t, $1, w from unnest($2::integer[], $3::real[]) as k (t, w)`, id, tokens, heavy)
	return err
}

// terms are the tokens of an article, each with the weight of the best place where it stands.
func terms(c Content) map[words.Token]float32 {
	all := map[words.Token]float32{}
	add := func(tokens []words.Token, w float32) {
		for _, t := range tokens {
			all[t] = max(all[t], w)
		}
	}
	for _, f := range forms(c) {
		folded := words.Fold(f)
		add(words.TextTokens(folded), inQuestion)
		add(words.SoundTokens(folded), inSound)
	}
	for _, body := range []string{c.Body.ZH, c.Body.EN} {
		add(words.TextTokens(words.Fold(body)), inBody)
	}
	return all
}

// forms are the sentences by which an article is asked for: its titles and questions.
func forms(c Content) []string {
	all := []string{c.Title.ZH, c.Title.EN}
	all = append(all, c.Asked.ZH...)
	return append(all, c.Asked.EN...)
}
