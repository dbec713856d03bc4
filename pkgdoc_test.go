package huiyin_test

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// A second sentence would say that the package has a second purpose.
var secondSentence = regexp.MustCompile(`[.!?]\s+\S`)

func TestEveryPackageSaysItsPurposeInOneSentence(t *testing.T) {
	docs := map[string][]string{} // directory → package comments
	for _, file := range sources(t, ".go") {
		dir := path.Dir(file)
		if strings.HasSuffix(file, "_test.go") || dir == "." {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Error(err)
			continue
		}
		docs[dir] = append(docs[dir], nil...)
		if ast.IsGenerated(f) || f.Doc == nil {
			continue
		}
		begins := "Package " + f.Name.Name + " "
		if f.Name.Name == "main" {
			begins = "Command " + path.Base(dir) + " "
		}
		doc := strings.TrimSpace(f.Doc.Text())
		docs[dir] = append(docs[dir], doc)
		if !strings.HasPrefix(doc, begins) || !strings.HasSuffix(doc, ".") {
			t.Errorf("%s: the comment begins %q and ends with a full stop; it is %q", file, begins, doc)
		}
		if first, _, _ := strings.Cut(doc, "\n\n"); secondSentence.MatchString(first) {
			t.Errorf("%s: more than one sentence: %q", file, first)
		}
	}
	for dir, found := range docs {
		if len(found) != 1 {
			t.Errorf("%s: %d package comments, want one", dir, len(found))
		}
	}
}

// Texts that a person reads stand in the catalogues (package locale) or in data files, never in code: so that every
// language has them, and a city can change them. Packages named …test are for tests only.
func TestNoChineseInCode(t *testing.T) {
	for _, file := range sources(t, ".go") {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(path.Dir(file), "test") || strings.HasPrefix(file, "locale/") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		files := token.NewFileSet()
		var s scanner.Scanner
		s.Init(files.AddFile(file, -1, len(text)), text, nil, 0) // comments are passed over
		for {
			at, what, literal := s.Scan()
			if what == token.EOF {
				break
			}
			if hasHan(literal) {
				t.Errorf("%s: Chinese text in code: %s", files.Position(at), literal)
			}
		}
	}
	for _, file := range sources(t, ".templ") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "// ")
			if hasHan(code) {
				t.Errorf("%s:%d: Chinese text in a page: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
