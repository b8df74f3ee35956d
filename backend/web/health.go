package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// getHealth says that the process lives; it asks nobody.
func (s *server) getHealth(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok", "version": s.Version})
}

// getReady says whether requests can be answered: the database answers.
func (s *server) getReady(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), time.Second)
	defer cancel()
	if err := s.Store.Ping(ctx); err != nil {
		e := city.Wrap(city.Internal, err, "the database does not answer")
		e.RetryAfter = 2 * time.Second
		return e
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}

// metrics are what Prometheus reads.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	mu       sync.Mutex
	packed   map[string][]byte // gzipped outlines by ETag
}

func newMetrics(reg *prometheus.Registry, hub *live.Hub) *metrics {
	if reg == nil {
		reg = prometheus.NewRegistry()
	}
	m := &metrics{registry: reg, packed: map[string][]byte{}, requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "balaikota_http_request_seconds", Help: "Time to answer a request, by route and status.",
		Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10},
	}, []string{"route", "status"})}
	reg.MustRegister(m.requests)
	if hub != nil {
		reg.MustRegister(hubCollector{hub})
	}
	return m
}

func (m *metrics) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if SkipLive(c) {
			return next(c)
		}
		began := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" || route == "/*" {
			route = "page"
		}
		m.requests.WithLabelValues(route, strconv.Itoa(c.Response().Status)).Observe(time.Since(began).Seconds())
		return nil
	}
}

// gzipped compresses once per content; there are only a handful.
func (m *metrics) gzipped(tag string, data []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.packed[tag]; ok {
		return p, nil
	}
	if len(m.packed) > 16 {
		clear(m.packed)
	}
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	m.packed[tag] = buf.Bytes()
	return buf.Bytes(), nil
}

func (s *server) getMetrics(c echo.Context) error {
	// The middleware compresses; what is compressed twice, Prometheus cannot read.
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true}).ServeHTTP(c.Response(), c.Request())
	return nil
}
