package ledger

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/fault"
	"huiyin/locale"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/web/shell"
)

// rowsFile gives the published rows of a closed month, as CSV or JSON Lines.
func (x *Pages) rowsFile(c *fiber.Ctx) error {
	name, kind, _ := strings.Cut(c.Params("file"), ".")
	m, err := supervision.ParseMonth(name)
	if err != nil || kind != "csv" && kind != "jsonl" {
		return fault.New(fault.NotFound, "fault.no_month")
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if kind == "csv" {
		if err := w.Write(months.Columns); err != nil {
			return err
		}
	}
	err = months.Rows(c.UserContext(), x.DB, m, max(c.QueryInt("revision"), 0), func(raw json.RawMessage, r months.Row) error {
		if kind == "csv" {
			return w.Write(r.Fields())
		}
		b.Write(raw)
		return b.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	w.Flush()
	open(c)
	c.Set(fiber.HeaderContentType, map[string]string{"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[kind])
	return c.Send(b.Bytes())
}

// dataset is one set of open data, in both languages.
type dataset struct {
	key   string // of its texts: data.KEY and data.KEY_text
	every string // EU frequency code: how often it changes
	files []string
}

// standing are the sets that are always there; each closed month adds another.
var standing = []dataset{
	{"figures", "CONT", []string{"/board.json", "/board.csv", "/board.xlsx", "/departments.json", "/departments.csv", "/departments.xlsx", "/districts.json", "/districts.csv", "/districts.xlsx", "/topics.json", "/topics.csv", "/topics.xlsx"}},
	{"cards", "CONT", []string{"/cases.json", "/cases.csv"}},
	{"uses", "CONT", []string{"/data-use.json", "/data-use.csv"}},
	{"log", "CONT", []string{"/log/checkpoint", "/log/key", "/log/audit.json"}},
	{"days", "DAILY", []string{"/days.json"}},
	{"reports", "MONTHLY", []string{"/reports.json"}},
}

var mediaTypes = map[string]string{"json": "application/json", "csv": "text/csv", "jsonl": "application/jsonl", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "": "text/plain"}

func mediaType(path string) string {
	path, _, _ = strings.Cut(path, "?")
	_, ending, _ := strings.Cut(path[strings.LastIndex(path, "/"):], ".")
	return mediaTypes[ending]
}

// monthFiles are the files of a closed month.
func monthFiles(m months.Closed) []string {
	at := m.Month.String()
	return []string{"/reports/" + at + ".json" + revision(m), "/data/rows/" + at + ".csv" + revision(m), "/data/rows/" + at + ".jsonl" + revision(m)}
}

// catalogue is the data catalogue as DCAT 3 in JSON-LD.
func (x *Pages) catalogue(c *fiber.Ctx) error {
	all, err := months.List(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	both := func(key string, args locale.Args) []fiber.Map {
		return []fiber.Map{{"@language": "zh-CN", "@value": locale.ZH.T(key, args)}, {"@language": "en", "@value": locale.EN.T(key, args)}}
	}
	city := []fiber.Map{{"@language": "zh-CN", "@value": x.City.Name.ZH}, {"@language": "en", "@value": x.City.Name.EN}}
	distribution := func(path string) fiber.Map {
		return fiber.Map{"@type": "dcat:Distribution", "dcat:downloadURL": fiber.Map{"@id": x.BaseURL + path}, "dcat:mediaType": mediaType(path), "dct:license": fiber.Map{"@id": licence}}
	}
	var sets []fiber.Map
	add := func(id, key, every string, args locale.Args, files []string, more fiber.Map) {
		set := fiber.Map{"@type": "dcat:Dataset", "@id": x.BaseURL + "/data#" + id, "dct:identifier": id, "dct:title": both("data."+key, args), "dct:description": both("data."+key+"_text", args),
			"dct:accrualPeriodicity": fiber.Map{"@id": "http://publications.europa.eu/resource/authority/frequency/" + every}, "dct:publisher": fiber.Map{"@type": "foaf:Organization", "foaf:name": city}}
		var list []fiber.Map
		for _, f := range files {
			list = append(list, distribution(f))
		}
		set["dcat:distribution"] = list
		maps.Copy(set, more)
		sets = append(sets, set)
	}
	for _, d := range standing {
		add(d.key, d.key, d.every, nil, d.files, nil)
	}
	for _, m := range all {
		_, doc, err := months.Read(c.UserContext(), x.DB, m.Month, m.Revision)
		if err != nil {
			return err
		}
		files := monthFiles(m)
		id := strings.TrimPrefix(files[1], "/data/rows/")
		add(id, "month", "NEVER", locale.Args{"Month": m.Month.String(), "N": m.Revision, "Rows": m.Rows}, files, fiber.Map{"dct:issued": m.At.In(x.City.TZ).Format("2006-01-02T15:04:05Z07:00"),
			"spdx:checksum": fiber.Map{"@type": "spdx:Checksum", "spdx:algorithm": "spdx:checksumAlgorithm_sha256", "spdx:checksumValue": months.Digest(doc)}})
	}
	open(c)
	c.Set(fiber.HeaderContentType, "application/ld+json")
	body, err := json.Marshal(fiber.Map{"@context": fiber.Map{"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "spdx": "http://spdx.org/rdf/terms#"},
		"@type": "dcat:Catalog", "@id": x.BaseURL + "/data", "dct:title": both("data.title", nil), "dct:description": both("data.lead", nil), "dct:publisher": fiber.Map{"@type": "foaf:Organization", "foaf:name": city}, "dcat:dataset": sets})
	if err != nil {
		return err
	}
	return c.Send(body)
}

// licence is under which the open data may be used.
const licence = "https://creativecommons.org/licenses/by/4.0/"

func (x *Pages) showData(c *fiber.Ctx) error {
	all, err := months.List(c.UserContext(), x.DB)
	if err != nil {
		return err
	}
	p := shell.NewPage(c, shell.Lang(c).T("data.title"))
	p.Section, p.Summary = "board", p.T("data.lead")
	return shell.Render(c, fiber.StatusOK, dataPage(p, all))
}

// dictionary says what each column of the rows means.
func dictionary(p shell.Page) shell.Grid {
	g := shell.Grid{Caption: p.T("data.dictionary"), Hidden: true, Columns: []shell.Column{{Title: p.T("data.column")}, {Title: p.T("data.meaning")}}}
	for _, c := range months.Columns {
		g.Rows = append(g.Rows, []shell.Cell{{Text: c}, {Text: p.T("data.column_" + c)}})
	}
	return g
}
