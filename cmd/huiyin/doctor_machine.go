package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"huiyin/calendar"
	"huiyin/locale"
	"huiyin/seal"
)

// machineChecks look at the settings and the machine, and need no database.
var machineChecks = []Check{
	{"settings", checkSettings},
	{"data directory", checkDataDirectory},
	{"disk space", checkDisk},
	{"keys", checkKeys},
	{"calendar", checkCalendar},
}

func checkSettings(_ context.Context, p *patient) Finding {
	if p.configErr != nil {
		return bad("%v", p.configErr)
	}
	known := settings()
	for _, pair := range p.environ {
		name, _, _ := strings.Cut(pair, "=")
		isOurs := strings.HasPrefix(name, "HUIYIN_") && !strings.HasPrefix(name, "HUIYIN_TEST_")
		if isOurs && !slices.ContainsFunc(known, func(s setting) bool { return s.name == name }) {
			return doubt("%s is set, but there is no such setting: see huiyin help for the right name", name)
		}
	}
	return fine("all %d settings can be read", len(known))
}

func checkDataDirectory(_ context.Context, p *patient) Finding {
	dir := p.config.Data
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return bad("%s cannot be made: %v", dir, err)
	}
	probe, err := os.CreateTemp(dir, ".doctor-")
	if err != nil {
		return bad("%s cannot be written: give it to the user who runs huiyin (%v)", dir, err)
	}
	defer os.Remove(probe.Name())
	if err := probe.Close(); err != nil {
		return bad("%s cannot be written: %v", dir, err)
	}
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return fine("%s can be written", dir)
}

func checkDisk(_ context.Context, p *patient) Finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(p.config.Data, &s); err != nil {
		return bad("the disk of %s cannot be asked: %v", p.config.Data, err)
	}
	return judgeDisk(uint64(s.Bavail) * uint64(s.Bsize)) //nolint:unconvert // the types differ between systems
}

// A day's attachments of a large city are about 1 GB; the database stops at a full disk.
func judgeDisk(free uint64) Finding {
	text := fmt.Sprintf("%.1f GB are free", float64(free)/1e9)
	switch {
	case free < 200e6:
		return bad("%s, which is too little: free some or move HUIYIN_DATA to a larger disk", text)
	case free < 2e9:
		return doubt("%s, which will not last: free some or move HUIYIN_DATA to a larger disk", text)
	}
	return fine("%s", text)
}

func checkKeys(_ context.Context, p *patient) Finding {
	file := p.config.Keys
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return doubt("%s does not exist and will be made when the service starts: if there were cases before, put the old file back first, for without it their personal data cannot be read", file)
	case err != nil:
		return bad("the key file cannot be read: %v", err)
	case info.Mode().Perm()&0o077 != 0:
		return bad("%s is open to other users (%v): run chmod 600 on it", file, info.Mode().Perm())
	}
	if _, err := seal.LoadOrCreate(file); err != nil {
		return bad("the key file cannot be used: %v", err)
	}
	return fine("%s is readable by its owner only; keep a copy away from the database's backups", file)
}

func checkCalendar(_ context.Context, p *patient) Finding {
	c, err := calendar.Official(locale.Zone)
	if err != nil {
		return bad("the working-day calendar cannot be read: %v", err)
	}
	now := p.now().In(locale.Zone)
	switch year := now.Year(); {
	case !c.Announced(year):
		return bad("the holidays of %d are not in the calendar: deadlines count plain weekends until a newer huiyin or the city's own calendar brings them", year)
	case now.Month() == 12 && !c.Announced(year+1):
		return doubt("the holidays of %d are not in the calendar yet: deadlines that reach into it are provisional", year+1)
	default:
		return fine("the holidays of %d are known", year)
	}
}
