package main

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/knowledge"
	"huiyin/locale"
	"huiyin/notify"
)

// answers is the knowledge base of this installation.
func (p *parts) answers() *knowledge.Base {
	return &knowledge.Base{DB: p.Pool, Now: p.Config.Now(), Zone: p.City.TZ}
}

// staleAnswers writes to the owner of every article that has expired or is due for another look, once for each day by which it was to be.
func (p *parts) staleAnswers(letters *notify.Post) sweep {
	return sweep{"stale_answers", 10 * time.Minute, func(ctx context.Context) (int, error) {
		return p.answers().SweepStale(ctx, func(ctx context.Context, tx pgx.Tx, a knowledge.Article) error {
			to := letters.Addresses(a.Owner)
			if len(to) == 0 {
				to = letters.Addresses(casework.Hotline) // somebody must hear of it
			}
			return letters.Tell(ctx, tx, staleNotice(a, to))
		})
	}}
}

func staleNotice(a knowledge.Article, to []string) notify.Notice {
	subject, text, day := "letter.subject_stale", "letter.stale", a.ReviewOn
	if a.State == knowledge.Expired {
		subject, text, day = "letter.subject_expired", "letter.expired", *a.ExpiresOn
	}
	args := func(lang locale.Lang) locale.Args {
		return locale.Args{"Title": a.Title.In(lang), "Day": lang.Date(day)}
	}
	zh, en := locale.ZH, locale.EN
	return notify.Notice{Key: "article/" + a.Code + "/" + strconv.Itoa(a.Number) + "/" + day.Format(time.DateOnly), To: to, Title: zh.T(subject, args(zh)), Text: zh.T(text, args(zh)), Other: en.T(text, args(en)),
		Open: zh.T("letter.stale_open"), Link: "/answers/" + a.Code}
}
