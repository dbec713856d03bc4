package spans

import (
	"bufio"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	Bias     []float32
	Follow   []float32
	Features []uint64
	Lengths  []uint16
	Tags     []uint16
	Values   []float32
}

const version = 1

// Save writes the model into a directory, whole or not at all.
func (m *Model) Save(dir string) error {
	k := kept{Version: version, Kinds: m.Kinds, Lists: m.Lists, Bias: m.Bias, Follow: m.follow, Features: slices.Sorted(maps.Keys(m.rows))}
	for _, f := range k.Features {
		row := m.rows[f]
		k.Lengths = append(k.Lengths, uint16(len(row))) //nolint:gosec // tags are fewer than 2¹⁶
		for _, w := range row {
			k.Tags, k.Values = append(k.Tags, uint16(w.Tag)), append(k.Values, w.Value) //nolint:gosec // tags are fewer than 2¹⁶
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
	m := &Model{Kinds: k.Kinds, Lists: k.Lists, Bias: k.Bias, follow: k.Follow, rows: make(map[uint64][]weight, len(k.Features)), lexicon: newLexicon(k.Lists)}
	side := 1 + len(k.Kinds)
	if len(k.Kinds) == 0 || len(k.Lists) > mostLists || len(k.Follow) != side*side || len(k.Lengths) != len(k.Features) || len(k.Tags) != len(k.Values) || len(k.Bias) != 0 && len(k.Bias) != len(k.Kinds) {
		return nil, damaged
	}
	all := make([]weight, len(k.Tags))
	for i, t := range k.Tags {
		if int(t) >= m.tagCount() {
			return nil, damaged
		}
		all[i] = weight{Tag: tag(t), Value: k.Values[i]}
	}
	for i, f := range k.Features {
		n := int(k.Lengths[i])
		if n > len(all) {
			return nil, damaged
		}
		m.rows[f], all = all[:n:n], all[n:]
	}
	return m, nil
}
