package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/labstack/echo/v4"
)

// CityInfo is the city and this server, as every page needs them.
type CityInfo struct {
	Code           string       `json:"code"`
	Name           string       `json:"name"`
	Timezone       string       `json:"timezone" doc:"IANA name"`
	UTCOffsetLabel string       `json:"utc_offset_label" doc:"WIB, WITA or WIT"`
	Centre         [2]float64   `json:"centre" nullable:"false" doc:"lon, lat"`
	BBox           [4]float64   `json:"bbox" nullable:"false" doc:"west, south, east, north"`
	Simulated      bool         `json:"simulated" doc:"Some source is a simulation"`
	Version        string       `json:"version"`
	ServerTime     time.Time    `json:"server_time"`
	Attributions   []string     `json:"attributions" nullable:"false"`
	Basemap        *BasemapInfo `json:"basemap,omitempty" doc:"A map behind the map; absent unless configured"`
}

type cityBody struct{ Body CityInfo }

func (s *server) getCity(ctx context.Context, _ *struct{}) (*cityBody, error) {
	set, err := s.Store.Setting(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := s.Store.SourceHealths(ctx)
	if err != nil {
		return nil, err
	}
	b := s.Geography().Bounds()
	info := CityInfo{
		Code: set.Code, Name: set.Name, Timezone: set.Timezone, UTCOffsetLabel: set.ZoneLabel, BBox: b,
		Centre: [2]float64{(b[0] + b[2]) / 2, (b[1] + b[3]) / 2}, Version: s.Version, ServerTime: s.Now(), Attributions: []string{}, Basemap: s.Basemap.info(),
	}
	for _, src := range sources {
		info.Simulated = info.Simulated || src.Simulated
		if src.Attribution != "" && !slices.Contains(info.Attributions, src.Attribution) {
			info.Attributions = append(info.Attributions, src.Attribution)
		}
	}
	return &cityBody{Body: info}, nil
}

// AreaInfo is an area without its outline.
type AreaInfo struct {
	Code           string     `json:"code"`
	Name           string     `json:"name"`
	Level          city.Level `json:"level" enum:"provinsi,kota,kecamatan,kelurahan"`
	ParentCode     string     `json:"parent_code"`
	Label          [2]float64 `json:"label" nullable:"false" doc:"lon, lat of a point inside"`
	AreaKm2        float64    `json:"area_km2"`
	Population     int        `json:"population,omitempty"`
	PopulationYear int        `json:"population_year,omitempty"`
	Approximate    bool       `json:"approximate" doc:"The outline is Balaikota's own approximation"`
	OutlineSource  string     `json:"outline_source"`
}

type areasBody struct {
	Body []AreaInfo `nullable:"false"`
}

func (s *server) getAreas(ctx context.Context, _ *struct{}) (*areasBody, error) {
	areas, err := s.Store.Areas(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]AreaInfo, len(areas))
	for i, a := range areas {
		out[i] = AreaInfo{
			Code: a.Code, Name: a.Name, Level: a.Level, ParentCode: a.ParentCode, Label: a.Label, AreaKm2: a.AreaKm2,
			Population: a.Population, PopulationYear: a.PopulationYear, Approximate: a.Approximate, OutlineSource: a.OutlineSource,
		}
	}
	return &areasBody{Body: out}, nil
}

type officesBody struct {
	Body []city.Office `nullable:"false"`
}

func (s *server) getOffices(ctx context.Context, _ *struct{}) (*officesBody, error) {
	out, err := s.Store.Offices(ctx)
	return &officesBody{Body: out}, err
}

type categoriesBody struct {
	Body []city.Category `nullable:"false"`
}

func (s *server) getCategories(ctx context.Context, _ *struct{}) (*categoriesBody, error) {
	out, err := s.Store.Categories(ctx)
	return &categoriesBody{Body: out}, err
}

// getGeoJSON answers /geo/kelurahan.geojson and /geo/kecamatan.geojson.
func (s *server) getGeoJSON(c echo.Context) error {
	if err := shown.admit(c.Request().Context()); err != nil {
		return err
	}
	level, ok := strings.CutSuffix(c.Param("file"), ".geojson")
	if !ok {
		return city.Errorf(city.NotFound, "there is no %q; there are kelurahan.geojson and kecamatan.geojson", c.Param("file"))
	}
	data, ok := s.Geography().FeatureCollection(city.Level(level))
	if !ok {
		return city.Errorf(city.NotFound, "there is no level %q", level)
	}
	return s.sendCompressed(c, "application/geo+json", data)
}

// sendCompressed answers with an ETag, so that outlines travel once, gzipped.
func (s *server) sendCompressed(c echo.Context, contentType string, data []byte) error {
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Encoding")
	if c.Request().Header.Get("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	if strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		packed, err := s.metrics.gzipped(tag, data)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		data = packed
	}
	return c.Blob(http.StatusOK, contentType, data)
}

// getTile answers /tiles/{layer}/{z}/{x}/{y}.mvt.
func (s *server) getTile(c echo.Context) error {
	if err := shown.admit(c.Request().Context()); err != nil {
		return err
	}
	var zxy [3]uint32
	for i, v := range []string{c.Param("z"), c.Param("x"), strings.TrimSuffix(c.Param("y"), ".mvt")} {
		n, err := strconv.ParseUint(v, 10, 32)
		if err != nil {
			return city.InvalidField([]string{"z", "x", "y"}[i], "is not a number")
		}
		zxy[i] = uint32(n)
	}
	if zxy[0] > 22 || zxy[1] >= 1<<zxy[0] || zxy[2] >= 1<<zxy[0] {
		return city.InvalidField("z", "there is no such tile")
	}
	data, err := s.Geography().Tile(c.Param("layer"), zxy[0], zxy[1], zxy[2])
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Encoding", "gzip")
	c.Response().Header().Set("Cache-Control", "private, max-age=300")
	return c.Blob(http.StatusOK, "application/vnd.mapbox-vector-tile", data)
}
