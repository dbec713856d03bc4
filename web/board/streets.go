package board

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huiyin/routing"
	"huiyin/web/shell"
)

// streetPeers are the units that answer for one street or town: a group of their own among the departments.
const streetPeers = string(routing.StreetLevel) + "/street"

// showStreets answers GET /streets: the way to the group of streets.
func (x *Pages) showStreets(c *fiber.Ctx) error {
	return shell.SeeOther(c, "/departments#"+anchor(streetPeers))
}

// showStreet answers GET /streets/{code}, by the code of the street's unit or of its area: the way to the page of the unit. Errors: fault.NotFound.
func (x *Pages) showStreet(c *fiber.Ctx) error {
	code := c.Params("code")
	for _, u := range x.City.Units() {
		if u.Level == routing.StreetLevel && (string(u.Code) == code || u.Territory == code) {
			return shell.SeeOther(c, "/departments/"+string(u.Code))
		}
	}
	return notFound()
}

// anchor is the name of a group of peers within the page of departments.
func anchor(group string) string { return "peers-" + strings.ReplaceAll(group, "/", "-") }
