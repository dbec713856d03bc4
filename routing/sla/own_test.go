package sla

import (
	"strings"
	"testing"
	"time"

	"huiyin/calendar"
	"huiyin/casework"
	"huiyin/locale"
)

func withStatute(t *testing.T) *Terms {
	t.Helper()
	p, err := Parse(changed(t, "\nreturn: {", `
statutes:
  - name: labour
    categories: ["0701"]
    kinds: [complaint]
    handle: 60wd
    law: {zh: 《劳动保障监察条例》第十七条, en: Labour}

return: {`))
	if err != nil {
		t.Fatal(err)
	}
	terms, err := With(p, standard(t).Calendar)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

func TestALawSetsItsLimitBesideTheCitys(t *testing.T) {
	terms, at := withStatute(t), moment(t, "2026-03-02T09:00:00+08:00")
	m := Matter{Kind: casework.Complaint, Category: "070102"}
	all, err := terms.Promises(m, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		byLaw := p.Name == casework.ClockTotal || p.Name == casework.ClockHandle
		if byLaw != (p.Statute == "labour") || byLaw != (p.WorkingDays == 60) || byLaw != (p.Ordinary != nil && p.Ordinary.Equal(moment(t, "2026-03-10T00:00:00+08:00"))) {
			t.Errorf("%+v", p)
		}
	}
	for _, other := range []Matter{{Kind: casework.Help, Category: "070102"}, {Kind: casework.Complaint, Category: "0702"}, {Kind: casework.Complaint}, {Kind: casework.Complaint, Category: "0701", Urgency: casework.Urgent}} {
		if p, err := terms.Total(other, at); err != nil || p.Statute != "" || p.Ordinary != nil {
			t.Errorf("%+v: %+v %v", other, p, err)
		}
	}
	s, ok := terms.Policy.Statute("labour")
	if _, unknown := terms.Policy.Statute("x"); !ok || unknown || s.Text(locale.ZH) != "《劳动保障监察条例》第十七条" || s.Text(locale.EN) != "Labour" {
		t.Errorf("%+v", s)
	}
}

func TestStatutesThatAreRefused(t *testing.T) {
	for wrong, say := range map[string]string{
		`{name: "", categories: ["07"], handle: 60wd, law: {zh: 法, en: law}}`:            "statutes[0].name",
		`{name: a, handle: 60wd, law: {zh: 法, en: law}}`:                                 "statutes[0].categories",
		`{name: a, categories: ["07"], handle: 24h, law: {zh: 法, en: law}}`:              "statutes[0].handle",
		`{name: a, categories: ["07"], handle: 60wd, law: {zh: 法}}`:                      "statutes[0].law",
		`{name: a, categories: ["07"], kinds: [x], handle: 60wd, law: {zh: 法, en: law}}`: "statutes[0].kinds",
	} {
		if _, err := Parse(changed(t, "\nreturn: {", "\nstatutes: ["+wrong+"]\nreturn: {")); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestABadRatingIsRectifiedWithinItsLimits(t *testing.T) {
	terms, at := standard(t), moment(t, "2026-03-02T09:00:00+08:00")
	for _, v := range []struct {
		m    Matter
		days int
	}{{Matter{Kind: casework.Consultation}, 5}, {Matter{Kind: casework.Help}, 5}, {Matter{Kind: casework.Report}, 15}, {Matter{Kind: casework.Suggestion}, 15}} {
		all, err := terms.Rectify(v.m, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Name == casework.ClockHandle && p.WorkingDays != v.days || p.Name == casework.ClockContact && p.WorkingDays != 1 {
				t.Errorf("%s: %+v", v.m.Kind, p)
			}
		}
	}
	all, err := terms.Rectify(Matter{Kind: casework.Help, Urgency: casework.Critical}, at)
	if err != nil || !all[len(all)-1].Due.Equal(at.Add(2*time.Hour)) {
		t.Errorf("%+v %v", all, err)
	}
}

func TestOwnLimits(t *testing.T) {
	at := moment(t, "2026-02-13T16:00:00+08:00") // the last working day but one before the Spring Festival
	terms := standard(t)
	for _, name := range []string{casework.ClockFollowUp, casework.DecideReturn, casework.DecideExtension, casework.DecideHang} {
		if p, ok := terms.OwnLimit(casework.Case{}, name, at); !ok || p.Name != name || terms.Calendar.DueDate(p.Due) != calendar.NewDate(2026, 2, 14) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	p, err := Parse(changed(t, "notice: 4h}", "notice: 4h, decision: 2h}"))
	if err != nil {
		t.Fatal(err)
	}
	quick, err := With(p, terms.Calendar)
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := quick.OwnLimit(casework.Case{}, casework.DecideExtension, at); !p.Due.Equal(at.Add(2 * time.Hour)) {
		t.Errorf("%+v", p)
	}
}
