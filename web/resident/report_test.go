package resident

import (
	"bytes"
	"context"
	"image/png"
	"maps"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/pg/pgtest"
)

var bareText = regexp.MustCompile(`(report|track|story|mydata|rate|datause|state)\.[a-z][a-z0-9_]+|<no value>`)

func TestAMatterIsFiledWithoutScriptsInBothLanguages(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	for _, lang := range locale.Langs() {
		b := o.browser(t)
		p := strings.TrimSuffix(lang.Path("/"), "/")
		b.get(p+"/report").wants(303, p+"/report/1")
		for _, page := range []string{"/report/2", "/report/3"} { // nothing written yet
			b.get(p+page).wants(303, p+"/report/1")
		}
		code := b.file(p, "楼下的烧烤摊半夜还在营业，油烟太大。")
		b.shows("2026", lang.Path("/report/qr.png"), code)
		if found := bareText.FindString(plain(b.body)); found != "" {
			t.Errorf("a text is missing: %s", found)
		}
		pic := b.get(p + "/report/qr.png")
		if _, err := png.Decode(strings.NewReader(pic.body)); err != nil || pic.header.Get("Cache-Control") != "no-store" {
			t.Errorf("QR code: %v, kept %q", err, pic.header.Get("Cache-Control"))
		}
		c, err := o.Docket.Case(context.Background(), casework.System, o.caseOf(t, code))
		must(t, err)
		if c.Channel != casework.Web || !c.Publish || !c.HasIdentity || o.City.District(c.Territory) != "990101" || c.Language != string(lang) {
			t.Errorf("filed as %+v", c)
		}
		b.get(p+"/t").shows("油烟太大", "向阳路小学东门", c.Number)
		if found := bareText.FindString(plain(b.body)); found != "" {
			t.Errorf("a text is missing: %s", found)
		}
	}
}

func TestPressingTheButtonTwiceIsOneCaseWithOneCode(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "路灯不亮"})
	b.get("/report/2").post("/report/2", "unclear", "yes").wants(303, "/report/3")
	b.get("/report/3")
	var all sync.WaitGroup
	codes := make([]string, 4)
	for i := range codes {
		twin := o.browser(t)
		maps.Copy(twin.cookies, b.cookies)
		twin.body = b.body
		all.Go(func() {
			twin.post("/report/3")
			if m := codeIn.FindStringSubmatch(twin.get("/report/done").body); m != nil {
				codes[i] = m[1]
			}
		})
	}
	all.Wait()
	for _, c := range codes {
		if c == "" || c != codes[0] {
			t.Fatalf("codes: %q", codes)
		}
	}
	b.post("/report/3").wants(303, "/report/done")
	var n int
	must(t, pgtest.OwnerPool(t).QueryRow(context.Background(), `select count(*) from cases`).Scan(&n))
	if n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestADraftSurvivesAndCanBeDeleted(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "井盖松动，车过很响"}, pixel).wants(303, "/report/2")
	o.now = o.now.Add(6 * 24 * time.Hour)
	b.get("/report").shows("井盖松动", "/report/2")
	b.get("/report/1?then=3").shows("井盖松动", `value="3"`)
	b.upload("/report/1?then=3", map[string]string{"text": "井盖松动，车过很响，晚上也响"}, pixel).wants(303, "/report/3")
	b.get("/report/3").wants(303, "/report/2")
	b.get("/report/2").post("/report/2", "place", "解放路").wants(303, "/report/3")
	b.get("/report/3").shows("晚上也响", "2 张", "解放路")

	sealed := func() []byte {
		var all []byte
		rows, err := pgtest.OwnerPool(t).Query(context.Background(), `select sealed from draft union all select sealed from draft_photo`)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var s []byte
			must(t, rows.Scan(&s))
			all = append(all, s...)
		}
		return all
	}
	if all := sealed(); len(all) == 0 || bytes.Contains(all, []byte("井盖")) || bytes.Contains(all, []byte("PNG")) {
		t.Error("the draft stands in clear in the database, or nowhere")
	}
	o.browser(t).get("/report/1").hides("井盖")

	b.get("/report").post("/report/forget", "again", "yes").wants(303, "/report/1?cleared=1")
	b.get(b.place).shows(`data-draft-clear="report"`)
	b.get("/report/1").hides("井盖")
	if len(sealed()) != 0 {
		t.Error("the deleted draft is still there")
	}
	b.upload("/report/1", map[string]string{"text": "新的一件"})
	o.now = o.now.Add(draftLife + time.Hour)
	b.get("/report/1").hides("新的一件")
	if n, err := o.SweepDrafts(context.Background(), 100); err != nil || n != 1 {
		t.Errorf("swept %d, %v", n, err)
	}
}

func TestMistakesKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "  "}).shows("<title>错误：", `href="#text"`)
	if b.status != 422 {
		t.Errorf("an empty page is answered by %d", b.status)
	}
	b.upload("/report/1", map[string]string{"text": "有人乱倒垃圾"}, []byte("MZ not a picture"), pixel).shows("有人乱倒垃圾", `href="#photos"`, "照片 1")
	b.upload("/report/1", map[string]string{"text": "有人乱倒垃圾"}, pixel, pixel, pixel).shows("有人乱倒垃圾", "最多 3 张，多的没有收下", "照片 3")
	remove := regexp.MustCompile(`name="remove" value="([^"]+)"`).FindStringSubmatch(b.body)
	b.upload("/report/1", map[string]string{"text": "有人乱倒垃圾", "remove": remove[1]}).wants(303, "/report/1")
	b.get("/report/1").shows("有人乱倒垃圾", "照片 2").hides("照片 3（")
	b.upload("/report/1", map[string]string{"text": strings.Repeat("长", casework.MaxBody+1)}).shows(`href="#text"`)
	b.upload("/report/1", map[string]string{"text": "有人乱倒垃圾"}).wants(303, "/report/2")
	b.get("/report/2").post("/report/2", "district", "990101").shows(`href="#place"`, `value="990101" checked`)
	b.post("/report/2", "district", "nowhere", "place", "桥下").wants(303, "/report/3")
	b.get("/report/3").post("/report/3", "name", "林小舟", "phone", "12", "email", "a b", "secret", "yes").shows("林小舟", `value="12"`, `id="secret-2" name="secret" type="radio" value="yes" checked`)
	if b.status != 422 {
		t.Errorf("a wrong address is answered by %d", b.status)
	}
}

func TestDangerIsToldBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "楼下着火了，浓烟很大"}).wants(303, "/report/danger")
	b.get("/report/danger").shows("tel:119", "tel:110", "tel:120", "/report/2")
	if strings.Index(b.body, "tel:119") > strings.Index(b.body, "tel:110") {
		t.Error("the line that fits does not come first")
	}
	b.get("/report/1").upload("/report/1", map[string]string{"text": "楼下着火了，浓烟很大，快来"}).wants(303, "/report/2") // told once
}

func TestAWithdrawnOrClearedBrowserSeesNothing(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	code := b.file("", "树枝挡住路灯")
	b.post("/report/forget").wants(303, "/t?cleared=1")
	b.get("/report/done").wants(303, "/report")
	b.get("/t").hides("树枝挡住", code).shows(`name="code"`)
}

// Who writes what the matter does not need is told before it is sent, and is not kept from sending it.
func TestPersonalDataInTheWordsIsPointedOut(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "邻居装修太吵，我的身份证11010519491231002X，车牌京A12345"})
	b.get("/report/2").post("/report/2", "unclear", "yes").wants(303, "/report/3")
	b.get("/report/3").shows("您写的内容里有身份证号、车牌号")
	b.post("/report/3").wants(303, "/report/done")
	plain := o.browser(t)
	plain.get("/report/1").upload("/report/1", map[string]string{"text": "邻居装修太吵，张师傅不听劝"})
	plain.get("/report/2").post("/report/2", "unclear", "yes").wants(303, "/report/3")
	plain.get("/report/3").hides("您写的内容里有")
}

// A letter that came back is told where the resident looks, until a later one arrives.
func TestALetterThatDidNotArriveIsTold(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "路灯不亮，晚上看不清"))
	tell := func(state string, minute int) {
		t.Helper()
		_, err := o.DB.Exec(t.Context(), `insert into letter (id, case_id, event_seq, round, kind, state, recipient, queued_at, sent_at)
			select gen_random_uuid(), $1, seq + $3::int, 1, 'filed', $2, 'x', now() + make_interval(mins => $3::int), now() from event where case_id = $1 order by seq limit 1`, id, state, minute)
		must(t, err)
	}
	b.get("/t").hides("没有送到")
	tell("bounced", 1)
	b.get("/t").shows("没有送到")
	tell("sent", 2)
	b.get("/t").hides("没有送到")
}
