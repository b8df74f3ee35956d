package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

const (
	askCodeQuery = `UPDATE subject_requests SET codes = codes + 1, code_tries = 0, code_box = NULL, code_key = '', code_until = NULL, code_way = $2,
	state = CASE WHEN proof = '' THEN 'menunggu_bukti' ELSE state END WHERE id = $1`
	endCodesQuery = `UPDATE subject_messages SET ended_at = $2, error = 'digantikan kode baru', leased_by = '', lease_until = NULL, sealed = NULL, key_id = ''
	WHERE request_id = $1 AND kind = 'kode' AND taken_at IS NULL AND ended_at IS NULL`
	addSubjectMessage = `INSERT INTO subject_messages (mark, request_id, kind, text, at, by_name, channel, key_id, sealed, next_at, taken_at)
	VALUES ($1::text::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $5, CASE WHEN $7 = 'sendiri' THEN $5::timestamptz END)`
	wrongCodeQuery = `UPDATE subject_requests SET code_tries = code_tries + 1 WHERE id = $1`
	proveQuery     = `UPDATE subject_requests SET proof = $2, proof_note = $3, proof_way = $4, proven_at = $5, proven_by = $6, state = 'terbukti',
	code_box = NULL, code_key = '', code_until = NULL WHERE id = $1`
	foundByLinkQuery = `SELECT count(*)::int FROM subject_reports WHERE request_id = $1 AND 'tautan' = ANY (found_by)`
)

// SendSubjectCode sends a code to who asks, by a channel among those offered: to
// the very address, number or chat that their own reports came from. The code is
// made when it is carried, and stands nowhere but as a keyed hash. Conflict when no
// report of theirs is reached so, or when five were sent.
func (s *Store) SendSubjectCode(ctx context.Context, by city.Actor, asker city.Asker, id int64, channel city.NoticeChannel, offered []city.NoticeChannel) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	if !slices.Contains(offered, channel) {
		return keyed(city.Errorf(city.Conflict, "this server cannot send by that channel; let them show who they are at the counter"), "error.subject_not_carried")
	}
	address, err := s.subjectAddress(ctx, asker, id, channel, false)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		h, err := s.holdSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		if h.Codes >= city.SubjectCodes {
			return keyed(city.Errorf(city.Conflict, "%d codes were sent for request %d; let them show who they are at the counter", h.Codes, id), "error.subject_codes")
		}
		if _, err := tx.Exec(ctx, endCodesQuery, id, s.now()); err != nil {
			return fmt.Errorf("end the code before: %w", err)
		}
		if _, err := tx.Exec(ctx, askCodeQuery, id, channel); err != nil {
			return fmt.Errorf("ask for a code: %w", err)
		}
		if err := s.putSubjectMessage(ctx, tx, by, id, "kode", "", channel, address); err != nil {
			return err
		}
		return record(ctx, tx, by, "subject.code", strconv.FormatInt(id, 10), "", map[string]any{"channel": channel})
	})
}

// subjectAddress opens where who asks is reached by a channel.
func (s *Store) subjectAddress(ctx context.Context, asker city.Asker, id int64, channel city.NoticeChannel, proven bool) (address string, err error) {
	err = s.withReason(ctx, asker, subjectReason(id, "mengirim pesan"), func(tx pgx.Tx, _ string) error {
		who, err := s.openSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		address, err = s.addressOf(ctx, tx, id, channel, proven, who)
		return err
	})
	if err == nil && address == "" {
		err = keyed(city.Errorf(city.Conflict, "none of the reports found is reached by that channel"), "error.subject_no_way")
	}
	return address, locked(err)
}

// putSubjectMessage puts a code or a result on its way.
func (s *Store) putSubjectMessage(ctx context.Context, tx pgx.Tx, by city.Actor, id int64, kind, text string, channel city.NoticeChannel, address string) error {
	mark, key, sealed := newUUID(), "", []byte(nil)
	if address != "" {
		k, err := s.identities.Newest()
		if err != nil {
			return err
		}
		key, sealed = k.ID(), k.Seal("subject-message/"+mark, []byte(address))
	}
	_, err := tx.Exec(ctx, addSubjectMessage, mark, id, kind, cleanText(text), *stored(new(s.now())), by.Name, channel, key, sealed)
	return wrapped(err, "put a message on its way")
}

// newSubjectCode is six digits, each as likely as the others.
func newSubjectCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return fmt.Sprintf("%06d", n)
}

func codeBox(k city.IdentityKey, request int64, code string) []byte {
	return k.Box("kode", strconv.FormatInt(request, 10)+"/"+code)
}

// ReadBackSubjectCode takes the code that who asks has read back. A wrong one
// counts, is audited, and is Invalid on the field code.
func (s *Store) ReadBackSubjectCode(ctx context.Context, by city.Actor, asker city.Asker, id int64, said string) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	code, err := city.SubjectCode(said)
	if err != nil {
		return err
	}
	wrong := 0
	err = s.write(ctx, func(tx pgx.Tx) error {
		wrong = 0
		h, err := s.holdSubject(ctx, tx, id)
		if err != nil {
			return err
		}
		// A code that was sent under a key that was taken away since is no wrong one.
		away := !slices.Contains(s.identities.Known(), h.CodeKey)
		if h.CodeBox == nil || !h.CodeGood || h.Tries >= city.SubjectTries || away {
			return keyed(city.Errorf(city.Conflict, "no code of request %d is good any more; send another", id), "error.subject_code_over")
		}
		for _, k := range s.identities.Each() {
			if k.ID() == h.CodeKey && hmac.Equal(h.CodeBox, codeBox(k, id, code)) {
				return s.prove(ctx, tx, by, id, "kode", "", h.CodeWay)
			}
		}
		wrong = city.SubjectTries - h.Tries
		if _, err := tx.Exec(ctx, wrongCodeQuery, id); err != nil {
			return fmt.Errorf("count a wrong code: %w", err)
		}
		return record(ctx, tx, by, "subject.code_wrong", strconv.FormatInt(id, 10), "", map[string]any{"left": wrong - 1})
	})
	if err == nil && wrong > 0 {
		e := city.InvalidField("code", "is not the code that was sent; %d tries are left", wrong-1)
		e.Key, e.Params = "error.subject_code_wrong", map[string]string{"left": strconv.Itoa(wrong - 1)}
		return e
	}
	return wrapped(err, "read a code back")
}

// ShowSubjectProof notes that who asks showed at the counter who they are: what
// kind of paper, never its number; or, with how "tautan", the secret link that was
// sent for a report of theirs.
func (s *Store) ShowSubjectProof(ctx context.Context, by city.Actor, asker city.Asker, id int64, how, note string) error {
	if err := operatorOnly(asker); err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); how == "identitas" && (n < 3 || n > 200) {
		return refusedField("note", "error.subject_proof_note", "says in 3 to 200 characters which paper was shown")
	}
	if city.MaskOutward(note) != note {
		return refusedField("note", "error.subject_proof_number", "names the kind of paper, not its number")
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		if _, err := s.holdSubject(ctx, tx, id); err != nil {
			return err
		}
		if how == "tautan" {
			var n int
			if err := tx.QueryRow(ctx, foundByLinkQuery, id).Scan(&n); err != nil {
				return fmt.Errorf("look what the link found: %w", err)
			}
			if n == 0 {
				return keyed(city.Errorf(city.Conflict, "no report of request %d was found by a secret link", id), "error.subject_no_link")
			}
		}
		return s.prove(ctx, tx, by, id, how, note, "")
	})
}

func (s *Store) prove(ctx context.Context, tx pgx.Tx, by city.Actor, id int64, how, note, way string) error {
	if _, err := tx.Exec(ctx, proveQuery, id, how, note, way, *stored(new(s.now())), by.Name); err != nil {
		return fmt.Errorf("note a proof: %w", err)
	}
	if _, err := tx.Exec(ctx, coverQuery, id); err != nil {
		return fmt.Errorf("note what the proof covers: %w", err)
	}
	return record(ctx, tx, by, "subject.proof", strconv.FormatInt(id, 10), note, map[string]any{"how": how, "channel": way})
}
