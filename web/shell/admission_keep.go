package shell

import (
	"crypto/hmac"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
)

func sameMAC(given, right string) bool { return hmac.Equal([]byte(given), []byte(right)) }

// keep takes every value of a form but the one-time ones of the frame.
func (v *queueView) keep(c *fiber.Ctx) {
	values := map[string][]string{}
	if form, err := c.MultipartForm(); err == nil {
		maps.Copy(values, form.Value)
		v.Files = len(form.File) > 0
	} else {
		c.Request().PostArgs().VisitAll(func(key, value []byte) {
			values[string(key)] = append(values[string(key)], string(value))
		})
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == TokenField || name == ticketField {
			continue
		}
		for _, text := range values[name] {
			if !utf8.ValidString(text) {
				continue
			}
			v.Fields = append(v.Fields, Mistake{Field: name, Text: text})
			if len(text) > len(v.Words) && name != KeyField {
				v.Words = text
			}
		}
	}
}
