package open311

import (
	"encoding/xml"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/intake"
	"huiyin/locale"
	"huiyin/web/shell"
)

// changed is when this description of the service last changed.
const changed = "2026-11-22T00:00:00+08:00"

// specification is what the endpoint conforms to, in the words of Open311 discovery.
const specification = "http://wiki.open311.org/GeoReport_v2"

type discovery struct {
	XMLName    xml.Name   `xml:"discovery" json:"-"`
	Changeset  string     `xml:"changeset" json:"changeset"`
	Contact    string     `xml:"contact" json:"contact"`
	KeyService string     `xml:"key_service" json:"key_service"`
	Endpoints  []endpoint `xml:"endpoints>endpoint" json:"endpoints"`
}

type endpoint struct {
	Specification string   `xml:"specification" json:"specification"`
	URL           string   `xml:"url" json:"url"`
	Changeset     string   `xml:"changeset" json:"changeset"`
	Type          string   `xml:"type" json:"type"`
	Jurisdiction  string   `xml:"jurisdiction_id" json:"jurisdiction_id"`
	Formats       []string `xml:"formats>format" json:"formats"`
}

func (x *Service) discover(c *fiber.Ctx) error {
	l := language(c)
	return send(c, whole(discovery{Changeset: changed, Contact: l.T("open311.contact", locale.Args{"Phone": shell.Phone, "URL": x.BaseURL}), KeyService: l.T("open311.key_service"),
		Endpoints: []endpoint{{Specification: specification, URL: x.BaseURL + prefix, Changeset: changed, Type: "production", Jurisdiction: x.City.Code, Formats: []string{"text/xml", "application/json"}}}}))
}

// service is one thing that can be reported.
type service struct {
	Code        string `xml:"service_code" json:"service_code"`
	Name        string `xml:"service_name" json:"service_name"`
	Description string `xml:"description" json:"description"`
	Metadata    bool   `xml:"metadata" json:"metadata"`
	Type        string `xml:"type" json:"type"`
	Keywords    string `xml:"keywords" json:"keywords"`
	Group       string `xml:"group" json:"group"`
}

// listServices answers what can be reported: the matters of the city's rules that have none below them, and one for whoever does not know.
func (x *Service) listServices(c *fiber.Ctx) error {
	if err := x.jurisdiction(c.Query("jurisdiction_id")); err != nil {
		return err
	}
	l := language(c)
	services := []service{{Code: intake.Undecided, Name: l.T("open311.unsorted"), Description: l.T("open311.unsorted_hint"), Metadata: true, Type: "realtime", Group: l.T("open311.unsorted_group")}}
	for _, k := range x.City.Categories() {
		if len(x.City.Subcategories(k.Code)) > 0 {
			continue
		}
		path := strings.Split(x.City.CategoryPath(k.Code, l), "/")
		for i := range path {
			path[i] = strings.TrimSpace(path[i])
		}
		services = append(services, service{Code: k.Code, Name: k.Name.In(l), Description: strings.Join(path, " / "), Metadata: true, Type: "realtime",
			Keywords: strings.Join(path[1:], ", "), Group: path[0]})
	}
	return send(c, list("services", "service", services))
}

type definition struct {
	XMLName    xml.Name    `xml:"service_definition" json:"-"`
	Code       string      `xml:"service_code" json:"service_code"`
	Attributes []attribute `xml:"attributes>attribute" json:"attributes"`
}

type attribute struct {
	Variable    bool    `xml:"variable" json:"variable"`
	Code        string  `xml:"code" json:"code"`
	Datatype    string  `xml:"datatype" json:"datatype"`
	Required    bool    `xml:"required" json:"required"`
	Hint        text    `xml:"datatype_description" json:"datatype_description"`
	Order       int     `xml:"order" json:"order"`
	Description string  `xml:"description" json:"description"`
	Values      []value `xml:"values>value,omitempty" json:"values,omitempty"`
}

type value struct {
	Key  string `xml:"key" json:"key"`
	Name string `xml:"name" json:"name"`
}

// defineService answers what may be said beside the words of a request; none of it is required.
func (x *Service) defineService(c *fiber.Ctx) error {
	if err := x.jurisdiction(c.Query("jurisdiction_id")); err != nil {
		return err
	}
	code := c.Params("code")
	if _, ok := x.City.Category(code); !ok && code != intake.Undecided {
		return fault.New(fault.NotFound, "fault.service_unknown").At("service_code")
	}
	l := language(c)
	var kinds []value
	for _, k := range casework.Kinds {
		kinds = append(kinds, value{string(k), l.T("kind." + string(k))})
	}
	truth := []value{{"false", l.T("open311.no")}, {"true", l.T("open311.yes")}}
	return send(c, whole(definition{Code: code, Attributes: []attribute{
		{Variable: true, Code: "title", Datatype: "string", Order: 1, Description: l.T("open311.title")},
		{Variable: true, Code: "kind", Datatype: "singlevaluelist", Order: 2, Description: l.T("open311.kind"), Hint: text(l.T("open311.kind_hint")), Values: kinds},
		{Variable: true, Code: "publish", Datatype: "singlevaluelist", Order: 3, Description: l.T("open311.publish"), Hint: text(l.T("open311.publish_hint")), Values: truth},
		{Variable: true, Code: "secret", Datatype: "singlevaluelist", Order: 4, Description: l.T("open311.secret"), Values: truth},
	}}))
}

// jurisdiction refuses requests that are meant for another city; naming none means this one.
func (x *Service) jurisdiction(id string) error {
	if id != "" && id != x.City.Code {
		return fault.New(fault.NotFound, "fault.jurisdiction").At("jurisdiction_id")
	}
	return nil
}
