package mailauth

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// zone is a name service of a few records. A name that begins with "slow." never answers.
type zone struct {
	txt   map[string][]string
	mu    sync.Mutex
	asked int
}

func (z *zone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	z.mu.Lock()
	z.asked++
	z.mu.Unlock()
	name = strings.TrimSuffix(name, ".")
	if strings.Contains(name, "slow.") {
		<-ctx.Done()
		return nil, &net.DNSError{Err: "timeout", Name: name, IsTimeout: true, IsTemporary: true}
	}
	if got, ok := z.txt[name]; ok {
		return got, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z *zone) LookupMX(context.Context, string) ([]*net.MX, error) { return nil, notFound }

func (z *zone) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) { return nil, notFound }

func (z *zone) LookupAddr(context.Context, string) ([]string, error) { return nil, notFound }

var notFound = &net.DNSError{Err: "no such host", IsNotFound: true}

const plain = "From: Lin <lin@mail.example>\r\nTo: 12345@linlan.example\r\nSubject: lamp\r\nMessage-ID: <1@mail.example>\r\n\r\nThe lamp is out.\r\n"

func sign(t *testing.T, key ed25519.PrivateKey, domain, raw string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := dkim.Sign(&b, strings.NewReader(raw), &dkim.SignOptions{Domain: domain, Selector: "s", Signer: key, HeaderKeys: []string{"From", "To", "Subject"}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsKnownOfASender(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	z := &zone{txt: map[string][]string{
		"s._domainkey.mail.example":     {key},
		"s._domainkey.a.mail.example":   {key},
		"s._domainkey.other.example":    {key},
		"mail.example":                  {"v=spf1 ip4:203.0.113.7 -all"},
		"other.example":                 {"v=spf1 ip4:203.0.113.7 -all"},
		"_dmarc.bank.example":           {"v=DMARC1; p=reject"},
		"bank.example":                  {"v=spf1 -all"},
		"s._domainkey.sub.bank.example": {key},
		"_dmarc.strict.example":         {"v=DMARC1; p=quarantine; adkim=s; aspf=s"},
		"s._domainkey.a.strict.example": {key},
	}}
	c := NewChecker(z, time.Now)
	good, bad := netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("198.51.100.9")
	signed := sign(t, private, "mail.example", plain)
	bank := strings.ReplaceAll(plain, "mail.example", "bank.example")
	strict := strings.ReplaceAll(plain, "mail.example", "strict.example")
	for name, tt := range map[string]struct {
		q    Question
		want Verdict
		by   string
	}{
		"a valid signature of the domain":               {Question{Raw: signed, Author: "lin@mail.example", Peer: bad, ReturnPath: "lin@mail.example"}, Proven, "dkim"},
		"of a part of the organisation":                 {Question{Raw: sign(t, private, "a.mail.example", plain), Author: "lin@mail.example", Peer: bad}, Proven, "dkim"},
		"a signature of somebody else":                  {Question{Raw: sign(t, private, "other.example", plain), Author: "lin@mail.example", Peer: bad, ReturnPath: "lin@mail.example"}, Unproven, ""},
		"a signed message whose words were changed":     {Question{Raw: bytes.Replace(signed, []byte("lamp is out"), []byte("lamp is in "), 1), Author: "lin@mail.example", Peer: bad, ReturnPath: "lin@mail.example"}, Unproven, ""},
		"a server that the domain names":                {Question{Raw: []byte(plain), Author: "lin@mail.example", Peer: good, ReturnPath: "lin@mail.example"}, Proven, "spf"},
		"a server that another domain names":            {Question{Raw: []byte(plain), Author: "lin@mail.example", Peer: good, ReturnPath: "x@other.example"}, Unproven, ""},
		"nothing, through our own relay":                {Question{Raw: []byte(plain), Author: "lin@mail.example", Peer: good, ReturnPath: "lin@mail.example", Relayed: true}, Unproven, ""},
		"nothing, where the domain asks for distrust":   {Question{Raw: []byte(bank), Author: "lin@bank.example", Peer: bad, ReturnPath: "lin@bank.example"}, Forged, ""},
		"the same below the organisation":               {Question{Raw: []byte(bank), Author: "lin@sub.bank.example", Peer: bad, ReturnPath: "lin@bank.example"}, Forged, ""},
		"a signature below, where it need not be exact": {Question{Raw: sign(t, private, "sub.bank.example", bank), Author: "lin@bank.example", Peer: bad}, Proven, "dkim"},
		"a signature below, where it must be exact":     {Question{Raw: sign(t, private, "a.strict.example", strict), Author: "lin@strict.example", Peer: bad}, Forged, ""},
		"a valid signature over one of two authors":     {Question{Raw: append([]byte("From: <boss@mail.example>\r\n"), signed...), Author: "boss@mail.example", Peer: good, ReturnPath: "x@mail.example"}, Unproven, ""},
		"no address":                {Question{Raw: []byte(plain), Author: "", Peer: bad}, Unproven, ""},
		"an address that is none":   {Question{Raw: []byte(plain), Author: "lin@mail example\"", Peer: bad}, Unproven, ""},
		"bytes that are no message": {Question{Raw: []byte{0, 1, 2, 0xff}, Author: "lin@mail.example", Peer: bad}, Unproven, ""},
	} {
		got := c.Check(t.Context(), tt.q)
		if got.Verdict != tt.want || got.By != tt.by {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestASilentNameServiceLeavesTheMessageUnchecked(t *testing.T) {
	c := NewChecker(&zone{}, time.Now)
	c.Timeout = 50 * time.Millisecond
	begun := time.Now()
	got := c.Check(t.Context(), Question{Raw: []byte(plain), Author: "lin@slow.example", Peer: netip.MustParseAddr("203.0.113.7"), ReturnPath: "lin@slow.example"})
	if got.Verdict != Unchecked {
		t.Errorf("%+v", got)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestAMessageOfManySignaturesAsksFewQuestions(t *testing.T) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte(plain)
	for range 60 {
		raw = sign(t, private, "mail.example", string(raw))
	}
	z := &zone{}
	NewChecker(z, time.Now).Check(t.Context(), Question{Raw: raw, Author: "lin@mail.example", Peer: netip.MustParseAddr("203.0.113.7"), ReturnPath: "lin@mail.example"})
	if z.asked > maxLookups {
		t.Errorf("%d questions", z.asked)
	}
}

func TestLaterNeverWaits(t *testing.T) {
	var none *Checker
	none.Later(Question{}, func(context.Context, Answer) { t.Error("a checker that is none checked") })
	none.Wait()
	c := NewChecker(&zone{}, time.Now)
	c.Timeout = 200 * time.Millisecond
	begun := time.Now()
	var mu sync.Mutex
	done := 0
	for range 50 {
		c.Later(Question{Raw: []byte(plain), Author: "lin@slow.example"}, func(context.Context, Answer) {
			mu.Lock()
			done++
			mu.Unlock()
		})
	}
	if took := time.Since(begun); took > 150*time.Millisecond {
		t.Errorf("50 messages waited %v", took)
	}
	c.Wait()
	if done != atOnce {
		t.Errorf("%d checked of 50 at once", done)
	}
}
