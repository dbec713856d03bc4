package looktest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/net/html"
)

// markForms are the ways in which the word of a mark may stand: as it is, in hexadecimal, and in base64 at each of its three places.
var markForms = func() [][]byte {
	forms := [][]byte{[]byte(markWord), []byte(hex.EncodeToString([]byte(markWord)))}
	for skip := range 3 {
		enc := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", skip) + markWord))
		from := (skip*8 + 5) / 6
		forms = append(forms, []byte(enc[from:len(enc)-1]))
	}
	return forms
}()

// find tells which mark an answer holds, also without its spaces, percent-encoded, in hexadecimal, in base64, inside a spreadsheet or a Parquet file, or as an unsalted digest; empty where none.
func (m marked) find(answer []byte) string {
	for _, body := range unpacked(answer) {
		if found := m.findIn(body); found != "" {
			return found
		}
	}
	return ""
}

// unpacked is an answer, and beside it what it holds packed.
func unpacked(answer []byte) [][]byte {
	all := [][]byte{answer}
	if at := bytes.Index(answer, []byte("PK\x03\x04")); at >= 0 {
		if r, err := zip.NewReader(bytes.NewReader(answer[at:]), int64(len(answer)-at)); err == nil {
			for _, f := range r.File {
				if in, err := f.Open(); err == nil {
					if body, err := io.ReadAll(in); err == nil {
						all = append(all, body)
					}
					_ = in.Close() // it was only read
				}
			}
		}
	}
	if at := bytes.Index(answer, []byte("PAR1")); at >= 0 {
		if f, err := parquet.OpenFile(bytes.NewReader(answer[at:]), int64(len(answer)-at)); err == nil {
			all = append(all, cellsOf(f))
		}
	}
	return all
}

// cellsOf are the values of a Parquet file, one a line.
func cellsOf(f *parquet.File) []byte {
	var out bytes.Buffer
	for _, g := range f.RowGroups() {
		rows := g.Rows()
		buf := make([]parquet.Row, 100)
		for {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				for _, v := range row {
					out.WriteString(v.String() + "\n")
				}
			}
			if err != nil || n == 0 {
				break
			}
		}
		_ = rows.Close() // it was only read
	}
	return out.Bytes()
}

func (m marked) findIn(body []byte) string {
	views := [][]byte{body, packed(body)}
	if bytes.Contains(body, []byte("%")) {
		if plain, err := url.QueryUnescape(string(body)); err == nil {
			views = append(views, []byte(plain))
		} else if plain, err := url.PathUnescape(strings.ReplaceAll(string(body), "% ", "")); err == nil {
			views = append(views, []byte(plain))
		}
	}
	if bytes.Contains(body, []byte("&#")) {
		views = append(views, []byte(html.UnescapeString(string(body))))
	}
	for _, v := range views {
		lower := bytes.ToLower(v)
		for i, f := range markForms {
			in := v
			if i < 2 {
				in = lower
			}
			if at := bytes.Index(in, f); at >= 0 {
				return string(in[at:min(len(in), at+len(f)+16)])
			}
		}
		if what := m.number(v); what != "" {
			return what
		}
	}
	return m.digest(body)
}

// packed leaves out what may stand between the digits of a number.
func packed(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); {
		r, n := utf8.DecodeRune(body[i:])
		if !strings.ContainsRune(" \t\r\n\f\v\u00a0\u3000-", r) {
			out = append(out, body[i:i+n]...)
		}
		i += n
	}
	return out
}

// signs are the characters of numbers and tracking codes: everything else ends a run of them.
func sign(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b == 'x' || b == '-' }

// number looks for every number and code, wherever in a run of signs it begins.
func (m marked) number(v []byte) string {
	lengths := m.lengths()
	least := slices.Min(lengths)
	for i := 0; i < len(v); i++ {
		if !sign(v[i]) {
			continue
		}
		end := i
		for end < len(v) && sign(v[end]) {
			end++
		}
		for from := i; from+least <= end; from++ {
			for _, n := range lengths {
				if from+n <= end {
					if what, ok := m.digits[string(v[from:from+n])]; ok {
						return what + " " + string(v[from:from+n])
					}
				}
			}
		}
		i = end
	}
	return ""
}

// lengths are those of all numbers and codes.
func (m marked) lengths() []int {
	if len(*m.long) == 0 {
		seen := map[int]bool{}
		for v := range m.digits {
			if !seen[len(v)] {
				seen[len(v)] = true
				*m.long = append(*m.long, len(v))
			}
		}
	}
	return *m.long
}

// digest looks for the unsalted digests, in hexadecimal and in both alphabets of base64.
func (m marked) digest(body []byte) string {
	in := func(b byte) bool {
		return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == '+' || b == '/' || b == '_' || b == '-' || b == '='
	}
	for i := 0; i < len(body); i++ {
		if !in(body[i]) {
			continue
		}
		end := i
		for end < len(body) && in(body[end]) {
			end++
		}
		for from := i; from+43 <= end; from++ {
			for _, n := range []int{43, 44, 64} {
				if from+n > end {
					continue
				}
				found := string(body[from : from+n])
				if n == 64 {
					found = strings.ToLower(found)
				}
				if what, ok := m.hashes[found]; ok {
					return "digest of " + what
				}
			}
		}
		i = end
	}
	return ""
}

// zipped is a spreadsheet's way of holding a text.
func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("sheet.xml")
	if err == nil {
		_, err = io.WriteString(f, "<c><t>"+text+"</t></c>")
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
