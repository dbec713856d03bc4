package resident

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"huiyin/casework"
	"huiyin/locale"
	mask "huiyin/privacy"
	"huiyin/web/shell"
)

// changeWindow is how long a resident may change what was sent (the docket holds the same limit).
const changeWindow = 10 * time.Minute

// doneView is what the receipt shows.
type doneView struct {
	Receipt     receipt
	Address     string // where the code is entered
	ChangeUntil time.Time
}

// emergencyLines are the lines to call, the one that fits first.
func emergencyLines(first string) []string {
	list := []string{first}
	for _, n := range casework.EmergencyNumbers {
		if n != first && n != "122" {
			list = append(list, n)
		}
	}
	return slices.DeleteFunc(list, func(n string) bool { return n == "" })
}

// opening is the beginning of a text.
func opening(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit]) + "…"
}

// written marks the language of words that a person wrote, so that they are read out and drawn as what they are.
func written(s string) templ.Attributes {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return templ.Attributes{"lang": string(locale.ZH)}
	}
	return nil
}

// upperFirst begins a sentence with a capital letter where the script has one.
func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// size is a number of bytes as people say it.
func size(n int) string {
	if n >= 1<<20 {
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
	}
	return strconv.Itoa(max(1, n>>10)) + " KB"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func unclearValue(d draft) []string {
	if d.Unclear {
		return []string{"yes"}
	}
	return []string{"none"} // an empty list would match the empty value
}

// before says what is ahead: the steps, what is asked, and how long answers took.
func (v reportView) before(p shell.Page) string {
	s := p.T("report.before")
	switch {
	case v.Waits.Half == 0:
		return s
	case v.Waits.Most <= v.Waits.Half:
		return s + p.T("report.before_half", locale.Args{"Half": v.Waits.Half})
	}
	return s + p.T("report.before_most", locale.Args{"Half": v.Waits.Half, "Most": v.Waits.Most})
}

// publishChoices are the answers to whether the case may be public.
func publishChoices(p shell.Page) []shell.Choice {
	return []shell.Choice{{Value: "no", Label: p.T("report.no")}, {Value: "yes", Label: p.T("report.yes")}}
}

// confided is the answer to who may know: no, yes, or report.
func (v reportView) confided() string {
	if v.Draft.Wrong {
		return "report"
	}
	return yesNo(v.Draft.Secret)
}

// alarms are the words that call for an emergency line, as the script reads them: "119:word,word|word,word;110:…".
func (v reportView) alarms() string {
	words := func(list []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(list), func(w string) bool { return strings.ContainsAny(w, ",;:|") }), ",")
	}
	var lines []string
	for _, a := range v.City.Alarms() {
		lines = append(lines, a.Number+":"+words(a.Words)+"|"+words(a.Unless))
	}
	return strings.Join(lines, ";")
}

// summary is what will be sent, each line with the way back to its page.
func (v reportView) summary(p shell.Page) []shell.Item {
	d := v.Draft
	place := strings.TrimSpace(d.Place + d.pointWords(p.Lang))
	if place == "" && d.SameStreet != "" {
		place = v.City.TerritoryName(d.SameStreet, p.Lang)
	}
	if place == "" && d.Unclear {
		place = p.T("report.unclear")
	}
	district := v.districtName(p.Lang)
	if district == "" {
		district = p.T("report.district_open")
	}
	photos := p.T("report.photos_none")
	if n := len(d.Photos); n > 0 {
		photos = p.T("report.photos_count", locale.Args{"N": n})
	}
	var same []shell.Item
	if d.SameNumber != "" {
		same = append(same, shell.Item{Key: p.T("report.same_short"), Value: p.T("report.same", locale.Args{"Number": d.SameNumber}), Change: p.Href("/report/2") + "?then=3", What: p.T("report.same_short")})
	}
	return append([]shell.Item{
		{Key: p.T("report.what"), View: longText(d.Text), Change: p.Href("/report/1") + "?then=3", What: p.T("report.what")},
		{Key: p.T("report.photos_short"), Value: photos, Change: p.Href("/report/1") + "?then=3", What: p.T("report.photos_short")},
		{Key: p.T("report.place_short"), Value: place, Change: p.Href("/report/2") + "?then=3", What: p.T("report.place_short")},
		{Key: p.T("report.district_short"), Value: district, Change: p.Href("/report/2") + "?then=3", What: p.T("report.district_short")},
	}, same...)
}

// telling are the kinds of personal data of which a resident is warned before sending; a name or a house number can be the matter itself.
var telling = []string{mask.IDCard, mask.BankCard, mask.Phone, mask.Plate, mask.Email, mask.WeChat}

// personal lists the kinds of personal data that stand in the words, each once, in the order of telling.
func (d draft) personal() []string {
	_, found := mask.Mask(d.Text)
	var kinds []string
	for _, kind := range telling {
		if slices.ContainsFunc(found, func(s mask.Span) bool { return s.Kind == kind }) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// personalNames is a list of kinds in words.
func personalNames(p shell.Page, kinds []string) string {
	var names []string
	for _, k := range kinds {
		names = append(names, p.T("personal."+k))
	}
	return strings.Join(names, p.T("personal.and"))
}
