package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// tick is the unit in which Linux tells processor time (USER_HZ, always 100 to programs).
const tick = 10 * time.Millisecond

// Processor is the processor time that processes and their children have used so far, those that ended included; 0 where the system does not tell. On a
// machine shared with others the time that a piece of work takes says little, and the processor time that it costs says much.
func Processor(pids ...int) time.Duration {
	begun := own()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	var sum time.Duration
	for _, file := range files {
		p, ok := readStat(file)
		if ok && (slices.Contains(pids, p.pid) || slices.Contains(pids, p.parent)) {
			sum += p.used
		}
	}
	if slices.Contains(pids, os.Getpid()) {
		sum -= own() - begun // looking through all processes is no part of the work
	}
	return sum
}

// own is the processor time of this process, to the microsecond.
func own() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// stat is what /proc/PID/stat tells of a process (proc_pid_stat(5)).
type stat struct {
	pid, parent int
	used        time.Duration // its own, and that of its children it has waited for
}

func readStat(file string) (s stat, ok bool) {
	text, err := os.ReadFile(file) //nolint:gosec // a name that the system gave
	if err != nil {
		return s, false // it ended meanwhile
	}
	begin, rest, found := bytes.Cut(text, []byte(" ("))
	end := bytes.LastIndexByte(rest, ')') // a program's name may hold anything
	if !found || end < 0 {
		return s, false
	}
	fields := bytes.Fields(rest[end+1:])
	if len(fields) < 15 {
		return s, false
	}
	number := func(b []byte) int {
		n, err := strconv.Atoi(string(b))
		if err != nil {
			return 0
		}
		return n
	}
	s.pid, s.parent = number(begin), number(fields[1])
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		s.used += time.Duration(number(field)) * tick
	}
	return s, true
}
