package mail

import (
	"sort"
	"strconv"
	"strings"
)

// mediaType is a Content-Type or Content-Disposition: its first word in lower case and its parameters, values in UTF-8.
type mediaType struct {
	name   string
	params map[string]string
}

func (t mediaType) main() string { m, _, _ := strings.Cut(t.name, "/"); return m }

// mediaType reads a Content-Type or Content-Disposition however it is written: missing quotation marks, doubled semicolons, RFC 2231
// pieces in any charset, RFC 2047 words and bare 8-bit bytes in file names.
func (p *parser) mediaType(raw string) mediaType {
	t := mediaType{params: map[string]string{}}
	items := splitOutside(p.clean(raw), ';')
	type piece struct {
		n       int
		value   string
		encoded bool
	}
	pieces := map[string][]piece{}
	for i, item := range items {
		item = strings.TrimSpace(item)
		key, value, ok := strings.Cut(item, "=")
		if i == 0 && !ok {
			name := strings.ToLower(item)
			if j := strings.IndexAny(name, " \t\"'"); j > 0 {
				name = name[:j]
			}
			t.name = strings.Trim(name, "\"'<> ")
			continue
		}
		if i == 0 && strings.Contains(key, "/") { // the first semicolon is missing: "text/plain charset=x"
			if j := strings.LastIndexAny(strings.TrimSpace(key), " \t,:"); j > 0 {
				t.name, key = strings.ToLower(strings.Trim(key[:j], " \t,:")), key[j+1:]
				p.mend("content_type")
			}
		}
		if !ok {
			continue
		}
		key = strings.ToLower(strings.Trim(key, " \t\"'"))
		value = unquote(strings.TrimSpace(value))
		name, rest, star := strings.Cut(key, "*")
		if name == "" || len(pieces) > 100 {
			continue
		}
		pc := piece{value: value}
		if star {
			num := strings.TrimSuffix(rest, "*")
			pc.encoded = rest == "" || strings.HasSuffix(rest, "*")
			if n, err := strconv.Atoi(num); err == nil {
				pc.n = n
			}
			pieces[name+"*"] = append(pieces[name+"*"], pc)
			continue
		}
		if _, twice := pieces[name]; !twice {
			pieces[name] = append(pieces[name], pc)
		}
	}
	for name, ps := range pieces {
		base, extended := strings.CutSuffix(name, "*")
		if !extended {
			if _, better := pieces[name+"*"]; !better {
				t.params[base] = oneLine(p.words(ps[0].value))
			}
			continue
		}
		sort.SliceStable(ps, func(i, j int) bool { return ps[i].n < ps[j].n })
		var data []byte
		charset, any := "", false
		for i, pc := range ps {
			v := pc.value
			if pc.encoded {
				any = true
				if cs, after, ok := strings.Cut(v, "'"); i == 0 && ok {
					if _, text, ok := strings.Cut(after, "'"); ok {
						charset, v = cs, text
					}
				}
				data = append(data, unpercent(v)...)
				continue
			}
			data = append(data, v...)
		}
		if any && canonical(charset) != "utf-8" && canonical(charset) != "" {
			p.mend("name_charset")
		}
		value := p.decode(data, charset)
		if !any {
			value = p.words(value)
		}
		t.params[base] = oneLine(value)
	}
	return t
}

// splitOutside cuts s at sep where it stands outside quotation marks; an unclosed mark does not swallow the rest.
func splitOutside(s string, sep byte) []string {
	if strings.Count(s, `"`)%2 == 1 && !strings.Contains(s, `\"`) {
		if i := strings.LastIndexByte(s, '"'); i >= 0 {
			s = s[:i] + s[i+1:]
		}
	}
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// unquote takes a quoted-string's marks and escapes away; Windows paths keep their backslashes.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return strings.Trim(s, `"`)
	}
	if i := strings.LastIndexByte(s, '"'); i > 0 {
		s = s[1:i]
	} else {
		s = s[1:]
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

func unpercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}
