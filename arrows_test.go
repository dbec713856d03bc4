package huiyin_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which of our packages each package may import. A new arrow is a decision: it is added here in the commit
// that needs it. A package without an entry follows its parent's; an arrow that ends in /... includes what is below.
var arrows = map[string][]string{
	// Leaves: they know nothing of ours. pg brings the schema along.
	"fault":      {},
	"calendar":   {},
	"compare":    {},
	"locale":     {},
	"seal":       {},
	"migrations": {},
	"spans":      {},
	"pg":         {"fault", "migrations"},

	"pg/backup":        {"pg", "fault"},
	"pg/pgtest":        {"migrations", "pg"},
	"pg/pgtest/withdb": {"pg/pgtest"},

	// The one writer, and what stands beside it.
	"casework":              {"fault", "pg", "seal"},
	"casework/caseworktest": {"casework", "pg/pgtest", "routing/topics", "seal"},
	"staff":                 with(leaves, "casework"),

	// What decides and what follows.
	"routing":          with(leaves, "routing/sla", "routing/model", "routing/address", "routing/codes", "casework", "staff"),
	"routing/register": with(leaves, "routing", "routing/model", "casework", "staff"),
	"routing/sla":      with(leaves, "casework"),
	"routing/address":  {},
	"routing/codes":    {},
	"routing/topics":   {"search/words"},
	"follow":           {"casework", "pg"},
	"privacy":          with(leaves, "spans", "casework", "staff"),

	"bulletin":  with(leaves, "casework", "routing/...", "privacy"),
	"knowledge": with(leaves, "search/words", "casework", "privacy"),

	"rulebook": with(leaves, "casework", "staff", "routing", "routing/sla"),

	// The doors and the followers.
	"intake":                 with(leaves, "intake/...", "rating/words", "notify/postmark", "routing/...", "privacy", "casework", "staff"),
	"intake/mail":            {"fault"},
	"intake/normalize":       {"search/words"},
	"intake/mailauth":        {},
	"intake/smtpdoor":        {"fault"},
	"intake/transcript":      {},
	"intake/element":         {},
	"intake/calls":           with(leaves, "intake/element", "intake/transcript", "casework", "staff"),
	"intake/table":           {"fault"},
	"search":                 with(leaves, "search/...", "routing/...", "follow", "privacy", "casework", "staff"),
	"notify":                 with(leaves, "notify/postmark", "routing/...", "follow", "privacy", "casework", "staff"),
	"notify/postmark":        {"casework", "pg", "seal"},
	"notify/alarm":           {"pg", "casework", "follow", "routing"},
	"rating":                 with(leaves, "rating/words", "search/words", "routing/...", "intake", "privacy", "casework"),
	"rating/words":           {},
	"handover":               with(leaves, "routing/...", "follow", "intake", "privacy", "casework"),
	"translog":               with(leaves, "follow", "casework", "translog/form", "translog/witness"),
	"translog/form":          {},
	"translog/witness":       {"translog/form"},
	"translog/verify":        {"translog", "translog/form", "translog/witness", "supervision", "supervision/months"},
	"supervision/months":     with(leaves, "casework", "supervision", "translog/form"),
	"supervision":            with(leaves, "supervision/replycheck", "routing/...", "follow", "privacy", "casework", "staff"),
	"supervision/replycheck": {"calendar", "search/words"},
	"supervision/gaming":     with(leaves, "casework", "supervision"),
	"opendata/parquet":       {},
	"opendata":               with(leaves, "opendata/parquet", "casework", "routing/...", "rulebook", "privacy", "rating", "supervision", "supervision/months", "datause"),
	"datause/warning":        with(leaves, "follow", "casework"),
	"rights":                 with(leaves, "routing/sla", "datause", "privacy", "translog", "translog/form", "casework"),
	"datause":                with(leaves, "datause/warning", "routing/...", "follow", "privacy", "casework", "staff"),

	// The made-up city goes in by the same doors as a real one.
	"demo": belowWeb,

	// The pages. Each area knows the shell and not the other areas.
	"web":               with(belowWeb, "web/..."),
	"web/assets":        {},
	"web/shell":         with(leaves, "web/assets", "casework", "staff"),
	"web/standby":       {"locale", "web/shell"},
	"web/shell/gallery": {"fault", "locale", "web/..."},
	"web/live":          with(leaves, "casework", "follow", "web/shell"),
	"web/resident":      with(belowWeb, "web/shell", "web/assets"),
	"web/dossier":       with(belowWeb, "web/shell", "web/assets"), // one case as staff see it: the console and the inbox show the same
	"web/console":       with(belowWeb, "web/shell", "web/assets", "web/dossier"),
	"web/inbox":         with(belowWeb, "web/shell", "web/assets", "web/dossier"),
	"web/share":         {"locale", "supervision", "web/shell"},
	"web/bulletins":     with(belowWeb, "web/shell", "web/assets", "web/share"),
	"web/ledger":        with(belowWeb, "web/shell", "web/assets", "web/share"),
	"web/watch":         with(belowWeb, "web/shell", "web/assets", "web/share"),
	"web/letters":       with(leaves, "casework", "notify/postmark", "web/shell"),
	"web/admin":         with(belowWeb, "web/shell", "web/assets"),
	"web/answers":       with(belowWeb, "web/shell", "web/assets"),
	"web/board":         with(belowWeb, "web/shell", "web/assets", "web/share"),
	"web/api":           with(belowWeb, "web/shell", "web/assets"),
	"web/open311":       with(belowWeb, "web/shell"),

	// Wiring.
	"cmd/assets":       {},
	"scripts/bleve":    {}, // a module of its own
	"scripts/console":  {},
	"scripts/glyphs":   {},
	"scripts/failover": {},
	"scripts/kills":    {"pg"},
	"scripts/corpus":   {"pg", "intake/mail"},
	"scripts/eval":     {"casework", "demo", "routing"},
	"bench":            {},
	"cmd/huiyin":       with(belowWeb, "bench", "demo", "migrations", "pg/backup", "web/..."),
}

var (
	leaves   = []string{"fault", "pg", "calendar", "compare", "locale", "seal"}
	belowWeb = with(leaves, "spans", "knowledge", "casework", "staff", "rulebook", "routing/...", "follow", "privacy", "intake/...", "search/...", "notify/...", "translog/...", "supervision/...", "datause/...", "rights", "handover", "bulletin", "rating", "rating/...", "opendata")
)

// outside says which packages may import a module that the others must not know.
var outside = map[string]string{
	"github.com/gofiber/":     "web",        // the pages, and nothing below them, speak HTTP by Fiber
	"github.com/valyala/":     "web",        // what Fiber stands on
	"github.com/go-co-op/":    "cmd/huiyin", // gocron only says when to look
	"github.com/pressly/":     "pg",
	"github.com/meilisearch/": "search/meili",
	"github.com/jackc/pgx/v4": "nowhere",
}

func with(list []string, more ...string) []string { return slices.Concat(list, more) }

func TestImportsFollowTheArrows(t *testing.T) {
	for file, imports := range importsOf(t) {
		from := path.Dir(file)
		if from == "." {
			continue // these tests
		}
		allowed, known := allowedFor(from)
		if !known {
			t.Errorf("package %s has no entry in the table of arrows: say what it may import", from)
			continue
		}
		for _, to := range imports {
			ours, isOurs := strings.CutPrefix(to, "huiyin/")
			if isOurs && !permits(allowed, ours) {
				t.Errorf("%s imports %s: no such arrow", file, ours)
			}
			for module, house := range outside {
				if strings.HasPrefix(to, module) && from != house && !strings.HasPrefix(from, house+"/") {
					t.Errorf("%s imports %s, which only %s may know", file, to, house)
				}
			}
		}
	}
}

// The arrows point down: following them never leads back.
func TestArrowsMakeNoCircle(t *testing.T) {
	rank := map[string]int{}
	var visit func(p string, trail []string)
	visit = func(p string, trail []string) {
		if slices.Contains(trail, p) {
			t.Errorf("a circle of arrows: %s", strings.Join(append(trail, p), " → "))
			return
		}
		if _, done := rank[p]; done {
			return
		}
		for next := range arrows {
			if next != p && permits(arrows[p], next) && !strings.HasPrefix(next, p+"/") {
				visit(next, append(trail, p))
			}
		}
		rank[p] = len(rank)
	}
	for p := range arrows {
		visit(p, nil)
	}
}

func allowedFor(p string) ([]string, bool) {
	for ; p != "."; p = path.Dir(p) {
		if list, ok := arrows[p]; ok {
			return list, true
		}
	}
	return nil, false
}

func permits(allowed []string, to string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		house, all := strings.CutSuffix(a, "/...")
		return to == house || all && strings.HasPrefix(to, house+"/")
	})
}

// importsOf lists the imports of every Go file of ours that is not a test.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, file := range sources(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		found[file] = nil
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[file] = append(found[file], name)
		}
	}
	if len(found) == 0 {
		t.Fatal("no sources found")
	}
	return found
}

// sources lists our files with an ending, with slashes, from the root of the repository.
func sources(t *testing.T, ending string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || name == "bin" || name == "var") {
			return fs.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(base, ending) {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
