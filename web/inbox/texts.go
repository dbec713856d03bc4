package inbox

import "huiyin/locale"

// gap marks in a standard text what the handler fills in; nothing with a gap goes to a resident.
const gap = "____"

// standard is a text that answers often begin with; gaps are marked and filled in by the handler.
type standard struct {
	Name, Text string
}

// standards are the standard texts in a language. Residents mostly read Chinese; the English ones are for English cases.
func (x *Pages) standards(l locale.Lang) []standard {
	list := make([]standard, 0, len(x.Texts))
	for _, t := range x.Texts {
		list = append(list, standard{Name: t.Name.In(l), Text: t.Text.In(l)})
	}
	return list
}
