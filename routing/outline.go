package routing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// corners is the least that an outline has.
const corners = 3

// readOutline reads the corners of an area, "lat lon" each, in their order around it.
func readOutline(list []string) ([]Point, error) {
	var outline []Point
	for _, corner := range list {
		lat, lon, _ := strings.Cut(corner, " ")
		p, err := readPoint(lat, strings.TrimSpace(lon))
		if err != nil {
			return nil, err
		}
		outline = append(outline, p)
	}
	if n := len(outline); n > 0 && n < corners {
		return nil, fmt.Errorf("an outline has at least %d corners", corners)
	}
	return outline, nil
}

func readPoint(lat, lon string) (p Point, err error) {
	p.Lat, err = strconv.ParseFloat(lat, 64)
	if err == nil {
		p.Lon, err = strconv.ParseFloat(lon, 64)
	}
	if err != nil || !(p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180) {
		return Point{}, fmt.Errorf("%q %q are not degrees of latitude and longitude", lat, lon)
	}
	return p, nil
}

// holds tells whether a point lies inside an outline: a line from it to the east crosses the border an odd number of times.
func holds(outline []Point, p Point) bool {
	inside := false
	for i, a := range outline {
		b := outline[(i+1)%len(outline)]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat) {
			inside = !inside
		}
	}
	return inside
}

// reach is how far from a street's middle a point may lie and still be taken for that street, in kilometres, where no outline says more.
const reach = 3.0

// at is the area that a point lies in: the narrowest whose outline holds it, and inside that the street whose middle is nearest and within reach.
// A street that has an outline is never nearest: it would hold the point. Where nothing is known of it, it is the whole city.
func (c *City) at(p *Point) int {
	area := wholeCity
	if p == nil || math.IsNaN(p.Lat) || math.IsNaN(p.Lon) {
		return area
	}
	for i := range c.areas {
		if t := &c.areas[i]; t.Level != "city" && holds(t.Outline, *p) && c.within(i, area) {
			area = i
		}
	}
	if c.lies[area].street != "" {
		return area
	}
	around, best := c.areaAt[c.lies[area].district], reach
	for i := range c.areas {
		t := &c.areas[i]
		if t.Level != "street" || t.Point == nil || len(t.Outline) > 0 || !c.within(i, around) {
			continue
		}
		const kmPerDegree = 111.2
		dy := (p.Lat - t.Point.Lat) * kmPerDegree
		dx := (p.Lon - t.Point.Lon) * kmPerDegree * math.Cos(p.Lat*math.Pi/180)
		if d := math.Hypot(dx, dy); d <= best {
			best, area = d, i
		}
	}
	return area
}
