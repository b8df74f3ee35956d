package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/geo"
	"balaikota/backend/store"
	"balaikota/backend/web"

	"github.com/paulmach/orb"
)

// geography holds the index of the city's areas and makes it anew when they
// change: an import by another process shows within seconds.
type geography struct {
	store   *store.Store
	index   atomic.Pointer[geo.Index]
	changed atomic.Pointer[time.Time]
}

func newGeography(ctx context.Context, s *store.Store) (*geography, error) {
	g := &geography{store: s}
	_, err := g.refresh(ctx)
	return g, err
}

// refresh reads the areas if they have changed since the last time.
func (g *geography) refresh(ctx context.Context) (bool, error) {
	at, err := g.store.AreasChangedAt(ctx)
	if err != nil {
		return false, err
	}
	if had := g.changed.Load(); had != nil && had.Equal(at) {
		return false, nil
	}
	areas, err := g.store.Areas(ctx)
	if err != nil {
		return false, err
	}
	x, err := geo.New(areas)
	if err != nil {
		return false, fmt.Errorf("index the areas: %w", err)
	}
	g.index.Store(x)
	g.changed.Store(&at)
	return true, nil
}

// run keeps the index up to date until ctx ends.
func (g *geography) run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if changed, err := g.refresh(ctx); err != nil && ctx.Err() == nil {
			log.Warn("The areas were not read", "err", err)
		} else if changed {
			log.Info("The areas have changed")
		}
	}
}

// Locate implements city.AreaIndex.
func (g *geography) Locate(p orb.Point) (string, bool) { return g.index.Load().Locate(p) }

// Find implements city.AreaIndex.
func (g *geography) Find(name string) []string { return g.index.Load().Find(name) }

// Area implements city.AreaIndex and web.Geography.
func (g *geography) Area(code string) (city.Area, bool) { return g.index.Load().Area(code) }

// Areas implements city.AreaIndex.
func (g *geography) Areas(level city.Level) []city.Area { return g.index.Load().Areas(level) }

// FeatureCollection implements web.Geography.
func (g *geography) FeatureCollection(level city.Level) ([]byte, bool) {
	return g.index.Load().FeatureCollection(level)
}

// Bounds implements web.Geography.
func (g *geography) Bounds() [4]float64 {
	b := g.index.Load().Bound()
	return [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
}

// Tile implements web.Geography.
func (g *geography) Tile(layer string, z, x, y uint32) ([]byte, error) {
	level := city.Level(layer)
	if level != city.Kelurahan && level != city.Kecamatan {
		return nil, city.Errorf(city.NotFound, "there is no layer %q; there are kelurahan and kecamatan", layer)
	}
	raw, err := g.index.Load().AreaTile(level, z, x, y)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(raw); err != nil {
		return nil, fmt.Errorf("compress a tile: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress a tile: %w", err)
	}
	return buf.Bytes(), nil
}

var (
	_ city.AreaIndex = (*geography)(nil)
	_ web.Geography  = (*geography)(nil)
)
