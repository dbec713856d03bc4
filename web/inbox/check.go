package inbox

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/supervision/replycheck"
	"huiyin/web/dossier"
	"huiyin/web/shell"
)

// holdBack are the flags for which a reply comes back once before it goes out; the others are shown while it is written, and kept with it.
var holdBack = []replycheck.Flag{replycheck.Empty, replycheck.ForwardedOnly, replycheck.BesideQuestion, replycheck.PartUnanswered, replycheck.OnlyPromises}

// checked is what the check says of a reply as it stands.
type checked struct {
	Flags []replycheck.Flag
}

// Seen is the value by which the form tells which flags its reader has seen.
func (k checked) Seen() string {
	names := make([]string, 0, len(k.Flags)+1)
	names = append(names, "seen")
	for _, f := range k.Flags {
		names = append(names, string(f))
	}
	return strings.Join(names, " ")
}

// unseen tells whether a reply has a flag that asks, and that the sender of the form has not seen. A form without the field cannot have shown any.
func (k checked) unseen(seen string) bool {
	return seen != "" && slices.ContainsFunc(k.Flags, func(f replycheck.Flag) bool {
		return slices.Contains(holdBack, f) && !slices.Contains(strings.Fields(seen), string(f))
	})
}

// judgeReply judges a reply by what was asked in words, masked as they are, and by the promise to the resident.
func judgeReply(f casework.Dossier, text string, now time.Time) checked {
	var asked strings.Builder
	asked.WriteString(f.Case.Title + "\n" + f.Case.Body)
	for _, m := range slices.Backward(f.Messages) {
		if m.Author == "resident" && m.Round == f.Case.Round {
			asked.WriteString("\n" + m.Body)
			break
		}
	}
	k := checked{Flags: replycheck.Judge(replycheck.Check{Asked: asked.String(), Reply: text}, nil).Flags}
	if now.After(f.Case.Due) {
		k.Flags = append(k.Flags, replycheck.Late)
	}
	return k
}

// kept are the flags as they are kept with the reply.
func (k checked) kept() []string {
	var names []string
	for _, f := range k.Flags {
		names = append(names, string(f))
	}
	return names
}

// errLookFirst sends a reply back once, with what the check says of it.
func errLookFirst() error { return fault.New(fault.Invalid, "fault.reply_flags").At("text") }

// checkNow is what the check says of the reply that is being written: a part of the page.
func (x *Pages) checkNow(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	id, err := dossier.CaseOf(c)
	if err != nil {
		return err
	}
	f, err := x.Docket.Dossier(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(c.FormValue("reply_text"))
	if text == "" {
		return shell.Render(c, fiber.StatusOK, checkPart(shell.NewPage(c, ""), checked{}))
	}
	return shell.Render(c, fiber.StatusOK, checkPart(shell.NewPage(c, ""), judgeReply(f, text, shell.Now(c))))
}
