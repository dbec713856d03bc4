package knowledge

import (
	"regexp"
	"strings"
)

// Block is a piece of an article's body: a paragraph, or a list.
type Block struct {
	Text     string   // of a paragraph
	Items    []string // of a list
	Numbered bool     // its items are steps in order
}

var item = regexp.MustCompile(`^(?:(-)|[0-9]{1,2}[.\x{3001}])\s*(.+)$`)

// Blocks reads a body: blank lines part its paragraphs; lines that begin with a hyphen, or a number and a point, are the items of a list.
func Blocks(body string) []Block {
	var all []Block
	open := false // the last block may go on
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			open = false
			continue
		}
		m := item.FindStringSubmatch(line)
		last := len(all) - 1
		switch {
		case m == nil && open && len(all[last].Items) == 0:
			all[last].Text += "\n" + line
		case m == nil:
			all = append(all, Block{Text: line})
		case open && len(all[last].Items) > 0 && all[last].Numbered == (m[1] == ""):
			all[last].Items = append(all[last].Items, m[2])
		default:
			all = append(all, Block{Items: []string{m[2]}, Numbered: m[1] == ""})
		}
		open = true
	}
	return all
}

// Short is the first paragraph of a body, cut at so many characters.
func Short(body string, most int) string {
	blocks := Blocks(body)
	if len(blocks) == 0 {
		return ""
	}
	text := blocks[0].Text
	if text == "" {
		text = strings.Join(blocks[0].Items, " ")
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
