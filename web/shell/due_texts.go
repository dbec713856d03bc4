package shell

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huiyin/locale"
)

// dueTexts are the words by which a page in the browser goes on telling its promises (web/assets/src/due.ts), with the moment on the service's clock.
func (p Page) dueTexts() string {
	forms := func(key string) []string {
		return []string{p.Lang.N(key, 1), strings.Replace(p.Lang.N(key, 2), "2", "{n}", 1)}
	}
	_, zone := p.Now.In(locale.Zone).Zone()
	b, err := json.Marshal(struct {
		Now     int64    `json:"now"`
		Zone    int      `json:"zone"`
		Left    string   `json:"left"`
		Over    string   `json:"over"`
		Today   string   `json:"today"`
		Days    []string `json:"days"`
		Hours   []string `json:"hours"`
		Minutes []string `json:"minutes"`
		Under   string   `json:"under"`
	}{
		p.Now.UnixMilli(), zone, p.T("due.left", locale.Args{"Span": "{span}"}), p.T("due.over", locale.Args{"Span": "{span}"}), p.T("due.today", locale.Args{"Clock": "{clock}"}),
		forms("time.days"), forms("time.hours"), forms("time.minutes"), p.T("time.under_a_minute"),
	})
	if err != nil {
		return "" // strings and numbers cannot fail
	}
	return string(b)
}

// moments lets the browser tell a running promise anew; a promise that was met says its words once.
func (d Due) moments(p Page) templ.Attributes {
	if !d.Met.IsZero() {
		return nil
	}
	ms := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	return templ.Attributes{"data-due": ms(d.At), "data-start": ms(d.Start), "data-clock": lastClock(p.Lang, d.At)}
}
