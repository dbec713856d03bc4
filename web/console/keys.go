package console

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/staff"
	"huiyin/web/shell"
)

// keysView is the page on which everybody sees the keys, and makes them their own.
type keysView struct {
	P     shell.Page
	K     chords
	Mode  staff.KeyMode
	Lines []keyLine
	Own   bool // something differs from the keys of the house
}

type keyLine struct {
	Deed  deed
	Chord string // as it stands in the field
}

// keysFor are the keys of whoever acts.
func (x *Pages) keysFor(c *fiber.Ctx, by casework.Actor) (chords, error) {
	own, err := x.staff.Keys(c.UserContext(), by.StaffID)
	if err != nil {
		return nil, err
	}
	return chordsOf(own), nil
}

func (x *Pages) showKeys(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	own, err := x.staff.Keys(c.UserContext(), by.StaffID)
	if err != nil {
		return err
	}
	return drawKeys(c, fiber.StatusOK, own, nil, nil)
}

// drawKeys draws the page with the keys as they are kept, or, after a mistake, as they were typed.
func drawKeys(c *fiber.Ctx, status int, own staff.OwnKeys, typed map[string]string, mistakes shell.Errors) error {
	v := keysView{P: shell.NewPage(c, shell.Lang(c).T("console.keys")), K: chordsOf(own), Mode: own.Mode, Own: own.Mode != staff.EveryKey || len(own.Chords) > 0}
	v.P.Section, v.P.Back, v.P.Errors = "queue", "/console", mistakes
	for _, d := range deeds {
		line := keyLine{Deed: d, Chord: d.House}
		if changed, ok := own.Chords[d.Name]; ok {
			line.Chord = changed
		}
		if was, ok := typed[d.Name]; ok {
			line.Chord = was
		}
		v.Lines = append(v.Lines, line)
	}
	return shell.Render(c, status, keysPage(v))
}

// saveKeys keeps the keys that somebody wants, or goes back to those of the house, or to the function keys of older programs.
func (x *Pages) saveKeys(c *fiber.Ctx) error {
	by, err := x.Actor(c)
	if err != nil {
		return err
	}
	own := staff.OwnKeys{Mode: staff.EveryKey, Chords: map[string]string{}}
	done := "console.keys_saved"
	switch c.FormValue("do") {
	case "reset":
		done = "console.keys_reset_done"
	case "function":
		for _, d := range deeds {
			if d.Old != d.House {
				own.Chords[d.Name] = d.Old
			}
		}
	default:
		typed := map[string]string{}
		for _, d := range deeds {
			typed[d.Name] = c.FormValue("key_" + d.Name)
		}
		own.Mode = staff.KeyMode(c.FormValue("mode"))
		var mistakes shell.Errors
		own.Chords, mistakes = readKeys(shell.Lang(c), typed)
		if !slices.Contains(staff.KeyModes, own.Mode) {
			own.Mode = staff.EveryKey
		}
		if len(mistakes) > 0 {
			return drawKeys(c, fiber.StatusUnprocessableEntity, own, typed, mistakes)
		}
	}
	if err := x.staff.SetKeys(c.UserContext(), by.StaffID, own); err != nil {
		return err
	}
	shell.Flash(c, shell.Good, done)
	return shell.SeeOther(c, "/console/keys")
}

// readKeys keeps what differs from the house and says, at each field, what cannot be a key and which two things have the same.
func readKeys(lang locale.Lang, typed map[string]string) (map[string]string, shell.Errors) {
	own, firstWith := map[string]string{}, map[string]string{}
	var mistakes shell.Errors
	for _, d := range deeds {
		chord, ok := readChord(typed[d.Name])
		if !ok {
			mistakes.Add("key_"+d.Name, lang.T("console.key_wrong", locale.Args{"Key": typed[d.Name]}))
			continue
		}
		if other, twice := firstWith[chord]; twice && chord != "" {
			mistakes.Add("key_"+d.Name, lang.T("console.key_twice", locale.Args{"Key": chord, "Other": lang.T("console.do_" + other)}))
			continue
		}
		firstWith[chord] = d.Name
		if chord != d.House {
			own[d.Name] = chord
		}
	}
	return own, mistakes
}
