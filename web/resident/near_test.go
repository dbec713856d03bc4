package resident

import (
	"context"
	"math"
	"regexp"
	"strings"
	"testing"

	"huiyin/casework"
	"huiyin/locale"
	cards "huiyin/privacy"
	"huiyin/routing"
)

const vendors = "向阳路早市的流动摊贩占道经营，人行道走不过去。"

// public puts the case of a code on the public list, as the followers would after it was accepted.
func (o *town) public(t *testing.T, code string) casework.CaseID {
	t.Helper()
	ctx, id := context.Background(), o.caseOf(t, code)
	must(t, o.Desk.Dispatch(ctx, clerk(), casework.Ref{ID: id}, casework.Order{Lead: lead}))
	o.card(t, id)
	return id
}

func (o *town) card(t *testing.T, id casework.CaseID) {
	t.Helper()
	ctx := context.Background()
	f, err := o.Docket.Dossier(ctx, casework.System, id)
	must(t, err)
	card, why := cards.Publish(f, o.Keys, locale.Zone)
	must(t, cards.Keep(ctx, o.DB, id, f.Case.FiledAt, o.now, card, why))
}

func TestWhatOthersReportedNearbyIsJoinedInTwoTaps(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	first := o.public(t, o.browser(t).file("", vendors+"我叫林小舟，住3栋502。"))

	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "东风路上小贩占道，推车过不去"}).wants(303, "/report/2")
	b.get("/report/2").shows("附近有 1 件可能一样的诉求", "我也遇到了", "向阳街道").hides("早市", "林小舟", "502", first.String())
	number := regexp.MustCompile(`name="number" value="([^"]+)"`).FindStringSubmatch(b.body)
	if number == nil {
		t.Fatal("nothing to press")
	}
	b.post("/report/join", "number", "990100-made-up").wants(303, "/report/2")
	b.get("/report/2").post("/report/join", "number", number[1]).wants(303, "/report/3")
	b.get("/report/3").shows(number[1], "向阳街道").post("/report/3").wants(303, "/report/done")
	code := codeIn.FindStringSubmatch(b.get("/report/done").body)
	c, err := o.Docket.Case(context.Background(), casework.System, o.caseOf(t, code[1]))
	must(t, err)
	if len(c.Tags) == 0 || c.Tags[0] != sameTag+first.String() && !strings.Contains(strings.Join(c.Tags, " "), sameTag+first.String()) {
		t.Errorf("the operator is told %q", c.Tags)
	}
	if o.City.Street(c.Territory) != "990101001" || c.State != casework.Registered {
		t.Errorf("in %s, %s", c.Territory, c.State)
	}
	b.get("/t").hides(first.String())
}

func TestAnAddressThatLeadsToTheSameMatterAsksOnce(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	o.public(t, o.browser(t).file("", vendors))
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "流动摊贩占道经营"})
	b.get("/report/2").hides("我也遇到了").post("/report/2", "place", "东风路").wants(303, "/report/near")
	b.get("/report/near").shows("我也遇到了", "/report/3")
	b.get("/report/2").shows("我也遇到了")
	seen := regexp.MustCompile(`name="seen" value="([^"]+)"`).FindStringSubmatch(b.body)
	b.post("/report/2", "place", "东风路", "seen", seen[1]).wants(303, "/report/3")
}

func TestSecretMattersAndClosedOnesAreNotOffered(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	id := o.public(t, o.browser(t).file("", vendors))
	ask := func(text string) []alike {
		list, err := o.near(context.Background(), draft{Text: text, Place: "东风路"})
		must(t, err)
		return list
	}
	if len(ask("流动摊贩占道经营")) != 1 {
		t.Error("the open case is not offered")
	}
	if len(ask("路灯不亮")) != 0 || len(ask("举报城管人员收摊贩的钱，请保密")) != 0 {
		t.Error("another matter, or a secret one, is offered the case")
	}
	o.work(t, id)
	o.card(t, id)
	if len(ask("流动摊贩占道经营")) != 0 {
		t.Error("an answered case is offered")
	}
}

func TestAPositionStandsForAnAddressAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	street, ok := o.City.Territory("990101001")
	if !ok || street.Point == nil {
		t.Fatal("the street has no middle")
	}
	lat, lon := degrees(street.Point.Lat), degrees(street.Point.Lon)
	b := o.browser(t)
	b.get("/report/1").upload("/report/1", map[string]string{"text": "这里的井盖松动"})
	b.get("/report/2").shows(`data-locate`, `list="places"`, `<datalist id="places">`, "东风路")
	b.post("/report/2", "lat", "91", "lon", "0").shows(`href="#place"`)
	b.post("/report/2", "lat", lat+"123", "lon", lon).wants(303, "/report/3")
	b.get("/report/2").shows(`value="`+lat+`"`).post("/report/2", "drop", "point", "lat", lat, "lon", lon).wants(303, "/report/2")
	b.get("/report/2").hides(`value="`+lat+`"`).post("/report/2", "lat", lat, "lon", lon).wants(303, "/report/3")
	b.get("/report/3").shows(lat).post("/report/3").wants(303, "/report/done")
	code := codeIn.FindStringSubmatch(b.get("/report/done").body)
	c, err := o.Docket.Case(context.Background(), casework.System, o.caseOf(t, code[1]))
	must(t, err)
	if o.City.Street(c.Territory) != street.Code || !strings.Contains(c.Place, lat) {
		t.Errorf("in %s at %q", c.Territory, c.Place)
	}
	if got := (draft{Point: &routing.Point{Lat: math.Pi, Lon: 1}}).lat(); got != "3.1416" {
		t.Error(got)
	}
}

func TestSuggestionsAreOfTheChosenDistrict(t *testing.T) {
	t.Parallel()
	o := newTown(t)
	all := reportView{City: o.City}.places()
	some := reportView{City: o.City, Draft: draft{District: "990101"}}.places()
	if len(some) == 0 || len(some) >= len(all) {
		t.Errorf("%d of %d", len(some), len(all))
	}
}
