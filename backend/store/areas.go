package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

type areaRow struct {
	Code           string
	BPSCode        string `db:"bps_code"`
	Level          string
	Name           string
	ParentCode     string
	LabelLon       float64
	LabelLat       float64
	AreaKm2        float64 `db:"area_km2"`
	Population     int
	PopulationYear int
	Outline        []byte
	OutlineSource  string
	Approximate    bool
	Aliases        []string
}

const areasQuery = `SELECT code, bps_code, level, name, parent_code, label_lon, label_lat, area_km2, population,
	population_year, outline, outline_source, approximate, aliases FROM areas ORDER BY code`

// Areas returns all areas with their outlines in code order. Areas are public.
func (s *Store) Areas(ctx context.Context) ([]city.Area, error) {
	var rows []areaRow
	err := s.read(ctx, city.System, func(tx pgx.Tx) (err error) {
		rows, err = rowsOf[areaRow](ctx, tx, areasQuery)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the areas: %w", err)
	}
	out := make([]city.Area, len(rows))
	for i, r := range rows {
		out[i] = city.Area{
			Code: r.Code, BPSCode: r.BPSCode, Level: city.Level(r.Level), Name: r.Name, ParentCode: r.ParentCode,
			Label: orb.Point{r.LabelLon, r.LabelLat}, AreaKm2: r.AreaKm2, Population: r.Population,
			PopulationYear: r.PopulationYear, OutlineSource: r.OutlineSource, Approximate: r.Approximate, Aliases: r.Aliases,
		}
		if r.Outline != nil {
			if err := json.Unmarshal(r.Outline, &out[i].Outline); err != nil {
				return nil, fmt.Errorf("decode the outline of %s: %w", r.Code, err)
			}
		}
	}
	return out, nil
}

const upsertArea = `INSERT INTO areas AS a (code, bps_code, level, name, parent_code, label_lon, label_lat, area_km2,
	population, population_year, outline, outline_source, approximate, aliases)
VALUES (@code, @bps, @level, @name, @parent, @lon, @lat, @km2, @population, @year, @outline, @source, @approximate, @aliases)
ON CONFLICT (code) DO UPDATE SET
	bps_code = coalesce(nullif(excluded.bps_code, ''), a.bps_code), name = excluded.name,
	label_lon = excluded.label_lon, label_lat = excluded.label_lat,
	area_km2 = CASE WHEN excluded.area_km2 > 0 THEN excluded.area_km2 ELSE a.area_km2 END,
	population = CASE WHEN excluded.population > 0 THEN excluded.population ELSE a.population END,
	population_year = CASE WHEN excluded.population > 0 THEN excluded.population_year ELSE a.population_year END,
	outline = excluded.outline, outline_source = excluded.outline_source, approximate = excluded.approximate,
	aliases = CASE WHEN excluded.aliases <> '{}' THEN excluded.aliases ELSE a.aliases END, changed_at = now()
WHERE (a.name, a.label_lon, a.label_lat, a.outline, a.outline_source, a.approximate)
	IS DISTINCT FROM (excluded.name, excluded.label_lon, excluded.label_lat, excluded.outline, excluded.outline_source, excluded.approximate)
RETURNING xmax = 0`

// SaveAreas adds or replaces areas by code, all or none. An area that says
// nothing of BPS code, size, population or aliases keeps what was known.
func (s *Store) SaveAreas(ctx context.Context, areas []city.Area) (city.Tally, error) {
	var tally city.Tally
	err := s.write(ctx, func(tx pgx.Tx) error {
		tally = city.Tally{Read: len(areas)}
		for _, a := range areas {
			added, changed, err := saveArea(ctx, tx, a)
			if err != nil {
				return fmt.Errorf("save area %s: %w", a.Code, err)
			}
			switch {
			case added:
				tally.Added++
			case changed:
				tally.Changed++
			default:
				tally.Unchanged++
			}
		}
		return nil
	})
	s.forgetCatalogue()
	return tally, err
}

func saveArea(ctx context.Context, tx pgx.Tx, a city.Area) (added, changed bool, err error) {
	var outline []byte
	if a.Outline != nil {
		if outline, err = json.Marshal(a.Outline); err != nil {
			return false, false, fmt.Errorf("encode the outline: %w", err)
		}
	}
	if a.Aliases == nil {
		a.Aliases = []string{}
	}
	rows, err := tx.Query(ctx, upsertArea, pgx.NamedArgs{
		"code": a.Code, "bps": a.BPSCode, "level": string(a.Level), "name": a.Name, "parent": a.ParentCode,
		"lon": a.Label[0], "lat": a.Label[1], "km2": a.AreaKm2, "population": a.Population, "year": a.PopulationYear,
		"outline": outline, "source": a.OutlineSource, "approximate": a.Approximate, "aliases": a.Aliases,
	})
	if err != nil {
		return false, false, err
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil || len(got) == 0 {
		return false, false, err
	}
	return got[0], !got[0], nil
}

// AreasChangedAt is when an area was last added or replaced, the zero time
// when there are none.
func (s *Store) AreasChangedAt(ctx context.Context) (time.Time, error) {
	var at *time.Time
	err := s.read(ctx, city.System, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT max(changed_at) FROM areas").Scan(&at)
	})
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}
