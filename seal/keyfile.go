package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadOrCreate reads the key file, or makes one with fresh keys where none is. The file is created whole or not at all,
// with mode 0600, and has reached the disk when this returns; two processes that start together get the same keys.
// A file that group or others may read is refused.
func LoadOrCreate(path string) (*Keyring, error) {
	r, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		r, err = create(path)
	}
	if err != nil {
		return nil, err
	}
	return r.open()
}

// Rotate adds a master key to the file: the next process to load it encrypts with the new key and still decrypts what
// the older keys sealed. Run it from one process at a time.
func Rotate(path string) error {
	r, err := read(path)
	if err != nil {
		return err
	}
	if r, err = r.rotated(); err != nil {
		return err
	}
	return write(path, r, os.Rename)
}

func create(path string) (ring, error) {
	r, err := newRing()
	if err != nil {
		return ring{}, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return ring{}, fmt.Errorf("make directory of key file: %w", err)
	}
	// A hard link fails where the name exists, so the first of two creators wins and the other reads its keys.
	err = write(path, r, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return read(path)
	}
	return r, err
}

func read(path string) (ring, error) {
	f, err := os.Open(path)
	if err != nil {
		return ring{}, fmt.Errorf("open key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ring{}, fmt.Errorf("open key file: %w", err)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return ring{}, fmt.Errorf("key file %s has mode %04o: others may read the keys; set it to 0600", path, perm)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return ring{}, fmt.Errorf("read key file: %w", err)
	}
	r, err := decode(b)
	if err != nil {
		return ring{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// write puts the keys into a temporary file beside path, syncs it, gives it its name by place, and syncs the directory.
func write(path string, r ring, place func(from, to string) error) error {
	b, err := r.encode()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".keys-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := place(f.Name(), path); err != nil {
		return fmt.Errorf("place key file: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory of key file: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory of key file: %w", err)
	}
	return nil
}
