package dossier

import (
	"slices"
	"strconv"

	"huiyin/casework"
	"huiyin/rating"
)

// doubts names why a rating is counted apart.
func (v View) doubts(list []string) string {
	names := make([]string, 0, len(list))
	for _, d := range list {
		names = append(names, v.P.T("rating.doubt_"+d))
	}
	return v.joined(names...)
}

// Doubted is the rating of the present round or the last before it that is counted apart; its round is 0 where there is none.
func (v View) Doubted() casework.RatingView {
	for _, r := range slices.Backward(v.F.Ratings) {
		if r.Doubtful() {
			return r
		}
	}
	return casework.RatingView{}
}

// ratingText is a resident's word in one line: whether it is solved, how satisfied, and the fixed answers.
func (v View) ratingText(solved casework.Solved, level casework.Satisfaction, set string, tags []string) string {
	var parts []string
	if solved != "" {
		parts = append(parts, v.P.T("solved."+string(solved)))
	}
	parts = append(parts, v.P.T("satisfaction."+strconv.Itoa(int(level))))
	for _, code := range tags {
		parts = append(parts, rating.TagText(set, code, v.P.Lang))
	}
	return v.joined(parts...)
}
