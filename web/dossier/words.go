package dossier

import (
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/web/shell"
)

// Headline is the masked title of a case; a case without one says so.
func Headline(p shell.Page, c casework.Case) string {
	if c.KeptOnly() {
		return p.T("dossier.kept_title")
	}
	if c.Title == "" {
		return p.T("dossier.no_title")
	}
	return c.Title
}

func stateTone(s casework.State) shell.Tone {
	switch s {
	case casework.Registered, casework.Accepted, casework.Dispatched:
		return shell.Note
	case casework.Paused, casework.HungUp:
		return shell.Warn
	case casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated, casework.Answered, casework.Closed, casework.Archived:
		return shell.Good
	}
	return shell.Calm
}

// facts are what is known of a case beside its words.
func (v View) facts() []shell.Item {
	c, p := v.F.Case, v.P
	items := []shell.Item{
		{Key: p.T("dossier.place"), Value: c.Place},
		{Key: p.T("dossier.area"), Value: v.City.TerritoryName(c.Territory, p.Lang)},
		{Key: p.T("dossier.category"), Value: v.City.CategoryPath(c.Category, p.Lang)},
	}
	add := func(key, value string) {
		if value != "" {
			items = append(items, shell.Item{Key: p.T(key), Value: value})
		}
	}
	var tags []string
	for _, t := range c.Tags {
		if other, ok := strings.CutPrefix(t, "same:"); ok {
			items = append(items, shell.Item{Key: p.T("dossier.same"), View: sameCase(p, v.beside(other))})
			continue
		}
		tags = append(tags, v.City.TagName(t, p.Lang))
	}
	add("dossier.tags", strings.Join(tags, p.T("dossier.comma")))
	add("dossier.external", c.ExternalNo)
	add("dossier.told", v.told())
	add("dossier.plan", c.Plan)
	if c.ReviewOn != nil {
		add("dossier.review_on", p.Lang.Date(*c.ReviewOn))
	}
	var co []casework.UnitCode
	for _, party := range v.F.Parties {
		if party.Role == "co" && party.Left == nil {
			co = append(co, party.Unit)
		}
	}
	add("party.co", v.units(co))
	return items
}

// told is what the resident was told where the case ended at the hotline.
func (v View) told() string {
	if v.F.Case.State == casework.Redirected {
		return v.P.T("emergency." + v.F.Case.Told)
	}
	return v.F.Case.Told
}

// sealedWords say why the identity stays hidden.
func (v View) sealedWords() string {
	if v.F.Case.Kind == casework.Report {
		return v.P.T("dossier.sealed_report")
	}
	return v.P.T("dossier.sealed_secret")
}

func (v View) fileWords(f casework.FileInfo) string {
	kind := f.Type
	if _, after, ok := strings.Cut(f.Type, "/"); ok {
		kind = strings.ToUpper(after)
	}
	size := max(f.Size/1024, 1)
	if f.Shows != "" {
		kind = v.P.T("unitwork.shows_"+f.Shows) + " · " + kind
	}
	if f.ByUnit != "" {
		return v.P.T("dossier.file_of", locale.Args{"Unit": v.Unit(f.ByUnit), "Kind": kind, "Size": v.P.Lang.Number(size)})
	}
	return v.P.T("dossier.file", locale.Args{"Kind": kind, "Size": v.P.Lang.Number(size)})
}

// fileAddress is where a file is fetched; the purpose goes along, because fetching is the use.
func (v View) fileAddress(f casework.FileInfo) string {
	return v.Base + "/file/" + f.ID.String() + "?purpose=" + url.QueryEscape(string(v.Shown.Purpose))
}

func (v View) requestItems(r casework.Request) []shell.Item {
	p := v.P
	items := []shell.Item{{Key: p.T("dossier.asked_by"), Value: v.Unit(r.Unit) + " · " + p.Lang.DateTime(r.RequestedAt)}}
	if r.ReasonCode != "" {
		items = append(items, shell.Item{Key: p.T("dossier.return_code"), Value: r.ReasonCode + " " + p.T("reason."+lower(r.ReasonCode))})
	}
	items = append(items, shell.Item{Key: p.T("dossier.reason"), Value: r.Reason})
	if r.Basis != "" {
		items = append(items, shell.Item{Key: p.T("dossier.basis"), Value: r.Basis})
	}
	if r.Suggested != "" {
		items = append(items, shell.Item{Key: p.T("dossier.suggested"), Value: v.Unit(r.Suggested)})
	}
	if r.NewDue != nil && r.Kind == "hang" {
		items = append(items, shell.Item{Key: p.T("dossier.review_on"), Value: p.Lang.Date(*r.NewDue)})
	}
	if r.NewDue != nil && r.OldDue != nil {
		items = append(items, shell.Item{Key: p.T("dossier.new_due"), Value: p.T("dossier.said_extension", locale.Args{"Old": p.Lang.Deadline(*r.OldDue), "New": p.Lang.Deadline(*r.NewDue)})})
	}
	return items
}

// ReviewDay is the day for looking at a hung-up case again that stands ready for the hotline: the one the unit proposed, else three months ahead.
func (v View) ReviewDay(r casework.Request) string {
	if r.NewDue != nil {
		return Date(*r.NewDue)
	}
	return Date(v.P.Now.AddDate(0, 3, 0))
}

// Answer is what the resident was told last, by the unit or by the hotline; ok is false before there is an answer.
func (v View) Answer() (casework.Message, bool) {
	for _, m := range slices.Backward(v.F.Messages) {
		if m.Purpose == "reply" || m.Purpose == "answer" {
			return m, true
		}
	}
	return casework.Message{}, false
}

// proofs are the files that came with a message.
func (v View) proofs(m casework.Message) []string {
	var words []string
	for _, f := range v.F.Files {
		if f.Message != nil && *f.Message == m.ID {
			words = append(words, v.fileWords(f))
		}
	}
	return words
}

// beside is the address of another case for the reader's kind of desk; row-level security decides whether it opens.
func (v View) beside(id string) string {
	if _, err := uuid.Parse(id); err != nil {
		return ""
	}
	if v.By.Unit == casework.Hotline {
		return "/console/case/" + id
	}
	return "/inbox/" + id
}
