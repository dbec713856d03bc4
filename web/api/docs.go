package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/web/shell"
)

//go:embed openapi.json
var openAPIFile []byte

// openAPI answers with the description of every address for programs (OpenAPI 3.1).
func openAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	return c.Send(openAPIFile)
}

// description is what the page reads of the OpenAPI file.
type description struct {
	Info struct {
		Version string `json:"version"`
	} `json:"info"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	ID          string `json:"operationId"`
	Summary     string `json:"summary"`
	Description string `json:"description"`
	Security    []any  `json:"security"`
	Parameters  []struct {
		Name        string `json:"name"`
		In          string `json:"in"`
		Required    bool   `json:"required"`
		Description string `json:"description"`
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]struct {
			Schema  schema          `json:"schema"`
			Example json.RawMessage `json:"example"`
		} `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string `json:"description"`
	} `json:"responses"`
	Sample string `json:"x-curl"`
}

type schema struct {
	Ref         string            `json:"$ref"`
	Description string            `json:"description"`
	Required    []string          `json:"required"`
	Properties  map[string]schema `json:"properties"`
}

// entry is one operation on the page.
type entry struct {
	operation
	Method string
	Path   string
	Fields []field
	Codes  []string // HTTP statuses it answers with, in order
}

// field is one member of a request's body.
type field struct {
	Name     string
	Required bool
	Text     string
}

// read lists the operations of the file: those for residents first, each part in the order of paths.
func read(file []byte) (description, []entry, error) {
	var d description
	if err := json.Unmarshal(file, &d); err != nil {
		return d, nil, fmt.Errorf("read openapi.json: %w", err)
	}
	var list []entry
	paths := slices.SortedFunc(maps.Keys(d.Paths), func(a, b string) int {
		if one, two := strings.HasPrefix(a, "/api/v1/"), strings.HasPrefix(b, "/api/v1/"); one != two {
			if one {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, path := range paths {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			e := entry{operation: d.Paths[path][method], Method: strings.ToUpper(method), Path: path}
			e.Codes = slices.Sorted(maps.Keys(e.Responses))
			for _, body := range e.RequestBody.Content {
				s := d.Components.Schemas[strings.TrimPrefix(body.Schema.Ref, "#/components/schemas/")]
				for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
					e.Fields = append(e.Fields, field{Name: name, Required: slices.Contains(s.Required, name), Text: s.Properties[name].Description})
				}
			}
			list = append(list, e)
		}
	}
	return d, list, nil
}

func (x *Service) showDocs(c *fiber.Ctx) error {
	d, list, err := read(openAPIFile)
	if err != nil {
		return err
	}
	page := shell.NewPage(c, shell.Lang(c).T("api.title"))
	page.Summary = page.T("api.lead")
	return shell.Render(c, fiber.StatusOK, docsPage(page, d.Info.Version, x.BaseURL, list))
}

// sample is the curl line of an operation against this installation.
func sample(base string, e entry) string {
	if e.Sample == "" {
		return "curl " + base + e.Path
	}
	return strings.ReplaceAll(e.Sample, "{base}", base)
}

func (e entry) fields(p shell.Page) shell.Grid {
	g := shell.Grid{Caption: p.T("api.fields"), Columns: []shell.Column{{Title: p.T("api.field")}, {Title: p.T("api.meaning")}}}
	for _, f := range e.Fields {
		text := f.Text
		if f.Required {
			text = p.T("api.required") + " " + text
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: f.Name}, {Text: text}})
	}
	return g
}

func (e entry) parameters(p shell.Page) shell.Grid {
	g := shell.Grid{Caption: p.T("api.parameters"), Columns: []shell.Column{{Title: p.T("api.parameter")}, {Title: p.T("api.meaning")}}}
	for _, f := range e.Parameters {
		text := f.Description
		if f.Required {
			text = p.T("api.required") + " " + text
		}
		g.Rows = append(g.Rows, []shell.Cell{{Text: f.Name + " (" + f.In + ")"}, {Text: text}})
	}
	return g
}

func (e entry) answers(p shell.Page) shell.Grid {
	g := shell.Grid{Caption: p.T("api.answers"), Columns: []shell.Column{{Title: p.T("api.status")}, {Title: p.T("api.meaning")}}}
	for _, code := range e.Codes {
		g.Rows = append(g.Rows, []shell.Cell{{Text: code}, {Text: e.Responses[code].Description}})
	}
	return g
}
