package board

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/web/shell"
)

// publication is what stands beside a page for programs: the same numbers, each with its numerator, denominator, exclusions, period,
// definition and state. The CSV is made from the same value as the JSON.
type publication struct {
	Scope       scope                 `json:"scope"`
	Period      supervision.Period    `json:"period"`
	Complete    bool                  `json:"complete"` // the month is over; ratings and answers may still move its figures
	AsOf        *time.Time            `json:"as_of"`
	Snapshot    string                `json:"snapshot,omitempty"` // names the state of the count rows: the same name, the same numbers
	Figures     figures               `json:"figures"`
	OldestDue   string                `json:"oldest_due,omitempty"` // day of the earliest broken promise among open cases
	Trend       []entry               `json:"trend,omitempty"`
	Districts   []entry               `json:"districts,omitempty"`
	Units       []entry               `json:"units,omitempty"`
	Topics      []entry               `json:"topics,omitempty"`
	Tags        []entry               `json:"tags,omitempty"`  // what residents' words say beside the matter
	Codes       string                `json:"codes,omitempty"` // version of the code sets that the figures are read under
	Identity    *supervision.Identity `json:"identity,omitempty"`
	Proven      *publishedProof       `json:"proven,omitempty"` // what the public log proves; everything else is live
	Definitions []definition          `json:"definitions"`
}

// scope says of what the figures are.
type scope struct {
	Kind string `json:"kind"` // city, district, unit
	Code string `json:"code"`
	Name name   `json:"name"`
}

type name struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

// figures are by the code of their definition.
type figures map[string]supervision.Figure

// entry is one line of a publication.
type entry struct {
	Code       string  `json:"code"`
	Name       *name   `json:"name,omitempty"`
	Level      string  `json:"level,omitempty"`
	Parent     string  `json:"parent,omitempty"`
	Peers      string  `json:"peers,omitempty"` // the group within which units may be compared
	Population int     `json:"population,omitempty"`
	OldestDue  string  `json:"oldest_due,omitempty"`
	Figures    figures `json:"figures"`
	Proven     figures `json:"proven,omitempty"` // what the public log proves of them; see proven of the whole
}

// definition explains a figure.
type definition struct {
	ID      string              `json:"id"`
	Measure supervision.Measure `json:"measure"`
	Now     bool                `json:"now"`             // counts what stands at this moment, whatever the period
	Lower   bool                `json:"lower_is_better"` //
	Name    name                `json:"name"`
	How     name                `json:"how"`
}

func texts(key string) name { return name{ZH: locale.ZH.T(key), EN: locale.EN.T(key)} }

func figuresOf(l supervision.Line) figures {
	all := figures{}
	for _, f := range l.Figures {
		code, _, _ := strings.Cut(f.Definition, "@")
		all[code] = f
	}
	return all
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// publish begins the publication of a sheet: its scope, period, figures and definitions.
func (s sheet) publish() publication {
	p := publication{
		Scope: scope{Kind: "city", Code: s.Rules.Code, Name: name{s.Rules.Name.ZH, s.Rules.Name.EN}},
		Codes: s.under.Version(), Period: s.Period, Complete: s.Month < s.Current, Figures: figuresOf(s.Whole), OldestDue: dayOf(s.Whole.Oldest), Proven: s.publishProof(), Snapshot: s.Snapshot,
	}
	if !s.AsOf.IsZero() {
		at := s.AsOf.In(locale.Zone).Truncate(time.Second)
		p.AsOf = &at
	}
	switch {
	case s.Filter.Unit != "":
		u, _ := s.Rules.Unit(s.Filter.Unit)
		p.Scope = scope{Kind: "unit", Code: string(u.Code), Name: name{u.Name.ZH, u.Name.EN}}
	case s.Filter.District != "":
		t, _ := s.Rules.Territory(s.Filter.District)
		p.Scope = scope{Kind: "district", Code: t.Code, Name: name{t.Name.ZH, t.Name.EN}}
	}
	for _, d := range supervision.Definitions {
		p.Definitions = append(p.Definitions, definition{ID: d.ID(), Measure: d.Measure, Now: d.Now, Lower: d.Lower, Name: texts(d.Name), How: texts(d.How)})
	}
	return p
}

func (s sheet) trendEntries() []entry {
	var list []entry
	for _, l := range s.Trend {
		list = append(list, entry{Code: l.Key, Figures: figuresOf(l)})
	}
	return list
}

func (s sheet) districtEntries() []entry {
	var list []entry
	for _, t := range s.districts() {
		l := lineOf(s.Board.Districts, t.Code)
		list = append(list, entry{Code: t.Code, Name: &name{t.Name.ZH, t.Name.EN}, Level: "district", Population: s.population(t.Code), Figures: figuresOf(l)})
	}
	return list
}

func unitEntries(lines []supervision.UnitLine) []entry {
	var list []entry
	for _, u := range lines {
		list = append(list, entry{Code: string(u.Code), Name: &name{u.ZH, u.EN}, Level: u.Level, Parent: string(u.Parent), Peers: u.Peers(), OldestDue: dayOf(u.Oldest), Figures: figuresOf(u.Line)})
	}
	return list
}

// topicEntries are the matters of both levels; received_before is what came in the month before.
func (s sheet) topicEntries() []entry {
	var list []entry
	for level := 1; level <= 2; level++ {
		shown, _ := s.topics(level)
		for _, t := range shown {
			f := figuresOf(t.Line)
			f["received_before"] = supervision.Figure{Definition: f["received"].Definition, Measure: supervision.Count, Numerator: supervision.Whole(t.Before), Denominator: t.Before,
				Period: supervision.One(s.Month.Add(-1)), State: supervision.Live}
			list = append(list, entry{Code: t.Key, Name: &name{s.Rules.CategoryPath(t.Key, locale.ZH), s.Rules.CategoryPath(t.Key, locale.EN)}, Level: strconv.Itoa(level), Figures: f})
		}
	}
	return list
}

// population of a district is what its government answers for; 0 where the city's files do not say.
func (s sheet) population(district string) int {
	for _, u := range s.Rules.Units() {
		if u.Territory == district && u.Population > 0 {
			return u.Population
		}
	}
	return 0
}

func asJSON(read func(*fiber.Ctx) (publication, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p, err := read(c)
		if err != nil {
			return err
		}
		body, err := json.MarshalIndent(p, "", " ")
		if err != nil {
			return err
		}
		return send(c, fiber.MIMEApplicationJSONCharsetUTF8, append(body, '\n'))
	}
}

func asCSV(read func(*fiber.Ctx) (publication, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p, err := read(c)
		if err != nil {
			return err
		}
		body, err := p.table()
		if err != nil {
			return err
		}
		c.Attachment("huiyin-" + p.Scope.Kind + "-" + p.Scope.Code + "-" + p.Period.String() + ".csv")
		return send(c, "text/csv; charset=utf-8", body)
	}
}

// send answers with a file that any page of the world may read.
func send(c *fiber.Ctx, kind string, body []byte) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Send(body)
}

// byteOrder tells spreadsheets that a file is UTF-8.
const byteOrder = "\ufeff"

// figureColumns are the columns of every CSV of figures.
var figureColumns = []string{"part", "code", "name_zh", "name_en", "figure", "definition", "measure", "numerator", "denominator", "excluded", "period", "state", "suppressed"}

// table writes a publication as CSV, one figure a row.
func (p publication) table() ([]byte, error) {
	b := bytes.NewBufferString(byteOrder)
	w := csv.NewWriter(b)
	_ = w.Write(figureColumns) // a buffer takes all
	writeFigures(w, p.Scope.Kind, p.Scope.Code, &p.Scope.Name, p.Figures)
	for _, part := range []struct {
		name string
		list []entry
	}{{"month", p.Trend}, {"district", p.Districts}, {"unit", p.Units}, {"topic", p.Topics}, {"tag", p.Tags}} {
		for _, e := range part.list {
			writeFigures(w, part.name, e.Code, e.Name, e.Figures)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// writeFigures writes the rows of one line; what is suppressed has no numbers in them.
func writeFigures(w *csv.Writer, part, code string, n *name, all figures) {
	if n == nil {
		n = &name{}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		f := all[key]
		numerator, denominator := f.Numerator.String(), strconv.Itoa(f.Denominator)
		if f.Suppressed {
			numerator, denominator = "", ""
		}
		_ = w.Write([]string{part, code, shell.NoFormula(n.ZH), shell.NoFormula(n.EN), key, f.Definition, string(f.Measure), numerator, denominator, exclusions(f), f.Period.String(), string(f.State), strconv.FormatBool(f.Suppressed)})
	}
}

// exclusions writes the rows left out by reason: "returned=1;running=3".
func exclusions(f supervision.Figure) string {
	if f.Suppressed {
		return ""
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(f.Excluded)) {
		parts = append(parts, reason+"="+strconv.Itoa(f.Excluded[reason]))
	}
	return strings.Join(parts, ";")
}

func (x *Pages) readCity(c *fiber.Ctx) (publication, error) {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return publication{}, err
	}
	p := s.publish()
	p.Trend, p.Districts, p.Units, p.Topics, p.Identity = s.trendEntries(), s.prove(s.districtEntries(), districtLines), s.prove(unitEntries(s.late()), unitLines), s.topicEntries(), &s.Identity
	p.Tags = s.tagEntries()
	return p, nil
}

func (x *Pages) readDistricts(c *fiber.Ctx) (publication, error) {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return publication{}, err
	}
	p := s.publish()
	p.Districts = s.prove(s.districtEntries(), districtLines)
	return p, nil
}

func (x *Pages) readUnits(c *fiber.Ctx) (publication, error) {
	s, err := x.read(c, supervision.Filter{})
	if err != nil {
		return publication{}, err
	}
	p := s.publish()
	p.Units = s.prove(unitEntries(s.Units), unitLines)
	return p, nil
}

func (x *Pages) readDistrict(c *fiber.Ctx) (publication, error) {
	return x.readDistrictOf(c, c.Params("code"))
}

func (x *Pages) readDistrictOf(c *fiber.Ctx, code string) (publication, error) {
	s, err := x.district(c, code)
	if err != nil {
		return publication{}, err
	}
	p := s.publish()
	p.Trend, p.Topics, p.Units = s.trendEntries(), s.topicEntries(), unitEntries(s.Units)
	return p, nil
}

func (x *Pages) readUnit(c *fiber.Ctx) (publication, error) {
	return x.readUnitOf(c, c.Params("code"))
}

func (x *Pages) readUnitOf(c *fiber.Ctx, code string) (publication, error) {
	s, err := x.unit(c, code)
	if err != nil {
		return publication{}, err
	}
	p := s.publish()
	p.Trend, p.Topics, p.Units = s.trendEntries(), s.topicEntries(), unitEntries(s.below())
	return p, nil
}

// readAny reads what the query names.
func (x *Pages) readAny(c *fiber.Ctx) (publication, error) {
	switch unit, district := c.Query("unit"), c.Query("district"); {
	case unit != "":
		return x.readUnitOf(c, unit)
	case district != "":
		return x.readDistrictOf(c, district)
	}
	return x.readCity(c)
}

// district reads the board of one district.
func (x *Pages) district(c *fiber.Ctx, code string) (sheet, error) {
	if t, ok := x.City.Territory(code); !ok || t.Level != "district" {
		return sheet{}, notFound()
	}
	return x.read(c, supervision.Filter{District: code})
}

// unit reads the board of one unit with those below it.
func (x *Pages) unit(c *fiber.Ctx, code string) (sheet, error) {
	if _, ok := x.City.Unit(casework.UnitCode(code)); !ok {
		return sheet{}, notFound()
	}
	return x.read(c, supervision.Filter{Unit: casework.UnitCode(code)})
}

// below are the units directly below the unit of the sheet that have something to count, as the city's board counts them.
func (s sheet) below() []supervision.UnitLine {
	var list []supervision.UnitLine
	if s.Filter.Unit == casework.Hotline {
		return nil // the root of the tree holds its own work only
	}
	for _, u := range s.whole.Units {
		if u.Parent == s.Filter.Unit {
			list = append(list, u)
		}
	}
	return list
}

// late are the units right below the hotline, and the hotline, that owe answers past due: together all that is overdue in the city.
func (s sheet) late() []supervision.UnitLine {
	var list []supervision.UnitLine
	for _, u := range s.Units {
		if (u.Parent == casework.Hotline || u.Parent == "") && u.Get("overdue_open").Numerator > 0 {
			list = append(list, u)
		}
	}
	slices.SortStableFunc(list, func(a, b supervision.UnitLine) int { return a.Oldest.Compare(b.Oldest) })
	return list
}
