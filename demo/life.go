package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/locale"
	"huiyin/privacy"
	"huiyin/rating"
	"huiyin/routing"
	"huiyin/routing/sla"
	"huiyin/supervision/replycheck"
)

// checked are the flags that the check of replies raises, as they would be kept on the pages.
func (l *life) checked() []string {
	var names []string
	for _, f := range replycheck.Judge(replycheck.Check{Asked: l.story.Title + "\n" + l.story.Body, Reply: l.story.Reply}, nil).Flags {
		names = append(names, string(f))
	}
	return names
}

// life is one case from filing to today, under a clock of its own.
type life struct {
	city   *City
	rnd    *rand.Rand
	docket *casework.Docket
	desk   *routing.Desk
	story  story
	say    phrases
	place  routing.Place
	filed  time.Time
	now    time.Time // the moved clock
	today  time.Time // where it stops
	id     casework.CaseID
}

func (c *City) newLife(rnd *rand.Rand, all []story, say phrases, p Plan) *life {
	l := &life{city: c, rnd: rnd, say: say, today: c.Now()}
	l.docket = c.docket(func() time.Time { return l.now })
	l.desk = &routing.Desk{Docket: l.docket, City: c.Rules, Terms: c.Terms, Now: func() time.Time { return l.now }}
	l.story = pick(rnd, all)
	places := c.Rules.Places()
	l.place = places[rnd.IntN(len(places))]
	span := time.Duration(p.Months) * 30 * 24 * time.Hour
	back := time.Duration(math.Pow(rnd.Float64(), 1.1) * float64(span)) // a little more of late
	l.filed = l.daytime(l.today.Add(-back))
	if rnd.Float64() < 0.03 { // today's and yesterday's, most of them just now: every queue has something in it, and the month is no other than those before
		l.filed = l.today.Add(-time.Duration(36*60*math.Pow(rnd.Float64(), 2)+3) * time.Minute)
	}
	if !l.filed.Before(l.today) {
		l.filed = l.today.Add(-time.Duration(rnd.IntN(300)+5) * time.Minute)
	}
	return l
}

func pick(rnd *rand.Rand, all []story) story {
	sum := 0
	for _, s := range all {
		sum += s.Weight
	}
	n := rnd.IntN(sum)
	for _, s := range all {
		if n -= s.Weight; n < 0 {
			return s
		}
	}
	return all[0]
}

// daytime moves an instant into the waking hours of its day.
func (l *life) daytime(t time.Time) time.Time {
	t = t.In(l.city.Rules.TZ)
	return time.Date(t.Year(), t.Month(), t.Day(), 7+l.rnd.IntN(15), l.rnd.IntN(60), l.rnd.IntN(60), 0, t.Location())
}

// after moves the clock on; false once it would pass today.
func (l *life) after(d time.Duration) bool {
	l.now = l.now.Add(d)
	return l.now.Before(l.today)
}

// office moves the clock to office hours, never back.
func (l *life) office() bool {
	t := l.now.In(l.city.Rules.TZ)
	if h := t.Hour(); h < 8 || h >= 18 {
		next := time.Date(t.Year(), t.Month(), t.Day(), 8, 30+l.rnd.IntN(90), 0, 0, t.Location())
		if !next.After(t) {
			next = next.AddDate(0, 0, 1)
		}
		l.now = next
	}
	return l.now.Before(l.today)
}

func (l *life) chance(p float64) bool { return l.rnd.Float64() < p }

// appGone is for how many days the city's app has sent nothing.
const appGone = 40

// speed is how a unit works, drawn once from its code: below 1 early, above late.
func (l *life) speed(unit casework.UnitCode) float64 {
	h := sha256.Sum256([]byte(unit))
	return 0.45 + 0.45*float64(h[0])/255
}

func (l *life) live(ctx context.Context) error {
	l.now = l.filed
	r, err := l.docket.Open(ctx, l.filing())
	if err != nil {
		return err
	}
	l.id = r.ID
	return l.triage(ctx)
}

func (l *life) filing() casework.Filing {
	place := l.place.Name.ZH
	area := l.city.Rules.TerritoryName(l.place.Street, locale.ZH)
	body := strings.ReplaceAll(l.story.Body, "{place}", place)
	where := area + place
	surnames := []rune(l.say.Surnames)
	surname := surnames[l.rnd.IntN(len(surnames))]
	phone := fmt.Sprintf("1990000%04d", l.rnd.IntN(10000))
	channel := []casework.Channel{casework.Phone, casework.Phone, casework.Phone, casework.Web, casework.Web, casework.Email}[l.rnd.IntN(6)]
	if channel == casework.Web && l.filed.Before(l.today.AddDate(0, 0, -appGone)) && l.filed.Minute()%4 == 0 {
		channel = casework.Open311 // an app of the city that has sent nothing since: its channel fell silent
	}
	urgency := casework.Normal
	if l.story.Category == "010502" || l.story.Category == "060401" {
		urgency = casework.Urgent
	}
	p := routing.Propose(l.city.Rules, routing.Input{Title: l.story.Title, Text: body, Address: where, At: l.filed})
	total, err := l.city.Terms.Total(sla.Matter{Kind: l.story.Kind, Urgency: urgency, Category: l.story.Category}, l.filed)
	if err != nil {
		panic(err) // the stories' kinds are checked by a test
	}
	person := casework.Person{Name: string(surname) + l.say.Sir, Phone: phone}
	if l.chance(0.5) {
		person.Name = string(surname) + l.say.Madam
	}
	if channel == casework.Email || l.chance(0.3) {
		person.Email = fmt.Sprintf("resident%05d@example.com", l.rnd.IntN(100000))
	}
	if l.chance(0.12) {
		person = casework.Person{}
	}
	contact := ""
	if person.Phone != "" && l.chance(0.4) {
		contact = strings.ReplaceAll(l.say.Phone, "{phone}", phone)
	}
	mask := func(s string) casework.Masked {
		m, _ := privacy.Mask(s)
		return casework.Masked{Original: s, Clear: m}
	}
	by := casework.Actor{}
	if channel == casework.Phone {
		by = l.city.crew.clerk
	}
	var key casework.Key
	for i := range key {
		key[i] = byte(l.rnd.IntN(256))
	}
	return casework.Filing{Key: key, By: by, Channel: channel, At: l.filed, Kind: l.story.Kind, Category: l.story.Category, Territory: l.place.Street, Urgency: urgency,
		Title: mask(l.story.Title), Body: mask(body + contact), Place: mask(where), Person: person, RealName: person.Phone != "",
		Secret: l.story.Kind == casework.Report && l.chance(0.5), Publish: l.chance(0.8), Tags: p.Tags, Proposal: p, Total: total}
}

func (l *life) ref() casework.Ref { return casework.Ref{ID: l.id} }

func (l *life) minutes(low, high int) time.Duration {
	return time.Duration(low+l.rnd.IntN(high-low)) * time.Minute
}

// triage is what the hotline does: answer, decline, or dispatch.
func (l *life) triage(ctx context.Context) error {
	if !l.after(l.minutes(3, 240)) {
		return nil
	}
	if l.chance(0.03) {
		return l.docket.Decline(ctx, l.city.crew.clerk, l.ref(), "legal_procedure", l.say.Declined)
	}
	if l.story.Kind == casework.Consultation && l.chance(0.7) || l.story.Kind == casework.Praise {
		if err := l.docket.Answer(ctx, l.city.crew.clerk, l.ref(), l.story.Reply); err != nil {
			return err
		}
		return l.aftermath(ctx)
	}
	if l.chance(0.015) {
		return l.docket.Withdraw(ctx, casework.Resident(l.id), l.ref())
	}
	if l.chance(0.25) {
		if _, err := l.docket.Reveal(ctx, l.city.crew.clerk, l.id, []casework.PersonalField{casework.FieldBody, casework.FieldPlace}, casework.Use{Purpose: casework.ForTriage, Basis: casework.BasisDuty}); err != nil {
			return err
		}
	}
	lead := l.city.Rules.LeadOf(l.story.Category, l.place.Street)
	if lead == "" {
		lead = l.city.Rules.LeadOf(l.story.Category, l.city.Rules.District(l.place.Street))
	}
	if lead == "" {
		return nil // waits in the queue, as it would
	}
	if l.chance(0.04) { // a wrong first guess comes back
		if err := l.wrongTurn(ctx, lead); err != nil || !l.now.Before(l.today) {
			return err
		}
	}
	o := casework.Order{Lead: lead, Suggested: 1}
	if l.chance(0.15) {
		o.Suggested = 2
	}
	if err := l.desk.Dispatch(ctx, l.city.crew.clerk, l.ref(), o); err != nil {
		return err
	}
	return l.handle(ctx, lead)
}

func (l *life) wrongTurn(ctx context.Context, right casework.UnitCode) error {
	wrong := casework.UnitCode("c-shangwu")
	if _, ok := l.city.Rules.Unit(wrong); !ok || wrong == right {
		wrong = "c-jiaotong"
	}
	if wrong == right {
		return nil
	}
	if err := l.desk.Dispatch(ctx, l.city.crew.clerk, l.ref(), casework.Order{Lead: wrong}); err != nil {
		return err
	}
	if !l.after(l.minutes(30, 300)) || !l.office() {
		return nil
	}
	if err := l.docket.AskReturn(ctx, l.city.worker(wrong), l.ref(), "R1", l.say.NotOurs, l.say.Basis, right); err != nil {
		return err
	}
	if !l.after(l.minutes(10, 200)) {
		return nil
	}
	return l.docket.DecideReturn(ctx, l.city.crew.clerk, l.ref(), true, "")
}

// handle is what the unit does: sign, contact, work, perhaps ask for time, reply.
func (l *life) handle(ctx context.Context, lead casework.UnitCode) error {
	by := l.city.worker(lead)
	c, err := l.docket.Case(ctx, by, l.id)
	if err != nil || c.UnitDue == nil {
		return err
	}
	start, limit := l.now, c.UnitDue.Sub(l.now)
	wait := time.Duration(float64(min(limit/8, 16*time.Hour)) * math.Pow(l.rnd.Float64(), 1.5))
	if l.chance(0.04) {
		wait = limit / 3 // forgotten over a day or two
	}
	if !l.after(10*time.Minute + wait) {
		return nil
	}
	if limit > 48*time.Hour && !l.office() {
		return nil
	}
	if err := l.docket.Sign(ctx, by, l.ref()); err != nil {
		return err
	}
	if !l.after(l.minutes(10, 600)) {
		return nil
	}
	if c.HasIdentity && !c.Secret && c.Kind != casework.Report {
		if _, err := l.docket.Reveal(ctx, by, l.id, []casework.PersonalField{casework.FieldName, casework.FieldPhone}, casework.Use{Purpose: casework.ForContact, Basis: casework.BasisDuty}); err != nil {
			return err
		}
		if err := l.docket.Contact(ctx, by, l.ref(), casework.ContactResult{Means: "phone", Reached: true, Note: l.say.Contacted}); err != nil {
			return err
		}
	}
	if err := l.docket.Begin(ctx, by, l.ref()); err != nil {
		return err
	}
	share := l.speed(lead) * math.Exp(0.42*l.rnd.NormFloat64())
	end := start.Add(time.Duration(float64(limit) * share))
	if share > 1 && l.chance(0.5) && limit > 72*time.Hour {
		if err := l.moreTime(ctx, lead, start.Add(time.Duration(0.7*float64(limit)))); err != nil || !l.now.Before(l.today) {
			return err
		}
	}
	if end.After(l.now) {
		l.now = end
	}
	if !l.now.Before(l.today) || limit > 48*time.Hour && !l.office() {
		return nil
	}
	if err := l.docket.Reply(ctx, by, l.ref(), casework.Reply{Text: l.story.Reply, Flags: l.checked()}); err != nil {
		return err
	}
	return l.aftermath(ctx)
}

func (l *life) moreTime(ctx context.Context, lead casework.UnitCode, at time.Time) error {
	if at.After(l.now) {
		l.now = at
	}
	if !l.office() {
		return nil
	}
	if err := l.desk.AskExtension(ctx, l.city.worker(lead), l.ref(), 3, l.say.MoreTime); err != nil {
		return nil // too late to ask: the clock runs on
	}
	if !l.after(l.minutes(20, 300)) {
		return nil
	}
	return l.docket.DecideExtension(ctx, l.city.leader(lead), l.ref(), true, l.say.Agreed)
}

// aftermath is what follows a reply: review, call-back, rating, redo, close.
func (l *life) aftermath(ctx context.Context) error {
	c, err := l.docket.Case(ctx, casework.System, l.id)
	if err != nil {
		return err
	}
	if l.chance(0.45) {
		if !l.after(l.minutes(20, 2000)) {
			return nil
		}
		return l.rating(ctx, c)
	}
	if !l.after(l.minutes(300, 1400)) || !l.office() {
		return nil
	}
	if c.State == casework.Replied {
		if err := l.docket.Review(ctx, l.city.crew.clerk, l.ref()); err != nil {
			return err
		}
	}
	if c.HasIdentity && l.chance(0.7) {
		if !l.after(l.minutes(60, 1400)) || !l.office() {
			return nil
		}
		if _, err := l.docket.Reveal(ctx, l.city.crew.caller, l.id, []casework.PersonalField{casework.FieldPhone}, casework.Use{Purpose: casework.ForFollowUp, Basis: casework.BasisDuty}); err != nil {
			return err
		}
		if over, err := l.callBack(ctx, c.Lead); err != nil || over {
			return err
		}
	}
	if !l.after(15 * 24 * time.Hour) {
		return nil
	}
	return l.docket.Close(ctx, casework.System, l.ref())
}

// callBack calls the resident, at another hour of the day where nobody answers; over tells that the tries were made in vain, or that the next one lies ahead.
func (l *life) callBack(ctx context.Context, lead casework.UnitCode) (over bool, err error) {
	var before []time.Time
	for tries := l.docket.CallTries(); ; {
		met := true
		f := casework.FollowUpResult{Reached: l.chance(0.7)}
		if f.Reached {
			f.Contacted = &met
			f.Solved, f.Satisfaction = l.verdict(lead)
		}
		if err := l.docket.FollowUp(ctx, l.city.crew.caller, l.ref(), f); err != nil || f.Reached {
			return false, err
		}
		if before = append(before, l.now); len(before) == tries.Most {
			return true, nil
		}
		for !tries.MayCall(before, l.now) {
			if !l.after(30*time.Minute) || !l.office() {
				return true, nil
			}
		}
	}
}

func (l *life) verdict(lead casework.UnitCode) (casework.Solved, casework.Satisfaction) {
	good := 0.9 - 0.25*(l.speed(lead)-0.45)/0.45
	switch x := l.rnd.Float64(); {
	case x < good*0.85:
		return casework.SolvedYes, casework.Satisfaction(4 + l.rnd.IntN(2))
	case x < good:
		return casework.SolvedPartly, casework.Satisfaction(3 + l.rnd.IntN(2))
	default:
		return casework.SolvedNo, casework.Satisfaction(1 + l.rnd.IntN(2))
	}
}

func (l *life) rating(ctx context.Context, c casework.Case) error {
	r := casework.Rating{Round: c.Round, Channel: casework.Web}
	r.Solved, r.Satisfaction = l.verdict(c.Lead)
	if r.Solved == casework.SolvedNo {
		r.Text = casework.Masked{Original: l.say.Still, Clear: l.say.Still}
	}
	if r.Satisfaction == 5 && l.now.Minute()%15 == 7 { // here and there somebody sends five stars sooner than anybody reads the form
		r.Doubts = []string{string(rating.TooFast)}
	}
	effect, err := l.desk.Rate(ctx, casework.Resident(l.id), l.ref(), r)
	if err != nil {
		return err
	}
	if effect.Redone && c.Lead != "" {
		return l.handle(ctx, c.Lead)
	}
	if effect.Redone {
		return l.answerAgain(ctx)
	}
	if !l.after(24 * time.Hour) {
		return nil
	}
	return l.docket.Close(ctx, casework.System, l.ref())
}

// answerAgain is what the hotline does with a question that its first answer did not settle.
func (l *life) answerAgain(ctx context.Context) error {
	if !l.after(l.minutes(60, 2500)) || !l.office() {
		return nil
	}
	if err := l.docket.Answer(ctx, l.city.crew.clerk, l.ref(), l.story.Reply); err != nil {
		return err
	}
	return l.aftermath(ctx)
}
