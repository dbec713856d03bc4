package looktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/datause"
	"huiyin/follow"
	"huiyin/locale"
	"huiyin/routing"
	"huiyin/seal"
	"huiyin/supervision"
	"huiyin/supervision/months"
	"huiyin/translog"
	"huiyin/translog/form"
	"huiyin/web/shell"
)

// markWord is in every mark that is a word; no page has it for another reason.
const markWord = "zqtrace"

// marked are the personal data of the seeded cases, as somebody may find them again.
type marked struct {
	digits map[string]string // phone and identity numbers, work-order numbers and codes, and what they are
	hashes map[string]string // unsalted SHA-256 of phones, names and identity numbers, in hexadecimal and base64
	long   *[]int            // lengths of the digits, found once
}

// identity is an identity number with a right check digit, of a day nobody was born on.
func identity(n int) string {
	s := fmt.Sprintf("9901011850%02d%02d%03d", 1+n/1000%12, 1+n/12000%28, n%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + string("10X98765432"[sum%11])
}

// seed files cases whose every text, name, number and file is a mark, published and unmasked, and takes them different ways.
func (w *town) seed(t *testing.T, n int) marked {
	t.Helper()
	ctx, rnd := t.Context(), rand.New(rand.NewPCG(3, 10_000))
	at := w.docket.Now().AddDate(0, -1, -15)
	d := &casework.Docket{DB: w.pool, Keys: w.docket.Keys, Now: func() time.Time { return at }, Zone: w.docket.Zone}
	desk := *w.desk
	desk.Docket, desk.Now = d, d.Now
	m := marked{digits: map[string]string{}, hashes: map[string]string{}, long: &[]int{}}
	word := func(i int, what string) string { return fmt.Sprintf("%s%06d%s", markWord, i, what) }
	both := func(s string) casework.Masked { return casework.Masked{Original: s, Clear: s} } // the worst case: nothing was masked
	places := w.desk.City.Places()
	kinds := []casework.Kind{casework.Complaint, casework.Help, casework.Suggestion, casework.Report, casework.Consultation}
	for i := 0; i < n; {
		var batch []casework.Filing
		for ; i < n && len(batch) < 250; i++ {
			phone, id := fmt.Sprintf("1997%07d", 3000000+i), identity(i)
			p := casework.Person{Name: word(i, "name"), Phone: phone, Email: word(i, "mail") + "@example.org", Address: word(i, "address") + "88号"}
			for what, v := range map[string]string{"phone": phone, "identity": id, "name": p.Name, "mail": p.Email} {
				if what == "phone" || what == "identity" {
					m.digits[v] = what + " " + strconv.Itoa(i)
				}
				sum := sha256.Sum256([]byte(v))
				m.hashes[hex.EncodeToString(sum[:])], m.hashes[base64.StdEncoding.EncodeToString(sum[:])], m.hashes[base64.RawURLEncoding.EncodeToString(sum[:])] = what, what, what
			}
			place := places[rnd.IntN(len(places))]
			batch = append(batch, casework.Filing{
				Key: sha256.Sum256([]byte(word(i, "key"))), Channel: casework.Web, At: at, Kind: kinds[i%len(kinds)], Category: "010101", Territory: place.Street, Urgency: casework.Normal, Publish: true, RealName: true, Secret: i%17 == 0,
				Title: both(word(i, "title") + id), Body: both(word(i, "body") + phone + " " + id), Place: both(word(i, "place")), Person: p, ExternalNo: word(i, "external"),
				Total: casework.Promise{Name: casework.ClockTotal, Due: at.Add(5 * 24 * time.Hour), WorkingDays: 5, Policy: "test@1", Calendar: "test@1"},
				Files: []casework.Attachment{{Name: word(i, "file") + ".txt", Type: "text/plain", Data: []byte(word(i, "content"))}},
			})
		}
		got, err := d.OpenAll(ctx, batch)
		if err != nil {
			t.Fatal(err)
		}
		for k, r := range got {
			m.digits[r.Number], m.digits[r.Code], m.digits[strings.ReplaceAll(r.Code, "-", "")] = "work-order number", "tracking code", "tracking code"
			if k%5 == 0 {
				w.carry(t, d, &desk, batch[k], r, word(i, "said"), &at, k%10 == 0)
			}
		}
		at = at.Add(3 * time.Hour)
	}
	return m
}

// carry takes a marked case to its unit, and on to the reply and the rating.
func (w *town) carry(t *testing.T, d *casework.Docket, desk *routing.Desk, f casework.Filing, r casework.Receipt, said string, at *time.Time, far bool) {
	t.Helper()
	ctx, ref := t.Context(), casework.Ref{ID: r.ID}
	unit := w.desk.City.LeadOf(f.Category, f.Territory)
	if unit == "" {
		return
	}
	by := caseworktest.Worker(unit)
	steps := []func() error{
		func() error {
			return desk.Dispatch(ctx, caseworktest.Clerk(), ref, casework.Order{Lead: unit, Advice: said})
		},
		func() error { return d.Sign(ctx, by, ref) },
		func() error {
			_, err := d.Reveal(ctx, by, r.ID, []casework.PersonalField{casework.FieldPlace}, casework.Use{Purpose: casework.ForHandling})
			return err
		},
		func() error {
			return d.Contact(ctx, by, ref, casework.ContactResult{Means: "phone", Reached: true, Note: said})
		},
		func() error {
			return d.Add(ctx, casework.Resident(r.ID), ref, casework.Addition{Channel: casework.Web, Text: casework.Masked{Original: said, Clear: said}})
		},
		func() error { return d.Reply(ctx, by, ref, casework.Reply{Text: said}) },
		func() error {
			_, err := d.Rate(ctx, casework.Resident(r.ID), ref, casework.Rating{Round: 1, Solved: casework.SolvedYes, Satisfaction: 4, Text: casework.Masked{Original: said, Clear: said}, Channel: casework.Web})
			return err
		},
	}
	if !far {
		steps = steps[:3]
	}
	for i, step := range steps {
		*at = at.Add(time.Minute)
		if err := step(); err != nil {
			t.Fatalf("step %d of a marked case: %v", i, err)
		}
	}
}

var jsonPath = regexp.MustCompile(`"(/[a-zA-Z][^"\\ ]*)"`)

// crawl reads every address of the route list without signing in, and whatever the answers link to; at most perRoute of each route. It calls look with each answer.
func (w *town) crawl(t *testing.T, perRoute int, look func(path string, body []byte)) map[string]int {
	t.Helper()
	var routes []shell.Route
	var queue []string
	for _, r := range w.routes {
		if r.Method != "" && r.Method != http.MethodGet || r.Path == "/live" {
			continue
		}
		routes = append(routes, r)
		if !strings.ContainsAny(r.Path, ":*") {
			queue = append(queue, r.Path)
			if r.Door == shell.Public {
				queue = append(queue, locale.EN.Path(r.Path))
			}
		}
	}
	queue = append(queue, w.tiles(t)...)
	seen, count := map[string]bool{}, map[string]int{}
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		route := routeOf(routes, path)
		if count[route] >= perRoute || route == "" {
			continue
		}
		count[route]++
		res, err := client.Get(w.base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode >= 500 {
			t.Errorf("%s answers %d", path, res.StatusCode)
		}
		var head bytes.Buffer
		if err := res.Header.Write(&head); err != nil {
			t.Fatal(err)
		}
		look(path, slices.Concat(head.Bytes(), body))
		queue = append(queue, linked(body)...)
		if to := res.Header.Get("Location"); strings.HasPrefix(to, "/") {
			queue = append(queue, to)
		}
	}
	return count
}

// tiles are the bundles and tiles of the public log.
func (w *town) tiles(t *testing.T) []string {
	t.Helper()
	res, err := http.Get(w.base + "/log/checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(body), "\n")
	if len(lines) < 3 {
		return nil
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := int64(0); n*256 < size; n++ {
		width := int(min(256, size-n*256))
		all = append(all, "/log/tile/"+form.EntriesPath(n, width), "/log/tile/"+form.TilePath(0, n, width))
	}
	return all
}

func linked(body []byte) []string {
	found := map[string]bool{}
	if bytes.HasPrefix(body, []byte("<")) {
		z := html.NewTokenizer(bytes.NewReader(body))
		for z.Next() != html.ErrorToken {
			for _, a := range z.Token().Attr {
				if u, err := url.Parse(a.Val); (a.Key == "href" || a.Key == "src") && err == nil && u.Scheme == "" && strings.HasPrefix(u.Path, "/") && !strings.HasPrefix(u.Path, "/assets") {
					u.Fragment = ""
					found[u.String()] = true
				}
			}
		}
	}
	for _, m := range jsonPath.FindAllSubmatch(body, -1) {
		found[string(m[1])] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// routeOf is the template of the route that answers an address.
func routeOf(routes []shell.Route, path string) string {
	path, _, _ = strings.Cut(path, "?")
	_, plain := locale.FromPath(path)
	for _, r := range routes {
		if strings.HasSuffix(r.Path, "*") && strings.HasPrefix(plain, strings.TrimSuffix(r.Path, "*")) || answers(r.Path, plain) || answers(r.Path, path) {
			return r.Path
		}
	}
	return ""
}

// Marked personal data in every text, name, number and file of many cases, and no page, feed, export, API, card, tile or file of open data shows one of them to somebody who is not signed in.
// HUIYIN_LEAK_CASES seeds more cases than the short test.
func TestNothingPublicShowsAMark(t *testing.T) {
	n, perRoute := 40, 40
	if s := os.Getenv("HUIYIN_LEAK_CASES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
		perRoute = max(perRoute, n/10)
	}
	w := newTown(t)
	m := w.seed(t, n)
	w.publish(t, w.docket.Keys)
	var aNumber, aCode string
	for v, what := range m.digits {
		if what == "work-order number" {
			aNumber = v
		}
		if what == "tracking code" {
			aCode = v
		}
	}
	if m.find([]byte("No."+aNumber+"。")) == "" || m.find([]byte("/t/"+aCode)) == "" || m.find([]byte(strings.ReplaceAll(aCode, "-", ""))) == "" || m.find(zipped(t, aNumber)) == "" {
		t.Fatal("numbers that are there are not found")
	}
	if m.find([]byte("tel:1997 3000 000")) == "" || m.find([]byte("x"+base64.StdEncoding.EncodeToString([]byte("ab"+markWord+"000001name")))) == "" || m.find([]byte("a="+url.QueryEscape(markWord))) == "" {
		t.Fatal("marks that are there are not found")
	}
	answersRead, leaks := 0, 0
	count := w.crawl(t, perRoute, func(path string, body []byte) {
		answersRead++
		if found := m.find(body); found != "" {
			if leaks++; leaks < 30 {
				t.Errorf("%s shows %s", path, found)
			}
		}
	})
	for _, r := range w.routes {
		if (r.Method == "" || r.Method == http.MethodGet) && (r.Door == shell.Public || r.Door == shell.Files) && !r.Private && count[r.Path] == 0 && !strings.HasPrefix(r.Path, "/assets") && r.Path != "/live" {
			t.Logf("no link leads to %s", r.Path)
		}
	}
	t.Logf("%d marked cases, %d answers of %d routes read, %d marks found", n, answersRead, len(count), leaks)
	if answersRead < 150 || count["/cases/:number"] == 0 {
		t.Errorf("only %d answers were read", answersRead)
	}
}

// publish lets everything that publishes catch up.
func (w *town) publish(t *testing.T, keys *seal.Keyring) {
	t.Helper()
	ctx, zone, now := t.Context(), w.docket.Zone, w.docket.Now
	log := &translog.Log{DB: w.pool, Keys: keys, Origin: "linlan.example/log", Now: now}
	if _, err := w.docket.SweepBreaches(ctx, 500); err != nil {
		t.Fatal(err)
	}
	for _, f := range []follow.Follower{supervision.Figures(zone), supervision.Cards(keys, zone, now), datause.Follower(zone), log.Follower()} {
		if err := f.CatchUpAll(ctx, w.pool); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (&months.Closer{DB: w.pool, Zone: zone, Now: now, Enter: log.Enter}).Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := supervision.SweepTopics(ctx, w.docket, w.desk.City); err != nil {
		t.Fatal(err)
	}
}
