package share

// raster finds how much of each pixel lies inside closed paths: every stroke adds the area that it takes from the pixels right of it, and one sum along each row
// gives the shares.
type raster struct {
	wide, high     int
	area           []float32
	x, y           float32 // where the pen is
	startX, startY float32 // where the path began
}

func newRaster(wide, high int) *raster {
	return &raster{wide: wide, high: high, area: make([]float32, (wide+2)*high)}
}

func (r *raster) move(x, y float32) {
	r.shut()
	r.x, r.y, r.startX, r.startY = x, y, x, y
}

func (r *raster) shut() { r.line(r.startX, r.startY) }

// curve goes along a cubic Bézier curve in short lines.
func (r *raster) curve(ax, ay, bx, by, cx, cy float32) {
	x, y := r.x, r.y
	const parts = 8
	for i := 1; i <= parts; i++ {
		t := float32(i) / parts
		s := 1 - t
		k0, k1, k2, k3 := s*s*s, 3*s*s*t, 3*s*t*t, t*t*t
		r.line(k0*x+k1*ax+k2*bx+k3*cx, k0*y+k1*ay+k2*by+k3*cy)
	}
}

// line goes to a point; what lies left or right of the raster counts at its edge.
func (r *raster) line(x1, y1 float32) {
	x0, y0 := r.x, r.y
	r.x, r.y = x1, y1
	sign := float32(1)
	if y0 > y1 {
		x0, y0, x1, y1, sign = x1, y1, x0, y0, -1
	}
	if y0 == y1 {
		return
	}
	slope := (x1 - x0) / (y1 - y0)
	for row := max(0, int(y0)); row < r.high && float32(row) < y1; row++ {
		top, bottom := max(y0, float32(row)), min(y1, float32(row+1))
		if bottom > top {
			r.across(row, x0+(top-y0)*slope, x0+(bottom-y0)*slope, sign*(bottom-top))
		}
	}
}

// across adds one stroke within a row, from x a to x b over the height d.
func (r *raster) across(row int, a, b, d float32) {
	most := float32(r.wide)
	a, b = min(max(a, 0), most), min(max(b, 0), most)
	if a > b {
		a, b = b, a
	}
	cells := r.area[row*(r.wide+2) : (row+1)*(r.wide+2)]
	first, last := int(a), int(b)
	if first == last {
		middle := (a+b)/2 - float32(first)
		cells[first] += d * (1 - middle)
		cells[first+1] += d * middle
		return
	}
	// The stroke crosses several pixels: each takes its part of the height, by the part of the way that lies in it.
	per := d / (b - a)
	for i := first; i <= last; i++ {
		from, to := max(a, float32(i)), min(b, float32(i+1))
		part := per * (to - from)
		middle := (from+to)/2 - float32(i)
		cells[i] += part * (1 - middle)
		cells[i+1] += part * middle
	}
}

// each gives every pixel that is covered, with its share.
func (r *raster) each(paint func(x, y int, share float32)) {
	for y := range r.high {
		sum := float32(0)
		for x := range r.wide {
			sum += r.area[y*(r.wide+2)+x]
			if share := max(sum, -sum); share > 1.0/64 {
				paint(x, y, min(share, 1))
			}
		}
	}
}
