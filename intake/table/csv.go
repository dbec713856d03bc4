package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func openCSV(f *os.File) (*Reader, error) {
	text, name, err := decoded(f)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(text, 1<<16)
	comma, err := separator(in)
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(in)
	c.Comma, c.FieldsPerRecord, c.LazyQuotes = comma, -1, true
	columns, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("the first line cannot be read: %w", err)
	}
	names, err := index(columns)
	if err != nil {
		return nil, err
	}
	next := func() (Row, error) {
		values, err := c.Read()
		row := Row{names: names, values: values}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			row.Line, row.Err = broken.StartLine, fmt.Errorf("broken quotation marks: %w", broken.Err)
			return row, nil
		case err != nil:
			return row, err
		}
		row.Line, _ = c.FieldPos(0)
		if len(values) != len(columns) {
			row.Err = fmt.Errorf("%d values for %d columns", len(values), len(columns))
		}
		return row, nil
	}
	return &Reader{Columns: columns, Form: "csv, " + name, next: next, close: func() error { return nil }}, nil
}

// separator looks at the first line for the sign that stands most often between its words.
func separator(in *bufio.Reader) (rune, error) {
	head, err := in.Peek(1 << 14)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return 0, err
	}
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	best, most := ',', bytes.Count(head, []byte{','})
	for _, sign := range "\t;|" {
		if n := bytes.Count(head, []byte{byte(sign)}); n > most {
			best, most = sign, n
		}
	}
	return best, nil
}

// decoded gives the file as UTF-8: by its byte order mark, else as UTF-8 where the bytes are (almost) all valid, else as GB18030,
// which holds GB2312 and GBK. A few damaged bytes do not turn a UTF-8 file into another encoding.
func decoded(f *os.File) (io.Reader, string, error) {
	head := make([]byte, 3)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, "", err
	}
	head = head[:n]
	from := func(offset int64, e encoding.Encoding, name string) (io.Reader, string, error) {
		if _, err := f.Seek(offset, io.SeekStart); err != nil {
			return nil, "", err
		}
		if e == nil {
			return f, name, nil
		}
		return e.NewDecoder().Reader(f), name, nil
	}
	switch {
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		return from(3, nil, "utf-8")
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return from(2, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le")
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return from(2, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, "", err
	}
	good, bad, err := census(f)
	if err != nil {
		return nil, "", err
	}
	if bad == 0 || bad*20 < good {
		return from(0, nil, "utf-8")
	}
	return from(0, simplifiedchinese.GB18030, "gb18030")
}

// census counts the valid and the invalid sequences beyond ASCII when the file is read as UTF-8.
func census(r io.Reader) (good, bad int, err error) {
	buf := make([]byte, 1<<16)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		data := buf[:kept+n]
		for len(data) > 0 && (err != nil || utf8.FullRune(data)) {
			c, size := utf8.DecodeRune(data)
			switch {
			case c == utf8.RuneError && size == 1:
				bad++
			case size > 1:
				good++
			}
			data = data[size:]
		}
		kept = copy(buf, data)
		if err == io.EOF {
			return good, bad, nil
		}
		if err != nil {
			return good, bad, err
		}
	}
}
