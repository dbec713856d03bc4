package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// form files by the three pages as a browser without scripts does: it keeps the cookies, sends the tokens of the forms it was shown, and
// after a failure asks for the same page or presses the same button again.
type form struct {
	service *service
	marker  string
	client  *http.Client
	step    int    // how far this matter is: the next of the steps
	token   string // of the last page that had a form
	number  string // shown on the last page
}

func newForm(s *service) *form { return &form{service: s} }

func (f *form) door() string { return "form" }

// steps are the requests of one matter, in their order. A redirect elsewhere than expected means that something was forgotten.
var steps = []struct {
	path   string
	fields func(marker string) url.Values // nil: a page that is read
	then   string                         // where it must lead; empty: the page itself
}{
	{path: "/report/1"},
	{"/report/1", func(marker string) url.Values {
		return url.Values{"text": {"The street light is out. Marker " + marker}}
	}, "/report/2"},
	{path: "/report/2"},
	{"/report/2", func(string) url.Values { return url.Values{"place": {"Xiangyang Road"}, "district": {"990101"}} }, "/report/3"},
	{path: "/report/3"},
	{"/report/3", func(string) url.Values { return url.Values{"publish": {"yes"}} }, "/report/done"},
	{path: "/report/done"},
}

var (
	tokenIn  = regexp.MustCompile(`name="_token" value="([^"]+)"`)
	numberIn = regexp.MustCompile(`\b[0-9]{12}\b`)
)

func (f *form) file(ctx context.Context, marker string) (string, error) {
	if f.marker != marker {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return "", err
		}
		if f.client != nil {
			f.client.CloseIdleConnections()
		}
		*f = form{service: f.service, marker: marker, client: newClient(jar)}
	}
	for f.step < len(steps) {
		if err := f.take(ctx); err != nil {
			return "", err
		}
		f.step++
	}
	if f.number == "" {
		return "", refusal{"a last page without a number"}
	}
	return f.number, nil
}

// take does the next step.
func (f *form) take(ctx context.Context) error {
	s := steps[f.step]
	method, body := http.MethodGet, ""
	if s.fields != nil {
		values := s.fields(f.marker)
		values.Set("_token", f.token)
		method, body = http.MethodPost, values.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+f.service.pages+s.path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := f.client.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	want := http.StatusOK
	if s.then != "" {
		want = http.StatusSeeOther
	}
	to := answer.Header.Get("Location")
	if answer.StatusCode != want || to != s.then {
		return refusal{strings.TrimSpace(strconv.Itoa(answer.StatusCode) + " at " + method + " " + s.path + " " + to)}
	}
	if m := tokenIn.FindSubmatch(page); m != nil {
		f.token = string(m[1])
	}
	f.number = string(numberIn.Find(page))
	return nil
}
