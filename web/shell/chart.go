package shell

import (
	"slices"
	"strconv"
)

// Measures of a chart in its own units: 680 wide with the labels left of the bars, 330 wide with the labels above them.
const (
	barLine  = 34.0
	barStart = 190.0
	barRoom  = 400.0
	tallLine = 52.0
	tallRoom = 250.0
)

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func tenth(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }

func (c Chart) top() float64 {
	top := 0.0
	for _, b := range c.Bars {
		top = max(top, b.Value)
	}
	if top <= 0 {
		return 1
	}
	return top
}

// long is the length of a bar within a room; a bar of nothing still shows where it stands.
func (c Chart) long(b Bar, room float64) float64 { return max(2, room*b.Value/c.top()) }

func (c Chart) height() string      { return number(barLine*float64(len(c.Bars)) + 6) }
func (c Chart) width(b Bar) string  { return tenth(c.long(b, barRoom)) }
func (c Chart) barY(i int) string   { return number(barLine*float64(i) + 6) }
func (c Chart) textY(i int) string  { return number(barLine*float64(i) + 23) }
func (c Chart) valueX(b Bar) string { return tenth(barStart + c.long(b, barRoom) + 8) }

func (c Chart) tallHeight() string      { return number(tallLine * float64(len(c.Bars))) }
func (c Chart) tallWidth(b Bar) string  { return tenth(c.long(b, tallRoom)) }
func (c Chart) tallText(i int) string   { return number(tallLine*float64(i) + 17) }
func (c Chart) tallBar(i int) string    { return number(tallLine*float64(i) + 25) }
func (c Chart) tallFigure(i int) string { return number(tallLine*float64(i) + 40) }
func (c Chart) tallValue(b Bar) string  { return tenth(c.long(b, tallRoom) + 8) }

// Room for labels, in halves of a Chinese character: beside the bars, and above them where the drawing is narrow.
const (
	besideLabel = 22
	tallLabel   = 40
)

// wordy tells whether a label is too long to stand beside its bar; then all stand above.
func (c Chart) wordy() bool {
	return slices.ContainsFunc(c.Bars, func(b Bar) bool { return short(b.Label, besideLabel) != b.Label })
}

func (c Chart) wordyWidth(b Bar) string { return tenth(c.long(b, 2*tallRoom+80)) }
func (c Chart) wordyValue(b Bar) string { return tenth(c.long(b, 2*tallRoom+80) + 8) }

// short keeps a label within its room; a Latin letter takes half of what a Chinese character does.
func short(label string, room int) string {
	width := 0
	for i, r := range label {
		width++
		if r > 0x2e80 {
			width++
		}
		if width > room {
			return label[:i] + "…"
		}
	}
	return label
}
