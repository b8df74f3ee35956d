package web

import (
	"context"
	"time"

	"balaikota/backend/city"

	"github.com/prometheus/client_golang/prometheus"
)

// sourceCollector shows each source to Prometheus, read from the store when it
// asks. A database that does not answer leaves the sources out: what is not
// known is not told as zero.
type sourceCollector struct {
	read func(ctx context.Context) ([]city.SourceHealth, error)
}

type sourceMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(city.SourceHealth) (float64, bool)
}

func sourceDesc(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc("balaikota_source_"+name, help, append([]string{"source", "connector"}, more...), nil)
}

func always(value func(city.SourceHealth) float64) func(city.SourceHealth) (float64, bool) {
	return func(h city.SourceHealth) (float64, bool) { return value(h), true }
}

func at(when func(city.SourceHealth) *time.Time) func(city.SourceHealth) (float64, bool) {
	return func(h city.SourceHealth) (float64, bool) {
		t := when(h)
		if t == nil {
			return 0, false
		}
		return float64(t.UnixMilli()) / 1000, true
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

var sourceMetrics = []sourceMetric{
	{sourceDesc("rows_total", "New and changed rows taken in."), prometheus.CounterValue, always(func(h city.SourceHealth) float64 { return float64(h.RowsTotal) })},
	{sourceDesc("refused_rows", "Rows that wait with a reason."), prometheus.GaugeValue, always(func(h city.SourceHealth) float64 { return float64(h.Refused) })},
	{sourceDesc("failures", "Failed pulls in a row."), prometheus.GaugeValue, always(func(h city.SourceHealth) float64 { return float64(h.Failures) })},
	{sourceDesc("expected_seconds", "The interval that the source promises."), prometheus.GaugeValue, always(func(h city.SourceHealth) float64 { return float64(h.ExpectSeconds) })},
	{sourceDesc("last_success_timestamp_seconds", "The last pull that succeeded."), prometheus.GaugeValue, at(func(h city.SourceHealth) *time.Time { return h.LastSuccess })},
	{sourceDesc("last_data_timestamp_seconds", "Time of the newest record that was accepted."), prometheus.GaugeValue, at(func(h city.SourceHealth) *time.Time { return h.LastData })},
	{sourceDesc("data_late", "1 while it answers but what it brings is older than expected, or refused."), prometheus.GaugeValue, always(func(h city.SourceHealth) float64 { return truth(h.Data.Worse(h.Pull)) })},
	{sourceDesc("slowed", "1 while its quota holds it until the next hour."), prometheus.GaugeValue, always(func(h city.SourceHealth) float64 { return truth(h.SlowedUntil != nil) })},
	{sourceDesc("silent", "1 while it answers but is unusually silent."), prometheus.GaugeValue, always(func(h city.SourceHealth) float64 { return truth(h.Silence != nil) })},
}

var sourceState = sourceDesc("state", "1 for the state that the source is in.", "state")

// Describe implements prometheus.Collector.
func (c sourceCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- sourceState
	for _, m := range sourceMetrics {
		ch <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c sourceCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all, err := c.read(ctx)
	if err != nil {
		return
	}
	for _, h := range all {
		ch <- prometheus.MustNewConstMetric(sourceState, prometheus.GaugeValue, 1, h.Slug, h.Connector, string(h.Freshness))
		for _, m := range sourceMetrics {
			if v, ok := m.value(h); ok {
				ch <- prometheus.MustNewConstMetric(m.desc, m.kind, v, h.Slug, h.Connector)
			}
		}
	}
}
