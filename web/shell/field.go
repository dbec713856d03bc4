package shell

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Field is one question of a form. Its mistake, if any, is found by name in Page.Errors.
type Field struct {
	Name         string // name and id
	Label        string
	Hint         string
	Value        string
	Values       []string // chosen values of checkboxes
	Heading      bool     // the label is the page's h1: one question a page
	Hidden       bool     // the label is for screen readers only
	Optional     bool     // marked as such; nothing else is
	Type         string   // of an input: text (default), tel, email, password, search, date, datetime-local
	Autocomplete string   // as HTML names it, such as "tel"
	InputMode    string
	Width        int  // of an input in characters: 2 3 4 5 10 20 30; 0 is the full width
	Rows         int  // of a textarea, 5 where it is 0
	Max          int  // longest text in characters, 0 for no limit
	Multiple     bool // several files
	Accept       string
	Inline       bool   // radios side by side
	Small        bool   // radios and checkboxes in their small form; staff pages always have it
	Draft        string // key under which the browser keeps what was typed, empty to keep nothing
	List         string // id of a datalist with suggestions
	Shortcut     string // keys that move the cursor here, such as "F4"
}

// Choice is one answer that a question offers.
type Choice struct {
	Value string
	Label string
	Hint  string
}

func (f Field) describedBy(p Page) string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if p.Errors.Of(f.Name) != "" {
		ids = append(ids, f.Name+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) rows() string {
	if f.Rows == 0 {
		return "5"
	}
	return strconv.Itoa(f.Rows)
}

func (f Field) chosen(value string) bool {
	if value == f.Value && (value != "" || len(f.Values) == 0) {
		return true
	}
	return slices.Contains(f.Values, value)
}

// choiceID is the id of a choice; the first one has the field's own name, so that the error summary leads to it.
func (f Field) choiceID(i int) string {
	if i == 0 {
		return f.Name
	}
	return f.Name + "-" + strconv.Itoa(i+1)
}

// attributes are those that an input has only sometimes.
func (f Field) attributes(p Page) templ.Attributes {
	a := templ.Attributes{}
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	set("aria-describedby", f.describedBy(p))
	set("autocomplete", f.Autocomplete)
	set("inputmode", f.InputMode)
	set("accept", f.Accept)
	set("list", f.List)
	set("data-draft", f.Draft)
	set("data-key", f.Shortcut)
	if f.Max > 0 {
		set("maxlength", strconv.Itoa(f.Max))
	}
	if f.Multiple {
		a["multiple"] = true
	}
	return a
}

// ButtonKind is the weight of a button on its page.
type ButtonKind string

// The kinds of buttons: one Primary a page.
const (
	Primary   ButtonKind = ""
	Secondary ButtonKind = "secondary"
	Warning   ButtonKind = "warning"
	Large     ButtonKind = "large"
)

// ButtonSpec is a button that sends its form.
type ButtonSpec struct {
	Text     string
	Kind     ButtonKind
	Name     string // with Value: which of several buttons was pressed
	Value    string
	Shortcut string // keys that press it, such as "Ctrl+Enter"; shown beside the words on staff pages
	Disabled bool
}

func (k ButtonKind) class() string {
	switch k {
	case Secondary:
		return "govuk-button govuk-button--secondary"
	case Warning:
		return "govuk-button govuk-button--warning"
	case Large:
		return "govuk-button hy-button--large"
	}
	return "govuk-button"
}

func (b ButtonSpec) attributes() templ.Attributes {
	a := templ.Attributes{}
	if b.Name != "" {
		a["name"], a["value"] = b.Name, b.Value
	}
	if b.Shortcut != "" {
		a["data-key"], a["aria-keyshortcuts"] = b.Shortcut, strings.ReplaceAll(b.Shortcut, "Ctrl", "Control")
	}
	if b.Disabled {
		a["disabled"], a["aria-disabled"] = true, "true"
	}
	return a
}

// FormSpec is a form that is sent by POST.
type FormSpec struct {
	Action string // full address, language prefix included on public pages: p.Href("/report")
	Files  bool   // it sends files
	Once   bool   // it carries an idempotency key: sent twice, it is one submission
	Key    string // the idempotency key to carry again after a mistake; empty makes a new one
	ID     string
	Class  string
}

func (f FormSpec) attributes() templ.Attributes {
	a := templ.Attributes{}
	if f.Files {
		a["enctype"] = "multipart/form-data"
	}
	if f.ID != "" {
		a["id"] = f.ID
	}
	if f.Class != "" {
		a["class"] = f.Class
	}
	return a
}

func (f FormSpec) key() string {
	if f.Key == "" {
		return newKey()
	}
	return f.Key
}

func (p Page) formToken() string {
	if p.token == nil {
		return ""
	}
	token, err := p.token()
	if err != nil {
		return ""
	}
	return token
}

func groupClass(p Page, f Field) string {
	if p.Errors.Of(f.Name) != "" {
		return "govuk-form-group govuk-form-group--error"
	}
	return "govuk-form-group"
}

func inputClass(p Page, f Field) string {
	s := "govuk-input"
	if f.Width > 0 {
		s += " govuk-input--width-" + strconv.Itoa(f.Width)
	}
	if p.Errors.Of(f.Name) != "" {
		s += " govuk-input--error"
	}
	return s
}

func areaClass(base string, p Page, f Field) string {
	if p.Errors.Of(f.Name) != "" {
		return base + " " + base + "--error"
	}
	return base
}

func labelClass(f Field) string {
	switch {
	case f.Hidden:
		return "govuk-label govuk-visually-hidden"
	case f.Heading:
		return "govuk-label govuk-label--l"
	}
	return "govuk-label"
}

func legendClass(f Field) string {
	switch {
	case f.Hidden:
		return "govuk-fieldset__legend govuk-visually-hidden"
	case f.Heading:
		return "govuk-fieldset__legend govuk-fieldset__legend--l"
	}
	return "govuk-fieldset__legend"
}

func choicesClass(base string, p Page, f Field) string {
	s := base
	if f.Inline {
		s += " " + base + "--inline"
	}
	if f.Small || p.staff {
		s += " " + base + "--small"
	}
	return s
}
