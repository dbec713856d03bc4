package smtpdoor

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// write puts a certificate and its key into files of a directory.
func writePair(t *testing.T, dir string, pair tls.Certificate, at time.Time) (certFile, keyFile string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func TestARenewedCertificateIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	first, second := selfSigned(t), selfSigned(t)
	begun := time.Now().Add(-time.Hour)
	certFile, keyFile := writePair(t, dir, first, begun)
	conf, err := Certificate(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	shown := func() string {
		pair, err := conf.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(pair.Certificate[0])
	}
	if shown() != string(first.Certificate[0]) {
		t.Fatal("another certificate")
	}
	writePair(t, dir, second, begun.Add(time.Minute))
	for end := time.Now().Add(10 * time.Second); shown() != string(second.Certificate[0]); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the renewed certificate is not shown")
		}
	}
	// Half of a renewal: the key no longer fits. The last good pair serves on.
	if err := os.WriteFile(certFile, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(lookAgain + 100*time.Millisecond)
	if shown() != string(second.Certificate[0]) {
		t.Error("a broken file ended the service")
	}
	if _, err := Certificate(certFile, keyFile); err == nil {
		t.Error("a broken file was taken")
	}
	if _, err := Certificate(filepath.Join(dir, "none"), keyFile); err == nil {
		t.Error("a missing file was taken")
	}
}
