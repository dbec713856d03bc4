package console

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake/calls"
	"huiyin/intake/element"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/web/shell"
)

// slow is the delay of the speech recogniser from which on the operator is told.
const slow = 2 * time.Second

// spoken is the call that the operator has, as far as it is known now.
type spoken struct {
	P       shell.Page
	Has     bool
	Gone    bool   // the call that the page showed went to somebody else
	Other   string // another call rings or talks, at this address
	Call    calls.Call
	Lines   []calls.Line // those that the page does not have yet
	Touched int64
	Delay   time.Duration // of what was said last; 0 where it is not worth a word
	Heard   []heard
}

// heard is an element of the call: where it goes in the form, and the words from which it comes.
type heard struct {
	Kind  element.Kind
	Field string // field of the form; empty where the summary has it
	Value string
	Turn  int
	Quote string
}

// liveParts draws the operator's call anew for the page that is open: the lines said since, the elements, the state.
func (x *Pages) liveParts(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	shown, _ := uuid.Parse(c.Query("call")) // none yet, where the page shows no call
	s, err := x.spokenNow(c, by, shown, int64(c.QueryInt("after")))
	if err != nil {
		return err
	}
	return shell.Render(c, fiber.StatusOK, spokenParts(s))
}

// spokenNow reads the call that the page shows, else the one that the operator has now.
func (x *Pages) spokenNow(c *fiber.Ctx, by casework.Actor, shown uuid.UUID, after int64) (spoken, error) {
	s := spoken{P: shell.NewPage(c, "")}
	ctx := c.UserContext()
	present, has, err := x.room.Present(ctx, by)
	if err != nil {
		return s, err
	}
	if shown == uuid.Nil {
		if !has {
			return s, nil
		}
		shown = present.ID
	} else if has && present.ID != shown {
		s.Other = "/console/call?call=" + present.ID.String()
	}
	h, err := x.room.Listen(ctx, by, shown)
	if err != nil {
		if k := fault.KindOf(err); k == fault.Forbidden || k == fault.NotFound || k == fault.Gone {
			s.Gone = true
			return s, nil
		}
		return s, err
	}
	s.Has, s.Call, s.Touched = true, h.Call, h.Call.Touched
	for _, l := range h.Turns {
		if l.Touched > after {
			s.Lines = append(s.Lines, l)
		}
		if !l.SaidAt.IsZero() {
			s.Delay = l.Delay()
		}
	}
	if s.Delay < slow || h.Call.State != calls.Talking {
		s.Delay = 0
	}
	if h.Call.Case != nil {
		return s, nil // it is written down: nothing more is filled in
	}
	number := ""
	if h.Call.HasNumber {
		if number, err = x.room.Number(ctx, by, shown); err != nil {
			return s, err
		}
	}
	s.Heard = x.elements(h, number)
	return s, nil
}

// into fills what was heard into the empty fields of a form.
func (s spoken) into(v call) call {
	fields := map[string]*string{"text": &v.Text, "place": &v.Place, "phone": &v.Phone, "name": &v.Name}
	for _, h := range s.Heard {
		if to := fields[h.Field]; to != nil && *to == "" {
			*to = h.Value
		}
	}
	return v
}

// elements are what the caller said so far, in the order of the form. The number that the exchange told goes before one that was spoken.
func (x *Pages) elements(h calls.Heard, number string) []heard {
	said := h.Said()
	e := element.Extract(said, placeNames(x.City))
	var list []heard
	add := func(k element.Kind, field string) {
		if f, ok := e.Best(k); ok {
			list = append(list, heard{Kind: k, Field: field, Value: f.Value, Turn: f.Turn, Quote: quote(said, f)})
		}
	}
	if text := draft(e, said); text != "" {
		list = append(list, heard{Kind: "summary", Field: "text", Value: text, Turn: -1})
	}
	add(element.Time, "")
	add(element.Place, "place")
	add(element.Matter, "")
	add(element.Ask, "")
	for _, k := range []element.Kind{element.Amount, element.People} {
		add(k, "")
	}
	if number != "" {
		list = append(list, heard{Kind: element.Contact, Field: "phone", Value: number, Turn: -1})
	} else {
		add(element.Contact, "phone")
	}
	add(element.Name, "name")
	return list
}

// around is how many characters of speech are shown on each side of an element.
const around = 8

// quote is the piece of speech around an element.
func quote(said []element.Said, f element.Found) string {
	for _, one := range said {
		if runes := []rune(one.Text); one.N == f.Turn && f.End <= len(runes) {
			from, to := max(0, f.Start-around), min(len(runes), f.End+around)
			text := string(runes[from:to])
			if from > 0 {
				text = "…" + text
			}
			if to < len(runes) {
				text += "…"
			}
			return text
		}
	}
	return ""
}

// draft is the beginning of the order: what the operator corrects instead of typing. It is in the language in which the caller speaks.
func draft(e element.Elements, said []element.Said) string {
	matters := e.Of(element.Matter)
	if len(matters) == 0 {
		return ""
	}
	lang := locale.EN
	if strings.ContainsFunc(matters[0].Value, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		lang = locale.ZH
	}
	slices.SortStableFunc(matters, func(a, b element.Found) int { return int(b.Count - a.Count) })
	matters = matters[:min(len(matters), 2)]
	slices.SortStableFunc(matters, func(a, b element.Found) int { return a.Turn - b.Turn })
	var told []string
	for _, m := range matters {
		if text := element.Told(said, m); !slices.Contains(told, text) {
			told = append(told, text)
		}
	}
	words := strings.Join(told, lang.T("livecall.comma"))
	var before []string
	for _, k := range []element.Kind{element.Time, element.Place} {
		if f, ok := e.Best(k); ok && !strings.Contains(words, f.Value) {
			before = append(before, f.Value)
		}
	}
	text := lang.T("livecall.draft", locale.Args{"Matter": strings.Join(append(before, words), lang.T("livecall.comma"))})
	for _, k := range []element.Kind{element.Amount, element.People} {
		for _, f := range e.Of(k) {
			if !strings.Contains(text, f.Value) {
				text += lang.T("livecall.draft_"+string(k), locale.Args{"Value": f.Value})
			}
		}
	}
	if f, ok := e.Best(element.Ask); ok && !strings.Contains(text, f.Value) {
		text += lang.T("livecall.draft_ask", locale.Args{"Value": f.Value})
	}
	return text
}

// placeNames are the names by which the city's places are known.
func placeNames(city *routing.City) []string {
	var names []string
	for _, p := range city.Places() {
		names = append(append(names, p.Name.ZH), p.Aliases...)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // the longer name first: it holds the shorter
	return slices.Compact(names)
}

// gapNote is what the caller said and the order leaves out or says otherwise, on the receipt before the dispatch.
type gapNote struct {
	P    shell.Page
	Case casework.CaseID
	Gaps []gap
}

type gap struct {
	element.Gap
	Quote string
}

// heardOf ties the call that the form names to the case made of it, and holds the one against the other. A call that is not the operator's own is passed over: the case is filed already.
func (x *Pages) heardOf(c *fiber.Ctx, by casework.Actor, id casework.CaseID, v call) (gapNote, error) {
	n := gapNote{P: shell.NewPage(c, ""), Case: id}
	of, err := uuid.Parse(c.FormValue("call"))
	if err != nil {
		return n, nil // typed without a call
	}
	if err := x.room.Attach(c.UserContext(), by, of, id); err != nil {
		if fault.KindOf(err) == fault.Forbidden {
			return n, nil
		}
		return n, err
	}
	h, ok, err := x.room.OfCase(c.UserContext(), by, id)
	if err != nil || !ok {
		return n, err
	}
	said := h.Said()
	for _, g := range element.Compare(said, placeNames(x.City), element.Order{Text: v.Text, Place: v.Place, Phone: v.Phone}, h.Call.BeganAt.In(x.City.TZ)) {
		n.Gaps = append(n.Gaps, gap{Gap: g, Quote: quote(said, g.Heard)})
	}
	return n, nil
}

// addHeard adds what the caller said, and the order lacks, to the case: as the caller's own words, from the turn in which they were said.
func (x *Pages) addHeard(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := parseID(c.FormValue("case"))
	if err != nil {
		return err
	}
	h, ok, err := x.room.OfCase(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	kind, value := element.Kind(c.FormValue("kind")), c.FormValue("value")
	found := slices.ContainsFunc(element.Extract(h.Said(), placeNames(x.City)).Of(kind), func(f element.Found) bool { return f.Value == value })
	if !ok || !found {
		return fault.New(fault.NotFound, "fault.no_such_call")
	}
	text := locale.ZH.T("livecall.add_"+string(kind), locale.Args{"Value": value})
	clear, _ := privacy.Mask(text)
	if err := x.Desk.Add(c.UserContext(), by, casework.Ref{ID: id}, casework.Addition{Channel: casework.Phone, Text: casework.Masked{Original: text, Clear: clear}}); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, "livecall.added")
	return shell.SeeOther(c, "/console/case/"+id.String())
}
