package months

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"huiyin/pg"
	"huiyin/supervision"
	"huiyin/translog/form"
)

// Rows gives the published rows of a closing one by one, as they stand in the log. Errors: fault.NotFound for a month that is not closed.
func Rows(ctx context.Context, q pg.Querier, m supervision.Month, revision int, each func(raw json.RawMessage, r Row) error) error {
	c, _, err := Read(ctx, q, m, revision)
	if err != nil {
		return err
	}
	rows, err := q.Query(ctx, `select entry from log_entry where idx >= $1 and idx < $2 order by idx`, c.Entry-int64(c.Rows), c.Entry)
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&raw}, func() error {
		e, err := form.ParseEntry(raw)
		if err != nil {
			return err
		}
		r, err := Parse(e.Body)
		if err != nil {
			return err
		}
		return each(e.Body, r)
	})
	if err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}

// Columns are the columns of the rows as a table, in their order.
var Columns = []string{"m", "rev", "id", "part", "unit", "district", "category", "filed", "opened", "due", "replied", "rated", "way", "dispatched", "signed", "contacted", "handled", "original", "verdict", "satisfaction", "sent_back", "returned", "extensions", "excluded", "waived", "hours", "not_reached", "first", "hops", "flags"}

// Fields are the values of a row in the order of Columns; what is not told is empty.
func (r Row) Fields() []string {
	flag := func(b bool) string {
		if b {
			return "1"
		}
		return ""
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	hours := ""
	if r.Hours != nil {
		hours = strconv.Itoa(*r.Hours)
	}
	return []string{r.Month, strconv.Itoa(r.Revision), r.ID, string(r.Part), string(r.Unit), r.District, r.Category, flag(r.Filed), flag(r.Opened), flag(r.Due), flag(r.Replied), flag(r.Rated), string(r.Way), flag(r.Dispatched),
		string(r.Signed), string(r.Contacted), string(r.Handled), string(r.Original), string(r.Verdict), number(int(r.Satisfaction)), flag(r.SentBack), r.Returned, number(r.Extensions), r.Excluded, r.Waived, hours, flag(r.NotReached), flag(r.First), number(r.Hops), r.Flags}
}
