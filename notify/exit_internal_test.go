package notify

import (
	"errors"
	"log/slog"
	"slices"
	"testing"

	"github.com/emersion/go-message/mail"

	"huiyin/locale"
	"huiyin/privacy"
)

// A letter to an office with a value that its list forbids is not sent, whoever wrote the words; the number of a case may stand in it.
func TestLettersToOfficesHoldNothingOfTheirList(t *testing.T) {
	p := &Post{Settings: Settings{Log: slog.New(slog.DiscardHandler)}}
	table := privacy.Exits().Exits
	rule := table[slices.IndexFunc(table, func(e privacy.ExitRule) bool { return e.Code == privacy.OfficeLetters })]
	for kind, value := range map[string]string{"phone": "138 0013 8000", "identity": "110101199003077758", "card": "6222021234567894", "plate": "浙A12345", "email": "lin.xiaolan@qq.com", "number": "261122000901"} {
		_, err := p.writeOffice(mail.Header{}, letter{Lang: locale.ZH, Title: "热点预警", Blocks: []block{{Text: "请查看：" + value + "。"}}})
		var never suppressed
		if stopped := errors.As(err, &never); stopped != slices.Contains(rule.Refused, kind) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
