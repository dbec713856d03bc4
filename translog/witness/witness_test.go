package witness_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog/form"
	"huiyin/translog/witness"
)

// tree is a log in memory.
type tree struct {
	hashes []tlog.Hash
	signer note.Signer
}

func (l *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		out[i] = l.hashes[at]
	}
	return out, nil
}

func (l *tree) grow(t *testing.T, from, to int64, salt string) string {
	t.Helper()
	for n := from; n < to; n++ {
		list, err := tlog.StoredHashes(n, fmt.Appendf(nil, "%s%d", salt, n), l)
		if err != nil {
			t.Fatal(err)
		}
		l.hashes = append(l.hashes, list...)
	}
	root, err := tlog.TreeHash(to, l)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := form.Checkpoint{Origin: "log.example/1", Size: to, Root: root}.Sign(l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestWhatAWitnessRefuses(t *testing.T) {
	secret, public, err := note.GenerateKey(nil, "log.example/1")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	known, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	key, err := witness.NewKey("witness.example/1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := witness.ParseKey(key.Encode()); err != nil || again.Verifier() != key.Verifier() {
		t.Fatalf("the key is read as another: %v", err)
	}
	s, err := witness.NewServer(key, []note.Verifier{known}, filepath.Join(t.TempDir(), "seen"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	defer web.Close()
	log := &tree{signer: signer}
	at5 := log.grow(t, 0, 5, "a")
	at9 := log.grow(t, 5, 9, "a")
	proof, err := tlog.ProveTree(9, 5, log)
	if err != nil {
		t.Fatal(err)
	}
	fork := (&tree{signer: signer}).grow(t, 0, 9, "b")
	send := func(body string) int {
		res, err := http.Post(web.URL+"/add-checkpoint", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	request := func(old int64, p tlog.TreeProof, signed string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "old %d\n", old)
		for _, h := range p {
			b.WriteString(h.String() + "\n")
		}
		return b.String() + "\n" + signed
	}
	for _, one := range []struct {
		name, body string
		want       int
	}{
		{"nonsense", "hello", 400},
		{"no size", "old x\n\n" + at5, 400},
		{"another log", request(0, nil, strings.Replace(at5, "log.example/1", "log.example/2", 1)), 404},
		{"unsigned", request(0, nil, strings.Replace(at5, "\n5\n", "\n6\n", 1)), 403},
		{"a proof from nothing", request(0, proof, at5), 422},
		{"the first", request(0, nil, at5), 200},
		{"the same again", request(5, nil, at5), 200},
		{"from a size it does not stand at", request(0, nil, at9), 409},
		{"larger than itself", request(9, nil, at5), 400},
		{"without a proof", request(5, nil, at9), 422},
		{"a fork with another's proof", request(5, proof, fork), 422},
		{"grown", request(5, proof, at9), 200},
		{"backwards", request(5, nil, at5), 409},
		{"too long", strings.Repeat("x", 20000), 413},
	} {
		if got := send(one.body); got != one.want {
			t.Errorf("%s: %d, want %d", one.name, got, one.want)
		}
	}
}

func FuzzRequest(f *testing.F) {
	key, err := witness.NewKey("witness.example/1")
	if err != nil {
		f.Fatal(err)
	}
	s, err := witness.NewServer(key, nil, filepath.Join(f.TempDir(), "seen"), time.Now)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("old 5\nAAAA\n\nlog\n9\nAAAA\n")
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/add-checkpoint", strings.NewReader(body)))
		if w.Code == http.StatusOK {
			t.Errorf("%q was countersigned for a log that nobody knows", body)
		}
	})
}
