package translog

import (
	"fmt"

	"huiyin/translog/form"
)

// Source is a table whose records enter the log beside the steps of cases. Another one is another line in Sources and nothing else: entering, auditing, opening to
// the resident and verifying follow from it.
type Source struct {
	Name  string
	Type  form.Type
	Clear bool // its records hold no personal data and stand in the log as they are; else as salted commitments

	table    string // with the alias r, and with what narrows it
	id       string // names a record for ever
	idType   string // SQL type of id
	pos      string // grows with every record, or change of one
	overlap  int64  // how far behind the last pos records may still appear, because their transaction took long
	caseID   string // whose it is; empty: nobody's
	body     string // jsonb: what the record says
	hidden   string // text: what it says beside, told to auditors by digest only; empty: nothing
	beside   string // SQL of the ids of a case's records that caseID does not name; $1 is the case
	inserted bool   // records are only ever added: one that is gone, or is another, was tampered with. Without it a record may lawfully change, and enters anew
}

// moment writes a time in SQL as form.Moment does.
func moment(column string) string {
	return `to_char(` + column + ` at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

const tenMinutes = 600 * 1000 * 1000 // in microseconds

// Sources are all that enters the log beside the steps of cases, rows, closings and versions of the rules, which have ways of their own.
var Sources = []Source{
	{Name: "data_use", Type: form.Use, inserted: true, table: "data_use r", id: "r.seq", idType: "bigint", pos: "r.seq", overlap: 3000, caseID: "r.case_id", hidden: "r.staff_id::text",
		body: `jsonb_build_object('at', ` + moment("r.at") + `, 'actor', r.actor, 'unit', r.unit, 'role', r.role, 'purpose', r.purpose, 'basis', r.basis, 'fields', r.fields, 'automatic', r.automatic, 'receiver', r.receiver, 'assigned', r.assigned)`},
	{Name: "lookup_use", Type: form.Use, inserted: true, table: "lookup_use r", id: "r.seq", idType: "bigint", pos: "r.seq", overlap: 3000, hidden: "coalesce(r.staff_id, 0)::text || ' ' || encode(r.contact, 'hex')",
		body:   `jsonb_build_object('at', ` + moment("r.at") + `, 'unit', r.unit, 'role', r.role, 'found', r.found)`,
		beside: `select l.seq::text from cases c join person p on p.case_id = c.id join lookup_use l on l.contact in (p.phone_hash, p.email_hash) and l.at >= c.filed_at where c.id = $1`},
	{Name: "mail_use", Type: form.Use, inserted: true, table: "kept_use r", id: "r.seq", idType: "bigint", pos: "r.seq", overlap: 3000, hidden: "coalesce(r.staff_id, 0)::text || ' ' || encode(r.key, 'hex')",
		body:   `jsonb_build_object('at', ` + moment("r.at") + `, 'unit', r.unit, 'role', r.role)`,
		beside: `select k.seq::text from submission s join kept_use k on k.key = s.key where s.case_id = $1`},
	{Name: "call_use", Type: form.Use, inserted: true, table: "call_use r", id: "r.seq", idType: "bigint", pos: "r.seq", overlap: 3000, hidden: "r.staff_id::text || ' ' || r.call_id::text",
		body:   `jsonb_build_object('at', ` + moment("r.at") + `, 'unit', r.unit, 'role', r.role, 'purpose', r.purpose)`,
		beside: `select n.seq::text from call c join call_use n on n.call_id = c.id where c.case_id = $1`},
	{Name: "service_rating", Type: form.Rating, inserted: true, table: "service_rating r", id: "r.seq", idType: "bigint", pos: "r.seq", overlap: 3000, hidden: "coalesce(r.staff_id, 0)::text",
		body: `jsonb_build_object('at', ` + moment("r.at") + `, 'rating', r.rating, 'step', r.step, 'point', r.point, 'unit', r.unit, 'kind', r.kind, 'channel', r.channel, 'level', r.level, 'tags', r.tags, 'tag_set', r.tag_set, 'real_name', r.real_name, 'suspect', r.suspect, 'version', r.version)`},
	{Name: "model", Type: form.Model, Clear: true, inserted: true, table: "text_model r", id: "r.id", idType: "bigint", pos: "r.id", overlap: 100,
		body: `jsonb_build_object('made_at', ` + moment("r.made_at") + `, 'card', r.card, 'comparison_sha256', encode(sha256(convert_to(r.comparison::text, 'utf8')), 'hex'), 'sha256', encode(sha256(r.body), 'hex'))`},
	{Name: "model_decision", Type: form.Model, Clear: true, inserted: true, table: "text_model_switch r", id: "r.id", idType: "bigint", pos: "r.id", overlap: 100,
		body: `jsonb_build_object('at', ` + moment("r.at") + `, 'model', r.model, 'alone', r.alone)`},
	{Name: "tombstone", Type: form.Tombstone, Clear: true, id: "r.number", idType: "text", pos: "(extract(epoch from r.made_at) * 1000000)::bigint", overlap: tenMinutes,
		table: "(select * from public_card k where k.number is not null and (k.withheld <> '' or exists (select 1 from log_record l where l.source = 'tombstone' and l.id = k.number))) r",
		body:  `jsonb_build_object('number', r.number, 'withheld', r.withheld)`},
	{Name: "withheld", Type: form.Tombstone, id: "r.case_id", idType: "uuid", pos: "(extract(epoch from r.made_at) * 1000000)::bigint", overlap: tenMinutes, caseID: "r.case_id",
		table: "(select * from public_card k where k.number is null and k.withheld <> '') r",
		body:  `jsonb_build_object('withheld', r.withheld)`},
}

// source finds a source by its name.
func source(name string) (Source, bool) {
	for _, s := range Sources {
		if s.Name == name {
			return s, true
		}
	}
	return Source{}, false
}

// columns are id, pos, case, body and hidden of the records as they stand.
func (s Source) columns() string {
	whose, hidden := "null::uuid", "''"
	if s.caseID != "" {
		whose = s.caseID
	}
	if s.hidden != "" {
		hidden = s.hidden
	}
	return fmt.Sprintf(`select (%s)::text as id, %s as pos, %s as case_id, (%s)::text as body, %s as hidden from %s`, s.id, s.pos, whose, s.body, hidden, s.table)
}

// changed lists the records behind a place ($1) that the log does not have as they stand, at most $2.
func (s Source) changed() string {
	return `select x.id, x.pos, x.case_id, x.body, x.hidden from (` + s.columns() + ` where ` + s.pos + ` > $1) x
		where sha256(convert_to(x.body || x.hidden, 'utf8')) is distinct from (select l.digest from log_record l where l.source = '` + s.Name + `' and l.id = x.id order by l.idx desc limit 1)
		order by x.pos limit $2`
}

// standing reads the records named by $1 as they stand.
func (s Source) standing() string {
	return s.columns() + ` where ` + s.id + ` = any ($1::text[]::` + s.idType + `[])`
}
