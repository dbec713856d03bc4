package dossier

import (
	"strconv"

	"huiyin/casework"
	"huiyin/rating"
)

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
