package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/notify/postmark"
	"huiyin/pg"
	"huiyin/routing"
)

//go:embed data/georeport.yaml
var georeportFile []byte

// habits is the data file of what programs mean by their attributes.
type habits struct {
	Fields map[string][]string `yaml:"fields"`
	Silent []string            `yaml:"silent"`
	Truths []string            `yaml:"truths"`
	Letter struct {
		Title  string `yaml:"title"`
		Detail string `yaml:"detail"`
		Link   string `yaml:"link"`
	} `yaml:"letter"`

	fieldOf map[string]string // attribute, evened out → our field; "" where it is silent
}

var custom = mustHabits()

func mustHabits() habits {
	h := habits{fieldOf: map[string]string{}}
	if err := strict(bytes.NewReader(georeportFile), &h); err != nil {
		panic(err) // the file is part of the program
	}
	for _, name := range h.Silent {
		h.fieldOf[evened(name)] = ""
	}
	for field, names := range h.Fields {
		for _, name := range names {
			h.fieldOf[evened(name)] = field
		}
	}
	return h
}

func (h habits) truth(s string) bool {
	return contains(h.Truths, strings.ToLower(strings.TrimSpace(s)))
}

// Undecided is the service code of a request whose matter the rules shall find.
const Undecided = "unsorted"

// Bounds of what a request may carry beside its words.
const (
	maxAttributes = 40
	maxAttribute  = 500  // runes of a value that becomes a line of the text
	maxLink       = 2048 // bytes of an address
	maxLinks      = 10
)

// GeoReport makes the common record of an Open311 GeoReport v2 request. It is pure. The city says which service codes and areas there are: an unknown
// one is no reason to lose a request, it stays as a line of the text and the rules decide. Addresses of pictures are kept as words and never fetched.
// Errors: fault.Invalid with the parameter at fault ("fault.service_needed" without a service_code), fault.TooLarge.
func GeoReport(city *routing.City, form GeoForm) (Submission, error) {
	v := form.Values
	s := Submission{Channel: casework.Open311, Place: v.Get("address_string"), Files: form.Files, Raw: form.raw()}
	s.Person = casework.Person{Name: fullName(v.Get("first_name"), v.Get("last_name")), Phone: v.Get("phone"), Email: v.Get("email")}
	code := strings.TrimSpace(v.Get("service_code"))
	if code == "" {
		return s, fault.New(fault.Invalid, "fault.service_needed").At("service_code")
	}
	var more []string // lines for a person to read, behind the words
	note := func(name, value string) {
		if value = line(value, maxAttribute); value != "" && len(more) < maxAttributes {
			more = append(more, line(name, maxName)+"："+value)
		}
	}
	s.Title, s.Text, more = custom.open(v.Get("description"))
	said := map[string]string{}
	for _, name := range form.attributes() {
		value := strings.Join(v["attribute["+name+"]"], "；")
		if field, known := custom.fieldOf[evened(name)]; known {
			said[field] = value
			continue
		}
		note(name, value)
	}
	if s.Title == "" {
		s.Title = said["title"]
	}
	if strings.TrimSpace(s.Text) == "" {
		s.Text = said["description"]
	}
	if s.Place == "" {
		s.Place = said["place"]
	}
	s.ExternalNo, s.Publish, s.Secret = said["external_no"], custom.truth(said["publish"]), custom.truth(said["secret"])
	if k := casework.Kind(said["kind"]); contains(casework.Kinds, k) {
		s.Kind = k
	}
	switch l := locale.Lang(said["language"]); l {
	case locale.ZH, locale.EN:
		s.Language = l
	}
	if _, known := city.Category(code); known {
		s.Category = code
	} else if code != Undecided {
		note("service_code", code)
	}
	if area := strings.TrimSpace(v.Get("address_id")); area != "" && !strings.HasPrefix(area, "#") {
		if _, known := city.Territory(area); known {
			s.Territory = area
		} else {
			note("address_id", area)
		}
	}
	var err error
	if s.Point, err = point(v.Get("lat"), v.Get("long")); err != nil {
		return s, err
	}
	for i, link := range append(slices.Clone(v["media_url"]), said["link"]) {
		if i < maxLinks && isLink(link) {
			more = append(more, strings.TrimSpace(link))
		}
	}
	if strings.TrimSpace(s.Text) == "" {
		s.Text = or(s.Title, city.CategoryPath(s.Category, locale.ZH))
	}
	s.tidy()
	if whole := strings.TrimSpace(s.Text + "\n\n" + lines(strings.Join(more, "\n"))); utf8.RuneCountInString(whole) <= casework.MaxBody {
		s.Text = whole // else what stands behind the words is read in the submission as it came
	}
	if s.Text == "" {
		return s, fault.New(fault.Invalid, "fault.text_needed").At("description")
	}
	return s, s.check()
}

// open takes the form letter apart that some programs write into a description. more are the lines that stand behind the words.
func (h habits) open(description string) (title, text string, more []string) {
	d := lines(description)
	rest, is := strings.CutPrefix(d, h.Letter.Title)
	if !is {
		return "", d, nil
	}
	title, rest, is = strings.Cut(rest, "\n\n"+h.Letter.Detail)
	if !is || strings.Contains(title, "\n") {
		return "", d, nil
	}
	text, tail, linked := strings.Cut(rest, "\n\n"+h.Letter.Link)
	if linked {
		link, after, _ := strings.Cut(strings.TrimSpace(tail), "\n")
		for _, l := range []string{link, after} {
			if l = strings.TrimSpace(l); l != "" {
				more = append(more, l)
			}
		}
	}
	return strings.TrimSpace(title), strings.TrimSpace(text), more
}

// point reads a position; nil where none is given, or the point where both are nought, which programs send for "unknown".
func point(lat, long string) (*routing.Point, error) {
	lat, long = strings.TrimSpace(lat), strings.TrimSpace(long)
	if lat == "" && long == "" {
		return nil, nil
	}
	y, err := strconv.ParseFloat(lat, 64)
	if err != nil || !(y >= -90 && y <= 90) {
		return nil, invalid("lat")
	}
	x, err := strconv.ParseFloat(long, 64)
	if err != nil || !(x >= -180 && x <= 180) {
		return nil, invalid("long")
	}
	if x == 0 && y == 0 {
		return nil, nil
	}
	return &routing.Point{Lat: y, Lon: x}, nil
}

// fullName puts a name together as its bearer writes it: the family name first where it is Chinese.
func fullName(first, last string) string {
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if languageOf(first+last) == locale.ZH {
		return last + first
	}
	return strings.TrimSpace(first + " " + last)
}

// isLink takes the web addresses that a person may be shown.
func isLink(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) > maxLink || !utf8.ValidString(s) || strings.ContainsAny(s, " \t\r\n\"<>") {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// FileGeoReport files a request for the program that carries it. client is its account number, empty where it shows no token. An Idempotency-Key works as for
// FileAPI. A program without one that has a token and numbers of its own (attribute external_id) may send the same request again as well: the same
// number with the same content is the same case. Errors: those of GeoReport and FileAPI.
func (d *Door) FileGeoReport(ctx context.Context, client, idempotencyKey string, form GeoForm) (casework.Receipt, error) {
	s, err := GeoReport(d.city, form)
	if err != nil {
		return casework.Receipt{}, err
	}
	body := form.digest()
	if idempotencyKey == "" && client != "" && s.ExternalNo != "" {
		idempotencyKey = fmt.Sprintf("external %x", sha256.Sum256(append([]byte(s.ExternalNo+"\n"), body...)))
	}
	return d.once(ctx, "open311", client, idempotencyKey, body, s)
}

// AddGeoUpdate adds what a program brings about a request that it may follow. The program's own number of this word makes that it counts once; without one the
// words themselves do. It gives the key of the addition. Where the case is over, the words become another one of the same matter, whose receipt is not nil.
// Errors: fault.Invalid, fault.TooLarge, fault.Conflict where the case takes nothing more.
func (d *Door) AddGeoUpdate(ctx context.Context, client string, id casework.CaseID, form GeoForm) (casework.Key, *casework.Receipt, error) {
	v := form.Values
	number := v.Get("update_id_ext")
	if number == "" {
		number = v.Get("update_id")
	}
	var key casework.Key
	text := lines(v.Get("description"))
	var more []string
	for i, link := range v["media_url"] {
		if i < maxLinks && isLink(link) {
			more = append(more, strings.TrimSpace(link))
		}
	}
	state := line(v.Get("status"), maxName)
	mark := state != "" && text == "" && len(more) == 0 && len(form.Files) == 0
	if mark {
		text = "status: " + state // a program that only marks: its resident says how it stands
	}
	if len(more) > 0 {
		text = strings.TrimSpace(text + "\n\n" + strings.Join(more, "\n"))
	}
	files, err := describe(form.Files)
	if err != nil {
		return key, nil, err
	}
	if utf8.RuneCountInString(text) > casework.MaxBody {
		return key, nil, fault.New(fault.TooLarge, "fault.body_too_long").At("description").With("Limit", casework.MaxBody)
	}
	var content strings.Builder
	content.WriteString(number + "\n" + text)
	for _, f := range files {
		sum := sha256.Sum256(f.Data)
		content.WriteString("\n" + hex.EncodeToString(sum[:]))
	}
	key = sha256.Sum256([]byte("open311 update\n" + client + "\n" + id.String() + "\n" + content.String()))
	p := casework.Person{Name: fullName(v.Get("first_name"), v.Get("last_name")), Phone: line(v.Get("phone"), maxName), Email: line(v.Get("email"), maxContact)}
	a := casework.Addition{Key: key, Channel: casework.Open311, Text: d.masked(text, p), Files: files, Raw: form.raw()}
	again, moved, err := d.reopened(ctx, id, key)
	if err != nil {
		return key, nil, err
	}
	if !moved {
		err = d.desk.Add(ctx, casework.Resident(id), casework.Ref{ID: id}, a)
		if fault.KeyOf(err) != "fault.step_not_now" || mark || again >= mostReopened {
			return key, nil, err
		}
	}
	r, err := d.File(ctx, Submission{Channel: casework.Open311, Key: key, Text: text, Person: p, Files: form.Files, Raw: form.raw(), Reason: "open311:update", Tags: []string{postmark.SameTag + id.String()}})
	return key, &r, err
}

// reopened counts the cases that words to a finished one became within a day; moved tells that those of this key did.
func (d *Door) reopened(ctx context.Context, id casework.CaseID, key casework.Key) (n int, moved bool, err error) {
	err = pg.InTx(ctx, d.docket.DB, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select (select count(*) from cases where filed_at > $1 and channel = 'open311' and $2 = any (tags)), exists (select 1 from submission where key = $3 and case_id <> $4)`,
			d.now().Add(-24*time.Hour), postmark.SameTag+id.String(), key[:], id).Scan(&n, &moved)
	})
	if err != nil {
		err = pg.Classify(fmt.Errorf("count cases of the same matter: %w", err))
	}
	return n, moved, err
}
