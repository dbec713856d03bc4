package translog

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"
)

// auditRecords holds the next entries that are not steps against the records they were made of, as SweepAudit does with steps.
func (l *Log) auditRecords(ctx context.Context, tx pgx.Tx) (int, error) {
	var next int64
	var had []Unfit
	if err := tx.QueryRow(ctx, `select next_record, records from log_audit`).Scan(&next, &had); err != nil {
		return 0, err
	}
	all, err := collectKept(tx.Query(ctx, keptRecords+` where l.idx >= $1 order by l.idx limit $2`, next, auditBatch))
	if err != nil {
		return 0, err
	}
	now, err := standing(ctx, tx, all)
	if err != nil {
		return 0, err
	}
	last := int64(1) << 62
	if len(all) == auditBatch {
		last = all[len(all)-1].index + 1
	}
	var bad []Unfit
	for _, k := range all {
		if !k.clear && k.salt == nil {
			continue // erased: it opens to nothing on purpose
		}
		_, ok, err := k.opens(now)
		if err != nil {
			return 0, err
		}
		if !ok {
			bad = append(bad, Unfit{Entry: k.index, Source: k.source})
		}
	}
	lost, err := l.lost(ctx, tx, next, last)
	if err != nil {
		return 0, err
	}
	bad = append(bad, lost...)
	left := slices.DeleteFunc(had, func(u Unfit) bool { return u.Source == ofRules || u.Entry >= next && u.Entry < last })
	left = append(left, bad...)
	slices.SortFunc(left, func(a, b Unfit) int { return cmp.Compare(a.Entry, b.Entry) })
	if left == nil {
		left = []Unfit{}
	}
	doc, err := json.Marshal(left)
	if err != nil {
		return 0, err
	}
	if last == 1<<62 {
		last = 0
	}
	_, err = tx.Exec(ctx, `update log_audit set next_record = $1, records = $2`, last, doc)
	return len(bad), err
}

// ofRules is the source of versions of the rules, calendars among them.
const ofRules = "rules"

// lost lists entries from one number to another of which nobody knows any more what they were made of, and versions of the rules that are not what was entered.
func (l *Log) lost(ctx context.Context, tx pgx.Tx, from, until int64) ([]Unfit, error) {
	rows, err := tx.Query(ctx, `select t.idx, t.type from log_entry t where t.type in ('use','rating','model','tombstone') and t.idx >= $1 and t.idx < $2 and not exists (select 1 from log_record l where l.idx = t.idx)
		union all
		select r.idx, 'rules' from log_rule r left join rule_version v on v.name = r.name and v.version = r.version
		where r.version > 0 and (v.content is null or sha256(convert_to(v.content, 'utf8')) <> r.sha256)`, from, until)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Unfit])
}
