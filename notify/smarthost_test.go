package notify_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"huiyin/notify"
)

func TestRelaysAddress(t *testing.T) {
	for text, want := range map[string]notify.Smarthost{
		"127.0.0.1:25":                     {Addr: "127.0.0.1:25"},
		"smtp://relay.example":             {Addr: "relay.example:587"},
		"smtps://relay.example":            {Addr: "relay.example:465", Wrapped: true},
		"smtp://a%40b:s%3Acret@relay:2525": {Addr: "relay:2525", User: "a@b", Password: "s:cret"},
	} {
		got, err := notify.ParseSmarthost(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v %v", text, got, err)
		}
	}
	for _, text := range []string{"", "relay", "relay:0", ":25", "http://relay", "smtp://", "smtp://relay:99999", "smtp://relay/path", "smtp://relay?tls=off"} {
		if got, err := notify.ParseSmarthost(text); !errors.Is(err, notify.ErrSmarthost) {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

// certified makes a certificate of 127.0.0.1, and who trusts it.
func certified(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// guarded is a relay that takes letters only from those who signed on.
type guarded struct{ relay }

func (g *guarded) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &guardedSession{session: session{r: &g.relay}}, nil
}

type guardedSession struct {
	session
	known bool
}

func (s *guardedSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *guardedSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "hotline" || password != "river:stones" {
			return smtp.ErrAuthFailed
		}
		s.known = true
		return nil
	}), nil
}

func (s *guardedSession) Mail(from string, o *smtp.MailOptions) error {
	if !s.known {
		return smtp.ErrAuthRequired
	}
	return s.session.Mail(from, o)
}

func TestSignsOnToTheRelayOverTLSOnly(t *testing.T) {
	cert, trust := certified(t)
	for name, wrapped := range map[string]bool{"STARTTLS": false, "from the first byte": true} {
		t.Run(name, func(t *testing.T) {
			g := &guarded{}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := smtp.NewServer(g)
			s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
			if wrapped {
				l = tls.NewListener(l, s.TLSConfig)
			}
			go func() { _ = s.Serve(l) }()
			t.Cleanup(func() { _ = s.Close() })
			host := notify.Smarthost{Addr: l.Addr().String(), Wrapped: wrapped, User: "hotline", Password: "river:stones", TLS: &tls.Config{RootCAs: trust, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}}
			m := notify.Mail{To: "lin@example.org", Data: []byte("Subject: x\r\n\r\nwords\r\n")}
			if err := host.Send(t.Context(), m); err != nil || len(g.bodies) != 1 {
				t.Fatalf("%d letters, %v", len(g.bodies), err)
			}
			host.Password = "wrong"
			var refused *notify.Refused
			if err := host.Send(t.Context(), m); !errors.As(err, &refused) || refused.At != "auth" || refused.Permanent() {
				t.Errorf("a wrong password: %v", err)
			}
			host.TLS = nil
			if err := host.Send(t.Context(), m); err == nil {
				t.Error("a certificate that nobody vouches for was accepted")
			}
		})
	}
}

func TestASignedLetterIsKnownByItsDomain(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaPublic, err := x509.MarshalPKIXPublicKey(&rsaKey.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for kind, k := range map[string]struct {
		key    any
		public []byte
	}{"rsa": {rsaKey, rsaPublic}, "ed25519": {edKey, edPublic}} {
		der, err := x509.MarshalPKCS8PrivateKey(k.key)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := notify.ReadSignature(keyFile(t, "PRIVATE KEY", der), "s1", "Linlan.example")
		if err != nil {
			t.Fatal(err)
		}
		o := openSigned(t, signature)
		o.Open(t, "漏水")
		o.settle(t)
		_, raw := o.letters(t)
		if len(raw) != 1 {
			t.Fatalf("%d letters", len(raw))
		}
		zone := func(name string) ([]string, error) {
			if name != "s1._domainkey.linlan.example" {
				t.Errorf("asked for %s", name)
			}
			return []string{"v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(k.public)}, nil
		}
		for letter, valid := range map[string]bool{
			string(raw[0]): true,
			strings.Replace(string(raw[0]), "Subject:", "Subject: x", 1):                              false,
			strings.Replace(string(raw[0]), "Subject:", "From: <boss@linlan.example>\r\nSubject:", 1): false,
		} {
			found, err := dkim.VerifyWithOptions(bytes.NewReader([]byte(letter)), &dkim.VerifyOptions{LookupTXT: zone})
			if err != nil || len(found) != 1 || (found[0].Err == nil) != valid {
				t.Errorf("%s, valid %v: %v %+v", kind, valid, err, found)
			}
		}
	}
}

func keyFile(t *testing.T, kind string, der []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestKeysThatCannotSignAreRefused(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{keyFile(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(short)), keyFile(t, "PRIVATE KEY", der), empty, empty + ".not"} {
		if _, err := notify.ReadSignature(file, "s", "linlan.example"); err == nil {
			t.Errorf("%s was taken", file)
		}
	}
}
