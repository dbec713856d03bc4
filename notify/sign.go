package notify

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Signature is the key by which receivers know that a letter came from our domain (DKIM, RFC 6376).
type Signature struct {
	Key      crypto.Signer
	Selector string // the public part stands at SELECTOR._domainkey.DOMAIN
	Domain   string // of the mailbox that letters come from
}

// signed are the fields that a signature covers. Each is named once more than it may stand there, so that none can be added.
var signed = []string{"From", "From", "To", "Subject", "Date", "Message-Id", "Reply-To", "In-Reply-To", "References", "Mime-Version", "Content-Type", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"}

// ReadSignature reads a private key (PEM: PKCS #8, or PKCS #1 of RSA). RSA keys have 2048 bits at least.
func ReadSignature(file, selector, domain string) (*Signature, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it holds no PEM block")
	}
	var key any
	if block.Type == "RSA PRIVATE KEY" {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	s := &Signature{Selector: selector, Domain: strings.ToLower(domain)}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 2048 {
			return nil, fmt.Errorf("an RSA key of %d bits is too short: 2048 are needed", k.N.BitLen())
		}
		s.Key = k
	case ed25519.PrivateKey:
		s.Key = k
	default:
		return nil, fmt.Errorf("a key of type %T cannot sign letters: RSA or Ed25519 can", key)
	}
	return s, nil
}

// sign puts the signature before the letter. Without a key the letter stays as it is.
func (s *Signature) sign(letter []byte) ([]byte, error) {
	if s == nil {
		return letter, nil
	}
	var b bytes.Buffer
	err := dkim.Sign(&b, bytes.NewReader(letter), &dkim.SignOptions{Domain: s.Domain, Selector: s.Selector, Signer: s.Key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: signed})
	if err != nil {
		return nil, fmt.Errorf("sign letter: %w", err)
	}
	return b.Bytes(), nil
}
