package web

import (
	"strings"

	"huiyin/privacy"
	"huiyin/web/shell"
)

// leave looks through a public answer by the list of the exit it goes by.
func leave(d shell.Door, path string, answer []byte) error { return exitOf(d, path).Check(answer) }

// exitOf names the exit by which an answer leaves.
func exitOf(d shell.Door, path string) privacy.Exit {
	path = strings.TrimRight(strings.ToLower(path), "/") // as the router takes them
	switch {
	case d == shell.API:
		return privacy.OpenAPI
	case path == "/data", strings.HasPrefix(path, "/data/"), strings.HasPrefix(path, "/data."):
		return privacy.OpenData
	case strings.HasSuffix(path, ".atom"), strings.HasSuffix(path, ".ics"):
		return privacy.Feeds
	}
	return privacy.PublicPages
}
