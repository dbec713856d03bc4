package web

import (
	"context"
	"strings"

	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/search"
)

// How sure it must be that an article answers what somebody looks for: at all, and beside the best one.
const (
	leastSure = 0.1
	besides   = 0.25
)

// textsOf offers the articles in force to a search, under the address where its readers find them.
func textsOf(base *knowledge.Base, city *routing.City, under string) search.Texts {
	return func(ctx context.Context, lang locale.Lang, text string, limit int) ([]search.Text, error) {
		found, err := base.Find(ctx, knowledge.Query{Text: text, Least: leastSure, Limit: limit})
		if err != nil {
			return nil, err
		}
		var list []search.Text
		for _, f := range found {
			if f.Score < besides*found[0].Score {
				break
			}
			list = append(list, search.Text{Path: under + f.Code, Title: f.Title.In(lang), Asked: f.Asked.In(lang), Body: plain(f.Body.In(lang)), Owner: city.UnitName(f.Owner, lang), Basis: f.Basis.In(lang), Since: f.ValidFrom, Until: f.ExpiresOn})
		}
		return list, nil
	}
}

// plain is a body as one run of words, without the marks of its lists.
func plain(body string) string {
	var parts []string
	for _, b := range knowledge.Blocks(body) {
		if b.Text != "" {
			parts = append(parts, b.Text)
		}
		parts = append(parts, b.Items...)
	}
	return strings.Join(parts, " ")
}
