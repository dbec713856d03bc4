// Package postmark marks every letter with its case, so that an answer or a bounce finds the way back.
//
// The mark is a bearer token in the reply address (12345+TOKEN@city) and in the Message-ID (<TOKEN.LETTER@letters.city>). Who holds a
// letter may add to its case; an address in From proves nothing and is never used.
package postmark

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"huiyin/casework"
	"huiyin/pg"
	"huiyin/seal"
)

// Unanswerable marks, in a submission's reason, a message that no automatic letter may answer (RFC 3834 section 2).
const Unanswerable = "no_answer"

// Header is the field that marks our letters and names them; a message that comes in with it at its top is our own.
const Header = "X-Huiyin-Letter"

const purpose = "mail"

// Token is the bearer token of a case in mail addresses: always the same for one case.
func Token(keys *seal.Keyring, id casework.CaseID) string { return keys.Token(purpose, id.String()) }

// StopToken is the bearer token of the page where a resident stops the letters about a case (RFC 8058). It opens nothing else.
func StopToken(keys *seal.Keyring, id casework.CaseID) string {
	return keys.Token("letters", id.String()) + "." + id.String()
}

// CaseOfStop reads the case out of a stop token; ok is false where the token is not ours.
func CaseOfStop(keys *seal.Keyring, token string) (id casework.CaseID, ok bool) {
	secret, text, found := strings.Cut(token, ".")
	id, err := uuid.Parse(text)
	return id, found && err == nil && keys.CheckToken(secret, "letters", id.String())
}

// Domain is the right-hand side of our Message-IDs for a mailbox. It is not the mailbox's own domain: colleagues write from there too,
// and their mail must not look like our own letters coming back.
func Domain(mailbox string) string {
	_, domain, ok := strings.Cut(mailbox, "@")
	if !ok || domain == "" {
		domain = "localhost"
	}
	return "letters." + strings.ToLower(domain)
}

// MessageID is the Message-ID of a letter, without angle brackets.
func MessageID(token string, letter uuid.UUID, mailbox string) string {
	return token + "." + letter.String() + "@" + Domain(mailbox)
}

// ReplyAddress is the address an answer to a letter goes to.
func ReplyAddress(token, mailbox string) string {
	local, domain, ok := strings.Cut(mailbox, "@")
	if !ok {
		return mailbox
	}
	return local + "+" + token + "@" + domain
}

// Read takes the token and the letter out of a Message-ID that carries our mark; ok is false for all others. The token is not verified.
func Read(messageID, mailbox string) (token string, letter uuid.UUID, ok bool) {
	left, domain, found := strings.Cut(messageID, "@")
	if !found || !strings.EqualFold(domain, Domain(mailbox)) {
		return "", letter, false
	}
	token, id, _ := strings.Cut(left, ".")
	letter, err := uuid.Parse(id)
	return strings.ToLower(token), letter, token != "" && err == nil
}

var letterID = regexp.MustCompile(`(?i)^[a-z2-7]{26}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@letters\.`)

// OfAHotline tells whether a Message-ID is that of a letter of any installation, ours or another city's. Gateways strip fields, but leave
// the Message-ID: two hotlines that got hold of each other's address fall silent by it.
func OfAHotline(messageID string) bool { return letterID.MatchString(messageID) }

// IsOurs tells whether an address is one of our mailboxes, with or without a +token.
func IsOurs(address string, mailboxes []string) bool {
	local, domain, _ := strings.Cut(strings.TrimSpace(address), "@")
	base, _, _ := strings.Cut(local, "+")
	for _, box := range mailboxes {
		if strings.EqualFold(box, base+"@"+domain) || strings.EqualFold(box, address) {
			return true
		}
	}
	return false
}

func hash(keys *seal.Keyring, token string) []byte {
	return keys.Hash("mail_token", strings.ToLower(strings.TrimSpace(token)))
}

// Issue makes the token of a case known, in the transaction that queues its letter.
func Issue(ctx context.Context, q pg.Querier, keys *seal.Keyring, id casework.CaseID) error {
	_, err := q.Exec(ctx, `insert into mail_token (token_hash, case_id) values ($1, $2) on conflict do nothing`, hash(keys, Token(keys, id)), id)
	if err != nil {
		return fmt.Errorf("issue mail token: %w", err)
	}
	return nil
}

// CaseOf finds the case that the first valid token opens; ok is false where none does.
func CaseOf(ctx context.Context, q pg.Querier, keys *seal.Keyring, tokens []string) (id casework.CaseID, ok bool, err error) {
	for _, token := range tokens {
		h := hash(keys, token)
		if h == nil {
			continue
		}
		err = q.QueryRow(ctx, `select case_id from mail_token where token_hash = $1`, h).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		if err != nil {
			return id, false, pg.Classify(fmt.Errorf("find mail token: %w", err))
		}
		return id, true, nil
	}
	return id, false, nil
}
