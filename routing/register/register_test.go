package register_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huiyin/casework"
	"huiyin/fault"
	"huiyin/locale"
	"huiyin/pg/pgtest"
	"huiyin/routing/model"
	"huiyin/routing/register"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var now = time.Date(2026, 11, 2, 9, 0, 0, 0, locale.Zone)

// admin is an administrator of a hotline on a fresh database.
func admin(t *testing.T, pool *pgxpool.Pool) casework.Actor {
	t.Helper()
	if _, err := pool.Exec(t.Context(), `insert into unit (code, name_zh, name_en, level) values ('hotline', '热线', 'Hotline', 'hotline') on conflict do nothing`); err != nil {
		t.Fatal(err)
	}
	var id int64
	err := pool.QueryRow(t.Context(), `insert into account (login, name, password_hash, unit, roles, created_at) values ('ann', 'Ann', 'none', 'hotline', '{admin}', now()) returning id`).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return casework.Actor{Kind: casework.ByStaff, StaffID: id, Unit: "hotline", Roles: []casework.Role{casework.Admin}}
}

func trained(t *testing.T) (*model.Model, model.Card) {
	t.Helper()
	var examples []model.Example
	for i := range 300 {
		filler := []rune("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏")
		said := [][2]string{{"车辆违停占道", "交警"}, {"自来水停水", "供水"}}[i%2]
		examples = append(examples, model.Example{Text: said[0] + string(filler[i%20:i%20+4]) + fmt.Sprint(i) + string(filler[(i*7)%20:(i*7)%20+4]), Label: said[1]})
	}
	m, card, err := model.Learn(t.Context(), examples, model.Plan{Wrong: 0.05}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	card.Made = now
	return m, card
}

func TestAPersonSwitchesModelsOnAndBack(t *testing.T) {
	pool := pgtest.DB(t)
	by := admin(t, pool)
	r := &register.Register{DB: pool, Now: func() time.Time { return now }}
	if d, err := r.InForce(t.Context()); err != nil || d.ID != 0 || d.Model != 0 {
		t.Fatalf("before anything: %+v %v", d, err)
	}
	m, card := trained(t)
	first, err := r.Add(t.Context(), m, card, register.Comparison{Cases: 60, Rules: 30, Learned: 50}, by.StaffID)
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Add(t.Context(), m, card, register.Comparison{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if d, _ := r.InForce(t.Context()); d.Model != 0 {
		t.Error("a model is at work that nobody switched on")
	}
	for _, step := range []struct {
		model int64
		alone bool
		key   string // of the refusal
	}{
		{first, true, "fault.model_not_alone"}, // it has to be seen at work first
		{first, false, ""},
		{first, true, ""},
		{second, true, "fault.model_not_alone"},
		{second, false, ""},
		{first, false, ""}, // back
		{999, false, "fault.not_found"},
		{0, false, ""},
	} {
		err := r.Switch(t.Context(), by, step.model, step.alone, "试用")
		if got := keyOf(err); got != step.key {
			t.Fatalf("switch to %d, alone %v: %v, want %q", step.model, step.alone, err, step.key)
		}
		if step.key != "" {
			continue
		}
		if d, err := r.InForce(t.Context()); err != nil || d.Model != step.model || d.Alone != step.alone || d.By != "Ann" {
			t.Errorf("%+v %v", d, err)
		}
	}
	history, err := r.History(t.Context())
	if err != nil || len(history) != 5 {
		t.Errorf("%d decisions are kept: %v", len(history), err)
	}
	list, err := r.List(t.Context())
	if err != nil || len(list) != 2 || list[1].Maker != "Ann" || list[1].Card.Rows != 300 || list[1].Comparison.Learned != 50 {
		t.Errorf("%+v %v", list, err)
	}
	back, err := r.Load(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := fmt.Sprint(m.Classify("路口违停")), fmt.Sprint(back.Classify("路口违停")); a != b {
		t.Errorf("kept %s, read %s", a, b)
	}
}

func TestOnlyAdministratorsWithAReasonSwitch(t *testing.T) {
	pool := pgtest.DB(t)
	by := admin(t, pool)
	r := &register.Register{DB: pool, Now: func() time.Time { return now }}
	if err := r.Switch(t.Context(), by, 0, false, "  "); keyOf(err) != "fault.model_reason" {
		t.Errorf("without a reason: %v", err)
	}
	by.Roles = []casework.Role{casework.Operator}
	if err := r.Switch(t.Context(), by, 0, false, "试用"); keyOf(err) != "fault.forbidden" {
		t.Errorf("an operator: %v", err)
	}
	if _, err := pool.Exec(t.Context(), `delete from text_model_switch`); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("decisions can be deleted: %v", err)
	}
}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.KeyOf(err)
}
