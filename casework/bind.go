package casework

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"huiyin/seal"
)

// bound is a filing made ready for its rows: identified, sealed with its own data key, hashed for search, cut to what the columns hold.
type bound struct {
	f          *Filing
	id         CaseID
	role       Role
	code       string
	key        seal.DataKey
	wrapped    []byte
	day        string
	language   string
	externalNo string
	title      string
	body       string
	place      string
	reason     string
	tags       []string
	proposal   []byte
	grounds    string
	data       []byte
	sealed     struct{ name, phone, email, address, title, body, place, code, mailID, raw []byte }
	hash       struct{ name, phone, email, code, words []byte }
}

func (d *Docket) bind(f *Filing) (*bound, error) {
	role, may := f.By.acting(Lifecycle[StepFile].By)
	if !may {
		return nil, errNotYourStep
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	key, wrapped, err := d.Keys.NewDataKey()
	if err != nil {
		return nil, fmt.Errorf("new data key: %w", err)
	}
	b := &bound{
		f: f, id: id, role: role, code: newCode(), key: key, wrapped: wrapped, day: f.At.In(d.zone()).Format("060102"), language: f.Language, externalNo: clean(f.ExternalNo, 100),
		title: clean(f.Title.Clear, maxTitle), body: clean(f.Body.Clear, MaxBody), place: clean(f.Place.Clear, maxPlace), reason: clean(f.Reason, 200), tags: f.Tags,
	}
	if b.language == "" {
		b.language = "zh-CN"
	}
	if b.tags == nil {
		b.tags = []string{}
	}
	b.seal(d.Keys)
	if b.proposal, b.grounds, err = document(f.Proposal); err != nil {
		return nil, fmt.Errorf("write proposal: %w", err)
	}
	b.data, err = json.Marshal(filedData{Channel: f.Channel, Kind: f.Kind, Category: f.Category, Territory: f.Territory, Urgency: f.Urgency,
		Due: f.Total.Due.UTC().Format(time.RFC3339), Tags: f.Tags, Unreadable: f.Unreadable})
	return b, err
}

// appender writes itself as JSON, and its reasons apart from it: faster than can be found out from its type.
type appender interface {
	AppendJSON(b []byte) []byte
	AppendGrounds(b []byte) []byte
}

// document is what was proposed, as it is kept, and the reasons beside it: an empty object and none where nothing was.
func document(proposal any) (kept []byte, grounds string, err error) {
	switch p := proposal.(type) {
	case nil:
		return []byte("{}"), "", nil
	case appender:
		kept = p.AppendJSON(make([]byte, 0, 2048))
		return kept, string(p.AppendGrounds(kept)[len(kept):]), nil // written behind, read apart
	}
	kept, err = json.Marshal(proposal)
	return kept, "", err
}

// seal encrypts the personal fields under the case's key and makes the keyed hashes of those that have exact search.
func (b *bound) seal(keys *seal.Keyring) {
	id := b.id.String()
	box := func(field, plain string) []byte {
		if plain == "" {
			return nil
		}
		return b.key.Seal(field, id, []byte(plain))
	}
	hash := func(kind, value string) []byte {
		if blank(value) {
			return nil
		}
		return keys.Hash(kind, value)
	}
	p := b.f.Person
	b.sealed.name, b.sealed.phone, b.sealed.email, b.sealed.address = box("name", p.Name), box("phone", p.Phone), box("email", p.Email), box("address", p.Address)
	b.sealed.title, b.sealed.body, b.sealed.place, b.sealed.code = box("title", b.f.Title.Original), box("body", b.f.Body.Original), box("place", b.f.Place.Original), box("code", b.code)
	b.sealed.mailID = box("mail_id", b.f.MailID)
	b.hash.name, b.hash.phone, b.hash.email, b.hash.code = hash("name", p.Name), hash("phone", p.Phone), hash("email", p.Email), keys.Hash("code", b.code)
	b.hash.words = hash("words", b.f.sameWords())
	if b.f.Raw != nil {
		b.sealed.raw = b.key.Seal("raw", id, b.f.Raw)
	}
}

func (b *bound) receipt(number string) Receipt {
	return Receipt{ID: b.id, Number: number, Code: b.code, FiledAt: b.f.At, Due: b.f.Total.Due}
}
