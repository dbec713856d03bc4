package console

import "huiyin/web/shell"

// helpLines are what one can type into the search, each with an example, the usual first.
var helpLines = []string{"words", "phrase", "pinyin", "wrong", "number", "contact", "rating", "narrow"}

// help tells what can be typed.
func (v foundView) help() []shell.Item {
	var list []shell.Item
	for _, line := range helpLines {
		list = append(list, shell.Item{Key: v.P.T("find.help_" + line), Value: v.P.T("find.help_" + line + "_says")})
	}
	return list
}
