package console

import (
	"testing"

	"huiyin/rating"
)

func TestTheFilterOfRatingsIsReadInBothLanguages(t *testing.T) {
	for typed, want := range map[string]rating.Sought{
		"rating:":         {},
		"rating:bad 排队":   {Best: 2, Text: "排队"},
		"排队 评价：差评":        {Best: 2, Text: "排队"},
		"评价:好评":           {Worst: 4},
		"Rating:2 window": {Worst: 2, Best: 2, Text: "window"},
		"rating:9":        {Text: "9"},
		"rating:排队":       {Text: "排队"},
	} {
		if s, rest, ok := ratingsAsked(typed); !ok || s.Text != want.Text || s.Worst != want.Worst || s.Best != want.Best || rest != want.Text {
			t.Errorf("%q is read as %+v, %q, %v", typed, s, rest, ok)
		}
	}
	for _, typed := range []string{"", "评价", "对评价不满", "overrating:2"} {
		if _, _, ok := ratingsAsked(typed); ok {
			t.Errorf("%q is taken for the filter", typed)
		}
	}
}
