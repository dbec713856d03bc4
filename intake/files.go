package intake

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"huiyin/casework"
)

const maxFileName = 120 // runes, its ending included

// describe gives every file a safe name and the type of its content, and enforces the limits. A browser's empty file field is no file.
func describe(files []casework.Attachment) ([]casework.Attachment, error) {
	var kept []casework.Attachment
	for i, f := range files {
		if f.Name == "" && len(f.Data) == 0 {
			continue
		}
		kind, _, _ := strings.Cut(mimetype.Detect(f.Data).String(), ";")
		kept = append(kept, casework.Attachment{Name: fileName(f.Name, i, kind), Type: kind, Data: f.Data})
	}
	return kept, casework.CheckFiles(kept)
}

// fitting keeps the files that are within the limits, in their order; the rest stay readable in the raw message.
func fitting(files []casework.Attachment) (kept []casework.Attachment, dropped int) {
	sum := 0
	for _, f := range files {
		if len(f.Data) > casework.MaxFile || sum+len(f.Data) > casework.MaxFiles || len(kept) == casework.MaxAttached {
			dropped++
			continue
		}
		sum += len(f.Data)
		kept = append(kept, f)
	}
	return kept, dropped
}

// fileName makes a name without directories, control characters or marks that turn its direction; an empty one gets a number and the ending of its type.
func fileName(name string, i int, kind string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/")
	name = path.Base("/" + name)
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/<>:"|?*`, r):
			return '_'
		case !unicode.IsPrint(r):
			return -1
		}
		return printable(r)
	}, name)
	name = strings.Trim(name, " .")
	if name == "" || name == "_" {
		name = "file-" + strconv.Itoa(i+1)
		if m := mimetype.Lookup(kind); m != nil {
			name += m.Extension()
		}
	}
	if over := utf8.RuneCountInString(name) - maxFileName; over > 0 {
		end := path.Ext(name)
		if utf8.RuneCountInString(end) > 12 {
			end = ""
		}
		stem := []rune(strings.TrimSuffix(name, end))
		name = string(stem[:maxFileName-utf8.RuneCountInString(end)]) + end
	}
	return name
}
