package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// MapStore is what the handlers of the map read.
type MapStore interface {
	MapReplay(ctx context.Context, asker city.Asker, q city.ReplayQuery) (city.MapReplay, error)
	MapPoints(ctx context.Context, asker city.Asker, q city.PointQuery) (city.MapPoints, error)
}

// PlaceFinder finds areas, streets and landmarks by name.
type PlaceFinder interface {
	FindPlaces(search string, limit int) []city.PlaceFound
}

// Replays reach back so far: beyond it the frames' own tables are thinned.
const replayReach = 400 * 24 * time.Hour

// getReplay answers GET /api/map/replay?layer=&hours=168&until=: one layer of
// the map frame by frame, as city.MapReplay, with an ETag of its content.
func (s *server) getReplay(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	hours, err := strconv.Atoi(c.QueryParam("hours"))
	if err != nil {
		return city.InvalidField("query.hours", "is 24, 168 or 720")
	}
	until, err := s.timeOr(c.QueryParam("until"), "query.until", s.Now())
	if err != nil {
		return err
	}
	if until.After(s.Now().Add(time.Minute)) || until.Before(s.Now().Add(-replayReach)) {
		return city.InvalidField("query.until", "must lie within the last 400 days")
	}
	out, err := s.Store.MapReplay(ctx, askerOf(ctx), city.ReplayQuery{Layer: c.QueryParam("layer"), Hours: hours, Until: until})
	if err != nil {
		return err
	}
	return s.sendOwn(c, out)
}

// getMapPoints answers GET /api/map/points?category=&from=&to=: the unfinished
// reports created in a period, as city.MapPoints, with an ETag.
func (s *server) getMapPoints(c echo.Context) error {
	ctx := c.Request().Context()
	if err := officers.admit(ctx); err != nil {
		return err
	}
	now := s.Now()
	to, err := s.timeOr(c.QueryParam("to"), "query.to", now)
	if err != nil {
		return err
	}
	from, err := s.timeOr(c.QueryParam("from"), "query.from", to.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if !from.Before(to) {
		return city.InvalidField("query.from", "must lie before to")
	}
	out, err := s.Store.MapPoints(ctx, askerOf(ctx), city.PointQuery{Category: c.QueryParam("category"), From: from, To: to, Alive: now})
	if err != nil {
		return err
	}
	return s.sendOwn(c, out)
}

func (s *server) timeOr(text, field string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, city.InvalidField(field, "is no time as RFC 3339 writes it")
	}
	return t, nil
}

// sendOwn answers with JSON that the asker's browser may keep and ask about
// again by its ETag. What differs by asker is not kept here: Gzip's middleware
// packs it.
func (s *server) sendOwn(c echo.Context, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the map: %w", err)
	}
	sum := sha256.Sum256(data)
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	if c.Request().Header.Get("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, data)
}

type placesInput struct {
	Q     string `query:"q" minLength:"1" maxLength:"100" required:"true" doc:"Beginnings of words: a kelurahan, kecamatan, street or landmark"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"8"`
}

type placesBody struct {
	Body []city.PlaceFound `nullable:"false"`
}

func (s *server) getPlaces(_ context.Context, in *placesInput) (*placesBody, error) {
	return &placesBody{Body: s.Places.FindPlaces(in.Q, in.Limit)}, nil
}

// basemapPath is where the map behind the map lies.
const basemapPath = "/basemap/:file"

// getBasemap answers GET /basemap/{file}: the configured PMTiles file, by
// ranges, to officers.
func (s *server) getBasemap(c echo.Context) error {
	if err := officers.admit(c.Request().Context()); err != nil {
		return err
	}
	if s.Basemap.File == "" || c.Param("file") != BasemapName {
		return city.Errorf(city.NotFound, "there is no map behind the map; BALAIKOTA_MAP_TILES names one")
	}
	h := c.Response().Header()
	h.Set("Content-Type", "application/vnd.pmtiles")
	h.Set("Cache-Control", "private, no-cache")
	http.ServeFile(c.Response(), c.Request(), s.Basemap.File)
	return nil
}
