package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	answerTemplatesQuery = `SELECT t.id, t.category, t.status, t.title, t.body, t.enabled, t.version, t.changed_at, t.changed_by, '' AS reason, false AS mine
	FROM answer_templates t ORDER BY t.enabled DESC, t.category, array_position(ARRAY['open', 'in_progress', 'closed', 'rejected', ''], t.status), t.id`
	answerTemplateVersionsQuery = `SELECT template_id AS id, category, status, title, body, enabled, version, changed_at, changed_by, reason, false AS mine
	FROM answer_template_versions WHERE template_id = $1 ORDER BY version DESC LIMIT 500`
	lockAnswerTemplateQuery = `SELECT id, category, status, title, body, enabled, version, changed_at, changed_by, '' AS reason, false AS mine
	FROM answer_templates WHERE id = $1 FOR UPDATE`
	addAnswerTemplateQuery = `INSERT INTO answer_templates (category, status, title, body, enabled, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`
	putAnswerTemplateQuery = `UPDATE answer_templates SET category = $2, status = $3, title = $4, body = $5, enabled = $6, version = $7, changed_at = $8, changed_by = $9 WHERE id = $1`
	keepAnswerTemplate     = `INSERT INTO answer_template_versions (template_id, version, category, status, title, body, enabled, changed_at, changed_by, reason)
	SELECT id, version, category, status, title, body, enabled, changed_at, changed_by, $2 FROM answer_templates WHERE id = $1`
)

// keepsTemplates reports whether the asker may change templates of a category:
// the secretary and an operator all, the head of an agency those of categories
// that the agency owns.
func (c *catalogue) keepsTemplates(asker city.Asker, category string) bool {
	switch asker.Role {
	case city.Sekda, city.Operator:
		return true
	case city.KepalaOPD:
		owned, ok := c.categories[category]
		return ok && asker.OfficeID != 0 && owned.OfficeID == asker.OfficeID
	}
	return false
}

// AnswerTemplates returns the texts from which answers are drafted, those that
// are offered first.
func (s *Store) AnswerTemplates(ctx context.Context, asker city.Asker) (out []city.AnswerTemplate, err error) {
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.AnswerTemplate](ctx, tx, answerTemplatesQuery)
		return err
	})
	for i := range out {
		out[i].Mine = cat.keepsTemplates(asker, out[i].Category)
	}
	return out, wrapped(err, "read the templates of answers")
}

// AnswerTemplateVersions returns every state that a template has had, newest
// first, with who made it and why; NotFound when there is none.
func (s *Store) AnswerTemplateVersions(ctx context.Context, asker city.Asker, id int64) (out []city.AnswerTemplate, err error) {
	err = s.read(ctx, asker, func(tx pgx.Tx) (err error) {
		out, err = rowsOf[city.AnswerTemplate](ctx, tx, answerTemplateVersionsQuery, id)
		return err
	})
	if err == nil && len(out) == 0 {
		err = city.Errorf(city.NotFound, "there is no template %d", id)
	}
	return out, wrapped(err, "read the history of a template")
}

// SaveAnswerTemplate changes a template, or adds one whose ID is 0, with the
// reason, and keeps the state before. Invalid names the field and what to do;
// Conflict says that it was changed since the version that was read, or that
// the category has one of that title; Forbidden that it is not the asker's.
func (s *Store) SaveAnswerTemplate(ctx context.Context, by city.Actor, asker city.Asker, want city.AnswerTemplate, reason string) (city.AnswerTemplate, error) {
	want, err := want.Clean()
	if err != nil {
		return want, err
	}
	if len([]rune(strings.TrimSpace(reason))) < reasonLeast {
		return want, needReason()
	}
	cat, err := s.currentCatalogue(ctx)
	if err != nil {
		return want, err
	}
	if _, known := cat.categories[want.Category]; want.Category != "" && !known {
		return want, city.InvalidField("category", "there is no category %q", want.Category)
	}
	if !cat.keepsTemplates(asker, want.Category) {
		return want, notYourTemplate()
	}
	want.ChangedAt, want.ChangedBy, want.Mine = s.now().UTC().Truncate(time.Microsecond), by.Name, true
	saved := want
	err = s.write(ctx, func(tx pgx.Tx) error {
		saved = want // anew at each attempt
		if err := putAnswerTemplate(ctx, tx, cat, asker, &saved); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, keepAnswerTemplate, saved.ID, cleanText(strings.TrimSpace(reason))); err != nil {
			return fmt.Errorf("keep version %d of template %d: %w", saved.Version, saved.ID, err)
		}
		return record(ctx, tx, by, "answer_template.save", strconv.FormatInt(saved.ID, 10), reason, map[string]any{"version": saved.Version, "title": saved.Title, "enabled": saved.Enabled})
	})
	if violates(err, "answer_templates_titles_differ") {
		return saved, keyed(city.Errorf(city.Conflict, "the category has a template of this title; choose another title"), "error.template_twice")
	}
	return saved, err
}

func notYourTemplate() error {
	return keyed(city.Errorf(city.Forbidden, "the secretary and operators change templates, heads of agencies those of their own categories"), "error.template_rights")
}

func putAnswerTemplate(ctx context.Context, tx pgx.Tx, cat *catalogue, asker city.Asker, t *city.AnswerTemplate) error {
	if t.ID == 0 {
		t.Version = 1
		err := tx.QueryRow(ctx, addAnswerTemplateQuery, t.Category, t.Status, cleanText(t.Title), cleanText(t.Body), t.Enabled, t.ChangedAt, t.ChangedBy).Scan(&t.ID)
		return wrapped(err, "add a template")
	}
	have, err := rowsOf[city.AnswerTemplate](ctx, tx, lockAnswerTemplateQuery, t.ID)
	switch {
	case err != nil:
		return fmt.Errorf("lock template %d: %w", t.ID, err)
	case len(have) == 0:
		return city.Errorf(city.NotFound, "there is no template %d", t.ID)
	case !cat.keepsTemplates(asker, have[0].Category):
		return notYourTemplate()
	case have[0].Version != t.Version:
		return city.Errorf(city.Conflict, "template %d was changed meanwhile (version %d); read it again", t.ID, have[0].Version)
	}
	t.Version++
	_, err = tx.Exec(ctx, putAnswerTemplateQuery, t.ID, t.Category, t.Status, cleanText(t.Title), cleanText(t.Body), t.Enabled, t.Version, t.ChangedAt, t.ChangedBy)
	return wrapped(err, "change a template")
}

// violates reports whether err is the breach of a constraint or unique index.
func violates(err error, constraint string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.ConstraintName == constraint
}
