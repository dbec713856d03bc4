package casework

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huiyin/fault"
	"huiyin/pg"
)

// Key identifies a submission: the SHA-256 of what was sent, or of its idempotency key. The same key twice is one case.
type Key = [sha256.Size]byte

// Person is what a resident tells about themselves; every field is optional.
type Person struct {
	Name    string
	Phone   string
	Email   string
	Address string
}

// Filing is a submission that becomes a case.
type Filing struct {
	Key        Key
	By         Actor // zero: the resident
	Channel    Channel
	ExternalNo string
	At         time.Time // when it reached the hotline; zero: now
	Kind       Kind
	Category   string
	Territory  string
	Urgency    Urgency
	Title      Masked
	Body       Masked
	Place      Masked
	Person     Person
	RealName   bool   // the resident gave name and phone for us to call back
	Language   string // zh-CN or en
	Secret     bool   // 保密件
	Publish    bool   // the resident agrees that a card without personal data is shown to the public
	MailID     string // Message-ID of the mail it came by, so that letters answer it; empty where there is none
	Unreadable bool   // a machine could not read it; the raw message is attached for a person
	Tags       []string
	Proposal   any // the routing proposal, as it was made
	Total      Promise
	Raw        []byte // the submission as it came; nil where the fields say it all
	Reason     string // why the parser judged as it did
	Files      []Attachment
}

// Receipt is what the sender hears once the case is durable.
type Receipt struct {
	ID       CaseID
	Number   string
	Code     string // tracking code, 4+4 characters: a bearer secret
	FiledAt  time.Time
	Due      time.Time // the resident-facing promise
	Existing bool      // the same submission was here before
}

// Open files a case: the one transaction in which case, event, clock, sealed personal data and files become durable together.
// The same key again finds the same case. Errors: fault.Invalid where a field is missing or too long, fault.TooLarge for files, fault.Unavailable when the database is away.
func (d *Docket) Open(ctx context.Context, f Filing) (Receipt, error) {
	if f.By.Kind == "" {
		f.By = Actor{Kind: ByResident, Roles: []Role{ResidentRole}}
	}
	if f.At.IsZero() {
		f.At = d.Now()
	}
	f.At = f.At.UTC().Truncate(time.Microsecond)
	if err := f.check(); err != nil {
		return Receipt{}, err
	}
	if d.Gather != nil && f.shares() {
		return d.gather(ctx, f)
	}
	return d.openAlone(ctx, f)
}

// openAlone files a checked filing in a transaction of its own.
func (d *Docket) openAlone(ctx context.Context, f Filing) (Receipt, error) {
	for try := 0; ; try++ {
		var r Receipt
		err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
			var err error
			r, err = d.open(ctx, tx, &f)
			return err
		})
		switch {
		case err == nil:
			d.woke()
			return r, nil
		case pg.IsUniqueViolation(err, "submission_pkey"):
			return d.receipt(ctx, f.Key)
		case pg.IsUniqueViolation(err, "tracking_pkey") && try < 3:
			continue
		default:
			return Receipt{}, fmt.Errorf("open case: %w", err)
		}
	}
}

func (f *Filing) check() error {
	if blank(f.Body.Original) && blank(f.Title.Original) && len(f.Files) == 0 && len(f.Raw) == 0 {
		return fault.New(fault.Invalid, "fault.empty_case").At("body")
	}
	if err := cmp.Or(f.Body.fits("body", MaxBody), f.Title.fits("title", maxOriginalTitle), f.Place.fits("place", maxPlace), f.Person.fits()); err != nil {
		return err
	}
	if f.Key == (Key{}) || !slices.Contains(Channels, f.Channel) || !slices.Contains(Kinds, f.Kind) || !slices.Contains(Urgencies, f.Urgency) {
		return fmt.Errorf("filing without key, or with unknown words: channel %q, kind %q, urgency %q", f.Channel, f.Kind, f.Urgency)
	}
	if f.Total.Name != ClockTotal || !f.Total.Due.After(f.At) {
		return fmt.Errorf("filing carries no total promise after its time")
	}
	return CheckFiles(f.Files)
}

// fits refuses words beyond a number of runes, naming the field.
func (m Masked) fits(field string, limit int) error {
	if longer(m.Original, limit) || longer(m.Clear, 2*limit) {
		key := "fault.field_too_long"
		if limit == MaxBody {
			key = "fault.body_too_long"
		}
		return fault.New(fault.TooLarge, key).At(field).With("Limit", limit)
	}
	return nil
}

func (p Person) fits() error {
	for _, f := range []struct {
		name, value string
		limit       int
	}{{"name", p.Name, MaxName}, {"phone", p.Phone, MaxPhone}, {"email", p.Email, MaxEmail}, {"address", p.Address, MaxAddress}} {
		if longer(f.value, f.limit) {
			return fault.New(fault.TooLarge, "fault.field_too_long").At(f.name).With("Limit", f.limit)
		}
	}
	return nil
}

// longer tells whether a text has more runes than limit; they are counted only where its bytes do not say it.
func longer(s string, limit int) bool { return len(s) > limit && utf8.RuneCountInString(s) > limit }

// CheckFiles enforces the limits on files: 10 MB each, 25 MB and 20 files a submission.
func CheckFiles(files []Attachment) error {
	sum := 0
	for _, a := range files {
		if len(a.Data) > MaxFile {
			return fault.New(fault.TooLarge, "fault.file_too_large").At("files").With("Limit", "10 MB")
		}
		sum += len(a.Data)
	}
	if sum > MaxFiles || len(files) > MaxAttached {
		return fault.New(fault.TooLarge, "fault.files_too_large").At("files").With("Limit", "25 MB")
	}
	return nil
}

// openSQL stores case, event, clock, person, tracking hash and submission in one statement.
const openSQL = `with c as (
	insert into cases (id, number, state, kind, category, territory, urgency, channel, language, external_no, title, body, place, secret, publish, unreadable, tags, proposal, grounds, owner_unit, filed_at, limit_at)
	values (@id, @day || lpad(nextval('case_number')::text, 6, '0'), 'registered', @kind, @category, @territory, @urgency, @channel, @language, @external_no, @title, @body, @place,
		@secret, @publish, @unreadable, @tags, @proposal, @grounds, 'hotline', @at, @due)
	returning number),
k as (
	insert into clock (case_id, name, leg, started_at, due_at, original_due_at, working_days, provisional, policy, calendar, statute, ordinary_due_at, calendar_days, months, rolls)
	values (@id, 'total', 0, @at, @due, @due, nullif(@working_days::int, 0), @provisional, @policy, @calendar, @statute, @ordinary, nullif(@calendar_days::int, 0), nullif(@months::int, 0), @rolls)),
p as (
	insert into person (case_id, wrapped_key, name, phone, email, address, title, body, place, code, mail_id, name_hash, phone_hash, email_hash, words_hash, real_name)
	values (@id, @wrapped, @p_name, @p_phone, @p_email, @p_address, @p_title, @p_body, @p_place, @p_code, @p_mail_id, @name_hash, @phone_hash, @email_hash, @words_hash, @real_name)),
t as (
	insert into tracking (code_hash, case_id) values (@code_hash, @id)),
s as (
	insert into submission (key, case_id, channel, verdict, reason, received_at, size, wrapped_key, raw)
	values (@key, @id, @channel, 'case', @reason, @at, @size, @wrapped, @raw)),
e as (
	insert into event (case_id, at, step, state_from, state_to, actor, staff_id, role, unit, round, leg, data)
	values (@id, @at, 'file', '', 'registered', @actor, nullif(@staff_id::bigint, 0), @role, @unit, 1, 0, @data))
select number from c`

func (d *Docket) open(ctx context.Context, tx pgx.Tx, f *Filing) (Receipt, error) {
	b, err := d.bind(f)
	if err != nil {
		return Receipt{}, err
	}
	if err = tx.QueryRow(ctx, openSQL, b.args(b.documents())).Scan(&b.number); err != nil {
		return Receipt{}, err
	}
	if err := storeFiles(ctx, tx, b.key, b.id, nil, f.At, "", f.Files); err != nil {
		return Receipt{}, err
	}
	return b.receipt(), nil
}

// args are the parameters of openSQL.
func (b *bound) args(doc documents) pgx.NamedArgs {
	f := b.f
	return pgx.NamedArgs{
		"id": b.id, "day": b.day, "kind": f.Kind, "category": f.Category, "territory": f.Territory, "urgency": f.Urgency,
		"channel": f.Channel, "language": b.language, "external_no": b.externalNo, "title": b.title, "body": b.body, "place": b.place,
		"secret": f.Secret, "publish": f.Publish && !f.Secret, "unreadable": f.Unreadable, "tags": b.tags, "proposal": doc.proposal, "grounds": doc.grounds, "at": f.At,
		"due": f.Total.Due, "working_days": f.Total.WorkingDays, "provisional": f.Total.Provisional, "policy": f.Total.Policy, "calendar": f.Total.Calendar, "statute": f.Total.Statute, "ordinary": f.Total.Ordinary, "calendar_days": f.Total.CalendarDays, "months": f.Total.Months, "rolls": f.Total.Rolls,
		"wrapped": b.wrapped, "p_name": b.sealed.name, "p_phone": b.sealed.phone, "p_email": b.sealed.email, "p_address": b.sealed.address,
		"p_title": b.sealed.title, "p_body": b.sealed.body, "p_place": b.sealed.place, "p_code": b.sealed.code, "p_mail_id": b.sealed.mailID,
		"name_hash": b.hash.name, "phone_hash": b.hash.phone, "email_hash": b.hash.email, "words_hash": b.hash.words, "real_name": f.RealName, "code_hash": b.hash.code,
		"key": f.Key[:], "reason": b.reason, "size": len(f.Raw), "raw": b.sealed.raw, "actor": f.By.Kind, "staff_id": f.By.StaffID, "role": b.role, "unit": f.By.Unit, "data": doc.data,
	}
}

func (d *Docket) zone() *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// receipt finds the case that a submission became; fault.NotFound where it is unknown. The code is told to the one that opened the case, not to words added later.
func (d *Docket) receipt(ctx context.Context, key Key) (Receipt, error) {
	var r Receipt
	err := pg.InTx(ctx, d.DB, System.scope(), func(tx pgx.Tx) error {
		var err error
		r, err = d.receiptIn(ctx, tx, key)
		return err
	})
	return r, err
}

func (d *Docket) receiptIn(ctx context.Context, q pg.Querier, key Key) (Receipt, error) {
	var r Receipt
	var wrapped, code []byte
	err := q.QueryRow(ctx, `select c.id, c.number, c.filed_at, k.due_at, p.wrapped_key, case when s.received_at = c.filed_at then p.code end
		from submission s join cases c on c.id = s.case_id join clock k on k.case_id = c.id and k.name = 'total' join person p on p.case_id = c.id where s.key = $1`, key[:]).
		Scan(&r.ID, &r.Number, &r.FiledAt, &r.Due, &wrapped, &code)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.New(fault.NotFound, "fault.no_such_case")
	}
	if err != nil {
		return r, fmt.Errorf("find receipt: %w", err)
	}
	r.Existing = true
	if wrapped != nil && code != nil {
		dk, err := d.Keys.Unwrap(wrapped)
		if err != nil {
			return r, fmt.Errorf("unwrap data key: %w", err)
		}
		plain, err := dk.Open("code", r.ID.String(), code)
		if err != nil {
			return r, fmt.Errorf("open tracking code: %w", err)
		}
		r.Code = string(plain)
	}
	return r, nil
}

// clean removes what PostgreSQL text cannot hold, control characters included, and cuts at a number of runes.
func clean(s string, limit int) string {
	if runes, ok := tidy(s); ok && runes <= limit {
		return strings.TrimSpace(s)
	}
	return cleaned(s, limit)
}

// tidy counts the runes of a text; ok where clean has nothing to remove from it.
func tidy(s string) (runes int, ok bool) {
	for _, r := range s {
		if r == utf8.RuneError || (r < ' ' && r != '\n' && r != '\t') {
			return 0, false
		}
		runes++
	}
	return runes, true
}

func cleaned(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || (r < ' ' && r != '\n' && r != '\t') {
			return -1
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit])
	}
	return strings.TrimSpace(s)
}
