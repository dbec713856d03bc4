package open311_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"huiyin/casework"
)

// simple reads XML as clients that know no schema do: the text of an element by its name, within each element of a name.
func simple(t *testing.T, body, element string) []map[string]string {
	t.Helper()
	var all []map[string]string
	dec := xml.NewDecoder(strings.NewReader(body))
	name, inside := "", map[string]string(nil)
	for {
		tok, err := dec.Token()
		if tok == nil {
			break
		}
		if err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			if name = v.Name.Local; name == element {
				inside = map[string]string{}
				all = append(all, inside)
			}
		case xml.CharData:
			if inside != nil && name != element {
				inside[name] += string(v)
			}
		case xml.EndElement:
			if v.Name.Local == element {
				inside = nil
			}
			name = ""
		}
	}
	return all
}

// TestFixMyStreetWalksThrough does what FixMyStreet does in a day: it learns the services and their attributes, sends a report with everything in XML and form
// fields, sends a comment, and asks every hour what happened, first by request and then by update.
func TestFixMyStreetWalksThrough(t *testing.T) {
	w := newTown(t)
	key := w.key("fixmystreet")
	services := simple(t, w.get("/open311/v2/services.xml?jurisdiction_id=990100"), "service")
	if len(services) < 150 || services[1]["service_code"] == "" || services[1]["service_name"] == "" || services[1]["metadata"] != "true" || services[1]["type"] != "realtime" || services[1]["group"] == "" {
		t.Fatalf("%d services: %v", len(services), services[:2])
	}
	for _, s := range services[:3] {
		meta := simple(t, w.get("/open311/v2/services/"+s["service_code"]+".xml?jurisdiction_id=990100"), "attribute")
		for _, a := range meta {
			if a["code"] == "" || a["variable"] != "true" || a["required"] != "false" || a["datatype"] == "" || a["order"] == "" {
				t.Errorf("attribute %v", a)
			}
		}
	}
	// The body is written out as it goes over the wire: brackets escaped, spaces as plus signs, CRLF in the letter.
	body := "jurisdiction_id=990100&api_key=" + key + "&lat=29.5001&long=124.4902&email=lin%40example.com&first_name=Xiao&last_name=Lin&service_code=010501" +
		"&description=title%3A++Dark+lamp%0D%0A%0D%0Adetail%3A+%E4%B8%9C%E9%A3%8E%E8%B7%AF12%E5%8F%B7%E8%B7%AF%E7%81%AF%E4%B8%8D%E4%BA%AE%0D%0A%0D%0Aurl%3A+https%3A%2F%2Ffix.example.org%2Freport%2F77%0D%0A%0D%0ASubmitted+via+FixMyStreet%0D%0A" +
		"&media_url=https%3A%2F%2Ffix.example.org%2Fphoto%2F77.jpeg&attribute%5Bfixmystreet_id%5D=77&attribute%5Beasting%5D=529025&attribute%5Bnorthing%5D=179716&attribute%5Blamp_column%5D=LC-4"
	status, answer, _ := w.call("POST", "/open311/v2/requests.xml", body, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	got := simple(t, answer, "request")
	if status != 200 || len(got) != 1 || got[0]["service_request_id"] == "" || strings.TrimSpace(got[0]["service_request_id"]) != got[0]["service_request_id"] {
		t.Fatalf("%d %s", status, answer)
	}
	number := got[0]["service_request_id"]
	f := filed{Number: number, Code: got[0]["tracking_code"]}
	c := w.caseOf(f)
	if c.Title != "Dark lamp" || !strings.HasPrefix(c.Body, "东风路**号路灯不亮") || c.ExternalNo != "77" || c.Category != "010501" || c.Territory != "990101001" || strings.Contains(c.Body, "529025") {
		t.Errorf("the letter became %q %q, number %q, category %s, territory %s", c.Title, c.Body, c.ExternalNo, c.Category, c.Territory)
	}
	for _, want := range []string{"https://fix.example.org/report/77", "https://fix.example.org/photo/77.jpeg", "lamp_column：LC-4"} {
		if !strings.Contains(c.Body, want) {
			t.Errorf("%q is not in %s", want, c.Body)
		}
	}

	// A comment of the resident, sent again since the answer was lost.
	comment := url.Values{"jurisdiction_id": {"990100"}, "api_key": {key}, "update_id_ext": {"301"}, "updated_datetime": {"2026-11-18T10:30:00+08:00"}, "service_request_id": {number}, "service_request_id_ext": {"77"},
		"status": {"OPEN"}, "email": {"lin@example.com"}, "first_name": {"Xiao"}, "last_name": {"Lin"}, "description": {"It flickers now. Call 19900001111."}, "public_anonymity_required": {"TRUE"}}.Encode()
	var ids []string
	for range 2 {
		status, answer, _ = w.call("POST", "/open311/v2/servicerequestupdates.xml", comment)
		if status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		ids = append(ids, simple(t, answer, "request_update")[0]["update_id"])
	}
	dossier, err := w.docket.Dossier(t.Context(), casework.System, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if ids[0] == "" || ids[0] != ids[1] || len(dossier.Messages) != 1 || !strings.HasPrefix(dossier.Messages[0].Body, "It flickers now") || strings.Contains(dossier.Messages[0].Body, "19900001111") || dossier.Messages[0].Author != "resident" {
		t.Errorf("%v %+v", ids, dossier.Messages)
	}

	// Each hour: what happened in the last two.
	w.answer(f)
	window := "&start_date=" + url.QueryEscape(w.now.Add(-2*time.Hour).UTC().Format(time.RFC3339)) + "&end_date=" + url.QueryEscape(w.now.UTC().Format(time.RFC3339))
	updates := simple(t, w.get("/open311/v2/servicerequestupdates.xml?jurisdiction_id=990100&api_key="+key+window), "request_update")
	seen := map[string]bool{}
	for _, u := range updates {
		at, err := time.Parse(time.RFC3339, u["updated_datetime"])
		if err != nil || at.Before(w.now.Add(-2*time.Hour)) || at.After(w.now) || u["service_request_id"] != number || u["update_id"] == "" || seen[u["update_id"]] || u["update_id"] == ids[0] || u["status"] != "open" && u["status"] != "closed" || u["description"] == "" {
			t.Errorf("update %v %v", u, err)
		}
		seen[u["update_id"]] = true
	}
	if n := len(updates); n < 4 || updates[n-1]["status"] != "closed" || updates[n-1]["external_status_code"] != "replied" || updates[0]["status"] != "open" {
		t.Fatalf("%v", updates)
	}
	if body := w.get("/open311/v2/servicerequestupdates.xml?api_key=" + key + "&start_date=2026-10-01T00:00:00Z&end_date=2026-10-02T00:00:00Z"); len(simple(t, body, "request_update")) != 0 {
		t.Errorf("another time: %s", body)
	}
	requests := simple(t, w.get("/open311/v2/requests.xml?jurisdiction_id=990100&api_key="+key+"&service_request_id="+number), "request")
	if len(requests) != 1 || requests[0]["status"] != "closed" || requests[0]["updated_datetime"] == "" {
		t.Errorf("%v", requests)
	}
	// Somebody else's program hears nothing.
	if body := w.get("/open311/v2/servicerequestupdates.xml?api_key=" + w.key("other")); len(simple(t, body, "request_update")) != 0 {
		t.Errorf("another program hears %s", body)
	}
	// Word about a case that is over becomes another case of the same matter, once for each word, and not without end.
	if err := w.docket.Review(t.Context(), clerk, casework.Ref{ID: c.ID}); err != nil {
		t.Fatal(err)
	}
	if err := w.docket.Close(t.Context(), clerk, casework.Ref{ID: c.ID}); err != nil {
		t.Fatal(err)
	}
	late := func(id string) (int, map[string]string) {
		t.Helper()
		status, answer, _ := w.call("POST", "/open311/v2/servicerequestupdates.xml", strings.Replace(comment, "update_id_ext=301", "update_id_ext="+id, 1))
		if got := simple(t, answer, "request_update"); len(got) == 1 {
			return status, got[0]
		}
		return status, nil
	}
	before := w.cases()
	_, one := late("401")
	_, same := late("401")
	if one["service_request_id"] == "" || one["service_request_id"] == number || one["tracking_code"] == "" || one["update_id"] == "" || same["service_request_id"] != one["service_request_id"] || w.cases() != before+1 {
		t.Errorf("%v %v, %d cases more", one, same, w.cases()-before)
	}
	w.get("/open311/v2/requests/" + one["service_request_id"] + ".xml?api_key=" + key)
	if status, answer, _ := w.call("POST", "/open311/v2/servicerequestupdates.xml", "api_key="+key+"&service_request_id="+number+"&status=CLOSED&update_id_ext=404"); status != 409 || w.cases() != before+1 {
		t.Errorf("a mark without words answers %d %s", status, answer)
	}
	late("402")
	if status, _ := late("403"); status != 409 || w.cases() != before+2 {
		t.Errorf("a third answers %d, %d cases more", status, w.cases()-before)
	}
	if status, answer, _ := w.call("POST", "/open311/v2/servicerequestupdates.xml", strings.Replace(comment, "api_key="+key, "api_key=nobody", 1)); status != 403 || !strings.Contains(answer, "<errors><error><code>403</code>") {
		t.Errorf("%d %s", status, answer)
	}
}

// TestPublicUpdatesTellTheCourse reads updates as a website of the neighbourhood does: without a key, of what is public.
func TestPublicUpdatesTellTheCourse(t *testing.T) {
	w := newTown(t)
	f := w.file(lamp("attribute[publish]", "true"))
	w.answer(f)
	w.now = w.now.Add(time.Hour)
	w.cards()
	for _, query := range []string{"", "?service_request_id=" + f.Number, "?start_date=2026-11-18T00:00:00Z"} {
		body := w.get("/open311/v2/servicerequestupdates.json" + query)
		all := decode[[]struct {
			ID          string `json:"update_id"`
			Number      string `json:"service_request_id"`
			Status      string `json:"status"`
			Updated     string `json:"updated_datetime"`
			Description string `json:"description"`
		}](t, body)
		if len(all) < 3 || all[len(all)-1].Status != "closed" || all[0].Number != f.Number || !strings.HasSuffix(all[0].Updated, ":00:00+08:00") {
			t.Errorf("%s: %s", query, body)
		}
		for _, secret := range []string{"路灯已修复", "1991", "内部", "林"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s tells %q: %s", query, secret, body)
			}
		}
	}
	// The resident adds by the tracking code.
	status, body, _ := w.call("POST", "/open311/v2/servicerequestupdates.json", "service_request_id="+f.Number+"&description=thanks", "Authorization", "Bearer "+f.Code)
	if status != 200 || !strings.Contains(body, "update_id") {
		t.Errorf("%d %s", status, body)
	}
	status, body, _ = w.call("POST", "/open311/v2/servicerequestupdates.json", "service_request_id="+f.Number+"&description=+", "Authorization", "Bearer "+f.Code)
	if status != 400 {
		t.Errorf("nothing said answers %d %s", status, body)
	}
}

// TestOtherClientsFileInTheirOwnForms sends the same request as a Python client (form fields in another order, JSON asked), a Ruby client (attributes as a list),
// a browser's script (JSON) and an app with a photograph (multipart) would.
func TestOtherClientsFileInTheirOwnForms(t *testing.T) {
	w := newTown(t)
	text := "东风路12号门前路灯不亮已经三天了"
	var parts bytes.Buffer
	m := multipart.NewWriter(&parts)
	for name, value := range map[string]string{"service_code": "010501", "description": text, "lat": "29.5001", "long": "124.4902", "phone": "19900001111"} {
		if err := m.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	photo, err := m.CreateFormFile("media[]", "lamp.jpg")
	if err == nil {
		_, err = photo.Write([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00 a photograph"))
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	script, err := json.Marshal(map[string]any{"service_code": "010501", "description": text, "lat": 29.5001, "long": 124.4902, "phone": "19900001111", "media_url": nil, "attribute": map[string]any{"publish": true}})
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := json.Marshal(map[string]any{"service_code": "010501", "description": text, "lat": "29.5001", "long": "124.4902", "phone": "19900001111", "attributes": []any{map[string]string{"code": "publish", "value": "true"}}})
	if err != nil {
		t.Fatal(err)
	}
	q := url.QueryEscape(text)
	files := map[string]int{"app": 1}
	for name, c := range map[string]struct{ query, kind, body string }{
		"python":  {"", "application/x-www-form-urlencoded", "phone=19900001111&long=124.4902&lat=29.5001&description=" + q + "&service_code=010501"},
		"ruby":    {"", "application/x-www-form-urlencoded", "service_code=010501&lat=29.5001&long=124.4902&phone=19900001111&attribute[publish][]=true&description=" + q},
		"script":  {"", "application/json; charset=utf-8", string(script)},
		"pairs":   {"", "application/json", string(pairs)},
		"app":     {"", m.FormDataContentType(), parts.String()},
		"address": {"?jurisdiction_id=990100&service_code=010501&lat=29.5001&long=124.4902&phone=19900001111&description=" + q, "application/x-www-form-urlencoded", ""},
	} {
		status, body, _ := w.call("POST", "/open311/v2/requests.json"+c.query, c.body, "Content-Type", c.kind)
		if status != 200 {
			t.Errorf("%s: %d %s", name, status, body)
			continue
		}
		k := w.caseOf(decode[[]filed](t, body)[0])
		if k.Category != "010501" || k.Territory != "990101001" || k.Body != text || k.Title != text || k.Files != files[name] || !k.HasIdentity {
			t.Errorf("%s became %+v", name, k)
		}
	}
	if status, _, header := w.call("OPTIONS", "/open311/v2/requests.json", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST"); status != 204 || header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("a browser that asks first hears %d %v", status, header)
	}
	for name, c := range map[string]struct{ kind, body string }{
		"a list": {"application/json", "[]"}, "two objects": {"application/json", "{}{}"}, "depth": {"application/json", `{"service_code":{"a":1}}`}, "deep attributes": {"application/json", `{"attribute":{"a":{"b":1}}}`},
		"XML": {"text/xml", "<request/>"}, "no boundary": {"multipart/form-data", "x"}, "torn parts": {"multipart/form-data; boundary=x", "--x\r\n"}, "a torn escape": {"application/x-www-form-urlencoded", "a=%zz"},
	} {
		if status, body, _ := w.call("POST", "/open311/v2/requests.json", c.body, "Content-Type", c.kind); status != 400 || !strings.Contains(body, `"code":400`) {
			t.Errorf("%s answers %d %s", name, status, body)
		}
	}
}
