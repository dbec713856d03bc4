// Package mailauth finds out whether an e-mail was proven to come from the domain it names: DKIM, SPF and DMARC.
//
// What it finds is shown to operators and decides nothing: mail is taken before anything is asked, and a reply is attached by its token.
// All questions to the name service are bounded in time and number.
package mailauth

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
)

// Resolver asks the name service. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Verdict says in one word what is known of the sender.
type Verdict string

// The verdicts.
const (
	Proven    Verdict = "proven"    // a signature of the domain is valid, or the domain lets this server send
	Unproven  Verdict = "unproven"  // nothing speaks for the domain; most such mail is honest
	Forged    Verdict = "forged"    // the domain asks the world to distrust mail that is not proven, and this is not
	Unchecked Verdict = "unchecked" // the name service did not answer
)

// Question is a message with what SMTP said about it.
type Question struct {
	Raw        []byte
	Author     string     // address in From
	Peer       netip.Addr // who handed the message over
	Helo       string
	ReturnPath string // empty for bounces
	Relayed    bool   // the peer is our own relay, about which the sender's domain says nothing: SPF is not asked
}

// Answer is what was found. Its JSON is stored beside the message; it names domains and no person.
type Answer struct {
	Verdict Verdict   `json:"verdict"`
	Domain  string    `json:"domain,omitempty"` // of the author
	By      string    `json:"by,omitempty"`     // what proves it: dkim, spf
	DKIM    string    `json:"dkim"`             // pass, fail, none, error
	Signers []string  `json:"signers,omitempty"`
	SPF     string    `json:"spf"`    // as in RFC 7208: pass, fail, softfail, neutral, none, temperror, permerror; relayed where not asked
	Policy  string    `json:"policy"` // what the domain's DMARC record asks for: none, quarantine, reject; absent without a record; error
	At      time.Time `json:"at"`
}

// Limits of one check.
const (
	maxSignatures = 5
	maxLookups    = 40
	maxVoid       = 4
	standardTime  = 10 * time.Second
)

// Check asks the name service about one message. It never fails: what could not be asked is said in the answer.
func (c *Checker) Check(ctx context.Context, q Question) Answer {
	limit := c.Timeout
	if limit <= 0 {
		limit = standardTime
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	asked := &bounded{Resolver: c.Resolver}
	asked.left.Store(maxLookups)
	_, domain, _ := cutLast(q.Author)
	a := Answer{Verdict: Unproven, Domain: domain, DKIM: "none", SPF: "none", Policy: "absent", At: c.Now().UTC().Truncate(time.Second)}
	if !plainDomain(domain) || !oneAuthor(q.Raw) {
		a.Domain = ""
		return a
	}
	var record *dmarc.Record
	record, a.Policy = policy(ctx, asked, domain)
	strictDKIM := record != nil && record.DKIMAlignment == dmarc.AlignmentStrict
	strictSPF := record != nil && record.SPFAlignment == dmarc.AlignmentStrict
	a.DKIM, a.Signers = signatures(ctx, asked, q.Raw)
	var sender string
	a.SPF, sender = path(ctx, asked, q)
	for _, signer := range a.Signers {
		if aligned(signer, domain, strictDKIM) {
			a.Verdict, a.By = Proven, "dkim"
			return a
		}
	}
	switch {
	case a.SPF == string(spf.Pass) && aligned(sender, domain, strictSPF):
		a.Verdict, a.By = Proven, "spf"
	case a.DKIM == "error" || a.SPF == string(spf.TempError) || a.Policy == "error":
		a.Verdict = Unchecked
	case (a.Policy == string(dmarc.PolicyQuarantine) || a.Policy == string(dmarc.PolicyReject)) && a.SPF != "relayed":
		a.Verdict = Forged
	case (a.Policy == string(dmarc.PolicyQuarantine) || a.Policy == string(dmarc.PolicyReject)) && a.DKIM == "fail":
		a.Verdict = Forged
	}
	return a
}

// signatures verifies the DKIM signatures; signers are the domains of the valid ones.
func signatures(ctx context.Context, r *bounded, raw []byte) (result string, signers []string) {
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{MaxVerifications: maxSignatures, LookupTXT: func(name string) ([]string, error) { return r.LookupTXT(ctx, name) }})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return "none", nil // a header that cannot be read carries no signature
	}
	result = "none"
	for _, v := range found {
		switch {
		case v.Err == nil:
			signers = append(signers, strings.ToLower(v.Domain))
		case dkim.IsTempFail(v.Err):
			result = "error"
		case result == "none":
			result = "fail"
		}
	}
	if len(signers) > 0 {
		result = "pass"
	}
	return result, signers
}

// path asks whether the domain of the return path lets the peer send its mail.
func path(ctx context.Context, r *bounded, q Question) (result, domain string) {
	if q.Relayed || !q.Peer.IsValid() || q.Peer.IsLoopback() || q.Peer.IsPrivate() || q.Peer.IsLinkLocalUnicast() {
		return "relayed", ""
	}
	sender := q.ReturnPath
	_, domain, ok := cutLast(sender)
	if !ok {
		sender, domain = "", strings.ToLower(q.Helo)
	}
	if !plainDomain(domain) {
		return string(spf.None), domain
	}
	got, _ := spf.CheckHostWithSender(net.IP(q.Peer.AsSlice()), domain, sender, spf.WithContext(ctx), spf.WithResolver(r), spf.OverrideVoidLookupLimit(maxVoid))
	return string(got), domain
}

// policy reads the DMARC record of a domain, or of the organisation above it.
func policy(ctx context.Context, r *bounded, domain string) (*dmarc.Record, string) {
	options := &dmarc.LookupOptions{LookupTXT: func(name string) ([]string, error) { return r.LookupTXT(ctx, name) }}
	record, err := dmarc.LookupWithOptions(domain, options)
	above := organisation(domain)
	inherited := errors.Is(err, dmarc.ErrNoPolicy) && above != domain
	if inherited {
		record, err = dmarc.LookupWithOptions(above, options)
	}
	switch {
	case errors.Is(err, dmarc.ErrNoPolicy):
		return nil, "absent"
	case dmarc.IsTempFail(err):
		return nil, "error"
	case err != nil:
		return nil, "absent" // a record that cannot be read asks for nothing
	case inherited && record.SubdomainPolicy != "":
		return record, string(record.SubdomainPolicy)
	}
	return record, string(record.Policy)
}
