package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Notice is what the State Council announced about one year: the holidays and make-up workdays, and where the announcement stands.
type Notice struct {
	Year   int      // year the notice is for; its days may lie in the December before or the January after
	Papers []string // addresses of the announcements; none means that the year is not announced yet
	Days   []NoticeDay
}

// NoticeDay is one day of a notice that differs from an ordinary week.
type NoticeDay struct {
	Date Date
	Name string // official name of the holiday, in Chinese
	Off  bool   // true: day off; false: a workday, in almost every case a make-up for a day off
}

// Announced tells whether the notice has been published.
func (n Notice) Announced() bool { return len(n.Papers) > 0 }

const (
	maxNoticeBytes = 1 << 20
	maxNotices     = 1000
	maxNoticeDays  = 366
)

// ParseNotice reads a notice in the form of NateScarlet/holiday-cn: year, papers, days with name, date and isOffDay.
// It refuses a day more than a year away from the notice's year, a day given twice, and days without a paper.
func ParseNotice(data []byte) (Notice, error) {
	var in struct {
		Year   int      `json:"year"`
		Papers []string `json:"papers"`
		Days   []struct {
			Name     string `json:"name"`
			Date     string `json:"date"`
			IsOffDay *bool  `json:"isOffDay"`
		} `json:"days"`
	}
	if len(data) > maxNoticeBytes {
		return Notice{}, fmt.Errorf("longer than %d bytes", maxNoticeBytes)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&in); err != nil {
		return Notice{}, err
	}
	if dec.Decode(new(json.RawMessage)) != io.EOF {
		return Notice{}, fmt.Errorf("something follows the notice")
	}
	if in.Year < 1971 || in.Year > 2998 {
		return Notice{}, fmt.Errorf("year: %d is outside 1971 to 2998", in.Year)
	}
	if len(in.Days) > maxNoticeDays {
		return Notice{}, fmt.Errorf("days: more than %d", maxNoticeDays)
	}
	if len(in.Days) > 0 && len(in.Papers) == 0 {
		return Notice{}, fmt.Errorf("papers: days without the address of their announcement")
	}
	n := Notice{Year: in.Year, Papers: in.Papers}
	seen := map[Date]bool{}
	for i, day := range in.Days {
		at := fmt.Sprintf("days[%d]", i)
		d, err := ParseDate(day.Date)
		switch {
		case err != nil:
			return Notice{}, fmt.Errorf("%s.date: %w", at, err)
		case d.Year() < in.Year-1 || d.Year() > in.Year+1:
			return Notice{}, fmt.Errorf("%s.date: %s is not near %d", at, d, in.Year)
		case seen[d]:
			return Notice{}, fmt.Errorf("%s.date: %s stands twice", at, d)
		case day.IsOffDay == nil:
			return Notice{}, fmt.Errorf("%s.isOffDay: missing", at)
		case strings.TrimSpace(day.Name) == "":
			return Notice{}, fmt.Errorf("%s.name: missing", at)
		}
		seen[d] = true
		n.Days = append(n.Days, NoticeDay{Date: d, Name: day.Name, Off: *day.IsOffDay})
	}
	slices.SortFunc(n.Days, func(a, b NoticeDay) int { return int(a.Date) - int(b.Date) })
	return n, nil
}

// readNotices reads every *.json file of a directory, ordered by year.
func readNotices(fsys fs.FS) ([]Notice, error) {
	files, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no notice: the directory holds no .json file")
	}
	if len(files) > maxNotices {
		return nil, fmt.Errorf("more than %d notices", maxNotices)
	}
	from := map[int]string{}
	var all []Notice
	for _, name := range files {
		data, err := readBounded(fsys, name)
		if err != nil {
			return nil, err
		}
		n, err := ParseNotice(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if first, twice := from[n.Year]; twice {
			return nil, fmt.Errorf("%s: %d stands in %s already", name, n.Year, first)
		}
		from[n.Year] = path.Base(name)
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b Notice) int { return a.Year - b.Year })
	return all, nil
}

func readBounded(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxNoticeBytes+1))
}
