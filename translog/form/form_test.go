package form_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huiyin/translog/form"
)

func TestTileAddresses(t *testing.T) {
	for _, one := range []struct {
		path  string
		level int
		n     int64
		width int
	}{
		{"0/000", 0, 0, 256}, {"0/273.p/1", 0, 273, 1}, {"1/x001/067", 1, 1067, 256}, {"0/x001/x234/067", 0, 1234067, 256}, {"entries/x001/x234/067.p/8", -1, 1234067, 8},
	} {
		level, n, width, err := form.ParseTile(one.path)
		if err != nil || level != one.level || n != one.n || width != one.width {
			t.Errorf("%s: %d %d %d %v", one.path, level, n, width, err)
		}
		made := form.TilePath(one.level, one.n, one.width)
		if one.level < 0 {
			made = form.EntriesPath(one.n, one.width)
		}
		if made != one.path {
			t.Errorf("%s is written %s", one.path, made)
		}
	}
	for _, bad := range []string{"", "0", "0/", "0/1", "0/0001", "0/x000/001", "9/000", "-1/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "entries/../../x", "0/001/067", "0/x001", "0/000.p/8/1"} {
		if _, _, _, err := form.ParseTile(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestCheckpointIsASignedNote(t *testing.T) {
	secret, public, err := note.GenerateKey(nil, "linlan.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	c := form.Checkpoint{Origin: "linlan.example/log", Size: 7, Root: tlog.RecordHash([]byte("x"))}
	signed, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := form.OpenCheckpoint([]byte(signed), verifier); err != nil || got != c {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{"", strings.Replace(signed, "\n7\n", "\n8\n", 1), strings.Replace(signed, "linlan", "hucheng", 1), signed[:len(signed)-5]} {
		if _, err := form.OpenCheckpoint([]byte(bad), verifier); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzReadPublic(f *testing.F) {
	f.Add([]byte(`{"v":1,"t":"event","day":"2026-11-22","c":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`))
	f.Add([]byte(`{"v":1,"t":"row","day":"2026-11-22","body":{"m":"2026-11"}}`))
	f.Add([]byte("origin\n7\nAAAA\n"))
	f.Add([]byte{0, 2, 'a', 'b'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if e, err := form.ParseEntry(raw); err == nil {
			if _, err := e.Encode(); err != nil {
				t.Errorf("%q was read and cannot be written: %v", raw, err)
			}
		}
		_, _ = form.ParseCheckpoint(string(raw))
		_, _, _, _ = form.ParseTile(string(raw))
		if all, err := form.ParseBundle(raw); err == nil {
			again, err := form.Bundle(all)
			if err != nil || !bytes.Equal(again, raw) {
				t.Errorf("%x was read as %x", raw, again)
			}
		}
	})
}
