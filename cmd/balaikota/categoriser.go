package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"balaikota/backend/analysis/classify"
	"balaikota/backend/city"
)

// modelAge is how soon a newly learned model, on whatever node, is used here.
const modelAge = 5 * time.Second

// categoriser hands out the city's category model and the offices' rules as
// they stand.
type categoriser struct {
	db *database

	mu      sync.Mutex
	looked  time.Time
	id      int64  // of the model in memory; 0 = made of words
	words   uint64 // fingerprint of the categories it was made of
	model   *classify.Model
	offices *classify.Offices
}

func newCategoriser(db *database) *categoriser { return &categoriser{db: db} }

// current returns the model in use, at most modelAge old, and whom reports go
// to. Before anything was learned the model stands on the categories' words; it
// is nil when they have none.
func (c *categoriser) current(ctx context.Context, categories []city.Category) (*classify.Model, *classify.Offices, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fingerprint := fingerprintOf(categories)
	if c.offices != nil && fingerprint == c.words && time.Since(c.looked) < modelAge {
		return c.model, c.offices, nil
	}
	id, err := c.db.ActiveModelID(ctx, city.CategoryModel)
	if err != nil {
		return nil, nil, err
	}
	if c.offices == nil || id != c.id || (id == 0 && fingerprint != c.words) {
		if err := c.load(ctx, id, categories); err != nil {
			return nil, nil, err
		}
	}
	rules, err := c.db.OfficeRules(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.offices, c.looked, c.words = classify.NewOffices(categories, rules), time.Now(), fingerprint
	return c.model, c.offices, nil
}

// load reads the model. One that cannot be read (a newer program may have
// written it) is no reason to stop: words serve until the next lesson.
func (c *categoriser) load(ctx context.Context, id int64, categories []city.Category) error {
	c.id, c.model = id, nil
	if id != 0 {
		stored, err := c.db.ActiveModel(ctx, city.CategoryModel)
		if err != nil {
			return err
		}
		if m, err := classify.UnmarshalModel(stored.Body); err == nil {
			c.id, c.model = stored.ID, m
			return nil
		}
	}
	c.model = classify.FromWords(categories)
	return nil
}

func fingerprintOf(categories []city.Category) uint64 {
	h := fnv.New64a()
	for _, c := range categories {
		_, _ = fmt.Fprintf(h, "%q %q %q %q\n", c.Slug, c.Name, c.Words, c.Office)
	}
	return h.Sum64()
}
