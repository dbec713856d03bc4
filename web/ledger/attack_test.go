package ledger_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"huiyin/casework"
	"huiyin/translog"
	"huiyin/translog/form"
	"huiyin/translog/verify"
	"huiyin/translog/witness"
)

// Sizes that run over in the arithmetic of trees are no tiles, like all others beyond the log.
func TestThereIsNoTileBeyondTheLog(t *testing.T) {
	t.Parallel()
	h := build(t).live(8)
	for _, path := range []string{"7/000", "6/256", "5/x065/536", "4/x016/x777/216", "1/x281/x474/x976/x710/656", "0/x009/x007/x199/x254/x740/992", "7/000.p/255", "2/000", "8/000", "-1/000", "entries/999", "entries/x009/x007/x199/x254/x740/992",
		"0/000.p/0", "0/000.p/256", "0/000.p/-1", "0/-01", "0/+01", "0/000.p/99999999999999999999", "entries/000.p/1.p/1"} {
		res, err := http.Get(h.url + "/log/tile/" + path)
		must(t, err)
		must(t, res.Body.Close())
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// A receipt is of one request and of the log's own past: one that was put together from others, or holds nothing, is named.
func TestAReceiptThatWasPutTogetherIsNamed(t *testing.T) {
	t.Parallel()
	h := build(t).live(8)
	of := func(id casework.CaseID) translog.Evidence {
		e, err := h.log.Evidence(t.Context(), h.Docket, casework.Resident(id), id)
		must(t, err)
		return e
	}
	other := of(h.cases[1])
	check := func(e any) string {
		raw, err := json.Marshal(e)
		must(t, err)
		return strings.Join(h.verify(verify.Options{Receipts: [][]byte{raw}}).Mismatches, "\n")
	}
	if found := check(of(h.cases[0])); found != "" {
		t.Fatalf("an honest receipt: %s", found)
	}
	for name, one := range map[string]struct {
		do    func(e *translog.Evidence)
		named string
	}{
		"nothing in it":               {func(e *translog.Evidence) { e.Steps, e.Records = nil, nil }, "proves nothing"},
		"another's steps":             {func(e *translog.Evidence) { e.Steps = other.Steps }, "is of another request"},
		"one of another's":            {func(e *translog.Evidence) { e.Steps = append(e.Steps, other.Steps[0]) }, "is of another request"},
		"under another name":          {func(e *translog.Evidence) { e.Case = other.Case }, "is of another request"},
		"an entry in another's place": {func(e *translog.Evidence) { e.Steps[0].Index, e.Steps[1].Index = e.Steps[1].Index, e.Steps[0].Index }, "is no longer what"},
		"an entry beyond the log":     {func(e *translog.Evidence) { e.Steps[0].Index = 1 << 62 }, "is no longer what"},
		"an entry before the log":     {func(e *translog.Evidence) { e.Steps[0].Index = -1 }, "is no longer what"},
		"another salt":                {func(e *translog.Evidence) { e.Steps[0].Salt = e.Steps[1].Salt }, "does not commit"},
		"another payload":             {func(e *translog.Evidence) { e.Steps[0].Payload = e.Steps[1].Payload }, "does not commit"},
		"another entry":               {func(e *translog.Evidence) { e.Steps[0].Entry = other.Steps[0].Entry }, "does not commit"},
		"a larger checkpoint": {func(e *translog.Evidence) {
			e.Checkpoint = strings.Replace(e.Checkpoint, fmt.Sprint("\n", e.Size, "\n"), "\n9999\n", 1)
		}, "is not signed"},
		"no checkpoint": {func(e *translog.Evidence) { e.Checkpoint = "" }, "is not signed"},
	} {
		e := of(h.cases[0])
		one.do(&e)
		if found := check(e); !strings.Contains(found, one.named) {
			t.Errorf("%s: found %q", name, found)
		}
	}
	for _, raw := range []string{"", "null", "[]", "{}", `{"steps":null}`, "\x00", `{"steps":[{"index":1e400}]}`, `{"steps":[{}]}`} {
		if r := h.verify(verify.Options{Receipts: [][]byte{[]byte(raw)}}); r.OK() {
			t.Errorf("the receipt %q passed", raw)
		}
	}
}

// An installation that answers with nonsense is refused in words, and never taken for whole.
func TestAnInstallationThatAnswersNonsenseIsRefused(t *testing.T) {
	t.Parallel()
	h := build(t).live(8)
	signed := string(h.head())
	text, signatures, _ := strings.Cut(signed, "\n\n")
	lines := strings.Split(text, "\n")
	secret, public, err := note.GenerateKey(nil, lines[0])
	must(t, err)
	own, err := note.NewSigner(secret)
	must(t, err)
	by := func(text string) map[string]string { // signed by a key that the installation shows as its own
		out, err := note.Sign(&note.Note{Text: text}, own)
		must(t, err)
		return map[string]string{"/log/checkpoint": string(out), "/log/key": public + "\n"}
	}
	size := func(n string) string { return lines[0] + "\n" + n + "\n" + lines[2] + "\n" }
	bundle := "/log/tile/entries/000.p/" + lines[1]
	whole, err := fetch(h.url + bundle)
	must(t, err)
	entries, err := form.ParseBundle([]byte(whole))
	must(t, err)
	spelt := func(from, to string) map[string]string {
		all := append([][]byte{[]byte(strings.Replace(string(entries[0]), from, to, 1))}, entries[1:]...)
		raw, err := form.Bundle(all)
		must(t, err)
		return map[string]string{bundle: string(raw)}
	}
	for name, says := range map[string]map[string]string{
		"no text":                  {"/log/checkpoint": ""},
		"no signature":             {"/log/checkpoint": text + "\n\n"},
		"a line more":              {"/log/checkpoint": text + "\nmore\n\n" + signatures},
		"a line before":            {"/log/checkpoint": "more\n" + signed},
		"another key id":           {"/log/checkpoint": text + "\n\n" + strings.Replace(signatures, lines[0]+" ", lines[0]+" AAAA", 1)},
		"no base64":                {"/log/checkpoint": text + "\n\n\u2014 " + lines[0] + " ****\n"},
		"another name":             {"/log/checkpoint": strings.ReplaceAll(signed, lines[0], "other.example/log")},
		"a size below nought":      by(size("-1")),
		"a size with a plus":       by(size("+8")),
		"a huge size":              by(size("9223372036854775807")),
		"a size beyond numbers":    by(size("99999999999999999999")),
		"nothing, with a root":     by(size("0")),
		"a root of no length":      by(lines[0] + "\n" + lines[1] + "\n\n"),
		"a root that is too long":  by(lines[0] + "\n" + lines[1] + "\n" + lines[2] + "AAAA\n"),
		"a key that is none":       {"/log/key": "x"},
		"an SM2 key that is none":  {"/log/key": strings.Replace(h.key(t), "\n", "\nx+y+", 1)},
		"entries that break off":   {bundle: whole[:len(whole)-1]},
		"entries that are none":    {bundle: strings.Repeat("\xff", 300)},
		"one entry more":           {bundle: whole + "\x00\x01x"},
		"another spelling":         spelt(`{"v":1,`, `{"v": 1,`),
		"a member twice":           spelt(`{"v":1,`, `{"v":1,"v":1,`),
		"a member in great":        spelt(`"t":`, `"T":`),
		"reports that are none":    {"/reports.json": "null"},
		"a report that is none":    {"/reports/2026-11.json?revision=1": "{}"},
		"a report of nulls":        {"/reports/2026-11.json?revision=1": `{"city":null,"units":[null],"districts":[null],"house":[null],"identity":null}`},
		"findings that are none":   {"/log/audit.json": "x"},
		"findings of deep nesting": {"/log/audit.json": strings.Repeat("[", 200000)},
	} {
		site := liar(t, h.url, says)
		r, err := (&verify.Site{URL: site}).Run(t.Context(), verify.Options{}, nil)
		if err == nil && r.OK() {
			t.Errorf("%s: passed", name)
		}
		t.Logf("%s: %v %q", name, err, mismatches(r))
	}
}

func mismatches(r *verify.Report) []string {
	if r == nil {
		return nil
	}
	return r.Mismatches
}

func (h *house) key(t *testing.T) string {
	t.Helper()
	k, err := fetch(h.url + "/log/key")
	must(t, err)
	return k
}

// liar is an installation that says something else at some addresses.
func liar(t *testing.T, url string, says map[string]string) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if said, ok := says[r.URL.RequestURI()]; ok {
			_, _ = io.WriteString(w, said)
			return
		}
		res, err := http.Get(url + r.URL.RequestURI())
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = res.Body.Close() }()
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}))
	t.Cleanup(web.Close)
	return web.URL
}

// A witness is run by others: it publishes through this installation its signature and nothing else, and sends it nowhere.
func TestAWitnessSaysNothingBesideItsSignature(t *testing.T) {
	t.Parallel()
	h := build(t).live(8)
	key, err := witness.NewKey("witness.example.org/huiyin")
	must(t, err)
	v, err := witness.NewVerifier(key.Verifier())
	must(t, err)
	var reached atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inside.Close()
	leads := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	defer leads.Close()
	if n, err := h.log.SweepWitnesses(t.Context(), []translog.Witness{{URL: leads.URL, Key: v}}); n != 0 || err == nil || reached.Load() != 0 {
		t.Errorf("a witness that leads elsewhere: %d, %v; elsewhere was asked %d times", n, err, reached.Load())
	}
	signed := string(h.head())
	text, _, _ := strings.Cut(signed, "\n\n")
	talks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "\u2014 words.of.its.own AAAAAAAAAAAA\n"+key.Sign(text+"\n", h.Now())+"\u2014 more.words AAAAAAAAAAAA\n")
	}))
	defer talks.Close()
	if n, err := h.log.SweepWitnesses(t.Context(), []translog.Witness{{URL: talks.URL, Key: v}}); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	out, err := h.log.Witnessed(t.Context())
	must(t, err)
	if _, err := note.Open([]byte(out), note.VerifierList(v)); err != nil || strings.Contains(out, "words") {
		t.Errorf("published: %q, %v", out, err)
	}
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 4096)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	if n, err := h.log.SweepWitnesses(t.Context(), []translog.Witness{{URL: endless.URL, Key: witnessOf(t, "endless.example.org/huiyin")}}); n != 0 || err == nil {
		t.Errorf("a witness that never ends: %d, %v", n, err)
	}
}

func witnessOf(t *testing.T, name string) note.Verifier {
	t.Helper()
	key, err := witness.NewKey(name)
	must(t, err)
	v, err := witness.NewVerifier(key.Verifier())
	must(t, err)
	return v
}
