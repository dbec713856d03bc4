package locale

import (
	"maps"
	"strings"
)

// Lang is a language of the pages and letters, as its BCP 47 tag.
type Lang string

// The languages. ZH is the first: its addresses carry no prefix, and it answers where another language lacks a text.
const (
	ZH Lang = "zh-CN"
	EN Lang = "en"
)

// Langs lists every language, the first first.
func Langs() []Lang { return []Lang{ZH, EN} }

// Parse finds the language of a tag such as "en-GB" or "zh"; ZH where it is none of ours.
func Parse(tag string) Lang {
	if tag = strings.ToLower(strings.TrimSpace(tag)); tag == "en" || strings.HasPrefix(tag, "en-") {
		return EN
	}
	return ZH
}

// T is the text of a key with its values filled in. A key that no language has gives the key itself; the tests let none through.
func (l Lang) T(key string, args ...Args) string {
	switch len(args) {
	case 0:
		return texts.text(l, key, nil, nil)
	case 1:
		return texts.text(l, key, nil, args[0])
	}
	return texts.text(l, key, nil, merged(args))
}

// N is the text of a key in the plural form of n; the template finds n as {{.N}}.
func (l Lang) N(key string, n int, args ...Args) string {
	a := merged(args)
	a["N"] = l.Number(n)
	return texts.text(l, key, n, a)
}

func merged(args []Args) Args {
	m := Args{}
	for _, a := range args {
		maps.Copy(m, a)
	}
	return m
}

// Has tells whether the language has a text of its own for the key.
func (l Lang) Has(key string) bool {
	_, ok := texts.texts[l][key]
	return ok
}

// Path is the address of a public page in this language: "/board" in ZH, "/en/board" in EN.
func (l Lang) Path(p string) string {
	if l != EN {
		return p
	}
	if p == "/" {
		return "/en"
	}
	return "/en" + p
}

// FromPath splits the address of a public page into its language and its address without prefix.
func FromPath(p string) (Lang, string) {
	switch {
	case p == "/en" || p == "/en/":
		return EN, "/"
	case strings.HasPrefix(p, "/en/"):
		return EN, strings.TrimPrefix(p, "/en")
	}
	return ZH, p
}

// Other is the language that the switch on a page leads to.
func (l Lang) Other() Lang {
	if l == EN {
		return ZH
	}
	return EN
}

// Pick chooses between a Chinese and an English value, such as the two columns of a unit's name; an empty English one gives the Chinese.
func (l Lang) Pick(zh, en string) string {
	if l == EN && en != "" {
		return en
	}
	return zh
}
