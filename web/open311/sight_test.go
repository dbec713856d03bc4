package open311_test

import (
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/intake"
)

type shown struct {
	Number      string   `json:"service_request_id"`
	Status      string   `json:"status"`
	Notes       string   `json:"status_notes"`
	Code        string   `json:"service_code"`
	Description *string  `json:"description"`
	Agency      string   `json:"agency_responsible"`
	Requested   string   `json:"requested_datetime"`
	Expected    string   `json:"expected_datetime"`
	Address     string   `json:"address"`
	Lat         *float64 `json:"lat"`
}

func TestWhoMaySeeWhat(t *testing.T) {
	w := newTown(t)
	key, stranger := w.key("fms"), w.key("other")
	published := w.file(lamp("api_key", key, "attribute[publish]", "yes"))
	silent := w.file(lamp("api_key", key))
	report := w.file(lamp("api_key", key, "attribute[kind]", "report", "attribute[publish]", "yes"))
	for _, f := range []filed{published, silent} {
		w.answer(f)
	}
	if err := w.docket.Answer(t.Context(), clerk, casework.Ref{ID: w.caseOf(report).ID}, answerText); err != nil {
		t.Fatal(err)
	}
	w.cards()
	one := func(number string, header ...string) (shown, string) {
		w.t.Helper()
		body := w.get("/open311/v2/requests/"+number, header...)
		return decode[[]shown](t, body)[0], body
	}
	no := func(path string, header ...string) {
		t.Helper()
		if status, body, _ := w.call("GET", path, "", header...); status != 404 {
			t.Errorf("GET %s answers %d %s", path, status, body)
		}
	}
	private := []string{"林小舟", "19900001111", "19911112222", "东风路12号", "内部", "lin@example.com"}
	leak := func(body string, more ...string) {
		t.Helper()
		for _, p := range append(more, private...) {
			if strings.Contains(body, p) {
				t.Errorf("%q is told: %s", p, body)
			}
		}
	}

	// Anybody: the published one, by its card.
	list := w.get("/open311/v2/requests.json")
	if all := decode[[]shown](t, list); len(all) != 1 || all[0].Number != published.Number {
		t.Errorf("the public sees %s", list)
	}
	leak(list, "路灯已修复", ":20:30")
	r, body := one(published.Number + ".json")
	if r.Status != "closed" || r.Code != "010501" || r.Description != nil || r.Agency == "" || r.Requested != "2026-11-18T10:00:00+08:00" || !strings.HasSuffix(r.Expected, "00:00+08:00") || r.Address != "临江区向阳街道" || r.Lat == nil {
		t.Errorf("%s", body)
	}
	leak(body, "路灯已修复", ":20:30")
	for _, f := range []filed{silent, report} {
		no("/open311/v2/requests/" + f.Number + ".json")
		no("/open311/v2/requests/" + f.Number + ".json?api_key=" + stranger)
		no("/open311/v2/requests/"+f.Number+".json", "Authorization", "Bearer "+published.Code)
	}
	if body := w.get("/open311/v2/servicerequestupdates.json?service_request_id=" + silent.Number); body != "[]\n" {
		t.Errorf("updates of a request that is not public: %s", body)
	}

	// The program that brought it: how it stands, words only with consent and masked, nothing of a report but that it is settled.
	r, body = one(silent.Number + ".json?api_key=" + key)
	if r.Status != "closed" || r.Description != nil || r.Agency == "" {
		t.Errorf("%s", body)
	}
	leak(body, "路灯已修复")
	r, body = one(published.Number + ".json?api_key=" + key)
	if !strings.Contains(r.Notes, "路灯已修复") {
		t.Errorf("%s", body)
	}
	if strings.Contains(body, "19911112222") {
		t.Errorf("a number in the answer is told: %s", body)
	}
	r, body = one(report.Number + ".json?api_key=" + key)
	if r.Status != "closed" || r.Agency != "" || r.Address != "" || r.Code != intake.Undecided || r.Notes != "" {
		t.Errorf("a report tells %s", body)
	}
	if body := w.get("/open311/v2/servicerequestupdates.json?api_key=" + key + "&service_request_id=" + report.Number); body != "[]\n" {
		t.Errorf("updates of a report tell %s", body)
	}
	mine := decode[[]shown](t, w.get("/open311/v2/requests.json?api_key="+key+"&service_request_id="+silent.Number+","+published.Number+",aaaabbbbcccc"))
	if len(mine) != 2 {
		t.Errorf("%+v", mine)
	}

	// The resident, by the tracking code.
	r, body = one(report.Number+".json", "Authorization", "Bearer "+report.Code)
	if r.Description == nil || !strings.Contains(*r.Description, "路灯") || r.Notes != answerText || strings.Contains(body, "内部") {
		t.Errorf("%s", body)
	}

	// Paging, and what lies outside of the dates.
	for query, want := range map[string]int{"?status=open": 0, "?status=open,closed": 1, "?service_code=0105": 1, "?service_code=unsorted": 0, "?start_date=2026-11-18T10:00:00%2B08:00": 1, "?start_date=2026-11-18T11:00:00+08:00": 0,
		"?end_date=2026-11-18T10:00:00%2B08:00": 0, "?start_date=2026-11-18&end_date=2026-11-19": 1, "?page=2": 0, "?page_size=1": 1, "?page_size=5000": 1} {
		status, body, header := w.call("GET", "/open311/v2/requests.json"+query, "")
		if got := decode[[]shown](t, body); status != 200 || len(got) != want || header.Get("X-Total-Count") == "" {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}

	// What was public once and is withheld now is gone.
	if _, err := w.pool.Exec(t.Context(), `update public_card set withheld = 'secret', card = null where number = $1`, published.Number); err != nil {
		t.Fatal(err)
	}
	if status, body, _ := w.call("GET", "/open311/v2/requests/"+published.Number+".xml", ""); status != 410 {
		t.Errorf("a tombstone answers %d %s", status, body)
	}
}
