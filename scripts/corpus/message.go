package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type key [sha256.Size]byte

// message is one file as SMTP carries it: lines end in CRLF, the last one too.
type message struct {
	name   string
	bytes  []byte
	key    key      // of the bytes
	tags   []string // from the list
	answer string   // what the service said at last
}

// gather reads the messages of a directory, or those that a list names.
func gather(dir, list string) ([]*message, error) {
	var names []string
	tags := map[string][]string{}
	var err error
	if list != "" {
		names, tags, err = readList(list)
	} else {
		err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				path, err = filepath.Rel(dir, path)
				names = append(names, path)
			}
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	all := make([]*message, 0, len(names))
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		wire := wired(raw)
		all = append(all, &message{name: name, bytes: wire, key: sha256.Sum256(wire), tags: tags[name]})
	}
	return all, nil
}

func readList(name string) ([]string, map[string][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 || !slices.Contains(rows[0], "file") {
		return nil, nil, fmt.Errorf("%s has no column named file", name)
	}
	file, tag := slices.Index(rows[0], "file"), slices.Index(rows[0], "tags")
	var names []string
	tags := map[string][]string{}
	for _, row := range rows[1:] {
		names = append(names, row[file])
		if tag >= 0 && row[tag] != "" {
			tags[row[file]] = strings.Split(row[tag], "|")
		}
	}
	return names, tags, nil
}

// wired makes the line ends that SMTP asks for, as every sending server does; nothing else is touched.
func wired(raw []byte) []byte {
	out := bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	if !bytes.HasSuffix(out, []byte("\r\n")) {
		out = append(out, '\r', '\n')
	}
	return out
}

// returnPath is the envelope's sender: what the server that took the message first wrote down, else the author.
func (m *message) returnPath() string {
	parsed, err := mail.ReadMessage(bytes.NewReader(m.bytes))
	if err != nil {
		return "unknown@example.org"
	}
	if path, ok := parsed.Header["Return-Path"]; ok && strings.TrimSpace(path[0]) == "<>" {
		return ""
	}
	for _, name := range []string{"Return-Path", "From"} {
		if a, err := mail.ParseAddress(parsed.Header.Get(name)); err == nil && plain(a.Address) {
			return a.Address
		}
	}
	return "unknown@example.org"
}

// plain addresses can stand in MAIL FROM as they are.
func plain(address string) bool {
	for _, r := range address {
		if r <= ' ' || r > '~' || strings.ContainsRune(`<>()[],;:\"`, r) {
			return false
		}
	}
	local, domain, ok := strings.Cut(address, "@")
	return ok && local != "" && domain != "" && !strings.Contains(domain, "@")
}
