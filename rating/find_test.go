package rating_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/rating"
)

func TestARatingIsFoundByItsWordsItsTagsItsPointAndItsLevel(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	ctx := t.Context()
	bad := o.walk(t, rating.Word{Level: 2, Tags: []string{"214"}, Text: "排队两个小时，没有人解释"})
	good := o.walk(t, rating.Word{Level: 5, Text: "老人不会用手机，工作人员一步一步教"})
	find := func(by int, s rating.Sought) []rating.Listed {
		t.Helper()
		who := supervisor
		if by == 1 {
			who = stranger
		}
		list, _, err := o.Find(ctx, who, s)
		must(t, err)
		return list
	}
	for text, want := range map[string]rating.Given{"排队": bad, "没有人 解释": bad, "手机": good, "非常满意": good, rating.TagText(bad.TagSet, "214", "zh-CN"): bad} {
		if list := find(0, rating.Sought{Text: text}); len(list) != 1 || list[0].ID != want.ID {
			t.Errorf("%q finds %d ratings", text, len(list))
		}
	}
	for name, c := range map[string]struct {
		s rating.Sought
		n int
	}{"point": {rating.Sought{Text: "３号窗口"}, 2}, "bad": {rating.Sought{Best: 2}, 1}, "good": {rating.Sought{Worst: 4}, 1}, "all": {rating.Sought{}, 2}, "a word not said": {rating.Sought{Text: "停车"}, 0}, "another unit": {rating.Sought{Units: []casework.UnitCode{"c-zhujian"}}, 0}, "later days": {rating.Sought{Since: o.now.AddDate(0, 0, 1)}, 0}, "a single character": {rating.Sought{Text: "教"}, 1}} {
		if list := find(0, c.s); len(list) != c.n {
			t.Errorf("%s finds %d ratings, want %d", name, len(list), c.n)
		}
	}
	if list := find(1, rating.Sought{Text: "排队"}); len(list) != 0 {
		t.Errorf("another unit finds %d ratings", len(list))
	}
	changed, err := o.Change(ctx, bad.Token, rating.Word{Level: 4, Text: "后来有人解释了", Channel: "poster"})
	must(t, err)
	if list := find(0, rating.Sought{Text: "排队"}); len(list) != 0 || changed.Level != 4 {
		t.Errorf("what was taken back is still found: %d", len(list))
	}
	must(t, pg.InTx(ctx, o.pool, pg.Settings{"huiyin.scope": "system"}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update service_opinion set words = null`)
		return err
	}))
	for _, want := range []int{2, 0} {
		if n, err := o.SweepWords(ctx); err != nil || n != want {
			t.Errorf("the sweep reads %d ratings, want %d (%v)", n, want, err)
		}
	}
	if list := find(0, rating.Sought{Text: "解释"}); len(list) != 1 {
		t.Errorf("after the sweep %d", len(list))
	}
}
