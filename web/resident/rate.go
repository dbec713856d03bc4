package resident

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/rating"
	"huiyin/web/shell"
)

// rateView is the form by which a resident says whether the matter is solved.
type rateView struct {
	Token  string
	Solved string
	Level  string
	Tags   []string // codes chosen
	Text   string
	Change bool   // of what was said within the last day
	Opened string // when the form was handed out, signed
	Case   casework.Case
	Answer string // what is rated
	Unit   string
}

// ratedView is what a rating led to.
type ratedView struct {
	Rating casework.RatingView
	Token  string
	Redone bool
	Spent  bool
	Unit   string
	Due    string // of the new round
	Until  string // when the rating becomes final; empty where it is
}

// offered are the fixed answers of the level chosen; none before one is.
func (v rateView) offered() []rating.Tag {
	n, err := strconv.Atoi(v.Level)
	if err != nil {
		return nil
	}
	return rating.Tags().For(rating.Hotline, rating.Level(n))
}

var levels = []casework.Satisfaction{5, 4, 3, 2, 1}

func levelKey(s casework.Satisfaction) string { return "satisfaction." + strconv.Itoa(int(s)) }

// link finds what a rating link opens; ok is false where the answer was already given.
func (x *Pages) link(c *fiber.Ctx) (f casework.Dossier, round int, ok bool, err error) {
	ctx := c.UserContext()
	id, round, err := x.Docket.ByRatingLink(ctx, c.Params("token"))
	if err == nil {
		f, err = x.Docket.Dossier(ctx, casework.Resident(id), id)
	}
	if err == nil && f.Case.MergedInto != nil {
		// What is rated is the answer to the case that this one was merged into.
		var m *casework.Dossier
		if m, err = x.master(ctx, casework.Resident(id), id); m != nil {
			f.Case.Lead = m.Case.Lead
			if said, ok := (statusView{Master: m}).answer(); ok {
				said.Round = f.Case.Round
				f.Messages = append(f.Messages, said)
			}
		}
	}
	switch fault.KindOf(err) {
	case fault.NotFound:
		return f, 0, false, x.drawDead(c, fiber.StatusNotFound, "rate.unknown", "rate.unknown_text")
	case fault.Gone:
		return f, 0, false, x.drawDead(c, fiber.StatusGone, "rate.expired", "rate.expired_text")
	}
	return f, round, err == nil, err
}

func (x *Pages) drawDead(c *fiber.Ctx, status int, title, text string) error {
	page := x.page(c, title, "track")
	page.Status = status
	return shell.Render(c, status, deadLinkPage(page, page.T(text)))
}

func (x *Pages) showRating(c *fiber.Ctx) error {
	f, round, ok, err := x.link(c)
	if !ok {
		return err
	}
	if r, done := ratingOf(f, round); done {
		if c.Query("change") != "" && changeable(r, shell.Now(c)) {
			v := x.rating(c, f, rateView{Solved: string(r.Solved), Level: cmp.Or(levelOf(c.Query("level")), strconv.Itoa(int(r.Satisfaction))), Tags: r.Tags, Change: true})
			return x.drawRating(c, fiber.StatusOK, nil, v)
		}
		return x.drawRated(c, f, r)
	}
	_, answered := (statusView{Dossier: f}).answer()
	if round != f.Case.Round || !casework.Allowed(casework.StepRate, f.Case.State, casework.Resident(f.Case.ID)) || f.Case.MergedInto != nil && !answered {
		return x.drawDead(c, fiber.StatusConflict, "rate.over", "rate.over_text")
	}
	solved := c.Query("solved")
	if !slices.Contains([]string{"yes", "partly", "no"}, solved) {
		solved = ""
	}
	return x.drawRating(c, fiber.StatusOK, nil, x.rating(c, f, rateView{Solved: solved, Level: levelOf(c.Query("level"))}))
}

// levelOf is a level named in an address; empty where there is none.
func levelOf(s string) string {
	if len(s) == 1 && s[0] >= '1' && s[0] <= '5' {
		return s
	}
	return ""
}

// changeable reports whether the day in which a resident may say something else is not over.
func changeable(r casework.RatingView, now time.Time) bool {
	return now.Sub(r.At) <= casework.ChangeRatingWithin
}

// rating fills in what is rated.
func (x *Pages) rating(c *fiber.Ctx, f casework.Dossier, v rateView) rateView {
	if rating.OpenedAt(x.Keys, v.Opened).IsZero() {
		v.Opened = rating.Opened(x.Keys, shell.Now(c))
	}
	v.Token, v.Case, v.Unit = c.Params("token"), f.Case, x.unitName(shell.Lang(c), f.Case.Lead)
	if m, ok := (statusView{Dossier: f}).answer(); ok {
		v.Answer = m.Body
	}
	return v
}

func (x *Pages) drawRating(c *fiber.Ctx, status int, mistakes shell.Errors, v rateView) error {
	page := x.page(c, "rate.title", "track")
	page.Errors = mistakes
	return shell.Render(c, status, ratePage(page, v))
}

func ratingOf(f casework.Dossier, round int) (casework.RatingView, bool) {
	i := slices.IndexFunc(f.Ratings, func(r casework.RatingView) bool { return r.Round == round })
	if i < 0 {
		return casework.RatingView{}, false
	}
	return f.Ratings[i], true
}

// rated is what was chosen and written.
func rated(c *fiber.Ctx) rateView {
	v := rateView{Solved: c.FormValue("solved"), Level: levelOf(c.FormValue("satisfaction")), Text: strings.TrimSpace(c.FormValue("text")), Change: c.FormValue("change") != "", Opened: c.FormValue("opened")}
	for _, t := range c.Request().PostArgs().PeekMulti("tags") {
		v.Tags = append(v.Tags, string(t))
	}
	return v
}

// word checks what was chosen and makes the rating of it, without its words.
func (v rateView) word(lang locale.Lang, round int) (r casework.Rating, mistakes shell.Errors) {
	if !slices.Contains([]string{"yes", "partly", "no"}, v.Solved) {
		mistakes.Add("solved", lang.T("rate.solved_missing"))
	}
	level, _ := strconv.Atoi(v.Level)
	if level == 0 {
		mistakes.Add("satisfaction", lang.T("rate.level_missing"))
	}
	if v.Solved == "no" && v.Text == "" {
		mistakes.Add("text", lang.T("rate.text_missing"))
	}
	if len([]rune(v.Text)) > casework.MaxBody {
		mistakes.Add("text", lang.T("report.text_long", locale.Args{"Limit": casework.MaxBody}))
	}
	r = casework.Rating{Round: round, Solved: casework.Solved(v.Solved), Satisfaction: casework.Satisfaction(level), Channel: casework.Web, TagSet: rating.Tags().Version}
	if level == 0 {
		return r, mistakes
	}
	var err error
	r.Tags, err = rating.Tags().Choose(rating.Hotline, rating.Level(level), v.Tags)
	if err != nil && (v.Text == "" || len(v.Tags) > 0) { // words say what was not good, too
		mistakes.Add("tags", lang.T(fault.KeyOf(err)))
	}
	return r, mistakes
}

// rate keeps the rating; sent twice, the second time shows what the first led to.
func (x *Pages) rate(c *fiber.Ctx) error {
	f, round, ok, err := x.link(c)
	if !ok {
		return err
	}
	ctx, lang, id := c.UserContext(), shell.Lang(c), f.Case.ID
	here := "/rate/" + c.Params("token")
	said := rated(c)
	sent := rating.OpenedAt(x.Keys, said.Opened)
	v := x.rating(c, f, said)
	if _, done := ratingOf(f, round); done != v.Change {
		return shell.SeeOther(c, here)
	}
	r, mistakes := v.word(lang, round)
	if len(mistakes) > 0 {
		return x.drawRating(c, fiber.StatusUnprocessableEntity, mistakes, v)
	}
	text, err := x.masked(ctx, id, v.Text, "")
	if err == nil {
		r.Text = text.Body
		keep, book := x.Desk.Rate, rating.Book{DB: x.DB, Keys: x.Keys, Zone: x.City.TZ, Now: x.Now}
		if v.Change {
			keep = x.Desk.ChangeRating
		} else if r.Doubts, err = book.CaseDoubts(ctx, shell.Address(c)+" "+c.Get(fiber.HeaderUserAgent), sent); err != nil {
			return err
		}
		_, err = keep(ctx, casework.Resident(id), casework.Ref{ID: id}, r)
		if err == nil && !v.Change {
			err = book.NoteNetwork(ctx, id, round, f.Case.Lead, rating.Level(r.Satisfaction), shell.Address(c))
		}
	}
	switch fault.KeyOf(err) {
	case "fault.rated_before", "fault.round_over", "fault.step_not_now", "fault.rating_final":
		return shell.SeeOther(c, here)
	}
	if mistakes, ok := shell.Mistakes(lang, err); err != nil && ok {
		return x.drawRating(c, shell.Status(err), mistakes, v)
	}
	if err != nil {
		return x.away(c, err, func(status int, e shell.Errors) error { return x.drawRating(c, status, e, v) })
	}
	return shell.SeeOther(c, here)
}

// drawRated says what happens now: done, sent back with new dates, or looked at by a supervisor.
func (x *Pages) drawRated(c *fiber.Ctx, f casework.Dossier, r casework.RatingView) error {
	page := x.page(c, "rate.thanks", "track")
	v := ratedView{Rating: r, Token: c.Params("token"), Unit: x.unitName(page.Lang, f.Case.Lead)}
	if changeable(r, page.Now) {
		v.Until = page.Lang.DateTime(r.At.Add(casework.ChangeRatingWithin))
	}
	v.Redone = slices.ContainsFunc(f.Events, func(e casework.Event) bool {
		return e.Step == casework.StepRedo && e.Actor == casework.ByResident && e.Round == r.Round+1
	})
	v.Spent = (r.Solved == casework.SolvedNo || r.Satisfaction.Bad()) && !v.Redone
	if due, ok := (statusView{Dossier: f}).again(); ok {
		v.Due = page.Lang.Deadline(due.At)
	}
	return shell.Render(c, fiber.StatusOK, ratedPage(page, v))
}
