package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/fault"
)

var errErased = fault.New(fault.Gone, "fault.erased")

// PersonalField names one piece of personal data of a case.
type PersonalField string

// The personal fields. Nothing else in a case is personal data in clear.
const (
	FieldName     PersonalField = "name"
	FieldPhone    PersonalField = "phone"
	FieldEmail    PersonalField = "email"
	FieldAddress  PersonalField = "address"
	FieldTitle    PersonalField = "title"    // as the resident wrote it
	FieldBody     PersonalField = "body"     // as the resident wrote it
	FieldPlace    PersonalField = "place"    // as the resident wrote it
	FieldCode     PersonalField = "code"     // tracking code; only the system reads it, for letters
	FieldMailID   PersonalField = "mail_id"  // Message-ID of the mail that opened the case; only the system reads it, for letters
	FieldMessages PersonalField = "messages" // additions and comments as the resident wrote them
	FieldRaw      PersonalField = "raw"      // the submission as it came
	FieldFile     PersonalField = "file"     // an attached file
	FieldRequest  PersonalField = "request"  // what was written in a request about the own data, and values that it replaced
)

// PersonalFields lists every personal field, for inventories and tests.
var PersonalFields = []PersonalField{FieldName, FieldPhone, FieldEmail, FieldAddress, FieldTitle, FieldBody, FieldPlace, FieldCode, FieldMailID, FieldMessages, FieldRaw, FieldFile, FieldRequest}

// Purpose says what personal data is used for; a closed list, shown to the resident in plain words.
type Purpose string

// The purposes.
const (
	ForTriage    Purpose = "triage"    // understand and route the case
	ForContact   Purpose = "contact"   // reach the resident about the case
	ForHandling  Purpose = "handling"  // work on the matter
	ForFollowUp  Purpose = "follow_up" // ask whether it is solved
	ForSupervise Purpose = "supervise" // check how the case was handled
	ForLetter    Purpose = "letter"    // send the resident a letter about the case
	ForRights    Purpose = "rights"    // answer the resident's own request about the data
	ForPublish   Purpose = "publish"   // prepare a public card without personal data
	ForExport    Purpose = "export"    // hand over under a published principle
	ForOwn       Purpose = "own"       // the resident looks at the own case
)

// Purposes lists the purposes staff may choose from.
var Purposes = []Purpose{ForTriage, ForContact, ForHandling, ForFollowUp, ForSupervise, ForRights}

// Basis is the legal ground of a use (Personal Information Protection Law, article 13; hotline ordinance).
type Basis string

// The grounds.
const (
	BasisDuty    Basis = "pipl_13_3" // statutory duty: accept, handle and answer the request (PIPL 13(3), 34)
	BasisConsent Basis = "pipl_13_1"
	BasisRights  Basis = "pipl_44_50"
)

// Use says for what personal data is read; without it nothing is revealed.
type Use struct {
	Purpose   Purpose
	Basis     Basis  // empty: the statutory duty
	Automatic bool   // a machine did it, no person looked
	Receiver  string // where the data leaves the system: the kind of receiver, never an address
}

// Revealed holds what was read. It never prints itself.
type Revealed map[PersonalField]string

// String keeps personal data out of logs.
func (Revealed) String() string { return "[revealed]" }

// GoString keeps personal data out of logs.
func (Revealed) GoString() string { return "[revealed]" }

// LogUse is what the history keeps of a use: who is in the event itself, here is what and why, never the data.
type LogUse struct {
	Fields    []PersonalField `json:"fields"`
	Purpose   Purpose         `json:"purpose"`
	Basis     Basis           `json:"basis"`
	Automatic bool            `json:"automatic,omitempty"`
	Receiver  string          `json:"receiver,omitempty"`
}

// Reveal is the one door to personal data: it reads the fields asked for and appends the use to the history in the same transaction.
// A resident reading the own case is not a use by others and leaves no row. Errors: fault.Forbidden where the actor may not, fault.Gone after erasure.
func (d *Docket) Reveal(ctx context.Context, by Actor, id CaseID, fields []PersonalField, use Use) (Revealed, error) {
	out := make(Revealed, len(fields))
	err := d.reveal(ctx, by, id, &fields, use, func(ctx context.Context, tx pgx.Tx) error {
		var wrapped, name, phone, email, address, title, body, place, code, mailID []byte
		err := tx.QueryRow(ctx, `select wrapped_key, name, phone, email, address, title, body, place, code, mail_id from person where case_id = $1`, id).
			Scan(&wrapped, &name, &phone, &email, &address, &title, &body, &place, &code, &mailID)
		if err != nil {
			return fmt.Errorf("read person: %w", err)
		}
		if wrapped == nil {
			return errErased
		}
		key, err := d.Keys.Unwrap(wrapped)
		if err != nil {
			return fmt.Errorf("unwrap data key: %w", err)
		}
		columns := map[PersonalField][]byte{FieldName: name, FieldPhone: phone, FieldEmail: email, FieldAddress: address, FieldTitle: title, FieldBody: body, FieldPlace: place, FieldCode: code, FieldMailID: mailID}
		var given []PersonalField
		for _, f := range fields {
			sealed, known := columns[f]
			if !known || sealed == nil {
				continue
			}
			plain, err := key.Open(string(f), id.String(), sealed)
			if err != nil {
				return fmt.Errorf("open %s: %w", f, err)
			}
			out[f] = string(plain)
			given = append(given, f)
		}
		if len(given) > 0 {
			fields = given
		}
		return nil
	})
	return out, err
}

// reveal checks scope and right, reads, and appends the use, in one transaction.
//
// The use names fields as read leaves them: those that are there, so that the resident is not told of a look at what was never given.
func (d *Docket) reveal(ctx context.Context, by Actor, id CaseID, fields *[]PersonalField, use Use, read func(context.Context, pgx.Tx) error) error {
	if use.Basis == "" {
		use.Basis = BasisDuty
	}
	if by.Kind == ByResident {
		return d.inTx(ctx, by, func(tx pgx.Tx) error {
			c, err := readCase(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := mayReveal(&record{State: c.State, Secret: c.Secret, Kind: c.Kind}, by, *fields, use); err != nil {
				return err
			}
			return read(ctx, tx)
		})
	}
	err := d.inOrder(ctx, by, func(tx pgx.Tx) error {
		w, err := d.lock(ctx, tx, by, Ref{ID: id}, StepUse)
		if err != nil {
			return err
		}
		if err := mayReveal(w.c, by, *fields, use); err != nil {
			return err
		}
		if err := read(ctx, tx); err != nil {
			return err
		}
		role, _ := by.acting(Lifecycle[StepUse].By)
		return appendEvent(ctx, tx, w.c, by, role, StepUse, w.at, w.c.State, LogUse{Fields: *fields, Purpose: use.Purpose, Basis: use.Basis, Automatic: use.Automatic, Receiver: use.Receiver})
	})
	if err == nil {
		d.woke()
	}
	return err
}

func mayReveal(c *record, by Actor, fields []PersonalField, use Use) error {
	if !Allowed(StepUse, c.State, by) {
		return fault.New(fault.Forbidden, "fault.not_your_step")
	}
	if c.Restricted != nil && by.Kind != ByResident && !mayOpenRestricted(by, use) {
		return fault.New(fault.Forbidden, "fault.restricted")
	}
	if by.Kind == ByStaff {
		if err := need(slices.Contains(Purposes, use.Purpose), "fault.purpose_needed", "purpose"); err != nil {
			return err
		}
		if slices.Contains(fields, FieldCode) {
			return fault.New(fault.Forbidden, "fault.code_is_the_residents")
		}
		if use.Automatic {
			return fmt.Errorf("a use by staff is not automatic")
		}
		telling := slices.ContainsFunc(fields, func(f PersonalField) bool { return f != FieldPlace && f != FieldFile })
		if telling && (c.Secret || c.Kind == Report) && by.Unit != Hotline {
			return fault.New(fault.Forbidden, "fault.secret_case")
		}
	}
	return nil
}

// mayOpenRestricted says who may still open data that is only kept (PIPL 44): the privacy officer to answer requests about it, and the machine that writes the resident's own letters.
func mayOpenRestricted(by Actor, use Use) bool {
	return by.Kind == ByStaff && by.Has(Privacy) && use.Purpose == ForRights || by.Kind == BySystem && use.Purpose == ForLetter
}

// RevealMessages reads what the resident added, as written, by message.
func (d *Docket) RevealMessages(ctx context.Context, by Actor, id CaseID, use Use) (map[uuid.UUID]string, error) {
	out := map[uuid.UUID]string{}
	err := d.reveal(ctx, by, id, &[]PersonalField{FieldMessages}, use, func(ctx context.Context, tx pgx.Tx) error {
		key, err := d.dataKey(ctx, tx, id)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select id, sealed from message where case_id = $1 and sealed is not null`, id)
		if err != nil {
			return err
		}
		var mid uuid.UUID
		var sealed []byte
		_, err = pgx.ForEachRow(rows, []any{&mid, &sealed}, func() error {
			plain, err := key.Open("message", id.String(), sealed)
			out[mid] = string(plain)
			return err
		})
		return err
	})
	return out, err
}

// RevealRaw reads the submission as it came; nil where the fields say it all.
func (d *Docket) RevealRaw(ctx context.Context, by Actor, id CaseID, use Use) ([]byte, error) {
	var raw []byte
	err := d.reveal(ctx, by, id, &[]PersonalField{FieldRaw}, use, func(ctx context.Context, tx pgx.Tx) error {
		var wrapped, sealed []byte
		err := tx.QueryRow(ctx, `select wrapped_key, raw from submission where case_id = $1 and verdict = 'case' order by received_at limit 1`, id).Scan(&wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && sealed == nil {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := d.Keys.Unwrap(wrapped)
		if err != nil {
			return err
		}
		raw, err = key.Open("raw", id.String(), sealed)
		return err
	})
	return raw, err
}

// FileInfo describes an attached file without its content.
type FileInfo struct {
	ID      uuid.UUID
	Message *uuid.UUID
	At      time.Time
	Name    string
	Type    string
	Size    int
	ByUnit  UnitCode // empty: the resident's
	Shows   string   // before, after: what a unit's photo proves; else empty
}

// RevealFile reads one attached file. A unit's own proof is no personal data of the resident, but is read by the same door.
// A resident gets no file of an internal note.
func (d *Docket) RevealFile(ctx context.Context, by Actor, id CaseID, file uuid.UUID, use Use) (FileInfo, []byte, error) {
	var info FileInfo
	var data []byte
	err := d.reveal(ctx, by, id, &[]PersonalField{FieldFile}, use, func(ctx context.Context, tx pgx.Tx) error {
		key, err := d.dataKey(ctx, tx, id)
		if err != nil {
			return err
		}
		var name, sealed []byte
		err = tx.QueryRow(ctx, `select a.id, a.message_id, a.at, a.name, a.type, a.size, a.by_unit, a.data from attachment a left join message m on m.id = a.message_id
			where a.case_id = $1 and a.id = $2 and (not $3 or `+outward+`)`, id, file, by.Kind == ByResident).
			Scan(&info.ID, &info.Message, &info.At, &name, &info.Type, &info.Size, &info.ByUnit, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.no_such_file")
		}
		if err != nil {
			return err
		}
		plain, err := key.Open("file_name", id.String(), name)
		if err != nil {
			return err
		}
		info.Name = string(plain)
		data, err = key.Open("file", id.String(), sealed)
		return err
	})
	return info, data, err
}

// Erasure says why personal data was destroyed.
type Erasure struct {
	Reason string `json:"reason"`           // retention, right: the end of the keeping time, or the resident's own request
	Masked bool   `json:"masked,omitempty"` // the masked words, ten years after the end
}

// Erase destroys the personal data of an ended case by destroying its key (crypto-shredding), and says so in the history; masked words and
// history remain. privacy decides when; this does it.
func (d *Docket) Erase(ctx context.Context, by Actor, id CaseID, why Erasure) error {
	if by.Kind == ByStaff && !by.Has(Privacy) {
		return errNotYourStep
	}
	return d.step(ctx, by, Ref{ID: id}, StepErase, func(ctx context.Context, w *work) (any, error) { return why, w.erase(ctx, why, nil) })
}

// erase destroys the key and what it sealed, and notes the destruction, for which a certificate is made.
func (w *work) erase(ctx context.Context, why Erasure, request *uuid.UUID) error {
	for _, sql := range []string{
		`update person set wrapped_key = null, name = null, phone = null, email = null, address = null, title = null, body = null, place = null, code = null, mail_id = null,
			name_hash = null, phone_hash = null, email_hash = null, words_hash = null, erased_at = $2 where case_id = $1`,
		`update submission set wrapped_key = null, raw = null, auth = null where case_id = $1 and $2::timestamptz is not null`,
		`update attachment set data = '', name = '', sha256 = '' where case_id = $1 and $2::timestamptz is not null`,
		`update message set sealed = null where case_id = $1 and $2::timestamptz is not null`,
		`update rating set sealed = null where case_id = $1 and $2::timestamptz is not null`,
		`update rights_request set sealed = null where case_id = $1 and $2::timestamptz is not null`,
		`update person_former set sealed = null where case_id = $1 and $2::timestamptz is not null`,
		`update rating_before set sealed = null where case_id = $1 and $2::timestamptz is not null`,
	} {
		if _, err := w.tx.Exec(ctx, sql, w.c.ID, w.at); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return w.destroyed(ctx, "personal", why, request)
}
