package store

import (
	"context"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// Bounds of what comes by chats from officers and from those who try codes.
const (
	wrongCodesOfOne    = 5   // an hour, of one person
	wrongCodesOfSource = 200 // an hour, of all: no code counts beyond
	officerQuestions   = 20  // in officerWindow, of one officer
	officerWindow      = 10 * time.Minute
)

// contactState is how somebody stands to an account.
type contactState int

const (
	contactNone   contactState = iota // a citizen
	contactGood                       // an officer
	contactStale                      // a new code is due
	contactSignIn                     // the password was given anew, its owner has not signed in
	contactClosed                     // the account is closed
)

type contactRow struct {
	ID         int64
	OfficerID  int64
	Username   string
	EndedWhy   string
	Disabled   bool
	MustChange bool
	Stale      bool
}

const contactQuery = `SELECT c.id, c.officer_id, o.username, c.ended_why, o.disabled_at IS NOT NULL AS disabled, o.must_change,
	c.confirmed_at + make_interval(days => officer_confirm_days($3)) <= $3 AS stale
	FROM officer_contacts c JOIN officers o ON o.id = c.officer_id WHERE c.source_id = $1 AND c.person = $2 ORDER BY c.id DESC LIMIT 1`

func (r contactRow) state() contactState {
	switch {
	case r.EndedWhy == "nonaktif", r.EndedWhy == "" && r.Disabled:
		return contactClosed
	case r.EndedWhy != "":
		return contactNone
	case r.MustChange:
		return contactSignIn
	case r.Stale:
		return contactStale
	}
	return contactGood
}

// contactOf is the newest contact of a person, and how it stands.
func contactOf(ctx context.Context, tx pgx.Tx, source int64, person string, now time.Time) (contactRow, contactState, error) {
	rows, err := rowsOf[contactRow](ctx, tx, contactQuery, source, person, now)
	if err != nil || len(rows) == 0 {
		return contactRow{}, contactNone, err
	}
	return rows[0], rows[0].state(), nil
}

const openCodeQuery = `SELECT c.officer_id FROM officer_codes c JOIN officers o ON o.id = c.officer_id AND o.disabled_at IS NULL
	WHERE c.source_id = $1 AND c.code_hash = $2 AND c.until > $3`

// OfficerWrites reports whether what a person sends by a source is an officer's: they
// are or were bound to an account and did not leave it, or code is one that an
// officer sees now. It is for the system alone.
func (s *Store) OfficerWrites(ctx context.Context, source int64, person, code string) (yes bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		_, state, err := contactOf(ctx, tx, source, person, s.now())
		if yes = state != contactNone; err != nil || yes || code == "" {
			return err
		}
		open, err := column[int64](ctx, tx, openCodeQuery, source, officerCodeHash(source, code), s.now())
		yes = len(open) > 0
		return err
	})
	return yes, wrapped(err, "ask who writes by a chat")
}

// settledWord is what becomes of a word as it comes in: its kind, whose it is, and
// what is answered at once; no replies and End for what is passed over in silence.
type settledWord struct {
	kind             city.OfficerWordKind
	contact, officer int64
	text             string
	replies          []string
	end              bool
}

const (
	addWordQuery = `INSERT INTO officer_words (source_id, part, person, contact_id, officer_id, kind, text, at, received_at, next_at, replies, ended_at)
	VALUES ($1, $2, $3, nullif($4::bigint, 0), nullif($5::bigint, 0), $6, $7, $8, $9, $9, $10, CASE WHEN $11 THEN $9::timestamptz END)`
	knownWordQuery = `SELECT id FROM officer_words WHERE source_id = $1 AND part = $2`
	// No target is named, so that nobody needs to read the handle.
	addHandleQuery = `INSERT INTO officer_handles (source_id, person, handle) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	heardQuery     = `UPDATE officer_contacts SET heard_at = greatest(heard_at, $2) WHERE id = $1 AND ended_at IS NULL`
)

// words takes what officers wrote, in the order that it came. What was here before
// changes nothing.
func (in *ingestion) words(ctx context.Context, words []city.OfficerWord) error {
	for _, w := range words {
		known, err := column[int64](ctx, in.tx, knownWordQuery, in.sourceID, w.ID)
		if err != nil {
			return fmt.Errorf("look for an officer's word: %w", err)
		}
		if len(known) > 0 {
			continue
		}
		now := in.store.now()
		out, err := in.settleWord(ctx, w, now)
		if err != nil {
			return fmt.Errorf("settle an officer's word: %w", err)
		}
		if w.Mailbox == "" {
			if _, err := in.tx.Exec(ctx, addHandleQuery, in.sourceID, w.Person, w.Handle); err != nil {
				return fmt.Errorf("keep where an officer is written to: %w", err)
			}
		}
		if out.replies == nil {
			out.replies = []string{}
		}
		at := w.At
		if at.After(now) {
			at = now
		}
		if _, err := in.tx.Exec(ctx, addWordQuery, in.sourceID, w.ID, w.Person, out.contact, out.officer, string(out.kind), clipRunes(cleanText(out.text), 5000), at, now, out.replies, out.end); err != nil {
			return fmt.Errorf("keep an officer's word: %w", err)
		}
		if out.contact != 0 {
			if _, err := in.tx.Exec(ctx, heardQuery, out.contact, at); err != nil {
				return fmt.Errorf("note when an officer was heard: %w", err)
			}
		}
		if out.end || out.kind == city.WordLeave {
			if _, err := in.tx.Exec(ctx, forgetHandlesQuery); err != nil {
				return fmt.Errorf("forget who is not written to: %w", err)
			}
		}
	}
	return nil
}

func clipRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

func (in *ingestion) settleWord(ctx context.Context, w city.OfficerWord, now time.Time) (settledWord, error) {
	if w.Mailbox != "" {
		return in.settleLetter(ctx, w, now)
	}
	if w.Kind == city.WordCode {
		return in.bind(ctx, w, now)
	}
	c, state, err := contactOf(ctx, in.tx, in.sourceID, w.Person, now)
	out := settledWord{kind: w.Kind, contact: c.ID, officer: c.OfficerID}
	if err != nil {
		return out, err
	}
	if w.Kind == city.WordLeave && state != contactNone {
		return out, in.leave(ctx, c, state, now, &out)
	}
	switch state {
	case contactNone:
		return settledWord{kind: city.WordRefused, replies: []string{city.ChatClosed}}, nil
	case contactClosed:
		return settledWord{kind: city.WordRefused, contact: c.ID, replies: []string{city.ChatClosed}}, nil
	case contactStale:
		out.kind, out.replies = city.WordRefused, []string{city.ChatStale}
		return out, nil
	case contactSignIn:
		out.kind, out.replies = city.WordRefused, []string{city.ChatSignIn}
		return out, nil
	}
	switch w.Kind {
	case city.WordHelp:
		out.replies = []string{city.ChatHelp}
	case city.WordNoText:
		out.replies = []string{city.ChatNoText}
		if w.Voice {
			out.replies = []string{city.ChatNoVoice}
		}
	default:
		out.kind, out.text = city.WordQuestion, w.Text
		return out, in.meter(ctx, now, &out)
	}
	return out, nil
}

// mailOfficersQuery finds whose confirmed address it is; who shares one has none.
const mailOfficersQuery = `SELECT o.id FROM notice_preferences p JOIN officers o ON o.id = p.officer_id
	WHERE lower(p.email) = $1 AND $1 <> '' AND o.disabled_at IS NULL AND NOT o.must_change`

// OfficerMails reports whether an address, in small letters, is that of one officer
// who confirmed it and may sign in. It is for the system alone.
func (s *Store) OfficerMails(ctx context.Context, address string) (yes bool, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		ids, err := column[int64](ctx, tx, mailOfficersQuery, address)
		yes = len(ids) == 1
		return err
	})
	return yes, wrapped(err, "ask whose address it is")
}

// settleLetter settles what an officer wrote by mail. The address is bound by the code
// of the notices' page, and let go of there.
func (in *ingestion) settleLetter(ctx context.Context, w city.OfficerWord, now time.Time) (settledWord, error) {
	ids, err := column[int64](ctx, in.tx, mailOfficersQuery, w.Mailbox)
	if err != nil || len(ids) != 1 {
		return settledWord{kind: city.WordRefused, end: true}, err
	}
	out := settledWord{kind: w.Kind, officer: ids[0]}
	switch w.Kind {
	case city.WordLeave:
		out.kind, out.replies = city.WordHelp, []string{city.MailNoLeave}
	case city.WordHelp:
		out.replies = []string{city.ChatHelp}
	case city.WordNoText:
		out.replies = []string{city.ChatNoText}
	default:
		out.kind, out.text = city.WordQuestion, w.Text
		return out, in.meter(ctx, now, &out)
	}
	return out, nil
}

const askedLatelyQuery = `SELECT count(*) FILTER (WHERE kind = 'tanya'), count(*) FILTER (WHERE kind = 'batas') FROM officer_words WHERE officer_id = $1 AND received_at > $2`

// meter holds an officer's questions to so many in a while; beyond, he is told once.
func (in *ingestion) meter(ctx context.Context, now time.Time, out *settledWord) error {
	var asked, told int
	if err := in.tx.QueryRow(ctx, askedLatelyQuery, out.officer, now.Add(-officerWindow)).Scan(&asked, &told); err != nil {
		return fmt.Errorf("count an officer's questions: %w", err)
	}
	if asked < officerQuestions {
		return nil
	}
	out.kind, out.text = city.WordTooMany, ""
	if out.end = told > 0; !out.end {
		out.replies = []string{city.ChatTooMany}
	}
	return nil
}

const leaveQuery = `UPDATE officer_contacts SET ended_at = coalesce(ended_at, $2), ended_why = 'keluar' WHERE id = $1`

// leave ends a contact at its owner's word. Of a closed account the chat is then a
// citizen's again.
func (in *ingestion) leave(ctx context.Context, c contactRow, state contactState, now time.Time, out *settledWord) error {
	if _, err := in.tx.Exec(ctx, leaveQuery, c.ID, now); err != nil {
		return fmt.Errorf("end a chat: %w", err)
	}
	out.replies = []string{city.ChatLeft}
	return record(ctx, in.tx, city.Actor{OfficerID: c.OfficerID, Name: c.Username}, "officer.chat.end", c.Username, "", map[string]any{"why": "keluar", "source": in.src.Slug, "closed": state == contactClosed})
}

const (
	wrongCodesQuery = `SELECT count(*) FILTER (WHERE person = $2), count(*) FROM officer_words WHERE source_id = $1 AND kind = 'kode_salah' AND received_at > $3`
	useCodeQuery    = `UPDATE officer_codes c SET code_hash = NULL FROM officers o
	WHERE o.id = c.officer_id AND o.disabled_at IS NULL AND c.source_id = $1 AND c.code_hash = $2 AND c.until > $3 RETURNING c.officer_id, o.username`
	// Another chat of the officer at this source, and another account of the person.
	replaceContactsQuery = `UPDATE officer_contacts SET ended_at = $4, ended_why = 'diganti' WHERE source_id = $1 AND ended_at IS NULL AND (person = $2) <> (officer_id = $3)`
	confirmContactQuery  = `UPDATE officer_contacts SET confirmed_at = $4, heard_at = $4 WHERE source_id = $1 AND person = $2 AND officer_id = $3 AND ended_at IS NULL RETURNING id`
	addContactQuery      = `INSERT INTO officer_contacts (officer_id, source_id, person, mask, bound_at, confirmed_at, heard_at) VALUES ($1, $2, $3, $4, $5, $5, $5) RETURNING id`
	boundUntilQuery      = `SELECT $1::timestamptz + make_interval(days => officer_confirm_days($1))`
)

// bind takes a code: the right one binds who sent it to the account of who saw it.
func (in *ingestion) bind(ctx context.Context, w city.OfficerWord, now time.Time) (out settledWord, err error) {
	out.kind = city.WordWrongCode
	var own, all int
	if err := in.tx.QueryRow(ctx, wrongCodesQuery, in.sourceID, w.Person, now.Add(-time.Hour)).Scan(&own, &all); err != nil {
		return out, fmt.Errorf("count wrong codes: %w", err)
	}
	if own >= wrongCodesOfOne || all >= wrongCodesOfSource {
		out.end = own > wrongCodesOfOne
		out.replies = []string{city.ChatCodesOver}
		return out, nil
	}
	used, err := rowsOf[struct {
		OfficerID int64
		Username  string
	}](ctx, in.tx, useCodeQuery, in.sourceID, officerCodeHash(in.sourceID, w.Code), now)
	if err != nil {
		return out, fmt.Errorf("use a code: %w", err)
	}
	if len(used) == 0 {
		out.replies = []string{city.ChatWrongCode}
		return out, nil
	}
	officer := used[0]
	out.kind, out.officer = city.WordCode, officer.OfficerID
	if _, err := in.tx.Exec(ctx, replaceContactsQuery, in.sourceID, w.Person, officer.OfficerID, now); err != nil {
		return out, fmt.Errorf("end the chats that this one replaces: %w", err)
	}
	ids, err := column[int64](ctx, in.tx, confirmContactQuery, in.sourceID, w.Person, officer.OfficerID, now)
	if err == nil && len(ids) == 0 {
		ids, err = column[int64](ctx, in.tx, addContactQuery, officer.OfficerID, in.sourceID, w.Person, city.MaskHandle(w.Handle), now)
	}
	if err != nil {
		return out, fmt.Errorf("bind a chat: %w", err)
	}
	out.contact = ids[0]
	var until time.Time
	if err := in.tx.QueryRow(ctx, boundUntilQuery, now).Scan(&until); err != nil {
		return out, fmt.Errorf("read how long a chat counts: %w", err)
	}
	out.replies = []string{city.ChatBound(officer.Username, until, in.cat.location)}
	return out, record(ctx, in.tx, city.Actor{OfficerID: officer.OfficerID, Name: officer.Username}, "officer.chat.bind", officer.Username, "", map[string]any{"source": in.src.Slug, "contact": out.contact})
}
