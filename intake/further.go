package intake

import (
	"context"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/notify/postmark"
)

// Further puts more words of a resident on the case; the same key again changes nothing. A case that takes no more words gets another beside it, marked as the same matter.
func (d *Door) Further(ctx context.Context, id casework.CaseID, key casework.Key, channel casework.Channel, text string) error {
	text = cut(lines(text), casework.MaxBody)
	err := d.desk.Add(ctx, casework.Resident(id), casework.Ref{ID: id}, casework.Addition{Key: key, Channel: channel, Text: d.masked(text, casework.Person{})})
	if fault.KeyOf(err) != "fault.step_not_now" {
		return err
	}
	_, err = d.File(ctx, Submission{Channel: channel, Key: key, Text: text, Reason: "further", Tags: []string{postmark.SameTag + id.String()}})
	return err
}
