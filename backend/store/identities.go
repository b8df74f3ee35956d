package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// noKeys are the keys of a store that was opened without any: it reads and
// writes everything but identities.
type noKeys struct{}

func (noKeys) Newest() (city.IdentityKey, error) {
	return nil, city.Errorf(city.Internal, "the store was opened without the keys of identities")
}
func (noKeys) Known() []string          { return nil }
func (noKeys) Each() []city.IdentityKey { return nil }
func (noKeys) Open(string, string, []byte) ([]byte, error) {
	return nil, fmt.Errorf("%w: no keys are at hand", city.ErrSealed)
}

// reporterColumns are reporters as statements take them.
type reporterColumns struct {
	ids               []int64
	sealed            [][]byte
	keys              []string
	mail, phone, acct [][]byte
	byMail, byChat    []bool
}

func (c *reporterColumns) add(k city.IdentityKey, id int64, p city.Reporter) error {
	s, err := p.Seal(k, id)
	if err != nil {
		return err
	}
	c.ids, c.sealed, c.keys = append(c.ids, id), append(c.sealed, s.Sealed), append(c.keys, s.KeyID)
	c.mail, c.phone, c.acct = append(c.mail, s.MailBox), append(c.phone, s.PhoneBox), append(c.acct, s.HandleBox)
	c.byMail, c.byChat = append(c.byMail, s.ByMail), append(c.byChat, s.ByChat)
	return nil
}

func (c *reporterColumns) args() []any {
	return []any{c.ids, c.sealed, c.keys, c.mail, c.phone, c.acct, c.byMail, c.byChat}
}

const (
	reporterRows      = `unnest($1::bigint[], $2::bytea[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::boolean[], $8::boolean[])`
	addReportersQuery = `INSERT INTO reporters (report_id, sealed, key_id, mail_box, phone_box, handle_box, by_mail, by_chat) SELECT * FROM ` + reporterRows
)

// reporters seals who made reports. The writer may not read reporters, so
// replacing is delete and insert.
func (in *ingestion) reporters(ctx context.Context, people map[int64]*city.Reporter) error {
	if len(people) == 0 {
		return nil
	}
	k, err := in.store.identities.Newest()
	if err != nil {
		return err
	}
	var c reporterColumns
	for id, p := range people {
		if err := c.add(k, id, city.Reporter{Name: cleanText(p.Name), Phone: cleanText(p.Phone), Email: cleanText(p.Email), Handle: cleanText(p.Handle)}); err != nil {
			return err
		}
	}
	if _, err := in.tx.Exec(ctx, `DELETE FROM reporters WHERE report_id = ANY ($1)`, c.ids); err != nil {
		return fmt.Errorf("replace reporters: %w", err)
	}
	if _, err := in.tx.Exec(ctx, addReportersQuery, c.args()...); err != nil {
		return fmt.Errorf("add reporters: %w", err)
	}
	return nil
}

const sealedReporterQuery = `SELECT coalesce(key_id, '') AS key_id, sealed FROM reporters WHERE report_id = $1`

type sealedReporter struct {
	KeyID  string
	Sealed []byte
}

// Reporter returns who made a report, to an operator or auditor who gives a
// reason. The reason is in the audit trail before the answer leaves. When the
// key is not at hand it is a Conflict that says what to do.
func (s *Store) Reporter(ctx context.Context, by Actor, asker city.Asker, reportID int64, reason string) (city.Reporter, error) {
	if len([]rune(reason)) < 10 {
		return city.Reporter{}, city.InvalidField("reason", "say in at least 10 characters why the identity is needed")
	}
	if asker.Role != city.Operator && asker.Role != city.Auditor {
		return city.Reporter{}, city.Errorf(city.Forbidden, "only an operator or an auditor may see who reported")
	}
	var rows []sealedReporter
	err := s.again(ctx, pgx.TxOptions{}, askerSettings(asker, reason), func(tx pgx.Tx) (err error) {
		if err := record(ctx, tx, by, "reporter.read", fmt.Sprint(reportID), reason, nil); err != nil {
			return err
		}
		rows, err = rowsOf[sealedReporter](ctx, tx, sealedReporterQuery, reportID)
		return err
	})
	if err != nil || len(rows) == 0 {
		return city.Reporter{}, err // asked and recorded; the source named nobody
	}
	p, err := city.OpenReporter(s.identities, reportID, rows[0].KeyID, rows[0].Sealed)
	return p, locked(err)
}

// locked says to people that something sealed cannot be opened.
func locked(err error) error {
	if !errors.Is(err, city.ErrSealed) {
		return err
	}
	e := city.Wrap(city.Conflict, err, "the identity cannot be opened with the keys at hand; balaikota doctor says what to do")
	e.Key = "error.identity_locked"
	return e
}

const (
	reporterKeysQuery = `WITH RECURSIVE k AS (
		(SELECT key_id FROM reporters WHERE key_id IS NOT NULL ORDER BY key_id LIMIT 1)
		UNION ALL SELECT (SELECT r.key_id FROM reporters r WHERE r.key_id > k.key_id ORDER BY r.key_id LIMIT 1) FROM k WHERE k.key_id IS NOT NULL)
	SELECT key_id FROM k WHERE key_id IS NOT NULL`
	countReportersQuery = `SELECT (SELECT count(*) FROM reporters), (SELECT count(*) FROM reporters WHERE key_id <> ALL ($1)), (SELECT count(*) FROM reporters WHERE key_id IS NULL)`
	recordsDoneQuery    = `SELECT done_at IS NOT NULL AND key_id = $1 FROM sealed_records`
)

// IdentitySealing is how the sealing of identities stands.
func (s *Store) IdentitySealing(ctx context.Context) (out city.IdentitySealing, err error) {
	k, err := s.identities.Newest()
	if err != nil {
		return out, err
	}
	known := s.identities.Known()
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		used, err := column[string](ctx, tx, reporterKeysQuery)
		if err != nil {
			return err
		}
		subjects, err := column[string](ctx, tx, subjectKeysQuery)
		if err != nil {
			return err
		}
		used = append(used, subjects...)
		slices.Sort(used)
		used = slices.Compact(used)
		out = city.IdentitySealing{Key: k.ID(), Keys: len(known), Away: without(used, known)}
		if err := tx.QueryRow(ctx, lockedSubjectsQuery, known).Scan(&out.LockedSubjects); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, countReportersQuery, known).Scan(&out.Sealed, &out.Locked, &out.Plain); err != nil {
			return err
		}
		return tx.QueryRow(ctx, recordsDoneQuery, k.ID()).Scan(&out.RecordsDone)
	})
	return out, wrapped(err, "count what is sealed")
}

// without are those of all that are not in known.
func without(all, known []string) []string {
	out := []string{}
	for _, id := range all {
		found := false
		for _, k := range known {
			found = found || k == id
		}
		if !found {
			out = append(out, id)
		}
	}
	return out
}

// TellLockedIdentities tells the operators, once a day of the city ("2026-11-23"),
// that identities cannot be opened.
func (s *Store) TellLockedIdentities(ctx context.Context, day string, offered []city.NoticeChannel) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		return s.tellOperators(ctx, tx, "identitas:terkunci:"+day, city.IdentitiesLockedNotice(), offered)
	})
}
