package mail

import (
	_ "embed"
	"regexp"
	"strings"
)

//go:embed data/quotes.txt
var quoteRules string

// rules are the lines of a rule file as one alternation for each kind.
type rules map[string]*regexp.Regexp

// readRules compiles a rule file. The files are part of the program: a mistake in one is found by every test.
func readRules(file, prefix, suffix string) rules {
	parts := map[string][]string{}
	for line := range strings.Lines(file) {
		line = strings.TrimRight(line, "\r\n")
		kind, expr, ok := strings.Cut(line, "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		parts[kind] = append(parts[kind], "(?:"+expr+")")
	}
	out := rules{}
	for kind, exprs := range parts {
		out[kind] = regexp.MustCompile("(?i)" + prefix + "(?:" + strings.Join(exprs, "|") + ")" + suffix)
	}
	return out
}

func (r rules) match(kind, s string) bool { return r[kind] != nil && r[kind].MatchString(s) }

var quotes = readRules(quoteRules, `^\s*`, `\s*$`)

// lines that the rules look at, far more than a letter has before its history begins.
const maxLines = 4000

// longest line that the rules look at; longer ones are words, never marks.
const maxMark = 600

// SplitQuoted parts what is new in a letter from its history, signature and the lines that mail programs add. Forwarded letters stay
// with the text, since forwarding them is what their sender did. Words below or between quotations are new. text and quoted keep their
// lines in order; nothing is dropped.
func SplitQuoted(s string) (text, quoted string) {
	lines := strings.Split(s, "\n")
	cut, announces := len(lines), map[int]bool{}
	forwarded := false
	for i := 0; i < min(len(lines), maxLines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || len(line) > maxMark {
			continue
		}
		if quotes.match("forward", line) {
			forwarded = true
			break
		}
		kind, n := begins(lines, i)
		if kind == "wrote" && markedAfter(lines, i+n) { // "> " marks each line of the history: what has no mark is new
			for j := i; j < i+n; j++ {
				announces[j] = true
			}
			i += n - 1
			continue
		}
		if kind != "" {
			cut = i
			for j := i - 1; j >= 0 && (rule(lines[j]) || strings.TrimSpace(lines[j]) == ""); j-- {
				if rule(lines[j]) {
					cut = j // the line drawn above the history belongs to it
				}
			}
			break
		}
	}
	var kept, gone []string
	head := lines[:cut]
	if forwarded {
		head, cut = lines, len(lines)
	}
	for i, line := range head {
		trimmed := strings.TrimSpace(line)
		switch {
		case !forwarded && (isQuoteLine(trimmed) || announces[i] || wrapped(head, i)):
			gone = append(gone, line)
		case len(trimmed) <= 160 && trimmed != "" && len(head) > 1 && i < maxLines && quotes.match("device", trimmed):
			gone = append(gone, line)
		default:
			kept = append(kept, line)
		}
	}
	if !forwarded {
		var sign []string
		if n := lastWords(kept); cut < len(lines) && n > 0 && bareAddress.MatchString(kept[n]) {
			kept, gone = kept[:n], append(gone, kept[n])
		}
		kept, sign = splitSignature(kept)
		gone = append(gone, sign...)
	}
	gone = append(gone, lines[cut:]...)
	return strings.Trim(strings.Join(kept, "\n"), "\n \t"), strings.Trim(strings.Join(gone, "\n"), "\n")
}

// markedAfter tells whether the first words from line i on are marked as a quotation.
func markedAfter(lines []string, i int) bool {
	for ; i < len(lines); i++ {
		if line := strings.TrimSpace(lines[i]); line != "" {
			return strings.HasPrefix(line, ">")
		}
	}
	return false
}

// wrapped: the short rest of a quoted line that a mailer broke, between two marked ones.
func wrapped(lines []string, i int) bool {
	return i > 0 && i+1 < len(lines) && len(lines[i]) < 30 && strings.TrimSpace(lines[i]) != "" && len(lines[i-1]) >= 60 &&
		strings.HasPrefix(lines[i-1], ">") && strings.HasPrefix(lines[i+1], ">")
}

// lastWords is the index of the last line that is not blank, -1 if there is none.
func lastWords(lines []string) int {
	n := len(lines) - 1
	for n >= 0 && strings.TrimSpace(lines[n]) == "" {
		n--
	}
	return n
}

// begins tells whether history begins at line i, by which kind of mark ("start", "wrote", "fields"; "" for no), and over how many lines
// the mark runs.
func begins(lines []string, i int) (kind string, n int) {
	line := strings.TrimSpace(lines[i])
	if quotes.match("start", line) {
		return "start", 1
	}
	if rule(line) && i > 0 && i+1 < len(lines) && len(lines)-i < 12 && quotes.match("footer", lines[i+1]) {
		return "start", 1
	}
	if endsInColon(line) && dated.MatchString(line) && markedAfter(lines, i+1) && !isQuoteLine(line) {
		return "wrote", 1 // a date, a name, an address: no verb is needed where marked lines follow
	}
	// "On ... wrote:" may be broken over three lines, and quotations follow it or the text ends.
	var joined strings.Builder
	joined.WriteString(line)
	for n := range 3 {
		if n > 0 {
			if i+n >= len(lines) || strings.TrimSpace(lines[i+n]) == "" {
				break
			}
			joined.WriteString(" " + strings.TrimSpace(lines[i+n]))
		}
		if len(joined.String()) > maxMark {
			break
		}
		if endsInColon(joined.String()) && quotes.match("wrote", joined.String()) && !isQuoteLine(line) {
			if n == 0 || mayStartWrote(line) {
				return "wrote", n + 1
			}
			return "", 0
		}
	}
	if !strings.ContainsAny(line, ":\uff1a") || !quotes.match("field", line) {
		return "", 0
	}
	fields, from := 0, false
	for j := i; j < len(lines) && j < i+12; j++ {
		l := strings.TrimSpace(lines[j])
		if l == "" || len(l) > 4*maxMark {
			if l == "" && fields == 1 {
				continue
			}
			break
		}
		if quotes.match("field", l) {
			fields++
			from = from || quotes.match("from", l)
		} else if fields < 2 && j > i {
			break
		}
	}
	if fields >= 3 && from || fields >= 2 && from && quotes.match("from", line) && i > 0 && (rule(lines[i-1]) || strings.TrimSpace(lines[i-1]) == "") {
		return "fields", fields
	}
	return "", 0
}

var wroteStart = regexp.MustCompile(`(?i)^\s*(on|am|em|el|le|op|il|den|dne|w|\p{Han}|\d|.{0,60}@|.{0,60}<)`)

// mayStartWrote: the first of several lines of "so-and-so wrote" begins with its preposition, a date or an address.
func mayStartWrote(line string) bool { return wroteStart.MatchString(line) }

var dated = regexp.MustCompile(`\d{1,2}[:.]\d{2}.{1,120}<[^<>\s]+@[^<>\s]+>\s*[:\x{ff1a}]$`)

// endsInColon spares the costly rules on lines that end otherwise.
func endsInColon(s string) bool { return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "\uff1a") }

// bareAddress is a line that holds one e-mail address and nothing else: Foxmail puts it between the words and the history.
var bareAddress = regexp.MustCompile(`^\s*[^\s@<>]{1,64}@[^\s@<>]{1,190}\s*$`)

// rule is a line drawn across the page.
func rule(line string) bool {
	t := strings.TrimSpace(line)
	return len(t) >= 5 && strings.Trim(t, "-_=*─—") == ""
}

func isQuoteLine(line string) bool {
	return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "|") && !strings.Contains(line[1:], "|") && strings.HasPrefix(line, "| ")
}

// splitSignature takes a signature off the end: everything after the last "--" within the last twenty lines.
func splitSignature(lines []string) (text, sign []string) {
	from := max(0, len(lines)-20)
	for i := from; i < len(lines); i++ {
		if len(lines[i]) < 60 && i > 0 && quotes.match("sign", lines[i]) {
			return lines[:i], lines[i:]
		}
	}
	return lines, nil
}
