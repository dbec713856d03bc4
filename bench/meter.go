package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Meter tells, to the microsecond, how long threads of this program and the connections of a database server have been on a processor: what a single question costs, whatever else the machine does. Use NewMeter.
type Meter struct{ files []string }

// NewMeter looks up the threads of this program and the processes that serve connections for the database server of a number (0: none). Those that come later are not measured.
func NewMeter(server int) Meter {
	files, err := filepath.Glob("/proc/self/task/[0-9]*/schedstat")
	if err != nil {
		return Meter{}
	}
	m := Meter{files: files}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || server == 0 {
		return m
	}
	for _, file := range all {
		if p, ok := readStat(file); ok && p.parent == server && servesConnection(p.pid) {
			m.files = append(m.files, filepath.Join("/proc", strconv.Itoa(p.pid), "schedstat"))
		}
	}
	return m
}

// servesConnection tells the processes of PostgreSQL that serve a connection from those that keep the server in order, by how they name themselves: "postgres: user database [local] idle".
func servesConnection(pid int) bool {
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline")) //nolint:gosec // a number that the system gave
	return err == nil && (bytes.Contains(line, []byte("[local]")) || bytes.Contains(line, []byte("127.0.0.1(")))
}

// Read is the time on a processor so far; 0 where the system does not tell.
func (m Meter) Read() time.Duration {
	var sum time.Duration
	for _, file := range m.files {
		text, err := os.ReadFile(file) //nolint:gosec // a name that the system gave
		if err != nil {
			continue // it ended meanwhile
		}
		first, _, _ := bytes.Cut(text, []byte(" "))
		if ns, err := strconv.ParseInt(string(first), 10, 64); err == nil {
			sum += time.Duration(ns)
		}
	}
	return sum
}
