package mail

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// transfer undoes a Content-Transfer-Encoding; where the body is plainly not so encoded, the bytes stay as they are.
func (p *parser) transfer(b []byte, encoding string) []byte {
	encoding, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(encoding)), ";")
	switch strings.Trim(encoding, "\"' ") {
	case "base64":
		if !looksBase64(b) {
			p.mend("transfer_encoding")
			return b
		}
		out, whole := fromBase64(b)
		if !whole {
			p.mend("base64")
		}
		return out
	case "quoted-printable", "quoted/printable":
		out, whole := fromQuoted(b, false)
		if !whole {
			p.mend("quoted_printable")
		}
		return out
	case "x-uuencode", "uuencode", "x-uue", "uue":
		if files, _ := uuFiles(b); len(files) > 0 {
			return files[0].Data
		}
		p.mend("transfer_encoding")
		return b
	case "", "7bit", "8bit", "binary", "8-bit", "7-bit":
		return b
	}
	p.mend("transfer_encoding")
	return b
}

// looksBase64: hardly anything but the alphabet, and no line of words.
func looksBase64(b []byte) bool {
	good, bad := 0, 0
	if len(b) > 1<<16 {
		b = b[:1<<16]
	}
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=':
			good++
		case c == '\r' || c == '\n':
		case c >= 0x80:
			bad += 2
		default:
			bad++
		}
	}
	return bad*12 <= good
}

// fromBase64 decodes leniently: strangers are skipped, padding in the middle starts anew, a cut end gives what it holds.
func fromBase64(b []byte) (out []byte, whole bool) {
	whole = true
	quad := make([]byte, 0, 4096) // a multiple of four, so that a full one decodes without remainder
	var block [3072]byte
	out = make([]byte, 0, len(b)*3/4)
	flush := func() {
		n := len(quad) / 4 * 4
		if r := len(quad) - n; r == 1 {
			whole = false
			quad = quad[:n]
		}
		m, _ := base64.RawStdEncoding.Decode(block[:], quad)
		out = append(out, block[:m]...)
		quad = quad[:0]
	}
	pad, fresh := false, false // after padding only a new line may begin new data
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			if pad && !fresh {
				whole = false // words after the end of the data
				continue
			}
			if pad {
				flush()
				pad = false
			}
			fresh = false
			if quad = append(quad, c); len(quad) == cap(quad) {
				flush()
			}
		case c == '-':
			whole = false
		case c == '=':
			pad = true
		case c == '\n':
			fresh = true
		case c == ' ' || c == '\t' || c == '\r':
		default:
			whole, fresh = false, false
		}
	}
	flush()
	return out, whole
}

// fromQuoted decodes quoted-printable leniently: a broken escape stays as it is written.
func fromQuoted(b []byte, word bool) (out []byte, whole bool) {
	whole = true
	out = make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		if i+2 < len(b) && isHex(b[i+1]) && isHex(b[i+2]) {
			out = append(out, unhex(b[i+1])<<4|unhex(b[i+2]))
			i += 2
			continue
		}
		j := i + 1
		for j < len(b) && (b[j] == ' ' || b[j] == '\t' || b[j] == '\r') {
			j++
		}
		if !word && (j >= len(b) || b[j] == '\n') {
			i = j
			continue
		}
		whole = false
		out = append(out, '=')
	}
	return out, whole
}

// uuFiles takes the uuencoded files out of a text and gives the text without them.
func uuFiles(b []byte) (files []Attachment, rest []byte) {
	if !bytes.Contains(b, []byte("begin ")) {
		return nil, b
	}
	rest = make([]byte, 0, len(b))
	for len(b) > 0 {
		line, after := nextLine(b)
		fields := strings.Fields(string(line))
		if len(fields) >= 3 && fields[0] == "begin" && len(fields[1]) >= 3 && len(fields[1]) <= 4 && strings.Trim(fields[1], "01234567") == "" && len(files) < maxParts {
			if data, tail, ok := uuBody(after); ok {
				files = append(files, Attachment{Name: strings.Join(fields[2:], " "), Declared: "application/octet-stream", Size: len(data), Data: data})
				b = tail
				continue
			}
		}
		rest = append(rest, b[:len(b)-len(after)]...)
		b = after
	}
	return files, rest
}

// uuBody decodes lines up to "end"; ok is false when they are no uuencoding.
func uuBody(b []byte) (data, tail []byte, ok bool) {
	for len(b) > 0 {
		line, after := nextLine(b)
		b = after
		if string(bytes.TrimSpace(line)) == "end" {
			return data, b, len(data) > 0
		}
		if len(line) == 0 || line[0] == '`' || line[0] == ' ' && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		n := int(line[0]-' ') & 0x3F
		if line[0] < ' ' || line[0] > '`' || len(line) > 90 || len(line)-1 < (n*4+2)/3-3 {
			return nil, nil, false
		}
		enc, got := line[1:], 0
		for i := 0; i < len(enc) && got < n; i += 4 {
			var q [4]byte
			for k := range q {
				if i+k < len(enc) {
					q[k] = (enc[i+k] - ' ') & 0x3F
				}
			}
			for _, c := range [3]byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2, q[2]<<6 | q[3]} {
				if got < n {
					data = append(data, c)
					got++
				}
			}
		}
	}
	return data, nil, len(data) > 0
}
