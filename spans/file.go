package spans

import (
	"bufio"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// File is the name of the weights in a model's directory.
const File = "spans.model"

// largest bounds a model that is read, unpacked, in bytes.
const largest = 512 << 20

// kept is a model as it lies in its file: the rows one after another, so that reading it makes few pieces.
type kept struct {
	Version  int
	Kinds    []string
	Lists    [][]string
	Least    []float64
	Follow   []float32
	Features []uint64
	Lengths  []uint16
	Tags     []uint16
	Values   []float32
}

const version = 2

// Save writes the model into a directory, whole or not at all.
func (m *Model) Save(dir string) error {
	k := kept{Version: version, Kinds: m.Kinds, Lists: m.Lists, Least: m.Least, Follow: m.follow, Features: m.rows.features()}
	for _, f := range k.Features {
		row := m.rows.of(f)
		k.Lengths = append(k.Lengths, uint16(len(row))) //nolint:gosec // tags are fewer than 2¹⁶
		for _, w := range row {
			k.Tags, k.Values = append(k.Tags, w.tag), append(k.Values, w.value)
		}
	}
	out, err := os.CreateTemp(dir, File+".*")
	if err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	packed := gzip.NewWriter(out)
	err = errors.Join(gob.NewEncoder(packed).Encode(k), packed.Close(), out.Sync(), out.Close())
	if err == nil {
		err = os.Rename(out.Name(), filepath.Join(dir, File))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the model: %w", err), os.Remove(out.Name()))
	}
	return nil
}

// Load reads a model from its directory. A file that is damaged, too large or of another version is an error in words.
func Load(dir string) (*Model, error) {
	in, err := os.Open(filepath.Join(dir, File)) //nolint:gosec // the operator names the directory
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	defer in.Close()
	unpacked, err := gzip.NewReader(bufio.NewReader(in))
	if err != nil {
		return nil, fmt.Errorf("%s in %s is no model: %w", File, dir, err)
	}
	var k kept
	if err := gob.NewDecoder(io.LimitReader(unpacked, largest)).Decode(&k); err != nil {
		return nil, fmt.Errorf("%s in %s is damaged: %w", File, dir, err)
	}
	return k.model(dir)
}

func (k kept) model(dir string) (*Model, error) {
	if k.Version != version {
		return nil, fmt.Errorf("%s in %s has version %d, this program reads version %d: train it again", File, dir, k.Version, version)
	}
	damaged := fmt.Errorf("%s in %s does not fit together: train it again", File, dir)
	m := &Model{Kinds: k.Kinds, Lists: k.Lists, Least: k.Least, follow: k.Follow, lexicon: newLexicon(k.Lists)}
	side := 1 + len(k.Kinds)
	if len(k.Kinds) == 0 || len(k.Lists) > mostLists || len(k.Follow) != side*side || len(k.Lengths) != len(k.Features) || len(k.Tags) != len(k.Values) || len(k.Least) != 0 && len(k.Least) != len(k.Kinds) {
		return nil, damaged
	}
	all := make([]weight, len(k.Tags))
	for i, t := range k.Tags {
		if int(t) >= 1+4*len(k.Kinds) {
			return nil, damaged
		}
		all[i] = weight{tag: t, value: k.Values[i]}
	}
	m.rows.at = make(map[uint64][2]uint32, len(k.Features))
	for i, f := range k.Features {
		n := int(k.Lengths[i])
		if n > len(all) {
			return nil, damaged
		}
		m.rows.add(f, all[:n])
		all = all[n:]
	}
	return m, nil
}
