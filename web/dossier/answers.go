package dossier

import (
	"context"
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/knowledge"
	"huiyin/locale"
)

// offered is how many articles are offered beside a case or a call.
const offered = 3

// fewWords is the shortest text, in characters, for which articles are looked up unasked.
const fewWords = 4

// Offer finds the articles that surely answer a text: what a caller says, or what a resident wrote. It offers none that is out of date.
func (o Office) Offer(ctx context.Context, text string) ([]knowledge.Found, error) {
	if o.Answers == nil || len([]rune(text)) < fewWords {
		return nil, nil
	}
	return o.Answers.Find(ctx, knowledge.Query{Text: text, Least: knowledge.Offered, Limit: offered})
}

// Cited are the articles that the sender says an answer stands on.
func (r Request) Cited(ctx context.Context) ([]casework.Cite, error) {
	if r.Answers == nil {
		return nil, nil
	}
	return r.Answers.Cited(ctx, r.All("with"))
}

// Used counts that articles went into an answer that was sent. What cannot be counted does not keep the answer back.
func (r Request) Used(ctx context.Context, cites []casework.Cite) {
	if r.Answers != nil {
		_ = r.Answers.Used(ctx, cites)
	}
}

// ticked tells whether an article was chosen in a form that came back with a mistake.
func (v View) ticked(act, mark string) bool {
	return v.Refused.Act == act && slices.Contains(v.Refused.Typed[act+"_with"], mark)
}

// words is what an article says in the language of the case.
func (v View) words(a knowledge.Article) string { return a.Body.In(locale.Parse(v.F.Case.Language)) }

// citedIn names the articles that an answer stood on.
func (v View) citedIn(with []casework.Cite) string {
	var titles []string
	for _, c := range with {
		titles = append(titles, v.P.Lang.Pick(c.ZH, c.EN))
	}
	if len(titles) == 0 {
		return ""
	}
	return v.P.T("answers.cited", locale.Args{"Titles": strings.Join(titles, v.P.T("dossier.comma"))})
}
