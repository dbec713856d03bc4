package api_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huiyin/locale"
	"huiyin/web/shell"
)

var parameter = regexp.MustCompile(`:(\w+)`)

// TestTheDescriptionIsInStep holds routes and openapi.json against each other, both ways.
func TestTheDescriptionIsInStep(t *testing.T) {
	file, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	type operation struct {
		ID          string `json:"operationId"`
		RequestBody struct {
			Content map[string]struct {
				Example json.RawMessage `json:"example"`
				Schema  struct {
					Ref string `json:"$ref"`
				} `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
		Responses map[string]any `json:"responses"`
	}
	d := decode[struct {
		OpenAPI    string
		Paths      map[string]map[string]operation
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
			}
		}
	}](t, string(file))
	if !strings.HasPrefix(d.OpenAPI, "3.1") {
		t.Errorf("version %s", d.OpenAPI)
	}
	described := map[string]bool{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			described[strings.ToUpper(method)+" "+path] = true
			if op.ID == "" || len(op.Responses) == 0 || !locale.ZH.Has("api.op_"+op.ID) {
				t.Errorf("%s %s is not described in full", method, path)
			}
			for _, body := range op.RequestBody.Content {
				schema := d.Components.Schemas[strings.TrimPrefix(body.Schema.Ref, "#/components/schemas/")]
				for member := range decode[map[string]any](t, string(body.Example)) {
					if _, ok := schema.Properties[member]; !ok {
						t.Errorf("the example of %s has the member %s, its schema does not", path, member)
					}
				}
			}
		}
	}
	for _, ref := range regexp.MustCompile(`"#/components/schemas/(\w+)"`).FindAllStringSubmatch(string(file), -1) {
		if _, ok := d.Components.Schemas[ref[1]]; !ok {
			t.Errorf("schema %s is named and not described", ref[1])
		}
	}
	w := newDesk(t)
	routed := map[string]bool{}
	for _, r := range w.api.Routes() {
		if r.Door == shell.Public {
			continue // the page for people
		}
		method := r.Method
		if method == "" {
			method = "GET"
		}
		routed[method+" "+parameter.ReplaceAllString(r.Path, "{$1}")] = true
	}
	if want, got := slices.Sorted(maps.Keys(described)), slices.Sorted(maps.Keys(routed)); !slices.Equal(want, got) {
		t.Errorf("described %v\nrouted    %v", want, got)
	}
	// The members of the body are those that the intake reads.
	for member := range d.Components.Schemas["Case"].Properties {
		if _, body := w.call("POST", "/api/v1/cases", `{"`+member+`":null}`); strings.Contains(body, "fault.unknown_field") {
			t.Errorf("the member %s is described and refused", member)
		}
	}
	if res, body := w.call("GET", "/api/openapi.json", ""); res.StatusCode != 200 || body != string(file) {
		t.Errorf("the served description answers %d and differs", res.StatusCode)
	}
	for path, want := range map[string]string{"/api": "提交一件诉求", "/en/api": "File a case"} {
		if res, body := w.call("GET", path, ""); res.StatusCode != 200 || !strings.Contains(body, want) || !strings.Contains(body, "https://12345.example.gov.cn/api/v1/cases") {
			t.Errorf("%s answers %d and does not explain itself", path, res.StatusCode)
		}
	}
	// Every receipt has the members that are promised.
	members := decode[map[string]any](t, func() string { _, b := w.call("POST", "/api/v1/cases", lamp); return b }())
	for member := range d.Components.Schemas["Receipt"].Properties {
		if members[member] == nil {
			t.Errorf("the receipt lacks %s", member)
		}
	}
}
