package resident

import (
	"regexp"
	"testing"

	"huiyin/casework"
)

// What is sent at once after the form was opened is kept, counted apart, and the resident is told so.
func TestAHastyRatingIsKeptAndToldToBeDoubtful(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	b := o.browser(t)
	id := o.caseOf(t, b.file("", "流动摊贩占道"))
	o.reply(t, id)
	link := "/rate/" + o.Docket.RatingLink(id, 1)
	opened := regexp.MustCompile(`name="opened" value="([^"]+)"`).FindStringSubmatch(b.get(link).body)
	if opened == nil {
		t.Fatal("the form does not say when it was handed out")
	}
	b.post(link, "solved", "yes", "satisfaction", "5", "opened", opened[1]).wants(303, link)
	b.get(link).shows("谢谢，记下了")
	f, err := o.Docket.Dossier(t.Context(), casework.System, id)
	must(t, err)
	if len(f.Ratings) != 1 || !f.Ratings[0].Doubtful() || f.Ratings[0].Suspect[0] != "too_fast" {
		t.Fatalf("%+v", f.Ratings)
	}
	b.get("/t").shows("单独计数，没有删除")
	must(t, o.Docket.DoubtRating(t.Context(), casework.Actor{Kind: casework.ByStaff, StaffID: 4, Unit: casework.Hotline, Units: []casework.UnitCode{casework.Hotline}, Roles: []casework.Role{casework.Supervisor}},
		casework.Ref{ID: id}, 1, nil, "本人电话确认"))
	b.get("/t").shows("照常计数")
}
