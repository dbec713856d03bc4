package notify

import (
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"strings"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/notify/postmark"
)

// letter is what a letter says, before it is text or HTML.
type letter struct {
	Lang   locale.Lang
	Title  string
	Blocks []block
}

// block is one paragraph: words, the words of a unit as they were written, or links.
type block struct {
	Text  string
	Quote string
	Links []link
	Small bool
}

type link struct{ Words, URL string }

// letterKeys are the texts of each letter: its subject and its first paragraph. A subject never has a word of the case in it.
var letterKeys = map[Kind]struct{ subject, text string }{
	Filed:      {"letter.subject_filed", "letter.filed"},
	Dispatched: {"letter.subject_news", "letter.dispatched"},
	Interim:    {"letter.subject_news", "letter.interim"},
	Replied:    {"letter.subject_replied", "letter.replied"},
	Answered:   {"letter.subject_replied", "letter.answered"},
	Declined:   {"letter.subject_news", "letter.declined"},
	Redirected: {"letter.subject_news", "letter.redirected"},
	Terminated: {"letter.subject_news", "letter.terminated"},
	Closed:     {"letter.subject_closed", "letter.closed"},
	Moved:      {"letter.subject_news", "letter.moved"},
	Joined:     {"letter.subject_news", "letter.joined"},
	Parted:     {"letter.subject_news", "letter.parted"},
	Again:      {"letter.subject_filed", "letter.again"},

	RightAsked:    {"letter.subject_right", "letter.right_asked"},
	RightProposed: {"letter.subject_right", "letter.right_proposed"},
	RightAnswered: {"letter.subject_right", "letter.right_answered"},
	RightExtended: {"letter.subject_right", "letter.right_extended"},
	RightExcused:  {"letter.subject_right_late", "letter.right_excused"},
	RightLate:     {"letter.subject_right_late", "letter.right_late"},
}

// compose reads the case, reveals address and code, and writes the letter.
func (p *Post) compose(ctx context.Context, l row) (Mail, error) {
	if l.Unit != "" {
		return p.composeUnit(ctx, l)
	}
	d, told, relayed, err := p.about(ctx, l)
	if err != nil {
		return Mail{}, err
	}
	if l.Right, err = p.request(ctx, l); err != nil {
		return Mail{}, err
	}
	to, code, opened, err := p.address(ctx, l.Case)
	if err != nil {
		return Mail{}, err
	}
	token := postmark.Token(p.Docket.Keys, l.Case)
	m := Mail{Letter: l.ID, To: to}
	if !l.Kind.automatic() {
		m.From = postmark.ReplyAddress(token, p.mailbox())
	}
	m.Data, err = p.render(p.words(d.Case, told, l, code, relayed), l, d.Case, token, to, opened)
	return m, err
}

// words writes the letter in the language of the case, with what it tells in the other. d is what it tells of: the case itself, or where relayed its master.
func (p *Post) words(c casework.Case, d casework.Dossier, l row, code string, relayed bool) letter {
	lang := locale.Parse(c.Language)
	page := func(lang locale.Lang) string { return p.BaseURL + lang.Path("/t/"+code) }
	unit, said := p.said(d, l, lang)
	args := locale.Args{"Number": c.Number, "Due": lang.Deadline(d.Case.Due), "Unit": unit, "Told": d.Case.Told, "Code": code, "City": p.City.Name.In(lang), "Phone": p.City.Phone}
	rightArgs(args, lang, l.Right)
	keys := letterKeys[l.Kind]
	rated, isRating := understood(d, l)
	if isRating {
		keys.text = "letter.rated"
		args["Said"] = rated.text(lang)
	}
	if l.Kind == Closed && inVain(d, l.Event) {
		keys.text = "letter.closed_unreached"
	}
	out := letter{Lang: lang, Title: lang.T(keys.subject, args)}
	out.Blocks = append(out.Blocks, block{Text: lang.T("letter.greeting")}, block{Text: lang.T(keys.text, args)})
	if l.Kind == Joined {
		out.Blocks = append(out.Blocks, soFar(lang, d.Case, said != "", args)...)
	}
	if said != "" {
		out.Blocks = append(out.Blocks, block{Quote: said})
	}
	if links := p.cited(d, l.Event, lang); len(links) > 0 {
		out.Blocks = append(out.Blocks, block{Text: lang.T("letter.basis"), Links: links})
	}
	if relayed {
		out.Blocks = append(out.Blocks, block{Text: lang.T("letter.joint")})
	}
	if l.Kind == Replied || l.Kind == Answered || l.Kind == Joined && said != "" {
		out.Blocks = append(out.Blocks, p.ratingBlocks(lang, l.Case, l.Round)...)
	}
	if isRating {
		out.Blocks = append(out.Blocks, p.ratedBlock(lang, l.Case, rated))
	}
	out.Blocks = append(out.Blocks, block{Text: lang.T("letter.follow", args), Links: []link{{lang.T("letter.open"), page(lang)}}})
	if c.State.Open() {
		out.Blocks = append(out.Blocks, block{Text: lang.T("letter.answer_this")})
	}
	signature, other := lang.T("letter.signature", args), lang.Other()
	args["Due"], args["City"] = other.Deadline(d.Case.Due), p.City.Name.In(other)
	args["Unit"], _ = p.said(d, l, other)
	rightArgs(args, other, l.Right)
	if isRating {
		args["Said"] = rated.text(other)
	}
	out.Blocks = append(out.Blocks,
		block{Text: other.T(keys.text, args) + other.T("letter.other_line", locale.Args{"Link": page(other)}), Small: true},
		block{Text: signature, Small: true})
	return out
}

// cited are the articles of the knowledge base that the answer told of stands on, where everybody can read them.
func (p *Post) cited(d casework.Dossier, answer int64, lang locale.Lang) []link {
	var links []link
	for _, e := range d.Events {
		var said struct {
			With []casework.Cite `json:"answered_with"`
		}
		if e.Seq != answer || json.Unmarshal(e.Data, &said) != nil {
			continue
		}
		for _, c := range said.With {
			links = append(links, link{lang.Pick(c.ZH, c.EN), p.BaseURL + lang.Path("/help/answers/"+c.Code)})
		}
	}
	return links
}

// inVain tells that a case was closed because the calls to its resident reached nobody.
func inVain(d casework.Dossier, closing int64) bool {
	for _, e := range d.Events {
		var said struct {
			NotReached bool `json:"not_reached"`
		}
		if e.Seq == closing && json.Unmarshal(e.Data, &said) == nil {
			return said.NotReached
		}
	}
	return false
}

// said finds who wrote and the words that the letter carries: those of the very event it is about.
func (p *Post) said(d casework.Dossier, l row, lang locale.Lang) (unit, words string) {
	code := d.Case.Lead
	for _, e := range d.Events {
		if e.Seq != l.Event {
			continue
		}
		if l.Kind == Interim || l.Kind == Replied || l.Kind == Answered {
			for _, m := range d.Messages {
				if m.At.Equal(e.At) && m.Author != "resident" && (m.Purpose == "interim" || m.Purpose == "reply" || m.Purpose == "answer") {
					code, words = m.Unit, m.Body
				}
			}
		}
	}
	switch l.Kind {
	case RightAnswered:
		words = l.Right.Reason
	case RightExtended, RightExcused:
		words = l.Right.DelayReason
	case Declined, Terminated:
		words = d.Case.Told
	case Joined:
		for _, m := range d.Messages {
			words = m.Body
		}
	}
	return p.City.UnitName(code, lang), words
}

//go:embed letter.html.tmpl
var htmlSource string

var htmlLetter = template.Must(template.New("letter").Parse(htmlSource))

// text is the letter for readers without HTML. The last paragraph is its signature, marked as mail programs know it.
func (l letter) text() string {
	var b strings.Builder
	for i, p := range l.Blocks {
		if i == len(l.Blocks)-1 {
			b.WriteString("-- \n")
		}
		if p.Text != "" {
			b.WriteString(p.Text + "\n")
		}
		if p.Quote != "" {
			b.WriteString("  " + strings.ReplaceAll(p.Quote, "\n", "\n  ") + "\n")
		}
		for _, k := range p.Links {
			b.WriteString("  " + k.Words + ": " + k.URL + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}
