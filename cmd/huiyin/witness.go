package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"huiyin/translog"
	"huiyin/translog/witness"
)

// serveWitness countersigns the checkpoints of other installations' logs: whoever runs it proves for everybody that a log showed all of them the same.
func serveWitness(ctx context.Context, env *Env, args []string) error {
	f := env.flags("witness", "[--listen ADDR] [--name NAME] --log KEY...")
	listen := f.String("listen", "127.0.0.1:8090", "where it answers POST /add-checkpoint")
	name := f.String("name", "", "its name, such as witness.example.org/huiyin; needed the first time")
	var logs []note.Verifier
	f.Func("log", "public key of a log that it countersigns, as /log/key shows it; may be given several times", func(v string) error {
		key, err := note.NewVerifier(strings.TrimSpace(v))
		logs = append(logs, key)
		return err
	})
	if err := parse(f, args, 0, 0); err != nil {
		return err
	}
	if len(logs) == 0 {
		return usage{"witness needs the public key of at least one log: --log KEY"}
	}
	dir := filepath.Join(env.Config.Data, "witness")
	key, err := witnessKey(dir, *name)
	if err != nil {
		return err
	}
	s, err := witness.NewServer(key, logs, filepath.Join(dir, "seen.json"), env.Config.Now())
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "witness %s answers at http://%s; the logs enter it as:\n  HUIYIN_WITNESSES=\"http://%s %s\"\n", key.Name, l.Addr(), l.Addr(), key.Verifier())
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// witnessKey reads the key of this witness, and makes one the first time.
func witnessKey(dir, name string) (witness.Key, error) {
	file := filepath.Join(dir, "key")
	raw, err := os.ReadFile(file)
	if err == nil {
		return witness.ParseKey(string(raw))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return witness.Key{}, err
	}
	if name == "" {
		return witness.Key{}, usage{"the first time a witness needs its --name, such as witness.example.org/huiyin"}
	}
	key, err := witness.NewKey(name)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = os.WriteFile(file, []byte(key.Encode()+"\n"), 0o600)
	}
	return key, err
}

// witnesses reads the setting: pairs of address and key, with commas between.
func witnesses(to *[]translog.Witness, v string) error {
	var all []translog.Witness
	for one := range strings.SplitSeq(v, ",") {
		url, key, ok := strings.Cut(strings.TrimSpace(one), " ")
		verifier, err := witness.NewVerifier(key)
		if !ok || err != nil || !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
			return errors.New("write the address and the key of each witness, with a space between, and commas between witnesses")
		}
		all = append(all, translog.Witness{URL: url, Key: verifier})
	}
	*to = all
	return nil
}
