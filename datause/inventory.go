package datause

import (
	"time"

	"huiyin/casework"
	"huiyin/privacy"
)

// Item is one kind of personal data that a case may hold, as the inventory tells the public (Network Data Security Regulations, article 21).
type Item struct {
	Field    casework.PersonalField
	Name     string // locale key
	Why      string // locale key: what it is for
	Purposes []casework.Purpose
	Basis    casework.Basis
	Required bool   // without it no case can be filed
	Keep     string // locale key: how long
}

const (
	keepIdentity = "datause.keep_identity"
	keepWords    = "datause.keep_words"
)

// KeepYears is how long identity and words as written are kept after a case ends; then the case's key is destroyed. The masked copy
// stays KeepMaskedYears, the history without personal data stays for good.
const (
	KeepYears       = privacy.KeepYears
	KeepMaskedYears = privacy.KeepMaskedYears
)

// KeepUntil is the day on which the personal data of a case that ended then is destroyed.
func KeepUntil(ended time.Time) time.Time { return ended.AddDate(KeepYears, 0, 0) }

var (
	forReaching = []casework.Purpose{casework.ForContact, casework.ForFollowUp, casework.ForLetter, casework.ForRights}
	forMatter   = []casework.Purpose{casework.ForTriage, casework.ForHandling, casework.ForSupervise, casework.ForRights}
)

var inventory = []Item{
	{Field: casework.FieldName, Name: "datause.field_name", Why: "datause.why_name", Purposes: forReaching, Basis: casework.BasisDuty, Keep: keepIdentity},
	{Field: casework.FieldPhone, Name: "datause.field_phone", Why: "datause.why_phone", Purposes: forReaching, Basis: casework.BasisDuty, Keep: keepIdentity},
	{Field: casework.FieldEmail, Name: "datause.field_email", Why: "datause.why_email", Purposes: forReaching, Basis: casework.BasisDuty, Keep: keepIdentity},
	{Field: casework.FieldAddress, Name: "datause.field_address", Why: "datause.why_address", Purposes: forMatter, Basis: casework.BasisDuty, Keep: keepIdentity},
	{Field: casework.FieldTitle, Name: "datause.field_title", Why: "datause.why_words", Purposes: forMatter, Basis: casework.BasisDuty, Keep: keepWords},
	{Field: casework.FieldBody, Name: "datause.field_body", Why: "datause.why_words", Purposes: forMatter, Basis: casework.BasisDuty, Required: true, Keep: keepWords},
	{Field: casework.FieldPlace, Name: "datause.field_place", Why: "datause.why_place", Purposes: forMatter, Basis: casework.BasisDuty, Keep: keepWords},
	{Field: casework.FieldCode, Name: "datause.field_code", Why: "datause.why_code", Purposes: []casework.Purpose{casework.ForLetter}, Basis: casework.BasisDuty, Keep: keepIdentity},
	{Field: casework.FieldMailID, Name: "datause.field_mail_id", Why: "datause.why_mail_id", Purposes: []casework.Purpose{casework.ForLetter}, Basis: casework.BasisDuty, Keep: keepIdentity},
	{Field: casework.FieldMessages, Name: "datause.field_messages", Why: "datause.why_words", Purposes: forMatter, Basis: casework.BasisDuty, Keep: keepWords},
	{Field: casework.FieldRaw, Name: "datause.field_raw", Why: "datause.why_raw", Purposes: forMatter, Basis: casework.BasisDuty, Keep: keepWords},
	{Field: casework.FieldRequest, Name: "datause.field_request", Why: "datause.why_request", Purposes: []casework.Purpose{casework.ForRights}, Basis: casework.BasisRights, Keep: keepIdentity},
	{Field: casework.FieldFile, Name: "datause.field_file", Why: "datause.why_file", Purposes: forMatter, Basis: casework.BasisDuty, Keep: keepWords},
}

// Inventory lists every kind of personal data that a case may hold.
func Inventory() []Item { return inventory }

// FieldName is the locale key of a personal field; empty for none of ours.
func FieldName(f casework.PersonalField) string {
	for _, i := range inventory {
		if i.Field == f {
			return i.Name
		}
	}
	return ""
}

// PurposeNames are the locale keys of the purposes.
var PurposeNames = map[casework.Purpose]string{
	casework.ForTriage: "datause.for_triage", casework.ForContact: "datause.for_contact", casework.ForHandling: "datause.for_handling", casework.ForFollowUp: "datause.for_follow_up",
	casework.ForSupervise: "datause.for_supervise", casework.ForLetter: "datause.for_letter", casework.ForRights: "datause.for_rights", casework.ForPublish: "datause.for_publish",
	casework.ForExport: "datause.for_export", casework.ForOwn: "datause.for_own",
}

// ActionNames are the locale keys of sentences that tell in plain words what was done for a purpose.
var ActionNames = map[casework.Purpose]string{
	casework.ForTriage: "datause.did_triage", casework.ForContact: "datause.did_contact", casework.ForHandling: "datause.did_handling", casework.ForFollowUp: "datause.did_follow_up",
	casework.ForSupervise: "datause.did_supervise", casework.ForLetter: "datause.did_letter", casework.ForRights: "datause.did_rights", casework.ForPublish: "datause.did_publish",
	casework.ForExport: "datause.did_export", casework.ForOwn: "datause.did_own",
}

// BasisNames are the locale keys of the legal grounds.
var BasisNames = map[casework.Basis]string{
	casework.BasisDuty: "datause.basis_duty", casework.BasisConsent: "datause.basis_consent", casework.BasisRights: "datause.basis_rights",
}
