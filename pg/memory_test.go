package pg

import "testing"

// The private server takes a part of what is spare, and never more than its control group has.
func TestMemoryOfThePrivateServer(t *testing.T) {
	const info = "MemTotal:       24683520 kB\nMemFree:          512000 kB\nMemAvailable:   12582912 kB\n"
	for _, c := range []struct {
		name, info, limit string
		megabytes         int64
	}{
		{"a machine with 12 GB to spare", info, "max\n", 2048},
		{"a control group of 3 GB on it", info, "3221225472\n", 512},
		{"a small one", info, "268435456\n", 128},
		{"a large machine", "MemAvailable:   999999999 kB\n", "", 4096},
		{"a system that does not tell", "", "", 128},
		{"nonsense", "MemAvailable: much\nMemAvailable:\n", "-1 or so", 128},
	} {
		if got := pagesWithin(spareMemory([]byte(c.info), []byte(c.limit))) / megabyte; got != c.megabytes {
			t.Errorf("%s: %d MB, %d expected", c.name, got, c.megabytes)
		}
	}
}
