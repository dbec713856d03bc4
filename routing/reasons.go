package routing

import (
	"encoding/json"
	"maps"
	"slices"

	"huiyin/locale"
)

// Reason says in a person's words why something is proposed. It survives JSON.
type Reason struct {
	Key  string `json:"key"` // in the locale catalogue
	Args Args   `json:"args"`
}

// Args are what the words of a reason speak of, in the order of their names in the catalogue. Several reasons may share them: nobody changes them. In JSON they are an object.
type Args []Arg

// Arg is one of them.
type Arg struct {
	Key string // in the catalogue's words
	Is  Name
}

// Text is the reason in a language.
func (r Reason) Text(l locale.Lang) string {
	args := locale.Args{}
	for _, a := range r.Args {
		args[a.Key] = a.Is.In(l)
	}
	return l.T(r.Key, args)
}

// MarshalJSON writes an object.
func (a Args) MarshalJSON() ([]byte, error) {
	named := make(map[string]Name, len(a))
	for _, one := range a {
		named[one.Key] = one.Is
	}
	return encode(named), nil
}

// UnmarshalJSON reads an object.
func (a *Args) UnmarshalJSON(b []byte) error {
	var named map[string]Name
	if err := json.Unmarshal(b, &named); err != nil {
		return err
	}
	*a = inOrder(named)
	return nil
}

// inOrder is what stands under names, in their order.
func inOrder(named map[string]Name) Args {
	args := make(Args, 0, len(named))
	for _, key := range slices.Sorted(maps.Keys(named)) {
		args = append(args, Arg{key, named[key]})
	}
	return args
}

// saying quotes words of a text.
func saying(s string) Args { return Args{{"Words", both(s)}} }

// both is a name that is the same in every language, such as words quoted from the text.
func both(s string) Name { return Name{ZH: s, EN: s} }
