package pg

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
)

const (
	megabyte    = 1 << 20
	leastPages  = 128 * megabyte  // the server's own default
	mostPages   = 4096 * megabyte // the rest is left to the program and to the system's cache
	partOfSpare = 6
)

// sharedBuffers is how much memory the private server keeps pages in, as it takes the setting: a sixth of what this machine, or the control group around us, has to spare. The 128 MB that it takes by itself are less than a
// search among a million cases reads, so that each page was copied anew from the system's cache.
func sharedBuffers() string {
	info, _ := os.ReadFile("/proc/meminfo")
	limit, _ := os.ReadFile("/sys/fs/cgroup/memory.max")
	return strconv.FormatInt(pagesWithin(info, limit)/megabyte, 10) + "MB"
}

// pagesWithin is the same in bytes, by what /proc/meminfo and the control group's memory.max say; where they say nothing, the least.
func pagesWithin(info, limit []byte) int64 {
	var spare int64
	lines := bufio.NewScanner(bytes.NewReader(info))
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) > 1 && f[0] == "MemAvailable:" {
			kilobytes, _ := strconv.ParseInt(f[1], 10, 64)
			spare = kilobytes << 10
		}
	}
	if most, err := strconv.ParseInt(strings.TrimSpace(string(limit)), 10, 64); err == nil { // else "max"
		spare = min(spare, most)
	}
	return min(mostPages, max(leastPages, spare/partOfSpare))
}
