package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"huiyin/calendar"
	"huiyin/supervision/replycheck"
)

// judged is a line of huiyin check-reply; every figure is between 0 and 1.
type judged struct {
	ID           json.RawMessage   `json:"id"`
	Score        float64           `json:"score"`
	Relevance    float64           `json:"relevance"`
	Completeness float64           `json:"completeness"`
	Explanation  float64           `json:"explanation"`
	Timeliness   float64           `json:"timeliness"`
	Flags        []replycheck.Flag `json:"flags"`
}

// checkReply judges, for each line of standard input or of the files, a reply by what was asked.
func checkReply(ctx context.Context, env *Env, args []string) error {
	f := env.flags("check-reply", "[--limit DAYS] [FILE…]")
	limit := f.Int("limit", replycheck.LongestOrdinary, "working `days` within which a reply is in time")
	if err := parse(f, args, 0, -1); err != nil {
		return err
	}
	if *limit < 1 {
		return usage{"--limit is a number of working days, at least 1"}
	}
	terms, err := termsOf("")
	if err != nil {
		return err
	}
	t := lineTool{env: env, command: "check-reply"}
	return t.run(f.Args(), "were not judged", func(name string, in io.Reader) error {
		return t.each(ctx, name, in, func(line []byte) (any, error) {
			id, check, err := readReply(line)
			if err != nil {
				return unanswered{id, oneLine(err.Error())}, err
			}
			return judge(id, check, *limit, terms.Calendar), nil
		})
	})
}

func judge(id json.RawMessage, check replycheck.Check, limit int, days *calendar.Calendar) judged {
	check.Limit = limit
	r := replycheck.Judge(check, days)
	round := func(f float64) float64 { return math.Round(f*1000) / 1000 }
	flags := r.Flags
	if flags == nil {
		flags = []replycheck.Flag{}
	}
	explanation := round(r.Explanation)
	if explanation >= 0.5 && r.Explanation < 0.5 {
		explanation = 0.499 // the bound of what explains anything is not rounded away
	}
	return judged{id, round(r.Score), round(r.Relevance), round(r.Completeness), explanation, round(r.Timeliness), flags}
}

func readReply(line []byte) (json.RawMessage, replycheck.Check, error) {
	var given struct {
		ID        json.RawMessage `json:"id"`
		Asked     *string         `json:"asked"`
		Reply     *string         `json:"reply"`
		AskedAt   string          `json:"asked_at"`
		RepliedAt string          `json:"replied_at"`
	}
	err := json.Unmarshal(line, &given)
	if given.ID == nil {
		given.ID = json.RawMessage("null")
	}
	if err != nil || given.Asked == nil || given.Reply == nil {
		return given.ID, replycheck.Check{}, errors.New("the line is no JSON object with what was asked and the reply")
	}
	check := replycheck.Check{Asked: *given.Asked, Reply: *given.Reply}
	check.AskedAt, err = readTime(given.AskedAt)
	if err == nil {
		check.RepliedAt, err = readTime(given.RepliedAt)
	}
	return given.ID, check, err
}

// readTime reads a time that may be left out.
func readTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		err = fmt.Errorf("%q is no time with an offset, such as 2026-03-01T09:30:00+08:00", text)
	}
	return at, err
}
