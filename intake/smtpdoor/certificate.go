package smtpdoor

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// Certificate makes the settings of STARTTLS from two PEM files. Changed files are read again, so that a renewed certificate needs no
// restart; while new ones cannot be read, the last good one serves. Errors: the files as they are now are no certificate and its key.
func Certificate(certFile, keyFile string) (*tls.Config, error) {
	c := &certificate{cert: certFile, key: keyFile}
	if err := c.read(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil }}, nil
}

// certificate is a pair of files and what was read from them.
type certificate struct {
	cert, key string
	mu        sync.Mutex
	pair      *tls.Certificate
	stamp     [2]time.Time
	looked    time.Time
}

// lookAgain is how often the files are looked at.
const lookAgain = time.Second

func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= lookAgain {
		c.looked = time.Now()
		if stamp, err := c.stamps(); err == nil && stamp != c.stamp {
			_ = c.load(stamp) // half of a renewal: the next look finds the rest
		}
	}
	return c.pair
}

func (c *certificate) read() error {
	stamp, err := c.stamps()
	if err != nil {
		return err
	}
	return c.load(stamp)
}

func (c *certificate) load(stamp [2]time.Time) error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("certificate of the mail door: %w", err)
	}
	c.pair, c.stamp = &pair, stamp
	return nil
}

func (c *certificate) stamps() (stamp [2]time.Time, err error) {
	for i, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return stamp, fmt.Errorf("certificate of the mail door: %w", err)
		}
		stamp[i] = info.ModTime()
	}
	return stamp, nil
}
