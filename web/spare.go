package web

import (
	"context"
	"fmt"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/translog"
	"huiyin/web/standby"
)

// copies are the copies of the public pages: what people look for when something has happened.
func copies(cfg Config) *standby.Copies {
	log := &translog.Log{DB: cfg.Pool, Keys: cfg.Keys, Now: cfg.Now} // the worker names the log and makes its key
	return &standby.Copies{Dir: cfg.Standby, Sign: log.Sign, Ping: cfg.Pool.Ping, Zone: cfg.City.TZ, Now: cfg.Now, Log: cfg.Log, Paths: func(ctx context.Context) ([]string, error) { return sparePaths(ctx, cfg) }}
}

// sparePaths are the addresses of the pages that are copied: the public pages in both languages, and the figures for programs.
func sparePaths(ctx context.Context, cfg Config) ([]string, error) {
	pages := []string{"/", "/help", "/privacy", "/board", "/districts", "/departments", "/topics", "/channels", "/replies", "/cases", "/reports", "/data", "/data-use", "/log"}
	files := []string{"/board.json", "/districts.json", "/departments.json", "/board.csv", "/reports.json"}
	for _, d := range cfg.City.Districts() {
		pages = append(pages, "/districts/"+d.Code)
	}
	for _, u := range cfg.City.Units() {
		if u.Parent == "" || u.Parent == casework.Hotline {
			pages = append(pages, "/departments/"+string(u.Code))
		}
	}
	rows, err := cfg.Pool.Query(ctx, `select distinct month from month_report order by month desc limit 12`)
	if err != nil {
		return nil, fmt.Errorf("list closed months: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m int
		if err := rows.Scan(&m); err != nil {
			return nil, fmt.Errorf("list closed months: %w", err)
		}
		pages = append(pages, fmt.Sprintf("/reports/%04d-%02d", m/100, m%100))
		files = append(files, fmt.Sprintf("/reports/%04d-%02d.json", m/100, m%100))
	}
	var all []string
	for _, p := range pages {
		for _, lang := range locale.Langs() {
			all = append(all, lang.Path(p))
		}
	}
	return append(all, files...), rows.Err()
}
