package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
)

// keptModels is how many models of a name stay, the one in use among them.
const keptModels = 5

// SaveLearning keeps the rows as examples of the model's name, stores the model
// and puts it in use, in one transaction. A row whose text is known gets the
// new label. It returns the model's number.
func (s *Store) SaveLearning(ctx context.Context, m city.LearnedModel, rows []city.LabelledText, origin string) (id int64, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		// Two that learn the same name at once must not both be in use.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(7283002, hashtext($1))", m.Name); err != nil {
			return fmt.Errorf("lock the models %s: %w", m.Name, err)
		}
		if err := keepLabelled(ctx, tx, m, rows, origin); err != nil {
			return err
		}
		before, err := column[int64](ctx, tx, retireModelQuery, m.Name)
		if err != nil {
			return fmt.Errorf("retire the model %s: %w", m.Name, err)
		}
		if err := tx.QueryRow(ctx, "INSERT INTO models (name, trained_at, examples, scores, body, corrections) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
			m.Name, m.TrainedAt, m.Examples, m.Scores, m.Body, m.Corrections).Scan(&id); err != nil {
			return fmt.Errorf("store the model %s: %w", m.Name, err)
		}
		if err := s.modelChanged(ctx, tx, m.Name, m.By, "belajar", id, before, ""); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM models WHERE name = $1 AND id NOT IN
			(SELECT id FROM models WHERE name = $1 ORDER BY id DESC LIMIT $2)`, m.Name, keptModels); err != nil {
			return fmt.Errorf("drop old models %s: %w", m.Name, err)
		}
		return nil
	})
	return id, err
}

func keepLabelled(ctx context.Context, tx pgx.Tx, m city.LearnedModel, rows []city.LabelledText, origin string) error {
	var hashes [][]byte
	var texts, labels []string
	seen := map[[sha256.Size]byte]int{}
	for _, r := range rows {
		text := cleanText(r.Text)
		h := sha256.Sum256([]byte(text))
		if i, twice := seen[h]; twice {
			labels[i] = r.Label // the last one holds, as over several calls
			continue
		}
		seen[h] = len(texts)
		hashes, texts, labels = append(hashes, h[:]), append(texts, text), append(labels, r.Label)
	}
	if len(texts) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO labelled_texts AS l (model, hash, text, label, origin, at)
		SELECT $1, h, t, n, $5, $6 FROM unnest($2::bytea[], $3::text[], $4::text[]) AS given (h, t, n)
		ON CONFLICT (model, hash) DO UPDATE SET label = excluded.label, origin = excluded.origin, at = excluded.at
		WHERE l.label <> excluded.label`, m.Name, hashes, texts, labels, origin, m.TrainedAt); err != nil {
		return fmt.Errorf("keep labelled rows: %w", err)
	}
	return nil
}

// LabelledTexts returns the rows kept for a model, oldest first.
func (s *Store) LabelledTexts(ctx context.Context, model string) (out []city.LabelledText, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.LabelledText](ctx, tx, "SELECT text, label, at FROM labelled_texts WHERE model = $1 ORDER BY id", model)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read labelled rows: %w", err)
	}
	return out, nil
}

// ActiveModel returns the model in use under the name, or of all names the one
// learned last when name is empty; the zero model when there is none.
func (s *Store) ActiveModel(ctx context.Context, name string) (m city.LearnedModel, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		rows, err := rowsOf[city.LearnedModel](ctx, tx, `SELECT id, name, trained_at, examples, scores, body, corrections, '' AS by FROM models
			WHERE active AND ($1 = '' OR name = $1) ORDER BY id DESC LIMIT 1`, name)
		if len(rows) > 0 {
			m = rows[0]
		}
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read the model in use: %w", err)
	}
	return m, nil
}

// ActiveModelID returns the number of the model in use under the name, 0 when
// there is none: a cheap look whether another one has come.
func (s *Store) ActiveModelID(ctx context.Context, name string) (id int64, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, "SELECT id FROM models WHERE active AND name = $1", name).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for a newer model: %w", err)
	}
	return id, nil
}

// ModelNames returns the names under which a model is in use, the one learned
// last first.
func (s *Store) ModelNames(ctx context.Context) (out []string, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = column[string](ctx, tx, "SELECT name FROM models WHERE active ORDER BY id DESC")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the names of models: %w", err)
	}
	return out, nil
}

// LearnedLabels returns, for each name under which rows are kept, the labels
// that occur among them; the name that got rows last comes first.
func (s *Store) LearnedLabels(ctx context.Context) (out []city.ModelLabels, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.ModelLabels](ctx, tx, `SELECT model AS name, array_agg(DISTINCT label) AS labels FROM labelled_texts
			GROUP BY model ORDER BY max(id) DESC`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read learned labels: %w", err)
	}
	return out, nil
}

// TeachingRow is a report that says which category its text belongs to.
type TeachingRow struct {
	Text  string
	Label string
	// At is when the citizen reported, Known when the label came to us.
	At    time.Time
	Known time.Time
	// ByOfficer marks an officer's correction.
	ByOfficer bool
}

const correctedQuery = `SELECT DISTINCT ON (c.report_id) r.text || ` + heardToo + ` AS text, c.value AS label, r.created_at AS at, c.at AS known, true AS by_officer
	FROM corrections c JOIN reports r ON r.id = c.report_id
	WHERE c.field = 'category' AND r.removed_at IS NULL AND r.text <> '' ORDER BY c.report_id, c.id DESC`

const sourceLabelledQuery = `SELECT text, label, at, known, false AS by_officer FROM (
		SELECT text, category AS label, created_at AS at, received_at AS known, row_number() OVER (PARTITION BY category ORDER BY created_at DESC, id DESC) AS nth
		FROM (SELECT id, text, category, created_at, received_at FROM reports
			WHERE removed_at IS NULL AND category IS NOT NULL AND category_by = 'source' AND text <> ''
			ORDER BY created_at DESC, id DESC LIMIT 200000) newest) counted
	WHERE nth <= $1`

// TeachingRows returns what the city's own reports teach: officers' corrections
// (the last word on each report), and of the newest 200,000 reports whose source
// gave a category at most perLabel of each. What the analysis itself decided is
// never among them.
func (s *Store) TeachingRows(ctx context.Context, perLabel int) (out []TeachingRow, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) error {
		if out, err = rowsOf[TeachingRow](ctx, tx, correctedQuery); err != nil {
			return err
		}
		more, err := rowsOf[TeachingRow](ctx, tx, sourceLabelledQuery, perLabel)
		out = append(out, more...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read reports to learn from: %w", err)
	}
	return out, nil
}

// OfficeRules returns the offices that officers have corrected reports to, the
// last word for each category and area.
func (s *Store) OfficeRules(ctx context.Context) (out []city.OfficeRule, err error) {
	err = s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.OfficeRule](ctx, tx, `SELECT DISTINCT ON (r.category, r.area_code) r.category, r.area_code, c.value AS office, c.at
			FROM corrections c JOIN reports r ON r.id = c.report_id
			WHERE c.field = 'office' AND r.removed_at IS NULL AND r.category IS NOT NULL ORDER BY r.category, r.area_code, c.id DESC`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the corrections of offices: %w", err)
	}
	return out, nil
}
