package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// open311Settings gives a transaction the rights of a question from outside:
// of a key, or with 0 of everybody.
func open311Settings(key int64) string {
	return "SET LOCAL ROLE balaikota_open311_reader; SELECT set_config('balaikota.open311_key','" + strconv.FormatInt(key, 10) + "',true)"
}

// readOutside runs fn in a read-only snapshot with the rights of a key from
// outside, 0 for none.
func (s *Store) readOutside(ctx context.Context, key int64, fn func(tx pgx.Tx) error) error {
	return s.again(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, open311Settings(key), fn)
}

const (
	open311KeyQuery  = `SELECT id, name, reads, files, per_minute, made_at, made_by, revoked_at, coalesce(revoked_by, '') AS revoked_by, 0 AS filed FROM open311_keys WHERE secret_hash = $1 AND revoked_at IS NULL`
	open311KeysQuery = `SELECT k.id, k.name, k.reads, k.files, k.per_minute, k.made_at, k.made_by, k.revoked_at, coalesce(k.revoked_by, '') AS revoked_by,
	(SELECT count(*) FROM open311_filed f WHERE f.key_id = k.id AND f.at > $1)::int AS filed
	FROM open311_keys k WHERE k.revoked_at IS NULL OR k.revoked_at > $2 ORDER BY k.revoked_at IS NOT NULL, lower(k.name), k.id`
	open311ServicesQuery = `SELECT c.slug AS category, c.name, coalesce(v.public, false) AS public, coalesce(v.attributes, '[]') AS attributes, c.words, o.short_name AS office
	FROM categories c JOIN offices o ON o.id = c.office_id LEFT JOIN open311_services v ON v.category = c.slug ORDER BY c.name`
	open311SourcesQuery = `SELECT s.slug, s.name, o.source_id IS NOT NULL AS public, coalesce(o.media, false) AS media, s.simulated
	FROM sources s LEFT JOIN open311_sources o ON o.source_id = s.id
	WHERE o.source_id IS NOT NULL OR EXISTS (SELECT FROM reports r WHERE r.source_id = s.id) ORDER BY s.name, s.slug`
	open311WithheldQuery = `SELECT count(*)::int FROM open311_withheld`
	open311ShownQuery    = `SELECT count(*)::int FROM reports WHERE created_at > $1`
	addOpen311KeyQuery   = `INSERT INTO open311_keys (name, secret_hash, reads, files, per_minute, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`
	open311NameTaken     = `SELECT EXISTS (SELECT FROM open311_keys WHERE lower(name) = lower($1) AND revoked_at IS NULL)`
	revokeOpen311Query   = `UPDATE open311_keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL RETURNING name`
	putOpen311Service    = `INSERT INTO open311_services (category, public, attributes, changed_at, changed_by)
	SELECT slug, $2, coalesce($3::jsonb, '[]'), $4, $5 FROM categories WHERE slug = $1
	ON CONFLICT (category) DO UPDATE SET public = excluded.public, attributes = coalesce($3::jsonb, open311_services.attributes), changed_at = excluded.changed_at, changed_by = excluded.changed_by`
	putOpen311Source = `INSERT INTO open311_sources (source_id, media, changed_at, changed_by) SELECT id, $2, $3, $4 FROM sources WHERE slug = $1
	ON CONFLICT (source_id) DO UPDATE SET media = excluded.media, changed_at = excluded.changed_at, changed_by = excluded.changed_by`
	dropOpen311Source = `DELETE FROM open311_sources WHERE source_id = (SELECT id FROM sources WHERE slug = $1)`
	open311SourceIs   = `SELECT EXISTS (SELECT FROM sources WHERE slug = $1)`
	withholdQuery     = `INSERT INTO open311_withheld (report_id, at, by, reason) SELECT id, $2, $3, $4 FROM reports WHERE id = $1
	ON CONFLICT (report_id) DO UPDATE SET at = excluded.at, by = excluded.by, reason = excluded.reason`
	unwithholdQuery = `DELETE FROM open311_withheld WHERE report_id = $1`
)

func mayKeepOpen311(asker city.Asker) error {
	if asker.Role != city.Operator {
		return city.Errorf(city.Forbidden, "only an operator may change what goes out by Open311")
	}
	return nil
}

// Open311Key returns the key whose secret has the hash; Forbidden when none
// that holds has.
func (s *Store) Open311Key(ctx context.Context, secretHash []byte) (out city.Open311Key, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[city.Open311Key](ctx, tx, open311KeyQuery, secretHash)
		if err != nil {
			return fmt.Errorf("look for an Open311 key: %w", err)
		}
		if len(rows) == 0 {
			return city.Errorf(city.Forbidden, "api_key is missing or does not hold")
		}
		out = rows[0]
		return nil
	})
	return out, err
}

type open311ServiceRow struct {
	Category, Name string
	Public         bool
	Attributes     json.RawMessage
	Words          []string
	Office         string
}

// Open311Services returns the categories as services, by name.
func (s *Store) Open311Services(ctx context.Context) (out []city.Open311Service, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		out, err = open311Services(ctx, tx)
		return err
	})
	return out, wrapped(err, "read the services")
}

func open311Services(ctx context.Context, tx pgx.Tx) ([]city.Open311Service, error) {
	rows, err := rowsOf[open311ServiceRow](ctx, tx, open311ServicesQuery)
	if err != nil {
		return nil, err
	}
	out := make([]city.Open311Service, len(rows))
	for n, r := range rows {
		out[n] = city.Open311Service{Category: r.Category, Name: r.Name, Public: r.Public, Words: r.Words, Office: r.Office}
		if err := json.Unmarshal(r.Attributes, &out[n].Attributes); err != nil {
			return nil, fmt.Errorf("read the attributes of %s: %w", r.Category, err)
		}
	}
	return out, nil
}

// Open311Desk returns all that is kept about the Open311 server, for operators
// and auditors.
func (s *Store) Open311Desk(ctx context.Context, asker city.Asker) (out city.Open311Desk, err error) {
	if asker.Role != city.Operator && asker.Role != city.Auditor {
		return out, city.Errorf(city.Forbidden, "only operators and auditors may see who has an Open311 key")
	}
	now := s.now()
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		if out.Keys, err = rowsOf[city.Open311Key](ctx, tx, open311KeysQuery, now.AddDate(0, 0, -30), now.AddDate(0, 0, -90)); err != nil {
			return fmt.Errorf("read the keys: %w", err)
		}
		if out.Services, err = open311Services(ctx, tx); err != nil {
			return err
		}
		if out.Sources, err = rowsOf[city.Open311Published](ctx, tx, open311SourcesQuery); err != nil {
			return fmt.Errorf("read the sources: %w", err)
		}
		return tx.QueryRow(ctx, open311WithheldQuery).Scan(&out.Withheld)
	})
	if err != nil {
		return out, fmt.Errorf("read what goes out by Open311: %w", err)
	}
	// Counted as everybody would see it, so that the number cannot differ from it.
	err = s.readOutside(ctx, 0, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, open311ShownQuery, now.Add(-city.Open311Span)).Scan(&out.Shown)
	})
	return out, wrapped(err, "count what everybody can see")
}

// AddOpen311Key keeps a new key; of its secret the hash. Invalid on "name" when
// another key that holds has it.
func (s *Store) AddOpen311Key(ctx context.Context, by city.Actor, asker city.Asker, k city.Open311Key, secretHash []byte) (city.Open311Key, error) {
	if err := mayKeepOpen311(asker); err != nil {
		return k, err
	}
	if err := k.Check(); err != nil {
		return k, err
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		var taken bool
		if err := tx.QueryRow(ctx, open311NameTaken, k.Name).Scan(&taken); err != nil {
			return fmt.Errorf("look for the key's name: %w", err)
		}
		if taken {
			e := city.InvalidField("name", "there is a key of this name")
			e.Key = "error.open311_name_taken"
			return e
		}
		k.MadeAt, k.MadeBy = s.now().UTC().Truncate(time.Microsecond), by.Name
		if err := tx.QueryRow(ctx, addOpen311KeyQuery, k.Name, secretHash, k.Reads, k.Files, k.PerMinute, k.MadeAt, k.MadeBy).Scan(&k.ID); err != nil {
			return fmt.Errorf("keep an Open311 key: %w", err)
		}
		return record(ctx, tx, by, "open311.key_added", k.Name, "", map[string]any{"id": k.ID, "reads": k.Reads, "files": k.Files, "per_minute": k.PerMinute})
	})
	return k, err
}

// RevokeOpen311Key ends a key; it reads and files nothing from then on.
func (s *Store) RevokeOpen311Key(ctx context.Context, by city.Actor, asker city.Asker, id int64) error {
	if err := mayKeepOpen311(asker); err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		names, err := column[string](ctx, tx, revokeOpen311Query, id, s.now(), by.Name)
		if err != nil {
			return fmt.Errorf("revoke an Open311 key: %w", err)
		}
		if len(names) == 0 {
			return city.Errorf(city.NotFound, "there is no key with number %d that holds", id)
		}
		return record(ctx, tx, by, "open311.key_revoked", names[0], "", map[string]any{"id": id})
	})
}

// SetOpen311Service says whether a category's reports may be shown to
// everybody, and what a report of it must say; nil attributes leave them.
func (s *Store) SetOpen311Service(ctx context.Context, by city.Actor, asker city.Asker, category string, public bool, attributes []city.Open311Attribute) error {
	if err := mayKeepOpen311(asker); err != nil {
		return err
	}
	if err := city.CheckOpen311Attributes(attributes); err != nil {
		return err
	}
	var raw *string
	if attributes != nil {
		b, err := json.Marshal(attributes)
		if err != nil {
			return fmt.Errorf("encode attributes: %w", err)
		}
		text := string(b)
		raw = &text
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, putOpen311Service, category, public, raw, s.now(), by.Name)
		if err != nil {
			return fmt.Errorf("say what a service shows: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no category %s", category)
		}
		return record(ctx, tx, by, "open311.service", category, "", map[string]any{"public": public, "attributes": len(attributes), "attributes_given": attributes != nil})
	})
}

// PublishSource says whether a source's reports, and their pictures, may be
// shown to everybody.
func (s *Store) PublishSource(ctx context.Context, by city.Actor, asker city.Asker, slug string, public, media bool) error {
	if err := mayKeepOpen311(asker); err != nil {
		return err
	}
	if media && !public {
		return city.InvalidField("media", "pictures go out with their reports or not at all")
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, open311SourceIs, slug).Scan(&there); err != nil {
			return fmt.Errorf("look for a source: %w", err)
		}
		if !there {
			return city.Errorf(city.NotFound, "there is no source %s", slug)
		}
		var err error
		if public {
			_, err = tx.Exec(ctx, putOpen311Source, slug, media, s.now(), by.Name)
		} else {
			_, err = tx.Exec(ctx, dropOpen311Source, slug)
		}
		if err != nil {
			return fmt.Errorf("say what a source shows: %w", err)
		}
		return record(ctx, tx, by, "open311.source", slug, "", map[string]any{"public": public, "media": media})
	})
}

// WithholdReport hides a report from the public, whatever its source and
// category, or ends that. A reason is needed to hide.
func (s *Store) WithholdReport(ctx context.Context, by city.Actor, asker city.Asker, id int64, withheld bool, reason string) error {
	if err := mayKeepOpen311(asker); err != nil {
		return err
	}
	if withheld && len([]rune(reason)) < 10 {
		return city.InvalidField("reason", "say in ten letters at least why")
	}
	return s.write(ctx, func(tx pgx.Tx) error {
		var tag pgconn.CommandTag
		var err error
		if withheld {
			tag, err = tx.Exec(ctx, withholdQuery, id, s.now(), by.Name, reason)
		} else {
			tag, err = tx.Exec(ctx, unwithholdQuery, id)
		}
		if err != nil {
			return fmt.Errorf("hold a report back: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return city.Errorf(city.NotFound, "there is no report %d, or it is not held back", id)
		}
		return record(ctx, tx, by, "open311.withheld", strconv.FormatInt(id, 10), reason, map[string]any{"withheld": withheld})
	})
}
