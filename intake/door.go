// Package intake turns whatever reaches the hotline (web form, phone transcript, e-mail, Open311, file) into a filed case.
package intake

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"huiyin/casework"
	"huiyin/intake/mailauth"
	"huiyin/intake/normalize"
	"huiyin/locale"
	"huiyin/notify/postmark"
	"huiyin/privacy"
	"huiyin/routing"
	"huiyin/routing/sla"
)

// Settings are what a Door works with.
type Settings struct {
	Docket    *casework.Docket
	City      *routing.City
	Terms     *sla.Terms
	Mailboxes []string // our own mailboxes; letters come from the first
	Now       func() time.Time
	Log       *slog.Logger
	Masker    privacy.Masker    // hides personal data from staff; the zero value goes by the rules alone
	Learned   *routing.Learned  // helps the rules to propose units; nil: the rules alone
	Senders   *mailauth.Checker // finds out who sent a mail, after it is durable; nil: nobody asks
}

// Door is where every submission enters, whatever way it came. Use New. It is safe for concurrent use.
type Door struct {
	docket    *casework.Docket
	desk      *routing.Desk
	city      *routing.City
	learned   *routing.Learned
	terms     *sla.Terms
	mailboxes []string
	now       func() time.Time
	log       *slog.Logger
	masker    privacy.Masker
	senders   *mailauth.Checker
	spool     *spool
}

// New makes a door. Nothing listens yet: web, smtpdoor and the command line bring the submissions.
func New(s Settings) *Door {
	return &Door{docket: s.Docket, desk: &routing.Desk{Docket: s.Docket, City: s.City, Terms: s.Terms, Now: s.Now}, city: s.City, learned: s.Learned, terms: s.Terms, mailboxes: s.Mailboxes, now: s.Now, log: s.Log, masker: s.Masker, senders: s.Senders, spool: &spool{}}
}

// Submission is what every way in makes of what it took: one record, whatever the form.
type Submission struct {
	Channel    casework.Channel
	Key        casework.Key   // the same key twice is one case
	By         casework.Actor // who registers it; zero: the resident
	ExternalNo string         // number in the system it came from
	At         time.Time      // when it reached the hotline; zero: now
	Kind       casework.Kind  // this and the next three: empty where the rules shall decide
	Category   string
	Territory  string
	Urgency    casework.Urgency
	Title      string // empty: the first sentence of Text
	Text       string
	Place      string
	Point      *routing.Point // from a map, nil where none was given
	Person     casework.Person
	Language   locale.Lang // empty: told from the script of Text
	Publish    bool
	Secret     bool // the resident asks for secrecy (保密件); the rules may find that too
	Unreadable bool // a machine could not read it; Raw is for a person
	Tags       []string
	Files      []casework.Attachment // Type is found again by content
	MailID     string                // Message-ID of the mail it came by, without angle brackets
	Raw        []byte                // the bytes as they came; nil where the fields say it all
	Reason     string                // why a parser judged as it did
}

// File makes a submission durable as a case and tells the receipt; the same key again finds the same case. A mail with the words of
// another by the same person within a day is kept with the first one's case, whose number the receipt tells. Forms have their nonces and programs their
// idempotency keys: the same words under another of these are meant as another request, and an operator is shown both.
//
// The routing.Proposal is kept with the case as its rules made it; pages read it back with ProposalOf. Errors: fault.Invalid with the
// field, fault.TooLarge, fault.Unavailable when the database is away.
func (d *Door) File(ctx context.Context, s Submission) (casework.Receipt, error) {
	f, err := d.Prepare(s)
	if err != nil {
		return casework.Receipt{}, err
	}
	if f.Channel == casework.Email && !strings.Contains(f.Reason, postmark.Unanswerable) {
		if r, ok, err := d.docket.AddSame(ctx, f); err != nil || ok {
			return r, err
		}
	}
	r, err := d.docket.Open(ctx, f)
	if err != nil {
		return r, err
	}
	d.log.LogAttrs(ctx, slog.LevelInfo, "case filed", slog.String("case", r.ID.String()), slog.String("channel", string(f.Channel)), slog.Bool("existing", r.Existing))
	return r, nil
}

// Prepare decides everything about a submission that needs no database: tidy words, masked copies, proposal and promise.
// It is a pure function of the city's rules, the terms, the clock and the submission.
func (d *Door) Prepare(s Submission) (casework.Filing, error) {
	var f casework.Filing
	s.tidy()
	if s.At.IsZero() {
		s.At = d.now()
	}
	if err := d.known(s); err != nil {
		return f, err
	}
	files, err := describe(s.Files)
	if err != nil {
		return f, err
	}
	// The rules read the words in the one form; what is kept is what was written.
	p := d.Proposal(routing.Input{Title: s.Title, Text: s.Text, Address: s.Place, At: s.At, Point: s.Point})
	f = casework.Filing{
		Key: s.Key, By: s.By, Channel: s.Channel, ExternalNo: s.ExternalNo, At: s.At, Person: s.Person, Language: string(s.Language),
		Kind: or(s.Kind, p.Kind), Category: or(s.Category, p.Category.Code), Territory: or(s.Territory, p.Territory.Code), Urgency: or(s.Urgency, p.Urgency),
		Body: d.masked(s.Text, s.Person), Place: d.masked(s.Place, s.Person), Publish: s.Publish, Secret: s.Secret || p.Secret, Unreadable: s.Unreadable,
		RealName: s.Person.Name != "" && s.Person.Phone != "", Tags: union(s.Tags, p.Tags), Proposal: p, Raw: s.Raw, MailID: s.MailID, Reason: s.Reason, Files: files,
	}
	f.Title = d.headline(s.Title, f.Body, s.Person)
	f.Total, err = d.terms.Total(sla.Matter{Kind: f.Kind, Urgency: f.Urgency, Category: f.Category, Anonymous: s.Person.Phone == "" && s.Person.Email == ""}, s.At)
	return f, err
}

// Proposal is what the rules, and the model in use, suggest for words as they were written: they read them in the one form.
func (d *Door) Proposal(in routing.Input) routing.Proposal {
	in.Title, in.Text, in.Address = normalize.Plain(in.Title), normalize.Plain(in.Text), normalize.Plain(in.Address)
	return routing.ProposeWith(d.city, d.learned, in)
}

// known refuses words that are not in the city's files.
func (d *Door) known(s Submission) error {
	if _, ok := d.city.Category(s.Category); s.Category != "" && !ok {
		return invalid("category")
	}
	if _, ok := d.city.Territory(s.Territory); s.Territory != "" && !ok {
		return invalid("territory")
	}
	if s.Kind != "" && !contains(casework.Kinds, s.Kind) {
		return invalid("kind")
	}
	if s.Urgency != "" && !contains(casework.Urgencies, s.Urgency) {
		return invalid("urgency")
	}
	return nil
}

// ProposalOf reads back the proposal that was kept when a case was filed; ok is false where there is none.
func ProposalOf(c casework.Case) (p routing.Proposal, ok bool) {
	p, err := routing.ReadProposal(c.Proposal, c.Grounds)
	return p, err == nil && p.Version != ""
}
