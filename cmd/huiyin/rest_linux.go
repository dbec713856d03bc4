package main

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// forgetProgram tells the system that no page of the program file is needed now (madvise(2), MADV_DONTNEED). They are read-only and come back from the
// file, mostly from the system's own cache, as soon as they are used; a start touches nearly all of them, and a service at rest a third.
func forgetProgram() {
	name, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	list, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
		// 00400000-01a2b000 r-xp 00000000 08:01 131 /usr/bin/huiyin (proc_pid_maps(5))
		f := bytes.Fields(lines.Bytes())
		if len(f) != 6 || string(f[5]) != name || string(f[1]) != "r-xp" && string(f[1]) != "r--p" {
			continue
		}
		first, last, _ := bytes.Cut(f[0], []byte("-"))
		from, err := strconv.ParseUint(string(first), 16, 64)
		if err != nil {
			return
		}
		to, err := strconv.ParseUint(string(last), 16, 64)
		if err != nil || to <= from {
			return
		}
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(from), uintptr(to-from), syscall.MADV_DONTNEED) // where it is refused the pages stay
	}
}
