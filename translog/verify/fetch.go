// Package verify checks an installation from its public pages only: that its log is what its checkpoints say, and that its published figures follow from it.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"huiyin/translog/form"
)

// mostAnswer bounds one answer of the installation, in bytes.
const mostAnswer = 64 << 20

// Site is an installation as anybody sees it.
type Site struct {
	URL    string       // without a slash at the end
	Client *http.Client // nil: one that gives up after a minute
}

// errGone says that an address answers nothing.
var errGone = errors.New("is not there")

// errRemoved says that what was at an address was taken away, and that the installation says so.
var errRemoved = errors.New("was taken away")

func (s *Site) get(ctx context.Context, path string) ([]byte, error) {
	client := s.Client
	if client == nil {
		client = &http.Client{Timeout: time.Minute}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer: %w", s.URL+path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s breaks off: %w", s.URL+path, err)
	case res.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s %w", s.URL+path, errGone)
	case res.StatusCode == http.StatusGone:
		return nil, fmt.Errorf("%s %w", s.URL+path, errRemoved)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answers %d", s.URL+path, res.StatusCode)
	case len(body) > mostAnswer:
		return nil, fmt.Errorf("%s is larger than %d MB", s.URL+path, mostAnswer>>20)
	}
	return body, nil
}

// key reads the log's public key: the one given, or the one that the installation shows.
func (s *Site) key(ctx context.Context, given string) (note.Verifier, error) {
	if given == "" {
		shown, err := s.get(ctx, "/log/key")
		if err != nil {
			return nil, err
		}
		given, _, _ = strings.Cut(string(shown), "\n") // the second line is the SM2 key
	}
	v, err := note.NewVerifier(strings.TrimSpace(given))
	if err != nil {
		return nil, fmt.Errorf("the log's key cannot be read: %w", err)
	}
	return v, nil
}

// second checks the SM2 signature that stands beside the first, where the installation shows a key for it.
func (s *Site) second(ctx context.Context, r *Report) {
	shown, err := s.get(ctx, "/log/key")
	if err != nil {
		r.wrong("the log's keys cannot be read: %v", err)
		return
	}
	_, text, ok := strings.Cut(strings.TrimSpace(string(shown)), "\n")
	if !ok {
		return
	}
	v, err := form.NewSM2Verifier(text)
	if err != nil {
		r.wrong("the log's SM2 key cannot be read: %v", err)
		return
	}
	if _, err := form.OpenCheckpoint(r.Checkpoint, v); err != nil {
		r.wrong("the SM2 signature of the checkpoint does not hold: %v", err)
		return
	}
	r.SM2 = true
}

// entries reads one bundle of entries.
func (s *Site) entries(ctx context.Context, n int64, width int) ([][]byte, error) {
	raw, err := s.get(ctx, "/log/tile/"+form.EntriesPath(n, width))
	if err != nil {
		return nil, err
	}
	all, err := form.ParseBundle(raw)
	if err != nil || len(all) != width {
		return nil, fmt.Errorf("/log/tile/%s holds %d entries and not %d", form.EntriesPath(n, width), len(all), width)
	}
	return all, nil
}
