// Package rulebook keeps every version of the city's rules, and says which is in force.
package rulebook

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"huiyin/calendar"
	"huiyin/routing"
	"huiyin/routing/sla"
)

// Names of the files of a rulebook; the notices of holidays are called holidays-2026.json and so on.
const (
	CityFile   = "city.yaml"
	PolicyFile = "policy.yaml"
	TextsFile  = "texts.yaml"
	CodesFile  = "codes.yaml"
	holidays   = "holidays-"
)

// order is how the files are listed; each stands after those it refers to.
var order = []string{CityFile, "territories.csv", "places.csv", "units.csv", "categories.csv", CodesFile, "duties.csv", "rules.yaml", PolicyFile, TextsFile}

// HolidaysFile is the name of the file with the State Council's notice for a year.
func HolidaysFile(year int) string { return holidays + strconv.Itoa(year) + ".json" }

// IsHolidays reports whether a file is a notice of holidays.
func IsHolidays(name string) bool { return notices.MatchString(name) }

// Known reports whether a rulebook can have a file of this name.
func Known(name string) bool { return slices.Contains(order, name) || IsHolidays(name) }

var notices = regexp.MustCompile(`^holidays-(19[789]\d|2\d\d\d)\.json$`)

// maxBytes is the longest file a person may write; a province's units fit well inside.
const maxBytes = 1 << 20

//go:embed data/texts.yaml
var shippedTexts []byte

//go:embed data/codes.yaml
var shippedCodes []byte

// Files are the texts of a rulebook by their names. They are not changed once made.
type Files map[string][]byte

// Base reads the files that a city begins with, version 0 of each: those of its directory, and where that has no limits, standard texts, changes of codes or holidays of its
// own, those shipped with the program.
func Base(city fs.FS) (Files, error) {
	files := Files{PolicyFile: sla.DefaultFile(), TextsFile: shippedTexts, CodesFile: shippedCodes}
	shipped, err := fs.Glob(calendar.Notices(), "*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range shipped {
		if files[holidays+name], err = fs.ReadFile(calendar.Notices(), name); err != nil {
			return nil, err
		}
	}
	own, err := fs.ReadDir(city, ".")
	if err != nil {
		return nil, err
	}
	for _, entry := range own {
		if name := entry.Name(); Known(name) {
			if files[name], err = fs.ReadFile(city, name); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// With is the rulebook with another text of one file.
func (f Files) With(name string, content []byte) Files {
	changed := maps.Clone(f)
	changed[name] = content
	return changed
}

// Names lists the files in the order in which people read them: the newest holidays first.
func (f Files) Names() []string {
	var names []string
	for _, name := range order {
		if _, ok := f[name]; ok {
			names = append(names, name)
		}
	}
	years := slices.DeleteFunc(slices.Sorted(maps.Keys(f)), func(name string) bool { return !IsHolidays(name) })
	slices.Reverse(years)
	return append(names, years...)
}

// tree is the files as a file system, so that they are read by the same loaders as a directory.
func (f Files) tree(keep func(name string) bool) (fs.FS, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if !keep(name) {
			continue
		}
		one, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = one.Write(f[name])
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

// Rules are one edition of the rulebook, ready to decide by. They are not changed once made and safe for concurrent use.
type Rules struct {
	Edition int64 // of the rulebook; 0 is the city's directory as it stands
	Files   Files
	City    *routing.City
	Terms   *sla.Terms
	Texts   []Text
}

// Read makes rules of files, all of them together. What is wrong is a Mistake.
func Read(files Files, edition int64) (*Rules, error) {
	r := &Rules{Edition: edition, Files: files}
	tree, err := files.tree(func(name string) bool { return !IsHolidays(name) })
	if err != nil {
		return nil, err
	}
	if r.City, err = routing.LoadCity(tree); err != nil {
		return nil, mistake("", err)
	}
	if edition > 0 {
		r.City.Version += "+" + strconv.FormatInt(edition, 10)
	}
	policy, err := sla.Parse(files[PolicyFile])
	if err != nil {
		return nil, mistake(PolicyFile, err)
	}
	if tree, err = files.tree(IsHolidays); err != nil {
		return nil, err
	}
	days, err := calendar.Load(calendar.OfficialName, tree, policy.Zone.Location)
	if err != nil {
		return nil, mistake("", err)
	}
	if err := yearsMatch(files); err != nil {
		return nil, err
	}
	if r.Terms, err = sla.With(policy, days); err != nil {
		return nil, mistake(PolicyFile, err)
	}
	if r.Texts, err = readTexts(files[TextsFile]); err != nil {
		return nil, mistake(TextsFile, err)
	}
	return r, nil
}

// yearsMatch refuses a notice under the name of another year: two files would claim one year.
func yearsMatch(files Files) error {
	for name, content := range files {
		if !IsHolidays(name) {
			continue
		}
		n, err := calendar.ParseNotice(content)
		if err != nil {
			return mistake(name, err)
		}
		if HolidaysFile(n.Year) != name {
			return mistake(name, fmt.Errorf("the notice is for %d", n.Year))
		}
	}
	return nil
}

// Mistake is what keeps files from being rules, and where it stands.
type Mistake struct {
	File string // empty where only all files together are wrong
	Line int    // 0 where the loader names none
	Text string // the loader's words
}

func (m Mistake) Error() string {
	switch {
	case m.File == "":
		return m.Text
	case m.Line == 0:
		return m.File + ": " + m.Text
	}
	return fmt.Sprintf("%s: line %d: %s", m.File, m.Line, m.Text)
}

var (
	inFile = regexp.MustCompile(`^(?s)(?:calendar [a-z-]+: )?([a-z][a-z0-9-]*\.(?:csv|yaml|json)): (.*)$`)
	atLine = regexp.MustCompile(`^(?s)(?:yaml: )?(?:unmarshal errors:\s*)?line (\d+): (.*)$`)
)

// mistake finds file and line in a loader's words; file is where it must be if the words do not say.
func mistake(file string, err error) Mistake {
	var known Mistake
	if errors.As(err, &known) {
		return known
	}
	m := Mistake{File: file, Text: strings.TrimSpace(err.Error())}
	if found := inFile.FindStringSubmatch(m.Text); found != nil {
		m.File, m.Text = found[1], found[2]
	}
	if found := atLine.FindStringSubmatch(m.Text); found != nil {
		m.Line, _ = strconv.Atoi(found[1])
		m.Text = found[2]
	}
	return m
}
