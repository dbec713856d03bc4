package console

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/rating"
	"huiyin/search/words"
	"huiyin/web/shell"
)

// ratedView is what a search found among the ratings of services.
type ratedView struct {
	Asked bool // by the filter; otherwise it is only told that there are some
	List  []rating.Listed
	More  bool
	Cases string // address of the search for cases rated the same; empty without one level
}

// ratingWord begins the filter in a search: "rating:2", "rating:bad", each also in the words of the other language.
const ratingWord = "rating"

// ratingsAsked takes the filter out of what was typed; ok is false where there is none.
func ratingsAsked(typed string) (s rating.Sought, rest string, ok bool) {
	var others []string
	for field := range strings.FieldsSeq(typed) {
		name, value, cut := strings.Cut(words.Fold(field), ":")
		if !cut || ok || name != ratingWord && name != words.Fold(locale.ZH.T("find.rating_word")) {
			others = append(others, field)
			continue
		}
		ok = true
		level, err := strconv.Atoi(value)
		switch {
		case err == nil && slices.Contains(rating.Levels, rating.Level(level)):
			s.Worst, s.Best = rating.Level(level), rating.Level(level)
		case means(value, "find.rating_bad"):
			s.Best = 2
		case means(value, "find.rating_good"):
			s.Worst = 4
		case value != "":
			others = append(others, value)
		}
	}
	rest = strings.Join(others, " ")
	s.Text = rest
	return s, rest, ok
}

// means tells whether a word is the one of a key in either language.
func means(word, key string) bool {
	return word == words.Fold(locale.ZH.T(key)) || word == words.Fold(locale.EN.T(key))
}

// findRatings looks among the ratings of services: by the filter, or to tell that there are some beside the cases.
func (x *Pages) findRatings(c *fiber.Ctx, by casework.Actor, a asked) (v ratedView, err error) {
	s, rest, ok := ratingsAsked(a.Text)
	v.Asked = ok
	switch {
	case ok:
		if s.Worst == s.Best && s.Worst > 0 {
			same := asked{Text: strings.TrimSpace(rest + ` "` + locale.ZH.T("search.rated", locale.Args{"Level": locale.ZH.T("satisfaction." + strconv.Itoa(int(s.Worst))), "N": s.Worst}) + `"`)}
			v.Cases = same.address(1)
		}
	case a.Text == "" || personal(a.Text) || a.Page > 1:
		return v, nil
	default:
		s = rating.Sought{Text: a.Text, Limit: 1}
	}
	all := x.query(a)
	s.Units, s.Since, s.Until = all.Units, all.Since, all.Until
	book := rating.Book{DB: x.Docket.DB}
	v.List, v.More, err = book.Find(c.UserContext(), by, s)
	return v, err
}

// filtered is the address of the ratings that what was asked finds.
func (v foundView) filtered() string {
	return asked{Text: ratingWord + ": " + v.Asked.Text}.address(1)
}

func ratedTone(l rating.Level) shell.Tone {
	switch {
	case l.Bad():
		return shell.Bad
	case l == 3:
		return shell.Calm
	}
	return shell.Good
}

func (v foundView) ratingTags(o rating.Opinion) string {
	var list []string
	for _, code := range o.Tags {
		list = append(list, rating.TagText(o.TagSet, code, v.P.Lang))
	}
	return strings.Join(list, v.P.T("rating.between_tags"))
}
