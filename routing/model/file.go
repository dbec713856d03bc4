package model

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
const File = "text.model"

// largest bounds a model that is read, unpacked, in bytes.
const largest = 1 << 30

// version is of the form of the file and of how features are taken: a model of another one would answer wrongly.
const version = 3

// oldest is the first version that is still read: its models have no terms and no networks. Those of version 2 have no hints.
const oldest = 1

// kept is a model as it lies in its file. Words of the examples are kept only where many of them have them; runs of characters only as hashes.
type kept struct {
	Version int
	Labels  []string
	Auto    float64
	Wrong   float64
	Words   map[string]float32
	Hashes  []uint64
	Rarity  []float32
	Bias    []float32
	Sizes   []int
	Lengths []uint16
	Classes []uint16
	Values  []float32
	Belief  belief

	Together [][][]uint16
	Company  float32
	Hinting  float32
	Hints    []keptHint
	Terms    terms
	Nets     []net
	Aspects  []keptAspect
}

type keptAspect struct {
	Name string
	Kept *kept
}

// Save writes the model into a directory, whole or not at all.
func (m *Model) Save(dir string) error {
	out, err := os.CreateTemp(dir, File+".*")
	if err != nil {
		return fmt.Errorf("write the model: %w", err)
	}
	err = errors.Join(m.Write(out), out.Sync(), out.Close())
	if err == nil {
		err = os.Rename(out.Name(), filepath.Join(dir, File))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the model: %w", err), os.Remove(out.Name()))
	}
	return nil
}

// Write writes the model as one stream of bytes, the same for the same model but for the order of its words.
func (m *Model) Write(out io.Writer) error {
	packed := gzip.NewWriter(out)
	return errors.Join(gob.NewEncoder(packed).Encode(m.kept()), packed.Close())
}

func (m *Model) kept() kept {
	k := kept{
		Version: version, Labels: m.Labels, Auto: m.Auto, Wrong: m.Wrong, Words: m.words.Cost, Hashes: m.vocab.hashes, Rarity: m.vocab.rarity, Bias: m.bias, Sizes: m.sizes,
		Lengths: make([]uint16, 0, len(m.rows)), Belief: m.belief, Together: m.together, Company: m.mixture.Company, Hinting: m.mixture.Hints, Terms: m.terms, Nets: m.nets,
	}
	for _, row := range m.rows {
		k.Lengths = append(k.Lengths, uint16(len(row))) //nolint:gosec // classes are at most mostLabels
		for _, w := range row {
			k.Classes, k.Values = append(k.Classes, w.Class), append(k.Values, w.Value)
		}
	}
	for i := range m.hints {
		k.Hints = append(k.Hints, m.hints[i].kept())
	}
	for _, one := range m.Aspects {
		of := one.Model.kept()
		k.Aspects = append(k.Aspects, keptAspect{one.Name, &of})
	}
	return k
}

// Load reads a model from its directory. A file that is damaged, too large or of another version is an error in words.
func Load(dir string) (*Model, error) {
	in, err := os.Open(filepath.Join(dir, File)) //nolint:gosec // the operator names the directory
	if err != nil {
		return nil, fmt.Errorf("open the model: %w", err)
	}
	defer in.Close()
	m, err := Read(bufio.NewReaderSize(in, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("%s in %s: %w", File, dir, err)
	}
	return m, nil
}

// Read reads what Write wrote.
func Read(in io.Reader) (*Model, error) {
	unpacked, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("this is no model: %w", err)
	}
	var k kept
	if err := gob.NewDecoder(io.LimitReader(unpacked, largest)).Decode(&k); err != nil {
		return nil, fmt.Errorf("the model is damaged: %w", err)
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(unpacked, largest)); err != nil { // to the end, where the checksum stands
		return nil, fmt.Errorf("the model is damaged: %w", err)
	}
	if k.Version < oldest || k.Version > version {
		return nil, fmt.Errorf("the model has version %d, this program reads version %d: train it again", k.Version, version)
	}
	return k.model()
}

func (k kept) model() (*Model, error) {
	damaged := errors.New("the model does not fit together: train it again")
	n := len(k.Labels)
	if n < 2 || n > mostLabels || len(k.Bias) < n || len(k.Sizes) != len(k.Bias) || len(k.Belief.Trust) != n || len(k.Hashes) != len(k.Rarity) || len(k.Hashes) != len(k.Lengths) || len(k.Classes) != len(k.Values) || k.Company != 0 && len(k.Together) != n || len(k.Terms.Label) != 0 && len(k.Terms.Label) != n {
		return nil, damaged
	}
	for _, list := range k.Together {
		for _, combination := range list {
			for _, class := range combination {
				if int(class) >= len(k.Bias) {
					return nil, damaged
				}
			}
		}
	}
	for _, one := range k.Nets {
		if len(one.In) != len(one.Scale)*hidden || len(one.Out) != len(one.Bias)*hidden || len(one.Bias) < n {
			return nil, damaged
		}
	}
	m := &Model{
		Labels: k.Labels, Auto: k.Auto, Wrong: k.Wrong, words: lexicon{k.Words}, vocab: vocabulary{hashes: k.Hashes, rarity: k.Rarity}, bias: k.Bias, sizes: k.Sizes, belief: k.Belief, together: k.Together, mixture: mixture{k.Company, k.Hinting}, terms: k.Terms, nets: k.Nets,
		rows: make([][]weight, len(k.Lengths)),
	}
	m.vocab.index()
	all := make([]weight, len(k.Classes))
	for i, c := range k.Classes {
		if int(c) >= len(k.Bias) {
			return nil, damaged
		}
		all[i] = weight{c, k.Values[i]}
	}
	for i, length := range k.Lengths {
		if int(length) > len(all) {
			return nil, damaged
		}
		m.rows[i], all = all[:length:length], all[length:]
	}
	for _, one := range k.Hints {
		h, ok := one.hint(len(k.Hashes), len(k.Bias))
		if !ok {
			return nil, damaged
		}
		m.hints = append(m.hints, h)
	}
	for _, one := range k.Aspects {
		if one.Kept == nil || len(one.Kept.Aspects) > 0 {
			return nil, damaged
		}
		of, err := one.Kept.model()
		if err != nil {
			return nil, err
		}
		m.Aspects = append(m.Aspects, Aspect{one.Name, of})
	}
	return m, nil
}
