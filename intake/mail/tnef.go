package mail

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// tnefMark begins every TNEF stream: the winmail.dat in which Outlook and Exchange wrap a letter and its files ([MS-OXTNEF] 2.1.1).
var tnefMark = []byte{0x78, 0x9F, 0x3E, 0x22}

const maxTnefDepth = 4 // letters within letters

// tnef is what a TNEF stream held.
type tnef struct {
	class   string // message class, such as IPM.Note
	subject string
	text    string
	html    bool // text was made from HTML
	files   []Attachment
	whole   bool // the stream was read to its end
}

// Attributes and properties that we read; the others are passed over.
const (
	attSubject    = 0x8004
	attClass      = 0x8008
	attBody       = 0x800C
	attCodepage   = 0x9007
	attProps      = 0x9003
	attFileBegins = 0x9002
	attFileTitle  = 0x8010
	attFileData   = 0x800F
	attFileProps  = 0x9005

	prSubject  = 0x0037
	prBody     = 0x1000
	prRTF      = 0x1009
	prHTML     = 0x1013
	prCodepage = 0x3FDE
	prTopic    = 0x0070
	prFileData = 0x3701
	prFileName = 0x3704
	prLongName = 0x3707
	prFileType = 0x370E
	prFileID   = 0x3712
)

// tnefReader holds what is known so far of one stream.
type tnefReader struct {
	p     *parser
	out   tnef
	cp    string // charset of its 8-bit strings
	depth int
	file  *Attachment
	rtf   []byte
	web   []byte
	webCP string
}

// readTNEF unpacks a stream. Every length is held against what is left, so that its work is linear; data shares memory with b.
func (p *parser) readTNEF(b []byte, depth int) tnef {
	r := &tnefReader{p: p, cp: "windows-1252", depth: depth}
	if !bytes.HasPrefix(b, tnefMark) || len(b) < 6 {
		return r.out
	}
	b = b[6:]
	for len(b) >= 11 {
		level, id, size := b[0], binary.LittleEndian.Uint16(b[1:]), binary.LittleEndian.Uint32(b[5:])
		if level != 1 && level != 2 || uint64(size)+11 > uint64(len(b)) {
			break
		}
		r.attribute(int(id), b[9:9+size])
		b = b[size+11:]
	}
	r.endFile()
	r.out.whole = len(b) == 0
	r.body()
	return r.out
}

func (r *tnefReader) attribute(id int, data []byte) {
	switch id {
	case attCodepage:
		if len(data) >= 4 {
			r.cp = codepage(binary.LittleEndian.Uint32(data))
		}
	case attClass:
		r.out.class = r.string8(data)
	case attSubject:
		r.out.subject = r.string8(data)
	case attBody:
		r.out.text = r.string8(data)
	case attProps:
		r.properties(data, r.letter)
	case attFileBegins:
		r.endFile()
		r.file = &Attachment{}
	case attFileTitle, attFileData, attFileProps:
		if r.file == nil {
			r.file = &Attachment{}
		}
		switch id {
		case attFileTitle:
			if r.file.Name == "" {
				r.file.Name = r.string8(data)
			}
		case attFileData:
			r.file.Data = data
		case attFileProps:
			r.properties(data, r.fileProperty)
		}
	}
}

func (r *tnefReader) endFile() {
	if f := r.file; f != nil && (f.Name != "" || len(f.Data) > 0) && len(r.out.files) < maxParts {
		f.Size = len(f.Data)
		r.out.files = append(r.out.files, *f)
	}
	r.file = nil
}

func (r *tnefReader) letter(id, kind int, v []byte) {
	switch id {
	case prSubject, prTopic:
		if r.out.subject == "" || id == prSubject {
			r.out.subject = r.text(kind, v)
		}
	case prBody:
		r.out.text = r.text(kind, v)
	case prRTF:
		r.rtf = v
	case prHTML:
		r.web = v
		if kind == 0x1F {
			r.web, r.webCP = []byte(r.text(kind, v)), "utf-8"
		}
	case prCodepage:
		if len(v) >= 4 && r.webCP == "" {
			r.webCP = codepage(binary.LittleEndian.Uint32(v))
		}
	}
}

func (r *tnefReader) fileProperty(id, kind int, v []byte) {
	switch id {
	case prLongName:
		if s := r.text(kind, v); s != "" {
			r.file.Name = s
		}
	case prFileName:
		if r.file.Name == "" {
			r.file.Name = r.text(kind, v)
		}
	case prFileType:
		r.file.Declared = strings.ToLower(r.text(kind, v))
	case prFileID:
		r.file.ContentID = strings.Trim(r.text(kind, v), "<>")
	case prFileData:
		if kind == 0x0D && len(v) > 16 { // an object: its interface, then its bytes
			v = v[16:]
		}
		if inner := v; bytes.HasPrefix(inner, tnefMark) && r.depth < maxTnefDepth { // a letter within the letter
			t := r.p.readTNEF(inner, r.depth+1)
			r.out.files = append(r.out.files, t.files[:min(len(t.files), maxParts-min(len(r.out.files), maxParts))]...)
		}
		r.file.Data = v
	}
}

// fixed are the sizes of the values that have one; every value is filled up to four bytes.
var fixed = map[int]int{0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}

// properties reads a list of MAPI properties ([MS-OXTNEF] 2.1.3.4) and gives each single value, or the first of several, to take.
func (r *tnefReader) properties(b []byte, take func(id, kind int, value []byte)) {
	n, ok := word(&b)
	for ; ok && n > 0 && len(b) >= 4; n-- {
		kind, id := int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
		b = b[4:]
		if id >= 0x8000 && !skipName(&b) {
			return
		}
		many := kind&0x1000 != 0
		kind &^= 0x1000
		size, isFixed := fixed[kind]
		values := uint32(1)
		if many || !isFixed {
			if values, ok = word(&b); !ok {
				return
			}
		}
		for i := uint32(0); i < values; i++ {
			length := uint32(size)
			if !isFixed {
				if length, ok = word(&b); !ok {
					return
				}
			}
			value, ok := cutPadded(&b, length)
			if !ok || kind == 0 {
				return
			}
			if i == 0 {
				take(id, kind, value)
			}
		}
	}
}

// skipName passes over the name of a named property.
func skipName(b *[]byte) bool {
	if len(*b) < 16 {
		return false
	}
	*b = (*b)[16:]
	kind, ok := word(b)
	n, ok2 := word(b)
	if !ok || !ok2 || kind == 0 {
		return ok && ok2
	}
	_, ok = cutPadded(b, n)
	return ok
}

func word(b *[]byte) (uint32, bool) {
	if len(*b) < 4 {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(*b)
	*b = (*b)[4:]
	return n, true
}

// cutPadded takes n bytes and the fill up to a multiple of four.
func cutPadded(b *[]byte, n uint32) ([]byte, bool) {
	if uint64(n) > uint64(len(*b)) {
		return nil, false
	}
	v := (*b)[:n]
	*b = (*b)[min(len(*b), (int(n)+3)&^3):]
	return v, true
}

// string8 is a string of the stream's code page, up to its NUL. The message class comes with a NUL in any case.
func (r *tnefReader) string8(v []byte) string {
	if i := bytes.IndexByte(v, 0); i >= 0 {
		v = v[:i]
	}
	return r.p.decode(v, r.cp)
}

func (r *tnefReader) text(kind int, v []byte) string {
	if kind != 0x1F {
		return r.string8(v)
	}
	s := decodeWith(utf16LE, v[:len(v)&^1])
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

// body settles the text: what is written plainly, else HTML, else RTF.
func (r *tnefReader) body() {
	if strings.TrimSpace(r.out.text) == "" && len(r.web) > 0 {
		r.out.text, r.out.html = HTMLText(r.p.decode(r.web, r.webCP)), true
	}
	if strings.TrimSpace(r.out.text) == "" && len(r.rtf) > 0 {
		r.out.text = r.p.rtfText(unpackRTF(r.rtf))
	}
}

// codepage names a Windows code page.
func codepage(n uint32) string {
	switch n {
	case 0:
		return ""
	case 1200:
		return "utf-16le"
	case 65001:
		return "utf-8"
	case 20127:
		return "us-ascii"
	case 54936, 936, 20936:
		return "gb18030"
	case 950:
		return "big5"
	case 932:
		return "shift_jis"
	case 949:
		return "euc-kr"
	case 28591:
		return "iso-8859-1"
	}
	return "windows-" + strconv.FormatUint(uint64(n), 10)
}
