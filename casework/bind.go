package casework

import (
	"fmt"

	"github.com/google/uuid"

	"huiyin/seal"
)

// bound is a filing made ready for its rows: identified, sealed with its own data key, hashed for search, cut to what the columns hold.
type bound struct {
	f          *Filing
	id         CaseID
	number     string // given by the database
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
	marshalled []byte // the proposal as JSON, where it does not write itself
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
	if err := b.marshal(); err != nil {
		return nil, fmt.Errorf("write proposal: %w", err)
	}
	return b, nil
}

// seal encrypts the personal fields under the case's key and makes the keyed hashes of those that have exact search.
func (b *bound) seal(keys *seal.Keyring) {
	p := b.f.Person
	fields := [...]struct {
		name, plain string
		into        *[]byte
	}{
		{"name", p.Name, &b.sealed.name}, {"phone", p.Phone, &b.sealed.phone}, {"email", p.Email, &b.sealed.email}, {"address", p.Address, &b.sealed.address},
		{"title", b.f.Title.Original, &b.sealed.title}, {"body", b.f.Body.Original, &b.sealed.body}, {"place", b.f.Place.Original, &b.sealed.place},
		{"code", b.code, &b.sealed.code}, {"mail_id", b.f.MailID, &b.sealed.mailID},
	}
	size := 0
	for _, f := range fields {
		if f.plain != "" {
			size += len(f.plain) + seal.Overhead
		}
	}
	id := b.id.String()
	bundle := b.key.Bundle(id, size)
	for _, f := range fields {
		if f.plain != "" {
			*f.into = bundle.Seal(f.name, f.plain)
		}
	}
	if b.f.Raw != nil {
		b.sealed.raw = b.key.Seal("raw", id, b.f.Raw)
	}
	hash := func(kind, value string) []byte {
		if blank(value) {
			return nil
		}
		return keys.Hash(kind, value)
	}
	b.hash.name, b.hash.phone, b.hash.email, b.hash.code = hash("name", p.Name), hash("phone", p.Phone), hash("email", p.Email), keys.Hash("code", b.code)
	b.hash.words = b.f.sameWords(keys)
}

// receipt is what the sender hears once the case has its number.
func (b *bound) receipt() Receipt {
	return Receipt{ID: b.id, Number: b.number, Code: b.code, FiledAt: b.f.At, Due: b.f.Total.Due}
}
