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

const channelsPath = "/channels"

// channelAlarms tells those who supervise the hotline, by letter and by webhook, of channels that fell silent and of those that bring cases again.
func (p *parts) channelAlarms(to outward) sweep {
	return sweep{"channel_alarms", time.Minute, func(ctx context.Context) (int, error) {
		return supervision.SweepChannels(ctx, p.Docket, p.City.TZ, func(ctx context.Context, tx pgx.Tx, n supervision.SilenceNews) error {
			if to.bell != nil {
				event := alarm.ChannelSilent
				if n.Ended {
					event = alarm.ChannelAgain
				}
				err := to.bell.TellSilence(ctx, tx, alarm.Silence{ID: event + "-" + strconv.FormatInt(n.ID, 10), Event: event, At: n.At, Channel: string(n.Use.Channel),
					LastDay: n.Use.Last.Format(time.DateOnly), Days: n.Use.Silent, Recent: n.Use.Recent, Usual: n.Use.Usual}, channelsPath)
				if err != nil {
					return err
				}
			}
			return to.letters.Tell(ctx, tx, channelNotice(n, to.letters.Addresses(casework.Hotline)))
		})
	}}
}

// channelNotice is the letter about a channel.
func channelNotice(n supervision.SilenceNews, addresses []string) notify.Notice {
	args := func(lang locale.Lang) locale.Args {
		return locale.Args{"Channel": lang.T("channel." + string(n.Use.Channel)), "Days": n.Use.Silent, "Last": lang.Date(n.Use.Last),
			"Window": supervision.SilentDays, "Recent": n.Use.Recent, "Usual": fmt.Sprintf("%.0f", n.Use.Usual)}
	}
	zh, en := locale.ZH, locale.EN
	notice := notify.Notice{Key: "channel/" + strconv.FormatInt(n.ID, 10), To: addresses, Title: zh.T("letter.subject_channel_silent", args(zh)),
		Text: zh.T("letter.channel_silent", args(zh)), Other: en.T("letter.channel_silent", args(en)), Open: zh.T("letter.channel_open"), Link: channelsPath}
	switch {
	case n.Ended:
		notice.Key += "/again"
		notice.Title, notice.Text, notice.Other = zh.T("letter.subject_channel_again", args(zh)), zh.T("letter.channel_again", args(zh)), en.T("letter.channel_again", args(en))
	case n.Use.Silent < supervision.SilentDays:
		notice.Text, notice.Other = zh.T("letter.channel_faded", args(zh)), en.T("letter.channel_faded", args(en))
	}
	return notice
}
