package mail

import (
	"bytes"
	"strings"
)

// signedData and envelopedData are the kinds of CMS (RFC 5652) that mail knows: DER of their object identifiers.
var (
	signedData    = []byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02}
	envelopedData = []byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03}
)

// cmsContent takes the letter out of an S/MIME wrapping that signs without hiding (smime-type=signed-data). nil means that there is
// none or that it is encrypted. The signature is not checked here.
func cmsContent(b []byte) []byte {
	if !bytes.Contains(b[:min(len(b), 64)], signedData) {
		return nil
	}
	content, _ := octets(b, 0)
	return content
}

// element cuts one BER element off b; an element of indefinite length gives all that follows, up to its two zero bytes at the latest.
func element(b []byte) (tag byte, content, rest []byte, indefinite, ok bool) {
	if len(b) < 2 || b[0]&0x1F == 0x1F {
		return 0, nil, nil, false, false
	}
	tag, n := b[0], int(b[1])
	b = b[2:]
	switch {
	case n == 0x80:
		return tag, b, nil, true, true
	case n > 0x80:
		size := n & 0x7F
		if size > 4 || len(b) < size {
			return 0, nil, nil, false, false
		}
		n = 0
		for _, c := range b[:size] {
			n = n<<8 | int(c)
		}
		b = b[size:]
	}
	if n < 0 || n > len(b) {
		return 0, nil, nil, false, false
	}
	return tag, b[:n], b[n:], false, true
}

// contentDepth is how many levels deep the content of a SignedData stands; certificates have no octet string there.
const contentDepth = 5

// octets finds the content of a SignedData: the octet string at its place, whole or in pieces. left is what stands behind an element of
// indefinite length.
func octets(b []byte, depth int) (content, left []byte) {
	for len(b) > 0 && depth <= contentDepth {
		tag, inner, rest, indefinite, ok := element(b)
		if !ok || tag == 0 {
			return nil, rest
		}
		switch {
		case tag == 0x04 && depth == contentDepth:
			return inner, rest
		case tag == 0x24 && depth == contentDepth:
			return pieces(inner), rest
		case tag&0x20 != 0:
			if content, left = octets(inner, depth+1); content != nil {
				return content, left
			}
			if indefinite {
				rest = left
			}
		}
		b = rest
	}
	return nil, b
}

// pieces joins the octet strings that make up a long one.
func pieces(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		tag, inner, rest, indefinite, ok := element(b)
		if !ok || indefinite || tag != 0x04 {
			break
		}
		out = append(out, inner...)
		b = rest
	}
	return out
}

// encrypted tells whether the words of a letter are hidden from us: OpenPGP or S/MIME encryption.
func encrypted(root *node, text string) bool {
	hidden := strings.HasPrefix(strings.TrimSpace(text), "-----BEGIN PGP MESSAGE-----")
	eachOwn(root, func(n *node) {
		hidden = hidden || n.kind.name == "multipart/encrypted" || n.enveloped
	})
	return hidden
}
