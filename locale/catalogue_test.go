package locale

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

var argument = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

// argumentsOf reads the names that every text of a language fills in, over all its plural forms.
func argumentsOf(t *testing.T, lang Lang) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	names, err := filepath.Glob(string(lang) + "/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files of %s: %v", lang, err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var entries map[string]any
		if err := yaml.Unmarshal(body, &entries); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, value := range entries {
			if !keyForm.MatchString(key) {
				t.Errorf("%s: %q is not a key of the form area.thing", name, key)
			}
			var forms []string
			switch v := value.(type) {
			case string:
				forms = []string{v}
			case map[string]any:
				for _, form := range v {
					forms = append(forms, form.(string))
				}
			default:
				t.Errorf("%s: %s is neither a text nor plural forms: %v", name, key, value)
			}
			args := []string{}
			for _, form := range forms {
				if strings.TrimSpace(form) == "" {
					t.Errorf("%s: %s is empty", name, key)
				}
				for _, m := range argument.FindAllStringSubmatch(form, -1) {
					if !slices.Contains(args, m[1]) {
						args = append(args, m[1])
					}
				}
			}
			slices.Sort(args)
			found[key] = args
		}
	}
	return found
}

func TestEveryLanguageHasEveryTextWithTheSameValues(t *testing.T) {
	zh, en := argumentsOf(t, ZH), argumentsOf(t, EN)
	for key, args := range zh {
		other, ok := en[key]
		if !ok {
			t.Errorf("%s has no English text", key)
		} else if !slices.Equal(args, other) {
			t.Errorf("%s fills in %v in Chinese and %v in English", key, args, other)
		}
	}
	for key := range en {
		if _, ok := zh[key]; !ok {
			t.Errorf("%s has no Chinese text", key)
		}
	}
}

var (
	keyForm = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_]+)+$`)
	literal = regexp.MustCompile("[\"`]([a-z][a-z0-9]*(?:\\.[a-z0-9_]+)+)[\"`]")
	called  = regexp.MustCompile(`\.[TN]\("([^"]*)"\s*[,)]|fault\.(?:New|Wrap)\([^,]+,\s*"([^"]*)"`)
	fileEnd = regexp.MustCompile(`\.(json|jsonl|csv|html|css|js|ts|svg|png|ya?ml|txt|go|templ|sql|md|xlsx|pdf|zip|eml|db|tmp|lock|key|log|local|localhost|com|cn|org|net|test|example|invalid|arpa)$`)
)

// references are the keys that the code of the repository names: those certainly meant as keys, and every literal of their form.
func references(t *testing.T) (certain, possible map[string]string) {
	t.Helper()
	certain, possible = map[string]string{}, map[string]string{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch base := d.Name(); {
			case base != ".." && strings.HasPrefix(base, "."), base == "var", base == "bin", base == "testdata", base == "node_modules":
				return filepath.SkipDir
			}
			return nil
		}
		isTempl := strings.HasSuffix(name, ".templ")
		isGo := strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go")
		if !isTempl && !isGo {
			return nil
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range called.FindAllStringSubmatch(string(body), -1) {
			certain[m[1]+m[2]] = name
		}
		for _, m := range literal.FindAllStringSubmatch(string(body), -1) {
			possible[m[1]] = name
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return certain, possible
}

// dynamic reads the keys that the code puts together at run time.
func dynamic(t *testing.T) (prefixes, keys []string) {
	t.Helper()
	f, err := os.Open("dynamic.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasSuffix(line, ".") || strings.HasSuffix(line, "_"):
			prefixes = append(prefixes, line)
		default:
			keys = append(keys, line)
		}
	}
	return prefixes, keys
}

func TestEveryKeyInTheCodeHasATextAndEveryTextIsUsed(t *testing.T) {
	have := argumentsOf(t, ZH)
	areas := map[string]bool{"fault": true}
	for key := range have {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	certain, possible := references(t)
	prefixes, keys := dynamic(t)
	declared := func(key string) bool {
		return slices.Contains(keys, key) || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
	}
	for key, where := range certain {
		if _, ok := have[key]; !ok && !slices.Contains(prefixes, key) {
			t.Errorf("%s: the key %q has no text", where, key)
		}
	}
	for key, where := range possible {
		area, _, _ := strings.Cut(key, ".")
		if _, ok := have[key]; !ok && areas[area] && !slices.Contains(prefixes, key) && !fileEnd.MatchString(key) && certain[key] == "" {
			t.Errorf("%s: %q looks like a key and has no text", where, key)
		}
	}
	for _, key := range keys {
		if _, ok := have[key]; !ok {
			t.Errorf("dynamic.txt: the key %q has no text", key)
		}
	}
	for key := range have {
		area, _, _ := strings.Cut(key, ".")
		if _, used := possible[key]; !used && !declared(key) && area != "time" && certain[key] == "" {
			t.Errorf("the text %s is used nowhere", key)
		}
	}
}
