package main

import (
	"context"
	"strings"

	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// intake is the door through which every report enters, from whatever side:
// it settles the place and makes the search words before the store takes the
// delivery.
type intake struct {
	store     *store.Store
	geography *geography
	stored    func() // called after reports were stored; may be nil
}

// Ingest implements city.Ingester.
func (i *intake) Ingest(ctx context.Context, d city.Delivery) (city.Tally, error) {
	x := i.geography.index.Load()
	for n := range d.Reports {
		r := &d.Reports[n]
		x.Settle(r)
		r.Stems = strings.Join(language.Words(r.Text+" "+r.Address), " ")
	}
	tally, err := i.store.Ingest(ctx, d)
	if err == nil && i.stored != nil && tally.Added+tally.Changed+tally.Removed > 0 {
		i.stored()
	}
	return tally, err
}
