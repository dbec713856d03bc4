package resident

import (
	"math"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huiyin/locale"
	"huiyin/routing"
)

// pointOf reads the position that a page with scripts sent after the resident asked for it; nil where there is none or it is no position.
// It is cut to four decimals, about ten metres: enough to find the place, and no more exact than a house number.
func pointOf(c *fiber.Ctx) *routing.Point {
	if c.FormValue("drop") == "point" {
		return nil
	}
	lat, err := strconv.ParseFloat(c.FormValue("lat"), 64)
	lon, err2 := strconv.ParseFloat(c.FormValue("lon"), 64)
	if err != nil || err2 != nil || math.IsNaN(lat) || math.IsNaN(lon) || math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return nil
	}
	return &routing.Point{Lat: math.Round(lat*1e4) / 1e4, Lon: math.Round(lon*1e4) / 1e4}
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

// lat and lon are the fields of a position that the draft keeps.
func (d draft) lat() string {
	if d.Point == nil {
		return ""
	}
	return degrees(d.Point.Lat)
}

func (d draft) lon() string {
	if d.Point == nil {
		return ""
	}
	return degrees(d.Point.Lon)
}

// pointWords is the position as it stands beside the address, so that whoever goes there finds it.
func (d draft) pointWords(l locale.Lang) string {
	if d.Point == nil {
		return ""
	}
	return l.T("report.position", locale.Args{"Lat": d.lat(), "Lon": d.lon()})
}
