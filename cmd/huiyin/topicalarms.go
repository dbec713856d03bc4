package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify"
	"huiyin/notify/alarm"
	"huiyin/supervision"
)

// outward are the ways by which news that is about no single case leaves the program.
type outward struct {
	letters *notify.Post
	bell    *alarm.Bell // nil where no address is set
}

// topicAlarms tells those who supervise the hotline, by letter and by webhook, of topics that grow suddenly.
func (p *parts) topicAlarms(to outward) sweep {
	return sweep{"topic_alarms", 30 * time.Second, func(ctx context.Context) (int, error) {
		return supervision.SweepTopicAlarms(ctx, p.Docket, func(ctx context.Context, tx pgx.Tx, a supervision.GrowthAlarm) error {
			path := "/console/topics/" + a.First.String()
			if to.bell != nil {
				err := to.bell.Tell(ctx, tx, alarm.Growth{ID: "topic-" + strconv.FormatInt(a.ID, 10), At: a.At, Category: a.Category, CategoryName: p.City.CategoryPath(a.Category, locale.ZH),
					Territory: a.Territory, TerritoryName: p.City.TerritoryName(a.Territory, locale.ZH), Cases: a.Size, People: a.People, Lately: a.Lately, Usual: a.Usual}, path)
				if err != nil {
					return err
				}
			}
			return to.letters.Tell(ctx, tx, p.topicNotice(a, to.letters.Addresses(casework.Hotline), path))
		})
	}}
}

func (p *parts) topicNotice(a supervision.GrowthAlarm, addresses []string, path string) notify.Notice {
	args := func(lang locale.Lang) locale.Args {
		what, where := p.City.CategoryPath(a.Category, lang), p.City.TerritoryName(a.Territory, lang)
		if a.Category == "" {
			what = lang.T("topics.any_matter")
		}
		if a.Territory == "" {
			where = p.City.Name.In(lang)
		}
		return locale.Args{"What": what, "Where": where, "Lately": a.Lately, "People": a.People, "Size": a.Size, "Usual": fmt.Sprintf("%.1f", a.Usual)}
	}
	zh, en := locale.ZH, locale.EN
	return notify.Notice{Key: "topic/" + strconv.FormatInt(a.ID, 10), To: addresses, Title: zh.T("letter.subject_topic", args(zh)),
		Text: zh.T("letter.topic", args(zh)), Other: en.T("letter.topic", args(en)), Open: zh.T("letter.topic_open"), Link: path}
}
