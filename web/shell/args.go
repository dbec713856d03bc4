package shell

import (
	"time"

	"github.com/a-h/templ"

	"huiyin/locale"
)

func dueArgs(p Page, d Due) locale.Args { return momentArgs(p, d.At) }

func momentArgs(p Page, t time.Time) locale.Args {
	return locale.Args{"Moment": p.Lang.Deadline(t)}
}

func pageArgs(n int) locale.Args { return locale.Args{"Page": n} }

// noticeRole makes a screen reader say bad news at once and the rest when it pauses.
func noticeRole(t Tone) string {
	if t == Bad {
		return "alert"
	}
	return "status"
}

func cityArgs(p Page) locale.Args { return locale.Args{"City": p.City.Name(p.Lang)} }

// current marks the link of the section that the page belongs to.
func current(p Page, section string) templ.Attributes {
	if p.Section != "" && p.Section == section {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}
