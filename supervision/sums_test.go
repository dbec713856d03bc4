package supervision_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"huiyin/casework"
	"huiyin/casework/caseworktest"
	"huiyin/routing/codes"
	"huiyin/supervision"
)

// boards are the boards of several periods and filters as JSON.
func (s scene) boards() string {
	s.t.Helper()
	var all []supervision.Board
	for _, p := range []supervision.Period{supervision.One(november), supervision.One(november.Add(1)), supervision.Last(november.Add(1), 3)} {
		for _, f := range []supervision.Filter{{}, {Unit: caseworktest.River}, {Unit: caseworktest.Urban}, {Unit: casework.Hotline}, {District: "990101"}} {
			b, err := supervision.View(s.ctx, s.Pool, p, f)
			s.do(err)
			slices.SortFunc(b.Tags, func(x, y supervision.TagLine) int { return x.Received - y.Received })
			all = append(all, b)
		}
	}
	raw, err := json.MarshalIndent(all, "", " ")
	s.do(err)
	return string(raw)
}

// byRows reads the boards without the sums.
func (s scene) byRows() string {
	s.t.Helper()
	var under string
	s.do(s.Pool.QueryRow(s.ctx, `delete from figure_sum_made returning under`).Scan(&under))
	defer func() {
		_, err := s.Pool.Exec(s.ctx, `insert into figure_sum_made (under) values ($1)`, under)
		s.do(err)
	}()
	return s.boards()
}

// What pages read of the sums, kept step by step, is what one pass over all count rows gives, and the sums made anew are the same.
func TestSumsGiveTheBoardsThatTheRowsGive(t *testing.T) {
	s := newScene(t)
	s.catchUp()
	s.novemberCases()
	s.file(func(f *casework.Filing) { f.Tags = []string{"elder", "same:01a"} })
	s.catchUp()
	kept := s.boards()
	if diff := cmp.Diff(s.byRows(), kept); diff != "" {
		t.Fatalf("rows and sums differ:\n%s", diff)
	}
	s.Pass(40 * day)
	s.sweep()
	s.catchUp()
	later := s.boards()
	if later == kept {
		t.Error("forty days changed no board")
	}
	if diff := cmp.Diff(s.byRows(), later); diff != "" {
		t.Fatalf("rows and sums differ after more steps:\n%s", diff)
	}
	for _, sql := range []string{`update figure_sum set sums = '{}'`, `delete from figure_sum_made`} {
		_, err := s.Pool.Exec(s.ctx, sql)
		s.do(err)
	}
	if n, err := supervision.SweepSums(s.ctx, s.Pool, codes.Reading{}); err != nil || n != 1 {
		t.Fatalf("sums made anew: %d, %v", n, err)
	}
	if n, err := supervision.SweepSums(s.ctx, s.Pool, codes.Reading{}); err != nil || n != 0 {
		t.Fatalf("sums made a second time: %d, %v", n, err)
	}
	if diff := cmp.Diff(later, s.boards()); diff != "" {
		t.Errorf("sums made anew differ:\n%s", diff)
	}
}
