package imap

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// questionAge is how old a letter may be that is a question: a mailbox that is read
// for the first time answers nothing of last month.
const questionAge = 24 * time.Hour

// officer takes a letter that is an officer's question: from an address that its
// owner confirmed, proven by the city's own mail server. One whose subject or words
// begin with "lapor" is a report.
func (c *connector) officer(ctx context.Context, page *connectors.Page, m mailed, l letter) (taken bool, err error) {
	if c.env.Store == nil || c.cfg.AuthServer == "" || l.proven(c.cfg.AuthServer) == "" || c.env.Now().Sub(m.at) > questionAge {
		return false, nil
	}
	address := l.proven(c.cfg.AuthServer)
	if yes, err := c.env.Store.OfficerMails(ctx, address); err != nil || !yes {
		return false, err
	}
	for _, said := range []string{l.subject, l.words} {
		if _, report := city.ReadOfficerReport(said); report {
			return false, nil
		}
	}
	text := l.words
	if strings.TrimSpace(text) == "" {
		text = plainSubject(l.subject)
	}
	page.Words = append(page.Words, city.OfficerWord{
		ID: c.keyed("surat", externalID(post{m, l})), Person: c.keyed("alamat", address), Mailbox: address, At: m.at.UTC(), Kind: city.ReadOfficerWord(text), Text: text,
	})
	return true, nil
}

// keyed stands for what may name somebody.
func (c *connector) keyed(what, name string) string {
	h := hmac.New(sha256.New, []byte(c.secret))
	_, _ = h.Write([]byte(what + "\x00" + name))
	return hex.EncodeToString(h.Sum(nil)[:15])
}
