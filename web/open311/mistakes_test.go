package open311_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"huiyin/casework"
)

func TestMistakesHaveTheCodesOfTheSpecification(t *testing.T) {
	w := newTown(t)
	post := func(more ...string) string { return lamp(more...).Encode() }
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"no service", "POST", "requests", "description=x", 400, "service_code"},
		{"a pole too far", "POST", "requests", post("lat", "95"), 400, "lat: "},
		{"half a position", "POST", "requests", post("long", ""), 400, "long: "},
		{"a phone of letters", "POST", "requests", post("phone", "abc"), 400, "phone: "},
		{"another city", "POST", "requests", post("jurisdiction_id", "sfgov.org"), 404, "jurisdiction_id: "},
		{"a wrong key", "POST", "requests", post("api_key", "x"), 403, "api_key: "},
		{"too many words", "POST", "requests", post("description", strings.Repeat("灯", casework.MaxBody+1)), 413, ""},
		{"another city's services", "GET", "services", "?jurisdiction_id=x", 404, "jurisdiction_id: "},
		{"a wrong key in a question", "GET", "requests", "?api_key=x", 403, "api_key: "},
		{"an unknown service", "GET", "services/none", "", 404, "service_code: "},
		{"a search for an unknown service", "GET", "requests", "?service_code=none", 404, "service_code: "},
		{"an unknown status", "GET", "requests", "?status=fixed", 400, "status: "},
		{"no date", "GET", "requests", "?start_date=yesterday", 400, "start_date: "},
		{"a hundred days", "GET", "requests", "?start_date=2026-01-01T00:00:00Z&end_date=2026-04-11T00:00:00Z", 400, "end_date: "},
		{"an end before the start", "GET", "requests", "?start_date=2026-02-01&end_date=2026-01-11", 400, "end_date: "},
		{"a page of letters", "GET", "requests", "?page=x", 400, "page: "},
		{"no such request", "GET", "requests/aaaabbbbcccc", "", 404, "service_request_id: "},
		{"no such requests", "GET", "requests", "?service_request_id=a,b", 404, "service_request_id: "},
		{"no such token", "GET", "tokens/aaaa", "", 404, "token: "},
		{"no such address", "GET", "nothing", "", 404, ""},
		{"an update without a number", "POST", "servicerequestupdates", "description=x", 400, "service_request_id: "},
		{"an update by nobody", "POST", "servicerequestupdates", "description=x&service_request_id=aaaabbbbcccc", 403, "api_key: "},
	} {
		path, body := "/open311/v2/"+c.path, c.body
		query := ""
		if c.method == "GET" {
			query, body = body, ""
		}
		status, got, header := w.call(c.method, path+".json"+query, body, "Accept-Language", "en")
		list := []struct {
			Code        int
			Description string
		}{}
		if err := json.Unmarshal([]byte(got), &list); err != nil || status != c.status || len(list) != 1 || list[0].Code != c.status || list[0].Description == "" || !strings.HasPrefix(list[0].Description, c.says) {
			t.Errorf("%s: %d %s", c.name, status, got)
		}
		if header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be stored", c.name)
		}
		status, got, _ = w.call(c.method, path+".xml"+query, body)
		var errs struct {
			XMLName xml.Name `xml:"errors"`
			Error   []struct {
				Code        int    `xml:"code"`
				Description string `xml:"description"`
			} `xml:"error"`
		}
		if err := xml.Unmarshal([]byte(got), &errs); err != nil || status != c.status || len(errs.Error) != 1 || errs.Error[0].Code != c.status || errs.Error[0].Description == "" {
			t.Errorf("%s: %d %s %v", c.name, status, got, err)
		}
	}
	if w.cases() != 0 {
		t.Errorf("%d cases", w.cases())
	}
}

func TestGuessingCodesIsBraked(t *testing.T) {
	w := newTown(t)
	f := w.file(lamp())
	for i := range 5 {
		if status, _, _ := w.call("GET", "/open311/v2/requests/"+f.Number+".xml", "", "Authorization", "Bearer 2222-222"+string(rune('A'+i))); status != 404 {
			t.Fatalf("a wrong code answers %d", status)
		}
	}
	status, body, header := w.call("GET", "/open311/v2/requests/"+f.Number+".xml", "", "Authorization", "Bearer "+f.Code)
	if status != 429 || header.Get("Retry-After") == "" || !strings.Contains(body, "<code>429</code>") {
		t.Errorf("the sixth try answers %d %s", status, body)
	}
}
