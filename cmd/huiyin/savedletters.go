package main

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/locale"
	"huiyin/notify"
	"huiyin/search"
)

// alerts are the saved searches of this installation.
func (p *parts) alerts() *search.Alerts {
	return &search.Alerts{Shelf: search.Shelf{DB: p.Pool, Now: p.Config.Now()}, Search: p.search(), Staff: p.Staff}
}

// savedLetters writes to staff who asked for it how many cases are new in a search that they keep.
func (p *parts) savedLetters(letters *notify.Post) sweep {
	alerts := p.alerts()
	return sweep{"saved_search_letters", 20 * time.Second, func(ctx context.Context) (int, error) { return tellSaved(ctx, alerts, letters) }}
}

func tellSaved(ctx context.Context, alerts *search.Alerts, letters *notify.Post) (int, error) {
	return alerts.Tell(ctx, func(ctx context.Context, tx pgx.Tx, t search.Told) error {
		return letters.Tell(ctx, tx, savedNotice(t))
	})
}

func savedNotice(t search.Told) notify.Notice {
	zh, en := locale.ZH, locale.EN
	id := strconv.FormatInt(t.Search, 10)
	return notify.Notice{Key: "search/" + id + "/" + t.At.Format(time.RFC3339), To: []string{t.Address}, Title: zh.N("letter.subject_saved_search", t.New),
		Text: zh.N("letter.saved_search", t.New), Other: en.N("letter.saved_search", t.New), Open: zh.T("letter.saved_search_open"), Link: "/console/search?saved=" + id}
}
