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

// sharedBuffers is how much memory the private server keeps pages in, as it takes the setting: a sixth of what there is to spare. The 128 MB that it takes by itself are less than a
// search among a million cases reads, so that each page was copied anew from the system's cache.
func sharedBuffers() string {
	return strconv.FormatInt(pagesWithin(SpareMemory())/megabyte, 10) + "MB"
}

func pagesWithin(spare int64) int64 { return min(mostPages, max(leastPages, spare/partOfSpare)) }

// SpareMemory is what this machine, or the control group around us, has to spare, in bytes; nothing where neither says.
func SpareMemory() int64 {
	info, _ := os.ReadFile("/proc/meminfo")
	limit, _ := os.ReadFile("/sys/fs/cgroup/memory.max")
	return spareMemory(info, limit)
}

// spareMemory is the same by what /proc/meminfo and the control group's memory.max say.
func spareMemory(info, limit []byte) int64 {
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
	return spare
}
