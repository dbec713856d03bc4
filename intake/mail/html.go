package mail

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// skipped elements hold nothing that a person reads.
var skipped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Title: true, atom.Template: true, atom.Svg: true, atom.Object: true, atom.Iframe: true, atom.Noembed: true, atom.Noframes: true, atom.Select: true,
}

// broken elements begin and end on their own line.
var broken = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Table: true, atom.Tr: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true,
	atom.H5: true, atom.H6: true, atom.Blockquote: true, atom.Pre: true, atom.Hr: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true,
	atom.Address: true, atom.Center: true, atom.Dl: true, atom.Dt: true, atom.Dd: true, atom.Form: true, atom.Fieldset: true, atom.Body: true, atom.Caption: true,
}

// HTMLText turns HTML into safe text to read: scripts and styles gone, blocks on lines of their own, the target of a link after its
// words, images by name, quotations marked with "> ". It reads tokens, not a tree, so that its work is linear.
func HTMLText(src string) string {
	text, open := htmlText(src, true)
	if open || strings.TrimSpace(text) == "" { // a hidden part that never ends would hide the letter
		text, _ = htmlText(src, false)
	}
	return text
}

// htmlText is HTMLText with or without the parts that are styled to be invisible; open tells that such a part did not end.
func htmlText(src string, hide bool) (text string, open bool) {
	z := html.NewTokenizer(strings.NewReader(src))
	z.SetMaxBuf(4 << 20)
	w := &htmlWriter{}
	var skip atom.Atom
	skipDepth := 0
	var href string
	var linkFrom int
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		if w.out.Len() > 2*maxText {
			break
		}
		switch tt {
		case html.TextToken:
			if skip == 0 {
				w.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			if skip != 0 {
				if a == skip && tt == html.StartTagToken && a != atom.P { // a paragraph ends where the next begins
					skipDepth++
				}
				if a != skip || a != atom.P {
					continue
				}
				skip = 0
			}
			if skipped[a] {
				if tt == html.StartTagToken {
					skip, skipDepth = a, 1
				}
				continue
			}
			attrs := map[string]string{}
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				if len(attrs) < 50 {
					attrs[string(k)] = string(v)
				}
			}
			if hide && hidden(a, attrs) {
				if tt == html.StartTagToken {
					skip, skipDepth = a, 1
				}
				continue
			}
			switch {
			case a == atom.Br:
				w.newline()
			case a == atom.A:
				href, linkFrom = strings.TrimSpace(attrs["href"]), w.out.Len()
			case a == atom.Img:
				w.image(attrs)
			case a == atom.Td || a == atom.Th:
				w.cell()
			case a == atom.Sup:
				w.sup = true
			case broken[a]:
				w.block(a == atom.P)
				if a == atom.Blockquote {
					w.quote++
				}
				if a == atom.Li {
					w.text("- ")
				}
				if a == atom.Pre {
					w.pre++
				}
				if a == atom.Hr {
					w.raw("----------")
					w.block(false)
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			if skip != 0 {
				if a == skip {
					if skipDepth--; skipDepth <= 0 {
						skip = 0
					}
				}
				continue
			}
			switch {
			case a == atom.A && href != "":
				w.link(href, linkFrom)
				href = ""
			case broken[a]:
				w.block(a == atom.P)
				if a == atom.Blockquote && w.quote > 0 {
					w.quote--
				}
				if a == atom.Pre && w.pre > 0 {
					w.pre--
				}
			}
		}
	}
	return readable(w.out.String()), skip != 0 && !skipped[skip]
}

// hideable elements are dropped when their style hides them; only those whose end tag people's programs write.
var hideable = map[atom.Atom]bool{atom.Div: true, atom.Span: true, atom.P: true, atom.Table: true, atom.Font: true, atom.Section: true, atom.Center: true, atom.A: true}

// hidden tells whether nobody sees an element: the words for robots and filters that advertisers and swindlers put into letters.
func hidden(a atom.Atom, attrs map[string]string) bool {
	if !hideable[a] {
		return false
	}
	if _, yes := attrs["hidden"]; yes {
		return true
	}
	style := strings.ToLower(strings.Join(strings.Fields(attrs["style"]), ""))
	for _, way := range []string{"display:none", "visibility:hidden", "max-height:0px;overflow:hidden", "max-height:0;overflow:hidden"} {
		if strings.Contains(style, way) {
			return true
		}
	}
	// Frames of a letter are set to no size too, and what stands in them has a size of its own; words in a line have not.
	return (a == atom.Span || a == atom.Font) && (strings.Contains(style+";", "font-size:0;") || strings.Contains(style+";", "font-size:0px;"))
}

type htmlWriter struct {
	out     strings.Builder
	blank   bool // a blank is due before the next word
	started bool // the current line has words
	gapped  bool // and it stands between Han characters too: a cell of a table ends
	last    rune
	quote   int
	pre     int
	gap     bool
	sup     bool // a raised number is due: 10<sup>6</sup> is not 106
}

// text adds words; runs of white space become one blank, and none stands between two Han characters.
func (w *htmlWriter) text(s string) {
	if w.pre > 0 {
		for i, line := range strings.Split(s, "\n") {
			if i > 0 {
				w.newline()
			}
			w.raw(line)
		}
		return
	}
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' || r == '\f' {
			w.blank = true
			continue
		}
		if r == '\u200b' || r == '\u00ad' || r == '\ufeff' || r == '\u034f' {
			continue
		}
		if w.blank && w.started && (w.gapped || !unicode.Is(unicode.Han, r) || !unicode.Is(unicode.Han, w.last)) {
			w.out.WriteByte(' ')
		}
		if w.sup && !w.blank && unicode.IsDigit(r) && (unicode.IsLetter(w.last) || unicode.IsDigit(w.last)) {
			w.out.WriteByte('^')
		}
		w.blank, w.sup, w.gapped = false, false, false
		w.open()
		w.out.WriteRune(r)
		w.last = r
	}
}

func (w *htmlWriter) raw(s string) {
	if s == "" {
		return
	}
	if w.blank && w.started {
		w.out.WriteByte(' ')
	}
	w.blank = false
	w.open()
	w.out.WriteString(s)
	w.last = []rune(s)[len([]rune(s))-1]
}

// open begins a line with the marks of the quotations around it.
func (w *htmlWriter) open() {
	if !w.started {
		w.out.WriteString(strings.Repeat("> ", min(w.quote, 8)))
		w.started = true
	}
}

func (w *htmlWriter) newline() {
	w.out.WriteByte('\n')
	w.started, w.blank, w.last = false, false, 0
}

// block ends the current line; a paragraph leaves an empty one.
func (w *htmlWriter) block(paragraph bool) {
	if w.started {
		w.newline()
		w.gap = false
	}
	if paragraph && !w.gap && w.out.Len() > 0 {
		w.out.WriteByte('\n')
		w.gap = true
	}
	w.blank = false
}

func (w *htmlWriter) cell() {
	if w.started {
		w.blank, w.gapped = true, true
	}
}

// link writes the target after the words when the words do not say it already.
func (w *htmlWriter) link(href string, from int) {
	words := ""
	if from <= w.out.Len() {
		words = w.out.String()[from:]
	}
	low := strings.ToLower(href)
	target := ""
	switch {
	case strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "ftp://"):
		target = href
	case strings.HasPrefix(low, "mailto:"):
		target, _, _ = strings.Cut(href[len("mailto:"):], "?")
	case strings.HasPrefix(low, "tel:"):
		target = href[len("tel:"):]
	}
	if target == "" || len(target) > 2000 || strings.Contains(words, strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(target, "http://"), "https://"), "/")) {
		return
	}
	w.blank = w.started
	w.raw("<" + oneLine(target) + ">")
}

// image names an inline picture; pictures without a name or of one pixel are decoration.
func (w *htmlWriter) image(attrs map[string]string) {
	if attrs["width"] == "1" || attrs["height"] == "1" {
		return
	}
	name := oneLine(attrs["alt"])
	src := strings.TrimSpace(attrs["src"])
	if name == "" {
		if cid, ok := strings.CutPrefix(src, "cid:"); ok {
			name, _, _ = strings.Cut(cid, "@")
			name = fileName(name)
		}
	}
	if name == "" {
		return
	}
	w.text("[" + name + "]")
}
