package witness

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog/form"
)

// seen is the newest checkpoint of a log that was countersigned.
type seen struct {
	Size int64     `json:"size"`
	Root tlog.Hash `json:"root"`
}

// Server countersigns. Use NewServer.
type Server struct {
	key  Key
	logs map[string]note.Verifier
	file string
	now  func() time.Time

	mu   sync.Mutex
	last map[string]seen
}

// NewServer makes a witness of some logs that remembers in file what it countersigned.
func NewServer(key Key, logs []note.Verifier, file string, now func() time.Time) (*Server, error) {
	s := &Server{key: key, logs: map[string]note.Verifier{}, file: file, now: now, last: map[string]seen{}}
	for _, v := range logs {
		s.logs[v.Name()] = v
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s.last)
	}
	if err != nil {
		return nil, fmt.Errorf("read what was countersigned: %w", err)
	}
	return s, nil
}

// maxRequest bounds a request: a proof of 63 hashes and a checkpoint.
const maxRequest = 16 << 10

// ServeHTTP answers POST /add-checkpoint.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/add-checkpoint" {
		http.Error(w, "POST /add-checkpoint is all there is", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "the request is too long", http.StatusRequestEntityTooLarge)
		return
	}
	line, status, size := s.add(body)
	switch status {
	case http.StatusOK:
		_, _ = io.WriteString(w, line)
	case http.StatusConflict:
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "%d\n", size)
	default:
		http.Error(w, line, status)
	}
}

// add countersigns a checkpoint that grew out of the last one, and remembers it first.
func (s *Server) add(body []byte) (line string, status int, size int64) {
	old, proof, signed, err := parseRequest(body)
	if err != nil {
		return err.Error(), http.StatusBadRequest, 0
	}
	origin, _, _ := strings.Cut(string(signed), "\n")
	v, ok := s.logs[origin]
	if !ok {
		return "this log is not known here", http.StatusNotFound, 0
	}
	c, err := form.OpenCheckpoint(signed, v)
	if err != nil {
		return "the checkpoint is not signed by the log", http.StatusForbidden, 0
	}
	if old > c.Size {
		return "old is larger than the checkpoint", http.StatusBadRequest, 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.last[origin]
	if old != last.Size {
		return "", http.StatusConflict, last.Size
	}
	switch {
	case old == c.Size && last.Root != c.Root && old > 0:
		return "", http.StatusConflict, last.Size
	case old == c.Size && len(proof) > 0, old == 0 && len(proof) > 0:
		return "no proof belongs here", http.StatusUnprocessableEntity, 0
	case old > 0 && old < c.Size && tlog.CheckTree(proof, c.Size, c.Root, old, last.Root) != nil:
		return "the proof does not hold", http.StatusUnprocessableEntity, 0
	}
	if err := s.remember(origin, seen{c.Size, c.Root}); err != nil {
		return "the witness cannot remember", http.StatusInternalServerError, 0
	}
	text, _, _ := strings.Cut(string(signed), "\n\n") // extension lines, if any, are signed too
	return s.key.Sign(text+"\n", s.now()), http.StatusOK, c.Size
}

func (s *Server) remember(origin string, one seen) error {
	before, had := s.last[origin]
	s.last[origin] = one
	raw, err := json.Marshal(s.last)
	if err == nil {
		err = writeWhole(s.file, raw)
	}
	if err != nil {
		delete(s.last, origin)
		if had {
			s.last[origin] = before
		}
	}
	return err
}

// writeWhole replaces a file so that after a crash it is the old one or the new one.
func writeWhole(file string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".witness-")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

var errRequest = errors.New("the request is: old SIZE, the hashes of the proof, an empty line, the signed checkpoint")

// parseRequest reads the body of a request: the old size, the proof, the checkpoint.
func parseRequest(body []byte) (old int64, proof tlog.TreeProof, signed []byte, err error) {
	head, signed, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok {
		return 0, nil, nil, errRequest
	}
	lines := strings.Split(string(head), "\n")
	size, ok := strings.CutPrefix(lines[0], "old ")
	if !ok || len(lines) > 64 {
		return 0, nil, nil, errRequest
	}
	if old, err = strconv.ParseInt(size, 10, 64); err != nil || old < 0 {
		return 0, nil, nil, errRequest
	}
	for _, l := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(l)
		if err != nil || len(h) != tlog.HashSize {
			return 0, nil, nil, errRequest
		}
		proof = append(proof, tlog.Hash(h))
	}
	return old, proof, signed, nil
}
