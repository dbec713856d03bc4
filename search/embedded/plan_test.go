package embedded

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"huiyin/casework"
	"huiyin/pg/pgtest"
	"huiyin/search"
	"huiyin/search/searchtest"
	"huiyin/search/words"
)

const many = 20000

// synthetic makes n documents of sentences as residents write them, the same for the same n.
func synthetic(n int) []search.Document {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	pick := func(list string) string {
		all := strings.Fields(list)
		return all[r.IntN(len(all))]
	}
	docs := make([]search.Document, n)
	for i := range docs {
		at := searchtest.Now.Add(-time.Duration(n-i) * 20 * time.Minute)
		what := pick("噪音扰民 路灯不亮 井盖丢失 物业乱收费 拖欠工资 垃圾无人清运 占道经营 油烟扰民 停水停电 电梯故障 违章搭建 公交不准时 道路积水 幼儿园收费 医保报销慢 网约车拒载 水管漏水 树木倒伏 快递丢失 退款难")
		where := fmt.Sprintf("%s%s%d号", pick("临江区 港城区 高新区 北湖区 南山区"), pick("解放路 人民路 中山路 长江路 桂花路 向阳街 滨河道 学府路"), r.IntN(400))
		var text strings.Builder
		for range 3 + r.IntN(4) {
			text.WriteString(pick("市民来电反映 居民多次投诉 本人住在附近 家里有老人和孩子 已经持续三个月 每天晚上十点以后 相关单位一直没有处理 希望尽快解决 之前打过热线没有结果 物业互相推诿 影响正常休息 存在安全隐患 周边商户意见很大 请派人到现场查看 谢谢"))
			text.WriteString(pick("， 。 ；"))
			for range r.IntN(8) {
				text.WriteRune(rune(0x4e00 + r.IntN(3000)))
			}
		}
		docs[i] = search.Document{Case: uuid.Must(uuid.NewV7()), Version: 1, Number: fmt.Sprintf("%s%06d", at.Format("060102"), i), FiledAt: at, State: casework.States[r.IntN(len(casework.States))],
			Kind: casework.Kinds[r.IntN(len(casework.Kinds))], Category: fmt.Sprintf("%02d%02d%02d", 1+r.IntN(12), 1+r.IntN(6), 1+r.IntN(5)), District: fmt.Sprint(990101 + r.IntN(6)),
			Lead: "c-urban", Parties: []casework.UnitCode{casework.UnitCode(fmt.Sprint("u-", r.IntN(80)))}, Title: where + what, Place: where, Body: text.String(), Names: []string{"城市管理/市容环境/占道经营", "临江区向阳街道"}}
	}
	return docs
}

// filled is an engine with many documents, its statistics fresh.
func filled(t testing.TB, n int) (*Engine, *pgxpool.Pool) {
	t.Helper()
	pool, owner := pgtest.DB(t), pgtest.OwnerPool(t)
	e := &Engine{DB: pool, Lexicon: words.Standard(), Now: func() time.Time { return searchtest.Now }, Zone: searchtest.Now.Location()}
	if err := e.Put(t.Context(), pool, synthetic(n)); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(t.Context(), `vacuum analyze search_document`); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Sample(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	return e, pool
}

// Words are answered by the inverted index, and the newest documents by the index on their time: nothing reads the whole table.
func TestPlansUseTheIndexes(t *testing.T) {
	e, pool := filled(t, many)
	explain := func(sql string, args []any) string {
		rows, err := pool.Query(t.Context(), "explain (analyze, costs off, timing off) "+sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
		if err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
		return strings.Join(lines, "\n")
	}
	unit := casework.Sight{Units: []casework.UnitCode{"u-3", "u-4"}}
	for _, c := range []struct {
		text  string
		q     search.Query
		sight casework.Sight
	}{
		{"噪音 解放路17", search.Query{}, casework.Sight{All: true}},
		{"解放路123号井盖", search.Query{}, casework.Sight{All: true}},
		{"长江路 幼儿园收费", search.Query{Districts: []string{"990103"}}, casework.Sight{All: true}},
		{"拖欠工资", search.Query{}, unit},
		{"欠薪", search.Query{Category: "0102", States: []casework.State{casework.InHand}}, unit},
		{"gonggongqiche", search.Query{}, casework.Sight{All: true}},
		{"zhangjianglu", search.Query{}, unit},
		{"wlc", search.Query{}, unit},
		{"老人 三千元", search.Query{}, casework.Sight{All: true}},
		{"休息 ce", search.Query{}, casework.Sight{All: true}},
	} {
		s := stage{words: e.Lexicon.Parse(c.text)}
		st := &statement{}
		sql, ok := e.byIndex(st, c.q, c.sight, s, 21)
		if !ok {
			t.Errorf("%s is not answered by the index", c.text)
			continue
		}
		if plan := explain(sql, st.args); !strings.Contains(plan, "search_document_tokens") && !strings.Contains(plan, "search_document_sounds") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("%s:\n%s", c.text, plan)
		}
		st = &statement{}
		if plan := explain(e.byReading(st, c.q, c.sight, s, 21), st.args); !strings.Contains(plan, "search_document_newest") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("%s, newest:\n%s", c.text, plan)
		}
		if s.some = true; len(s.words) < 2 {
			continue
		}
		st = &statement{}
		sql, _ = e.byIndex(st, c.q, c.sight, s, 21)
		if plan := explain(sql, st.args); strings.Contains(plan, "search_document_newest") {
			t.Errorf("%s, some of it: read by time, which ends only where enough was found:\n%s", c.text, plan)
		}
	}
}

// Steps that change no word leave the inverted index alone: the row is updated in place.
func TestStepsOfACaseSpareTheIndex(t *testing.T) {
	e, pool := filled(t, 200)
	doc := synthetic(200)[7]
	if err := e.Put(t.Context(), pool, []search.Document{doc}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		doc.Version++
		doc.State = casework.States[doc.Version]
		if err := e.Put(t.Context(), pool, []search.Document{doc}); err != nil {
			t.Fatal(err)
		}
	}
	var updated, inPlace int
	err := pgx.ErrNoRows
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until) && updated < 5; time.Sleep(100 * time.Millisecond) {
		if err = pool.QueryRow(t.Context(), `select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'search_document'`).Scan(&updated, &inPlace); err != nil {
			break
		}
	}
	if err != nil || updated != 5 || inPlace < 4 {
		t.Errorf("%d of %d updates in place, %v", inPlace, updated, err)
	}
}

// Every moment of a span has one of the labels that the span is asked for by.
func TestSpansHoldTheirMoments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		since := searchtest.Now.Add(-time.Duration(rapid.Int64Range(0, 1000*24*3600).Draw(t, "ago")) * time.Second)
		span := time.Duration(rapid.Int64Range(1, 800*24*3600).Draw(t, "span")) * time.Second
		at := since.Add(time.Duration(rapid.Int64Range(0, int64(span)-1).Draw(t, "at")))
		labels := between(since, since.Add(span))
		if labels == nil {
			return
		}
		if len(labels) > 30 {
			t.Fatalf("%d labels for %s", len(labels), span)
		}
		for _, l := range times(at) {
			if slices.Contains(labels, l) {
				return
			}
		}
		t.Fatalf("%s is not between %s and %s", at, since, since.Add(span))
	})
}

func BenchmarkPut(b *testing.B) {
	e, pool := filled(b, many)
	docs := synthetic(20 * 1000)
	b.Run("one", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			d := docs[i%len(docs)]
			d.Case = uuid.Must(uuid.NewV7())
			if err := e.Put(b.Context(), pool, []search.Document{d}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hundred", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			batch := docs[i*100%len(docs):][:100]
			for k := range batch {
				batch[k].Case = uuid.Must(uuid.NewV7())
			}
			if err := e.Put(b.Context(), pool, batch); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "docs/s")
	})
	b.Run("read", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			entryOf(docs[i%len(docs)])
		}
	})
}

func BenchmarkFind(b *testing.B) {
	e, _ := filled(b, many)
	all, unit := casework.Sight{All: true}, casework.Sight{Units: []casework.UnitCode{"u-3"}}
	for _, c := range []struct {
		name  string
		q     search.Query
		sight casework.Sight
	}{
		{"frequent", search.Query{Text: "噪音"}, all},
		{"two", search.Query{Text: "噪音 解放路"}, all},
		{"rare", search.Query{Text: "解放路123号井盖"}, all},
		{"phrase", search.Query{Text: `"道路积水"`}, all},
		{"filtered", search.Query{Text: "拖欠工资", Districts: []string{"990103"}, Since: searchtest.Now.AddDate(0, -3, 0)}, all},
		{"unit", search.Query{Text: "拖欠工资"}, unit},
		{"facets", search.Query{Text: "噪音", Facets: true}, all},
		{"pinyin", search.Query{Text: "zaoyin"}, all},
		{"initials", search.Query{Text: "wylsf"}, all},
		{"homophone", search.Query{Text: "物页乱收费"}, all},
		{"sentence", search.Query{Text: "我家楼下烧烤店晚上油烟很大怎么投诉"}, all},
		{"nothing", search.Query{Text: "火星移民计划"}, all},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := e.Find(b.Context(), c.q, c.sight); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
