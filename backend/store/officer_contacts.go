package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// officerCodesPerHour are the codes that one officer may see for one source.
const officerCodesPerHour = 6

const (
	// Chats that officers may use: where the city can write back.
	officerSourcesQuery = `SELECT slug, name, connector AS channel, coalesce(config->>'address', '') AS address FROM sources
	WHERE connector IN ('telegram', 'whatsapp') AND NOT simulated ORDER BY name, slug`
	officerContactsQuery = `SELECT c.id, s.slug AS source, s.name, s.connector AS channel, c.mask, c.bound_at, c.heard_at,
	c.confirmed_at + make_interval(days => officer_confirm_days($2)) AS asked_again_at, c.confirmed_at + make_interval(days => officer_confirm_days($2)) <= $2 AS stale
	FROM officer_contacts c JOIN sources s ON s.id = c.source_id WHERE c.officer_id = $1 AND c.ended_at IS NULL ORDER BY c.id`
)

type officerSourceRow struct {
	Slug, Name, Channel, Address string
}

func (r officerSourceRow) source() city.OfficerSource {
	return city.OfficerSource{Slug: r.Slug, Name: r.Name, Channel: city.NoticeChannel(r.Channel), Address: r.Address}
}

// OfficerContacts returns the asker's own chats and the city's that can be chosen.
// Forbidden for a token.
func (s *Store) OfficerContacts(ctx context.Context, who city.Asker) (out city.OfficerContacts, err error) {
	officer, err := self(who)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, who, func(tx pgx.Tx) error {
		out = city.OfficerContacts{Contacts: []city.OfficerContact{}, Sources: []city.OfficerSource{}}
		contacts, err := rowsOf[city.OfficerContact](ctx, tx, officerContactsQuery, officer, s.now())
		if err != nil {
			return err
		}
		out.Contacts = append(out.Contacts, contacts...)
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("read an officer's chats: %w", err)
	}
	// A source's configuration is the system's to read.
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[officerSourceRow](ctx, tx, officerSourcesQuery)
		for _, r := range rows {
			out.Sources = append(out.Sources, r.source())
		}
		return err
	})
	return out, wrapped(err, "read the city's chats")
}

// officerCodeHash ties a code to the source that it is sent to.
func officerCodeHash(source int64, code string) []byte {
	sum := sha256.Sum256([]byte("balaikota:kode-obrolan:" + strconv.FormatInt(source, 10) + ":" + code))
	return sum[:]
}

const (
	codesMadeQuery = `SELECT made, made_since FROM officer_codes WHERE officer_id = $1 AND source_id = $2 FOR UPDATE`
	keepCodeQuery  = `INSERT INTO officer_codes (officer_id, source_id, code_hash, until, made, made_since) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (officer_id, source_id) DO UPDATE SET code_hash = excluded.code_hash, until = excluded.until, made = excluded.made, made_since = excluded.made_since`
	forgetCodesQuery = `UPDATE officer_codes SET code_hash = NULL WHERE code_hash IS NOT NULL AND until <= $1`
)

// MakeOfficerCode keeps code, eight digits by chance, for 15 minutes: who sends it to
// the source is bound to the asker's account. It takes the place of an earlier one.
// At most six an hour; Conflict with RetryAfter beyond. NotFound when the source is
// no chat of the city.
func (s *Store) MakeOfficerCode(ctx context.Context, by city.Actor, who city.Asker, slug, code string) (out city.OfficerCode, err error) {
	officer, err := self(who)
	if err != nil {
		return out, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		now := s.now()
		src, id, err := officerSource(ctx, tx, slug)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, forgetCodesQuery, now); err != nil {
			return fmt.Errorf("forget codes that are over: %w", err)
		}
		made, since := 0, now
		rows, err := rowsOf[struct {
			Made      int
			MadeSince time.Time
		}](ctx, tx, codesMadeQuery, officer, id)
		if err != nil {
			return err
		}
		if len(rows) > 0 && now.Sub(rows[0].MadeSince) < time.Hour {
			made, since = rows[0].Made, rows[0].MadeSince
		}
		if made >= officerCodesPerHour {
			return later(city.Errorf(city.Conflict, "at most %d codes an hour; try again later", officerCodesPerHour), since.Add(time.Hour).Sub(now))
		}
		until := now.Add(codeHolds)
		if _, err := tx.Exec(ctx, keepCodeQuery, officer, id, officerCodeHash(id, code), until, made+1, since); err != nil {
			return fmt.Errorf("keep a code: %w", err)
		}
		out = city.OfficerCodeOf(src, code, until)
		return record(ctx, tx, by, "officer.chat.code", by.Name, "", map[string]any{"source": slug})
	})
	return out, err
}

func officerSource(ctx context.Context, tx pgx.Tx, slug string) (out city.OfficerSource, id int64, err error) {
	rows, err := rowsOf[officerSourceRow](ctx, tx, officerSourcesQuery)
	if err != nil {
		return out, 0, err
	}
	for _, r := range rows {
		if r.Slug != slug {
			continue
		}
		ids, err := column[int64](ctx, tx, `SELECT id FROM sources WHERE slug = $1`, slug)
		if err != nil || len(ids) == 0 {
			return out, 0, err
		}
		return r.source(), ids[0], nil
	}
	return out, 0, city.Errorf(city.NotFound, "there is no such chat of the city")
}

const endContactQuery = `UPDATE officer_contacts SET ended_at = $2, ended_why = $3 WHERE id = $1 AND ended_at IS NULL RETURNING source_id`

// RemoveOfficerContact ends one of the asker's own chats. NotFound for others'.
func (s *Store) RemoveOfficerContact(ctx context.Context, by city.Actor, who city.Asker, id int64) error {
	officer, err := self(who)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		mine, err := column[int64](ctx, tx, `SELECT id FROM officer_contacts WHERE id = $1 AND officer_id = $2 AND ended_at IS NULL FOR UPDATE`, id, officer)
		if err != nil {
			return fmt.Errorf("find a chat: %w", err)
		}
		if len(mine) == 0 {
			return city.Errorf(city.NotFound, "there is no such chat, or it is not yours")
		}
		if _, err := tx.Exec(ctx, endContactQuery, id, s.now(), "dihapus"); err != nil {
			return fmt.Errorf("end a chat: %w", err)
		}
		if _, err := tx.Exec(ctx, forgetHandlesQuery); err != nil {
			return fmt.Errorf("forget who is written to no more: %w", err)
		}
		return record(ctx, tx, by, "officer.chat.end", by.Name, "", map[string]any{"why": "dihapus", "contact": id})
	})
}

// forgetHandlesQuery forgets the numbers that nothing needs any more.
const forgetHandlesQuery = `DELETE FROM officer_handles h
	WHERE NOT EXISTS (SELECT FROM officer_contacts c WHERE c.source_id = h.source_id AND c.person = h.person AND c.ended_at IS NULL)
		AND NOT EXISTS (SELECT FROM officer_words w WHERE w.source_id = h.source_id AND w.person = h.person AND w.taken_at IS NULL AND w.ended_at IS NULL)`
