package shell

import (
	"errors"

	"huiyin/fault"
	"huiyin/locale"
)

// Mistake is what is wrong with one field of a form.
type Mistake struct {
	Field string // the field's name, which is also its id; empty for the form as a whole
	Text  string // what to do, in the reader's language
}

// Errors are the mistakes in a form, in the order of its fields.
type Errors []Mistake

// Add appends a mistake.
func (e *Errors) Add(field, text string) { *e = append(*e, Mistake{Field: field, Text: text}) }

// Of is the text for a field, empty if it has no mistake.
func (e Errors) Of(field string) string {
	for _, m := range e {
		if m.Field == field {
			return m.Text
		}
	}
	return ""
}

// Mistakes turns a failure that the person can correct into the errors of the form shown again. It is false for every other
// failure, which the handler returns as it is.
func Mistakes(lang locale.Lang, err error) (Errors, bool) {
	switch kindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Conflict:
	default:
		return nil, false
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil, false
	}
	return Errors{{Field: f.Field, Text: Sentence(lang, err)}}, true
}
