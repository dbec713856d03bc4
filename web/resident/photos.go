package resident

import (
	"io"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/web/shell"
)

const maxPhotos = 3

// takePhotos reads the pictures that came with the form into the draft; those that cannot be taken become mistakes.
func takePhotos(c *fiber.Ctx, d *draft, mistakes *shell.Errors, lang locale.Lang) (map[uuid.UUID][]byte, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // the form came without files
	}
	fresh := map[uuid.UUID][]byte{}
	for _, h := range form.File["photos"] {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		if h.Size > casework.MaxFile {
			mistakes.Add("photos", lang.T("report.photo_large"))
			continue
		}
		data, err := readUpload(h)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(mimetype.Detect(data).String(), "image/") {
			mistakes.Add("photos", lang.T("report.photo_kind"))
			continue
		}
		id, err := photoID(c, len(fresh))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(d.Photos, func(p photo) bool { return p.ID == id }) {
			continue // it came before, and the answer was lost
		}
		if len(d.Photos) == maxPhotos {
			mistakes.Add("photos", lang.T("report.photos_many", locale.Args{"Limit": maxPhotos}))
			break
		}
		d.Photos = append(d.Photos, photo{ID: id, Name: h.Filename, Size: len(data)})
		fresh[id] = data
	}
	return fresh, nil
}

func readUpload(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "fault.invalid", err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, casework.MaxFile+1))
}

// photoID names a photo: by the key that a page with scripts gave it when it is sent alone, so that the same one sent twice is one.
func photoID(c *fiber.Ctx, before int) (uuid.UUID, error) {
	if id, err := uuid.Parse(c.FormValue(shell.KeyField)); err == nil && before == 0 {
		return id, nil
	}
	return uuid.NewV7()
}

// keptPhoto is a photo of the draft as a page with scripts lists it.
type keptPhoto struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// savePhoto takes one photo into the draft before the words are sent, so that it can be tried again alone.
func (x *Pages) savePhoto(c *fiber.Ctx) error {
	lang := shell.Lang(c)
	token, d, err := x.open(c)
	if err != nil {
		return err
	}
	var mistakes shell.Errors
	fresh, err := takePhotos(c, &d, &mistakes, lang)
	if err != nil {
		return err
	}
	if len(mistakes) > 0 {
		return refuse(c, mistakes)
	}
	if token == "" {
		token = newDraftToken()
	}
	if err := x.drafts.save(c.UserContext(), token, d, fresh); err != nil {
		return err
	}
	x.setCookie(c, draftCookie, token, draftLife)
	answer := struct {
		Draft  string      `json:"draft"`
		Photos []keptPhoto `json:"photos"`
	}{Draft: handle(token)}
	for i, p := range d.Photos {
		answer.Photos = append(answer.Photos, keptPhoto{ID: p.ID.String(), Label: photoLabel(lang, i, p)})
	}
	return c.JSON(answer)
}

func photoLabel(lang locale.Lang, i int, p photo) string {
	return lang.T("report.photo_n", locale.Args{"N": i + 1, "Size": size(p.Size)})
}

// refusal is how a page with scripts is told what to correct.
type refusal struct {
	Errors []wrongField `json:"errors"`
}

type wrongField struct {
	Field string `json:"field"`
	Text  string `json:"text"`
}

func refuse(c *fiber.Ctx, mistakes shell.Errors) error {
	var r refusal
	for _, m := range mistakes {
		r.Errors = append(r.Errors, wrongField(m))
	}
	return c.Status(fiber.StatusUnprocessableEntity).JSON(r)
}
