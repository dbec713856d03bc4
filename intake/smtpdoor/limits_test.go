package smtpdoor

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

func TestTooLarge(t *testing.T) {
	var got delivered
	addr, _ := open(t, Config{MaxBytes: 100_000}, got.take)
	c := dial(t, addr)
	if ehlo := c.begin(); !strings.Contains(ehlo, "SIZE 100000") {
		t.Errorf("no SIZE: %s", ehlo)
	}
	c.say("MAIL FROM:<a@b.example> SIZE=100001\r\n")
	c.hear("552 5.3.4")
	c.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("354")
	c.say("Subject: x\r\n\r\n" + strings.Repeat("0123456789\r\n", 10_000) + ".\r\n")
	c.hear("552 5.3.4")
	c.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("354")
	c.say("Subject: x\r\n\r\n" + strings.Repeat("x", 90_000) + "\r\n.\r\n")
	c.hear("250")
	if got.count() != 1 || len(got.raws[0]) != 90_000+len("Subject: x\r\n\r\n\r\n") {
		t.Errorf("delivered %d", got.count())
	}
}

func TestPeerLimits(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var got delivered
	stranger := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} // loopback is not trusted here
	addr, _ := open(t, Config{PeerConns: 2, PeerMessages: 3, Trusted: stranger, Now: func() time.Time { return now }}, got.take)
	a, b := dial(t, addr), dial(t, addr)
	a.begin()
	b.begin()
	refusedConn := dial(t, addr)
	refusedConn.hear("421")
	for range 3 {
		a.say("MAIL FROM:<a@b.example>\r\nRSET\r\n")
		a.hear("250")
		a.hear("250")
	}
	b.say("MAIL FROM:<a@b.example>\r\n")
	b.hear("451 4.7.0")
	_ = a.c.Close()
	for range 100 { // the place is free again once the server has seen the close
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(c).ReadString('\n')
		_ = c.Close()
		if strings.HasPrefix(line, "220") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("a closed connection kept its place")
}

func TestMemoryIsBounded(t *testing.T) {
	hold := make(chan struct{})
	entered := make(chan struct{}, 4)
	addr, _ := open(t, Config{MaxBytes: 1 << 20, MaxMemory: 2 << 20}, func(context.Context, Envelope, []byte) error {
		entered <- struct{}{}
		<-hold
		return nil
	})
	body := "Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 98)+"\r\n", 9000) + ".\r\n"
	send := func() *talk {
		c := dial(t, addr)
		c.begin()
		c.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
		c.hear("250")
		c.hear("250")
		c.hear("354")
		c.say(body)
		return c
	}
	first := send()
	<-entered
	second := send()
	second.hear("451 4.3.1")
	close(hold)
	first.hear("250")
	send().hear("250")
}

func TestCloseWaitsForTheMessageInTransfer(t *testing.T) {
	release := make(chan struct{})
	started := make(chan struct{})
	addr, stop := open(t, Config{}, func(ctx context.Context, _ Envelope, _ []byte) error {
		close(started)
		<-release
		return ctx.Err()
	})
	c := dial(t, addr)
	c.begin()
	c.say("MAIL FROM:<a@b.example>\r\nRCPT TO:<" + box + ">\r\nDATA\r\n")
	c.hear("250")
	c.hear("250")
	c.hear("354")
	c.say("x: y\r\n\r\n.\r\n")
	<-started
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	time.Sleep(30 * time.Millisecond)
	select {
	case <-stopped:
		t.Fatal("the door closed on a message in transfer")
	default:
	}
	close(release)
	c.hear("250")
	<-stopped
	if _, err := net.DialTimeout("tcp", addr, time.Second); err == nil {
		t.Error("still listening")
	}
}

func TestStartTLS(t *testing.T) {
	var got delivered
	cert := selfSigned(t)
	addr, _ := open(t, Config{Domain: "localhost", TLS: &tls.Config{Certificates: []tls.Certificate{cert}}}, got.take)
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	pool := x509.NewCertPool()
	pool.AddCert(cert.Leaf)
	if err := c.StartTLS(&tls.Config{ServerName: "localhost", RootCAs: pool}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Mail("resident@example.org"), c.Rcpt(box)); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(letter(7))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got.count() != 1 || !got.envs[0].TLS {
		t.Errorf("delivered %+v", got.envs)
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
