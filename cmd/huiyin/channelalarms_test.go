package main

import (
	"strings"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/supervision"
)

// A silence and its end are two letters of two keys; the letter names the channel, and nothing is left open in its words.
func TestLettersAboutAChannel(t *testing.T) {
	silent := supervision.SilenceNews{ID: 7, Use: supervision.ChannelUse{Channel: casework.Email, Last: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Silent: 30, Usual: 20}}
	faded, again := silent, silent
	faded.Use.Silent, faded.Use.Recent = 1, 1
	again.Ended = true
	keys := map[string]bool{}
	for _, n := range []supervision.SilenceNews{silent, faded, again} {
		l := channelNotice(n, []string{"duty@linlan.example"})
		keys[l.Key] = true
		for _, text := range []string{l.Title, l.Text} {
			if !strings.Contains(text, "电子邮件") || strings.Contains(text, "<no value>") {
				t.Error(text)
			}
		}
		if strings.Contains(l.Other, "<no value>") || l.Other == "" || l.Link != "/channels" || len(l.To) != 1 {
			t.Errorf("%+v", l)
		}
	}
	if len(keys) != 2 {
		t.Errorf("keys %v", keys)
	}
	if l := channelNotice(silent, nil); !strings.Contains(l.Text, "30 天没有一件") {
		t.Error(l.Text)
	}
	if l := channelNotice(faded, nil); !strings.Contains(l.Text, "平时约 20 件") {
		t.Error(l.Text)
	}
}
