package pgtest_test

import (
	"fmt"
	"testing"

	"huiyin/pg"
	"huiyin/pg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	seen := make(chan string, 4)
	t.Run("group", func(t *testing.T) {
		for i := range 4 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				owner, app := pgtest.OwnerPool(t), pgtest.DB(t)
				if _, err := owner.Exec(t.Context(), `create table mine (n int)`); err != nil {
					t.Error("a neighbour's table is here: ", err)
				}
				if _, err := app.Exec(t.Context(), `insert into mine (n) values (1)`); err != nil {
					t.Error("the application may not write what a migration made: ", err)
				}
				if err := pg.CheckVersion(t.Context(), app); err != nil {
					t.Error(err)
				}
				seen <- pgtest.URL(t)
			})
		}
	})
	close(seen)
	different := map[string]bool{}
	for url := range seen {
		different[url] = true
	}
	if len(different) != 4 {
		t.Errorf("%d databases for 4 tests", len(different))
	}
}

func TestEmptyHasNoSchema(t *testing.T) {
	pool, err := pg.Open(t.Context(), pgtest.Empty(t), pg.Options{AsOwner: true})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if v, err := pg.SchemaVersion(t.Context(), pool); v != 0 || err != nil {
		t.Errorf("version %d, %v", v, err)
	}
}

func BenchmarkDatabase(b *testing.B) {
	for range b.N {
		sub := &clean{TB: b}
		pgtest.DB(sub)
		sub.end()
	}
}

// clean runs its clean-ups when told, so that making and dropping are measured together.
type clean struct {
	testing.TB
	todo []func()
}

func (c *clean) Cleanup(f func()) { c.todo = append(c.todo, f) }

func (c *clean) end() {
	for i := len(c.todo) - 1; i >= 0; i-- {
		c.todo[i]()
	}
}
