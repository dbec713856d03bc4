package dossier

import (
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"path"
	"strconv"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/shell"
)

// Act is one form of a case's page. Its fields are named with the act's name before them, so that many forms stand on one page.
type Act struct {
	Name  string // last part of the address, and first part of the fields' names
	Do    func(ctx context.Context, r Request) error
	Done  string // message key of what is said afterwards
	Files bool   // the form carries files
}

// Request is one act as it was sent.
type Request struct {
	Office
	By   casework.Actor
	Ref  casework.Ref // the case, and the version that the form was made from
	Lang locale.Lang
	sent *fiber.Ctx
	act  string
}

// Value is what stands in a field of the act.
func (r Request) Value(field string) string {
	return strings.TrimSpace(r.sent.FormValue(r.act + "_" + field))
}

// All are the chosen answers of a field that takes several; empty ones are left out.
func (r Request) All(field string) []string { return allOf(r.sent, r.act+"_"+field) }

// Position is where the sender stood, as words for the unit's file; empty where the form does not say. About ten metres are enough to find a place.
func (r Request) Position() string {
	lat, errLat := strconv.ParseFloat(r.sent.FormValue("lat"), 64)
	lon, errLon := strconv.ParseFloat(r.sent.FormValue("lon"), 64)
	if errLat != nil || errLon != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
		return ""
	}
	return r.Lang.T("report.position", locale.Args{"Lat": strconv.FormatFloat(lat, 'f', 4, 64), "Lon": strconv.FormatFloat(lon, 'f', 4, 64)})
}

// Files are the files of a field, with their type found by content. Errors: fault.TooLarge.
func (r Request) Files(field string) ([]casework.Attachment, error) {
	form, err := r.sent.MultipartForm()
	if err != nil {
		return nil, nil // sent without files
	}
	var files []casework.Attachment
	for _, head := range form.File[r.act+"_"+field] {
		f, err := attach(head)
		if err != nil {
			return nil, err
		}
		if len(f.Data) > 0 {
			files = append(files, f)
		}
	}
	return files, casework.CheckFiles(files)
}

// Proofs are the files of a form that asks for photos of before and after and for others, each with what it shows. Errors: fault.TooLarge.
func (r Request) Proofs() ([]casework.Attachment, error) {
	var all []casework.Attachment
	for _, field := range []struct{ name, shows string }{{"before", "before"}, {"after", "after"}, {"files", ""}} {
		files, err := r.Files(field.name)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			f.Shows = field.shows
			all = append(all, f)
		}
	}
	return all, casework.CheckFiles(all)
}

func attach(head *multipart.FileHeader) (casework.Attachment, error) {
	if head.Size > casework.MaxFile {
		return casework.Attachment{}, fault.New(fault.TooLarge, "fault.file_too_large").At("files").With("Limit", "10 MB")
	}
	f, err := head.Open()
	if err != nil {
		return casework.Attachment{}, fmt.Errorf("open upload: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return casework.Attachment{}, fmt.Errorf("read upload: %w", err)
	}
	kind, _, _ := strings.Cut(mimetype.Detect(data).String(), ";")
	return casework.Attachment{Name: path.Base("/" + strings.ReplaceAll(head.Filename, `\`, "/")), Type: kind, Data: data}, nil
}

// Typed is what was typed into a form that was refused, by the names of its fields.
type Typed map[string][]string

// Refusal is why an act was not done, and what had been typed.
type Refusal struct {
	Act    string
	Typed  Typed
	Errors shell.Errors
	Status int
	Moved  bool // the case had moved on since the form was made
}

// Value is what was typed into a field of the refused act, else the value given.
func (v View) Value(act, field, otherwise string) string {
	if v.Refused.Act != act {
		return otherwise
	}
	if all := v.Refused.Typed[act+"_"+field]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// Values is as Value, for fields that take several answers.
func (v View) Values(act, field string, otherwise []string) []string {
	if v.Refused.Act != act {
		return otherwise
	}
	return v.Refused.Typed[act+"_"+field]
}

// Lost is the longest text of a refused act, for a page that no longer shows its form: nothing that was typed may be lost.
func (v View) Lost() string {
	longest := ""
	for name, all := range v.Refused.Typed {
		if !strings.HasPrefix(name, v.Refused.Act+"_") {
			continue
		}
		for _, s := range all {
			if len(s) > len(longest) {
				longest = s
			}
		}
	}
	return longest
}

// Take does an act for the form that was sent, then leads on with 303 to next. What can be corrected comes back through again with everything that was typed.
func (o Office) Take(c *fiber.Ctx, a Act, next func(id casework.CaseID) string, again func(by casework.Actor, id casework.CaseID, r Refusal) error) error {
	by, err := o.Actor(c)
	if err != nil {
		return err
	}
	id, err := CaseOf(c)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || version < 1 {
		return fault.Wrap(fault.Invalid, "fault.stale_form", fmt.Errorf("form without version"))
	}
	lang := shell.Lang(c)
	err = a.Do(c.UserContext(), Request{Office: o, By: by, Ref: casework.Ref{ID: id, Version: version}, Lang: lang, sent: c, act: a.Name})
	if err == nil {
		shell.Flash(c, shell.Good, a.Done)
		return shell.SeeOther(c, next(id))
	}
	mistakes, ok := shell.Mistakes(lang, err)
	if !ok {
		return err
	}
	for i := range mistakes {
		if mistakes[i].Field != "" {
			mistakes[i].Field = a.Name + "_" + mistakes[i].Field
		}
	}
	moved := fault.KeyOf(err) == "fault.stale_case" || fault.KeyOf(err) == "fault.step_not_now"
	return again(by, id, Refusal{Act: a.Name, Typed: typed(c), Errors: mistakes, Status: shell.Status(err), Moved: moved})
}

// typed gathers what stands in the form.
func typed(c *fiber.Ctx) Typed {
	t := Typed{}
	if form, err := c.MultipartForm(); err == nil {
		maps.Copy(t, form.Value)
		return t
	}
	c.Request().PostArgs().VisitAll(func(name, value []byte) { t[string(name)] = append(t[string(name)], string(value)) })
	return t
}

func allOf(c *fiber.Ctx, name string) []string {
	var all []string
	for _, s := range typed(c)[name] {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

func lower(s string) string { return strings.ToLower(s) }
