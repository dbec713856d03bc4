package calendar

import (
	"embed"
	"encoding/csv"
	"io/fs"
	"time"
)

// The notices of the State Council since 2007, as collected by NateScarlet/holiday-cn (data/LICENSE.holiday-cn).
//
//go:embed data/*.json data/names.csv data/LICENSE.holiday-cn
var data embed.FS

// OfficialName is the name of the national working-day calendar.
const OfficialName = "cn-gov"

// officialDigest is the SHA-256 of the notices in data: whoever adds a notice changes it here, and the version with it.
const officialDigest = "6e4c0e9ca0f4079c42fa4409fa94ceaef955e1cbefe02f49d0cdae691d03a9fb"

// Notices is the directory of the notices shipped with the program.
func Notices() fs.FS {
	sub, err := fs.Sub(data, "data")
	if err != nil { // only an invalid path fails, and this one is a constant
		return data
	}
	return sub
}

// Official is the national calendar shipped with the program, in a city's zone.
func Official(zone *time.Location) (*Calendar, error) { return Load(OfficialName, Notices(), zone) }

// englishNames maps the official names of holidays to English.
func englishNames() (map[string]string, error) {
	f, err := data.Open("data/names.csv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = 2
	r.LazyQuotes = true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows[1:] {
		names[row[0]] = row[1]
	}
	return names, nil
}
