package routing

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"huiyin/calendar"
	"huiyin/casework"
)

// Bounds of a city's files: a province fits well inside, a wrong file fails early.
const (
	maxFile  = 8 << 20 // bytes
	maxRows  = 50_000
	maxField = 2000 // bytes
)

// LoadCity reads a city's rules from the top of a file system: city.yaml, units.csv, categories.csv, duties.csv, territories.csv, places.csv, rules.yaml, and codes.yaml where there is one.
// An error names the file and the line.
func LoadCity(fsys fs.FS) (*City, error) {
	c := &City{
		unitAt: map[casework.UnitCode]int{}, children: map[casework.UnitCode][]casework.UnitCode{}, functions: map[functionAt]casework.UnitCode{},
		categoryAt: map[string]int{}, subs: map[string][]string{}, dutiesOf: map[string]*dutiesOf{}, areaAt: map[string]int{},
	}
	for _, step := range []func(fs.FS) error{c.loadHead, c.loadTerritories, c.loadPlaces, c.loadUnits, c.loadCategories, c.loadCodes, c.loadDuties, c.loadRules} {
		if err := step(fsys); err != nil {
			return nil, err
		}
	}
	c.buildNames()
	c.buildFinder()
	c.buildWords()
	c.buildNearly()
	return c, nil
}

func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(body) > maxFile:
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxFile)
	case !utf8.Valid(body):
		return nil, fmt.Errorf("%s: line %d: not UTF-8", name, 1+bytes.Count(validPrefix(body), []byte{'\n'}))
	}
	return bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), nil
}

func validPrefix(body []byte) []byte {
	for i := 0; i < len(body); {
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 {
			return body[:i]
		}
		i += n
	}
	return body
}

// row is one line of a table: its values by column, and where it stands.
type row struct {
	file   string
	line   int
	column map[string]int
	values []string
}

func (r row) get(column string) string { return strings.TrimSpace(r.values[r.column[column]]) }

func (r row) list(column string) []string {
	var words []string
	for w := range strings.SplitSeq(r.get(column), "|") {
		if w = strings.TrimSpace(w); w != "" {
			words = append(words, w)
		}
	}
	return words
}

func (r row) name() Name { return Name{ZH: r.get("zh"), EN: r.get("en")} }

func (r row) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: line %d: %s", r.file, r.line, fmt.Sprintf(format, args...))
}

// table reads a CSV file with a header line that has at least these columns, and gives each row to take.
func table(fsys fs.FS, name string, columns []string, take func(row) error) error {
	body, err := read(fsys, name)
	if err != nil {
		return err
	}
	reader := csv.NewReader(bytes.NewReader(body))
	header, err := reader.Read()
	if err != nil {
		return fmt.Errorf("%s: line 1: the header is missing or broken: %w", name, err)
	}
	at := map[string]int{}
	for i, h := range header {
		at[strings.TrimSpace(h)] = i
	}
	for _, col := range columns {
		if _, ok := at[col]; !ok {
			return fmt.Errorf("%s: line 1: the column %q is missing", name, col)
		}
	}
	for n := 0; ; n++ {
		values, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			var broken *csv.ParseError
			if errors.As(err, &broken) {
				return fmt.Errorf("%s: line %d: %w", name, broken.Line, broken.Err)
			}
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := reader.FieldPos(0)
		r := row{file: name, line: line, column: at, values: values}
		if n >= maxRows {
			return r.errorf("more than %d rows", maxRows)
		}
		for _, v := range values {
			if len(v) > maxField {
				return r.errorf("a value is longer than %d bytes", maxField)
			}
		}
		if err := take(r); err != nil {
			return err
		}
	}
}

func decode(fsys fs.FS, name string, into any) error {
	body, err := read(fsys, name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (c *City) loadHead(fsys fs.FS) error {
	var head struct{ ZH, EN, Code, TZ, Hotline, Phone, Mailbox, Version string }
	if err := decode(fsys, "city.yaml", &head); err != nil {
		return err
	}
	if head.ZH == "" || !digits(head.Code, 6) || head.Hotline == "" {
		return fmt.Errorf("city.yaml: zh, code (six digits) and hotline must be given")
	}
	tz, err := time.LoadLocation(head.TZ)
	if err != nil || head.TZ == "" || head.TZ == "Local" {
		return fmt.Errorf("city.yaml: tz %q is not a time zone such as Asia/Shanghai", head.TZ)
	}
	c.Name, c.Code, c.TZ = Name{ZH: head.ZH, EN: head.EN}, head.Code, tz
	c.Hotline, c.Phone, c.Mailbox, c.Version = casework.UnitCode(head.Hotline), head.Phone, head.Mailbox, head.Version
	return nil
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

func (c *City) loadTerritories(fsys fs.FS) error {
	below := map[string]string{"city": "", "district": "city", "street": "district", "community": "street"}
	err := table(fsys, "territories.csv", []string{"code", "parent", "level", "zh", "en", "aliases", "lat", "lon"}, func(r row) error {
		t := Territory{Code: r.get("code"), Parent: r.get("parent"), Level: r.get("level"), Name: r.name(), Aliases: r.list("aliases")}
		wider, ok := below[t.Level]
		if !ok {
			return r.errorf("level %q is none of city, district, street, community", t.Level)
		}
		if _, twice := c.areaAt[t.Code]; twice || t.Code == "" || t.Name.ZH == "" {
			return r.errorf("the code %q stands twice, or code or name is empty", t.Code)
		}
		parent, ok := c.Territory(t.Parent)
		if t.Level == "city" && t.Parent != "" || t.Level != "city" && (!ok || parent.Level != wider) {
			return r.errorf("parent %q is not a %s listed above", t.Parent, wider)
		}
		if t.Level == "city" && t.Code != c.Code {
			return r.errorf("the city's code is %q here and %q in city.yaml", t.Code, c.Code)
		}
		if r.get("lat") != "" || r.get("lon") != "" {
			p, err := readPoint(r.get("lat"), r.get("lon"))
			if err != nil {
				return r.errorf("lat and lon: %v", err)
			}
			t.Point = &p
		}
		if _, given := r.column["outline"]; given { // files without the column are files of cities that have no borders at hand
			outline, err := readOutline(r.list("outline"))
			if err != nil {
				return r.errorf("outline: %v", err)
			}
			t.Outline = outline
		}
		c.areaAt[t.Code] = len(c.areas)
		c.areas = append(c.areas, t)
		return nil
	})
	if err == nil && len(c.areas) == 0 {
		err = errors.New("territories.csv: line 1: the city itself is missing")
	}
	return err
}

func (c *City) loadPlaces(fsys fs.FS) error {
	return table(fsys, "places.csv", []string{"zh", "en", "type", "street", "aliases"}, func(r row) error {
		p := Place{Name: r.name(), Kind: r.get("type"), Street: r.get("street"), Aliases: r.list("aliases")}
		if t, ok := c.Territory(p.Street); !ok || t.Level == "city" {
			return r.errorf("street %q is not in territories.csv", p.Street)
		}
		if p.Name.ZH == "" {
			return r.errorf("the name is empty")
		}
		c.places = append(c.places, p)
		return nil
	})
}

var levels = []Level{HotlineLevel, CityLevel, DistrictLevel, StreetLevel, UtilityLevel}

func (c *City) loadUnits(fsys fs.FS) error {
	columns := []string{"code", "function", "zh", "en", "aliases", "level", "nature", "parent", "territory", "pinyin", "phone", "population"}
	err := table(fsys, "units.csv", columns, func(r row) error {
		u := Unit{
			Code: casework.UnitCode(r.get("code")), Function: r.get("function"), Name: r.name(), Aliases: r.list("aliases"), Level: Level(r.get("level")), Nature: r.get("nature"),
			Parent: casework.UnitCode(r.get("parent")), Territory: r.get("territory"), Pinyin: r.get("pinyin"), Phone: r.get("phone"),
		}
		if _, given := r.column["email"]; given { // files without the column are files of cities whose units get no letters
			u.Email = r.get("email")
		}
		if _, given := r.column["hours"]; given && r.get("hours") != "" {
			hours, err := calendar.ParseHours(r.list("hours"))
			if err != nil {
				return r.errorf("hours: %v", err)
			}
			u.Hours = hours
		}
		if _, given := r.column["leader_email"]; given {
			u.LeaderEmail = r.get("leader_email")
		}
		for _, address := range []string{u.Email, u.LeaderEmail} {
			if address != "" && !strings.Contains(address, "@") {
				return r.errorf("%q is not a mail address", address)
			}
		}
		if _, twice := c.unitAt[u.Code]; twice || u.Code == "" || u.Name.ZH == "" || u.Function == "" {
			return r.errorf("the code %q stands twice, or code, function or name is empty", u.Code)
		}
		if !slices.Contains(levels, u.Level) {
			return r.errorf("level %q is none of hotline, city, district, street, utility", u.Level)
		}
		root := u.Level == HotlineLevel
		if _, ok := c.unitAt[u.Parent]; root != (u.Code == c.Hotline) || root != (u.Parent == "") || !root && !ok {
			return r.errorf("parent %q is not a unit listed above (the hotline alone has none)", u.Parent)
		}
		t, ok := c.Territory(u.Territory)
		if !ok {
			return r.errorf("territory %q is not in territories.csv", u.Territory)
		}
		if u.Level == DistrictLevel && t.Level != "district" || u.Level == StreetLevel && t.Level != "street" {
			return r.errorf("a unit of level %s cannot answer for a %s", u.Level, t.Level)
		}
		if pop := r.get("population"); pop != "" {
			n, err := strconv.Atoi(pop)
			if err != nil || n < 0 {
				return r.errorf("population %q is not a number", pop)
			}
			u.Population = n
		}
		at := functionAt{u.Function, u.Territory}
		if other, twice := c.functions[at]; twice {
			return r.errorf("%s has the function %s in %s already", other, u.Function, u.Territory)
		}
		c.functions[at] = u.Code
		c.unitAt[u.Code] = len(c.units)
		c.units = append(c.units, u)
		c.children[u.Parent] = append(c.children[u.Parent], u.Code)
		return nil
	})
	if _, ok := c.unitAt[c.Hotline]; err == nil && !ok {
		err = fmt.Errorf("units.csv: line 1: the hotline %q of city.yaml is missing", c.Hotline)
	}
	return err
}

func (c *City) loadCategories(fsys fs.FS) error {
	return table(fsys, "categories.csv", []string{"code", "parent", "zh", "en", "version"}, func(r row) error {
		k := Category{Code: r.get("code"), Parent: r.get("parent"), Name: r.name(), Version: r.get("version")}
		if _, twice := c.categoryAt[k.Code]; twice || k.Name.ZH == "" {
			return r.errorf("the code %q stands twice, or the name is empty", k.Code)
		}
		n := len(k.Code)
		if n < 2 || n > 6 || n%2 != 0 || !digits(k.Code, n) || k.Parent != k.Code[:n-2] {
			return r.errorf("code %q and parent %q: a code has two digits a level, at most three levels, and begins with its parent's", k.Code, k.Parent)
		}
		if _, ok := c.categoryAt[k.Parent]; !ok && k.Parent != "" {
			return r.errorf("parent %q is not listed above", k.Parent)
		}
		c.categoryAt[k.Code] = len(c.categories)
		c.categories = append(c.categories, k)
		c.subs[k.Parent] = append(c.subs[k.Parent], k.Code)
		return nil
	})
}

func (c *City) loadDuties(fsys fs.FS) error {
	known := map[string]bool{}
	for _, u := range c.units {
		known[u.Function] = true
	}
	err := table(fsys, "duties.csv", []string{"function", "category", "role", "level", "basis_zh", "basis_en", "note_zh", "note_en"}, func(r row) error {
		d := Duty{
			Function: r.get("function"), Category: r.get("category"), Lead: r.get("role") == "lead", Level: Level(r.get("level")),
			Basis: Name{r.get("basis_zh"), r.get("basis_en")}, Note: Name{r.get("note_zh"), r.get("note_en")},
		}
		if !known[d.Function] {
			return r.errorf("no unit has the function %q", d.Function)
		}
		if _, ok := c.categoryAt[d.Category]; !ok {
			return r.errorf("category %q is not in categories.csv", d.Category)
		}
		if role := r.get("role"); role != "lead" && role != "assist" {
			return r.errorf("role %q is neither lead nor assist", role)
		}
		if d.Level != CityLevel && d.Level != DistrictLevel && d.Level != StreetLevel {
			return r.errorf("level %q is none of city, district, street", d.Level)
		}
		if d.Basis.ZH == "" {
			return r.errorf("the basis is empty: a duty without one cannot be cited")
		}
		c.duties = append(c.duties, d)
		return nil
	})
	for _, d := range c.duties {
		of := c.dutiesOf[d.Category]
		if of == nil {
			of = &dutiesOf{}
			c.dutiesOf[d.Category] = of
		}
		of.add(d)
	}
	return err
}
