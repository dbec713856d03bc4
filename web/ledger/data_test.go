package ledger_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiyin/opendata"
)

// recountOf does what the lines of Python on the page do: how many turns whose limit fell into the month were done in time, and of how many.
func recountOf(t *testing.T, table string) (part, all int) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff"))).ReadAll()
	must(t, err)
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for _, r := range rows[1:] {
		cell := func(name string) string { return r[at[name]] }
		if cell("part") == "leg" && cell("due") == "1" && cell("handled") != "running" && !(cell("handled") == "ended" && cell("excluded") != "") && !strings.Contains(cell("waived"), "handle") {
			all++
			if cell("handled") == "in_time" {
				part++
			}
		}
	}
	return part, all
}

var python = regexp.MustCompile(`(?s)<code id="python">(.*?)</code>`)

// What the page says how to count is what the report says, and the lines that it shows are those that come to it.
func TestThePageSaysHowToCountAFigureAgain(t *testing.T) {
	h := build(t).live(14)
	page, err := fetch(h.url + "/en/data/rows")
	must(t, err)
	table, err := fetch(h.url + "/data/rows/2026-11.csv")
	must(t, err)
	part, all := recountOf(t, table)
	if all == 0 || !strings.Contains(page, fmt.Sprintf("On-time rate of the city in November 2026: %d of %d.", part, all)) {
		t.Errorf("counted %d of %d, and the page says otherwise", part, all)
	}
	found := python.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page shows no lines")
	}
	lines := html.UnescapeString(found[1])
	for _, want := range []string{`"https://linlan.example/data/rows/2026-11.csv"`, `r["part"] == "leg"`, `r["handled"] != "running"`, `r["handled"] == "in_time"`} {
		if !strings.Contains(lines, want) {
			t.Errorf("the lines do not say %s:\n%s", want, lines)
		}
	}
	if program, err := exec.LookPath("python3"); err == nil {
		out, err := exec.CommandContext(t.Context(), program, "-c", strings.ReplaceAll(lines, "https://linlan.example", h.url)).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != fmt.Sprint(part, " ", all) {
			t.Errorf("the lines come to %q, want %d %d: %v", out, part, all, err)
		}
	}
}

func (h *house) ask(method, path string, header ...string) (*http.Response, []byte) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, nil)
	must(h.t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	must(h.t, err)
	body, err := io.ReadAll(res.Body)
	must(h.t, err)
	must(h.t, res.Body.Close())
	return res, body
}

// A file bears the name of its snapshot; who has it already is only told so, and months are chosen by the address.
func TestFilesOfOpenData(t *testing.T) {
	h := build(t).live(14)
	res, body := h.ask(http.MethodGet, "/data/rows/2026-11.csv")
	tag := res.Header.Get("ETag")
	if res.StatusCode != http.StatusOK || tag != `"`+res.Header.Get("Huiyin-Snapshot")+`-csv"` || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/csv") || res.Header.Get("Content-Disposition") != `attachment; filename="huiyin-rows-2026-11.csv"` ||
		res.Header.Get("Last-Modified") == "" || res.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(res.Header.Get("Link"), `rel="license"`) {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if again, rest := h.ask(http.MethodGet, "/data/rows/2026-11.csv", "If-None-Match", tag); again.StatusCode != http.StatusNotModified || len(rest) != 0 {
		t.Errorf("the same file again is %d with %d bytes", again.StatusCode, len(rest))
	}
	if head, rest := h.ask(http.MethodHead, "/data/rows/2026-11.csv"); head.StatusCode != http.StatusOK || head.Header.Get("ETag") != tag || len(rest) != 0 {
		t.Errorf("HEAD is %d %v", head.StatusCode, head.Header)
	}
	for path, want := range map[string]int{"/data/rows.csv": 200, "/data/rows.csv?from=2026-11&to=2026-12": 200, "/data/rows.csv?from=2026-12": 200, "/data/rows/2026-11.csv?revision=1": 200, "/data/rows/2026-11.csv?revision=2": 404,
		"/data/rows/2026-10.csv": 404, "/data/rows/x.csv": 404, "/data/nothing.csv": 404, "/data/nothing": 404, "/data/rows.csv?from=x": 422, "/data/rows.csv?from=2026-12&to=2026-11": 422, "/data/codes.parquet": 200, "/data/codes/2026-11.csv": 404} {
		if res, _ := h.ask(http.MethodGet, path); res.StatusCode != want {
			t.Errorf("%s is %d, want %d", path, res.StatusCode, want)
		}
	}
	if _, whole := h.ask(http.MethodGet, "/data/rows.csv"); string(whole) != string(body) {
		t.Error("all months are not the one that there is")
	}
	if _, none := h.ask(http.MethodGet, "/data/rows.csv?from=2026-12"); strings.Count(string(none), "\n") != 1 {
		t.Errorf("no month has the rows %.200s", none)
	}
	for range 20 { // connections are given back
		if res, b := h.ask(http.MethodGet, "/data/cases.json"); res.StatusCode != http.StatusOK {
			t.Fatalf("cases.json is %d %s", res.StatusCode, b)
		}
	}
}

// A file tells its digest: before it where it is known, behind it where it is made while it goes out; a range of months that are over has a list of digests to keep.
func TestFilesTellTheirDigest(t *testing.T) {
	h := build(t).live(14)
	res, body := h.ask(http.MethodGet, "/data/rows.csv?from=2026-10&to=2026-12")
	if sum := sha256.Sum256(body); res.Header.Get("Repr-Digest") != "" || res.Trailer.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
		t.Errorf("header %q, trailer %q of %x", res.Header.Get("Repr-Digest"), res.Trailer.Get("Repr-Digest"), sum)
	}
	if res, text := h.ask(http.MethodGet, "/data/rows.sha256?from=2026-10&to=2027-12"); res.StatusCode != http.StatusNotFound {
		t.Errorf("months to come have digests: %d %s", res.StatusCode, text)
	}
	h.Pass(60 * 24 * time.Hour)
	for range 2 { // made, then kept
		res, text := h.ask(http.MethodGet, "/data/rows.sha256?from=2026-10&to=2026-12")
		if res.StatusCode != http.StatusOK || strings.Count(string(text), "\n") != len(opendata.Formats) {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
		for _, f := range opendata.Formats {
			res, body := h.ask(http.MethodGet, "/data/rows."+f.Name+"?from=2026-10&to=2026-12")
			sum := sha256.Sum256(body)
			if want := hex.EncodeToString(sum[:]) + "  huiyin-rows-2026-10-to-2026-12." + f.Name + "\n"; !strings.Contains(string(text), want) || res.Header.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
				t.Errorf("%s: %x is not in %s, or not in the header %q", f.Name, sum, text, res.Header.Get("Repr-Digest"))
			}
		}
	}
	if res, _ := h.ask(http.MethodHead, "/data/rows.csv?from=2026-11&to=2026-11"); res.StatusCode != http.StatusOK {
		t.Errorf("HEAD is %d", res.StatusCode)
	}
	if res, text := h.ask(http.MethodGet, "/data/codes.sha256"); res.StatusCode != http.StatusOK || !strings.Contains(string(text), "  huiyin-codes.parquet\n") {
		t.Errorf("codes: %d %s", res.StatusCode, text)
	}
}

// The catalogue tells size and digest of each file as it is given out.
func TestTheCatalogueTellsDigests(t *testing.T) {
	h := build(t).live(14)
	_, err := h.tables.SweepAll(t.Context())
	must(t, err)
	raw, err := fetch(h.url + "/data.jsonld")
	must(t, err)
	var c struct {
		Dataset []struct {
			ID           string `json:"dct:identifier"`
			Version      string `json:"dcat:version"`
			Distribution []struct {
				URL struct {
					ID string `json:"@id"`
				} `json:"dcat:downloadURL"`
				Bytes struct {
					Value string `json:"@value"`
				} `json:"dcat:byteSize"`
				Checksum struct {
					Value struct {
						Value string `json:"@value"`
					} `json:"spdx:checksumValue"`
				} `json:"spdx:checksum"`
			} `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	must(t, json.Unmarshal([]byte(raw), &c))
	checked := 0
	for _, d := range c.Dataset {
		for _, f := range d.Distribution {
			if f.Checksum.Value.Value == "" {
				continue
			}
			res, body := h.ask(http.MethodGet, strings.TrimPrefix(f.URL.ID, "https://linlan.example"))
			sum := sha256.Sum256(body)
			if hex.EncodeToString(sum[:]) != f.Checksum.Value.Value || fmt.Sprint(len(body)) != f.Bytes.Value || res.Header.Get("Huiyin-Snapshot") != d.Version {
				t.Errorf("%s: %d bytes %x of snapshot %s; the catalogue says %+v", f.URL.ID, len(body), sum, res.Header.Get("Huiyin-Snapshot"), f)
			}
			checked++
		}
	}
	if want := len(opendata.Formats) * 8; checked < want {
		t.Errorf("%d digests, want %d and more", checked, want)
	}
}
