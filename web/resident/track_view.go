package resident

import (
	"net/url"
	"slices"
	"strings"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/web/shell"
)

// shown are the types a browser may draw; nothing that can hold a script.
func shown(kind string) bool {
	return slices.Contains([]string{"image/jpeg", "image/png", "image/webp", "image/gif"}, kind)
}

// smallPicture is up to what size, in bytes, a picture is drawn in the page instead of only linked.
const smallPicture = 1 << 20

func escape(name string) string { return strings.ReplaceAll(url.QueryEscape(name), "+", "%20") }

// nowArgs are the values that the sentences about the present state may use.
func nowArgs(p shell.Page, v statusView) locale.Args {
	c := v.Case
	review := ""
	if c.ReviewOn != nil {
		review = p.Lang.Date(*c.ReviewOn)
	}
	city, _ := v.abroad()
	return locale.Args{"City": city, "Unit": v.Unit, "Told": c.Told, "Plan": c.Plan, "Review": review, "Due": p.Lang.Deadline(c.Due)}
}

// declined is the reason for which the case was not accepted, as a key.
func (v statusView) declined() string {
	for _, e := range slices.Backward(v.Events) {
		if e.Step == casework.StepDecline {
			return "decline." + decode(e).Reason
		}
	}
	return ""
}

// tone of the present state.
func (v statusView) tone() shell.Tone {
	switch v.Case.State {
	case casework.Answered, casework.Replied, casework.Reviewed, casework.FollowedUp, casework.Rated, casework.Closed, casework.Archived:
		return shell.Good
	case casework.Declined, casework.Redirected, casework.Terminated, casework.Withdrawn, casework.Merged:
		return shell.Calm
	case casework.Paused:
		return shell.Warn
	}
	return shell.Note
}

// reported is what the resident wrote, as written where it still exists.
func (v statusView) reported(p shell.Page) []shell.Item {
	c := v.Case
	items := []shell.Item{
		{Key: p.T("report.number"), Value: c.Number},
		{Key: p.T("report.filed_at"), Value: p.Lang.DateTime(c.FiledAt)},
	}
	if v.Erased {
		return append(items, shell.Item{Key: p.T("track.words"), Value: p.T("track.erased")})
	}
	items = append(items, shell.Item{Key: p.T("track.words"), View: longText(v.Own[casework.FieldBody])})
	if place := v.Own[casework.FieldPlace]; place != "" {
		items = append(items, shell.Item{Key: p.T("report.place_short"), Value: place})
	}
	if files := v.firstFiles(); len(files) > 0 {
		items = append(items, shell.Item{Key: p.T("track.files"), View: fileList(p, files)})
	}
	return items
}
