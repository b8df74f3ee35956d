package web

import (
	"balaikota/backend/live"

	"github.com/prometheus/client_golang/prometheus"
)

// hubCollector shows the hub's counters to Prometheus.
type hubCollector struct{ hub *live.Hub }

type hubMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(live.Stats) float64
}

func hubDesc(name, help string, labels prometheus.Labels) *prometheus.Desc {
	return prometheus.NewDesc("balaikota_live_"+name, help, nil, labels)
}

var hubMetrics = []hubMetric{
	{hubDesc("connections", "Sockets open now.", nil), prometheus.GaugeValue, func(s live.Stats) float64 { return float64(s.Connections) }},
	{hubDesc("audiences", "Groups of sockets that see the same.", nil), prometheus.GaugeValue, func(s live.Stats) float64 { return float64(s.Audiences) }},
	{hubDesc("seq", "Newest event number read.", nil), prometheus.GaugeValue, func(s live.Stats) float64 { return float64(s.Seq) }},
	{hubDesc("lag_seconds", "Commit to hand-out of the last frame.", nil), prometheus.GaugeValue, func(s live.Stats) float64 { return s.Lag.Seconds() }},
	{hubDesc("events_total", "Events read.", nil), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.Events) }},
	{hubDesc("deliveries_total", "Messages that went out.", nil), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.Deliveries) }},
	{hubDesc("frames_total", "Deltas encoded.", nil), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.Frames) }},
	{hubDesc("snapshots_total", "Snapshots read and encoded.", nil), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.Snapshots) }},
	{hubDesc("resumes_total", "Resumes by where they were answered from.", prometheus.Labels{"from": "ring"}), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.ResumedRing) }},
	{hubDesc("resumes_total", "Resumes by where they were answered from.", prometheus.Labels{"from": "table"}), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.ResumedTable) }},
	{hubDesc("resumes_total", "Resumes by where they were answered from.", prometheus.Labels{"from": "snapshot"}), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.ResumedSnapshot) }},
	{hubDesc("cuts_total", "Clients cut, by reason.", prometheus.Labels{"reason": "slow"}), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.SlowCuts) }},
	{hubDesc("cuts_total", "Clients cut, by reason.", prometheus.Labels{"reason": "stalled"}), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.StallCuts) }},
	{hubDesc("cuts_total", "Clients cut, by reason.", prometheus.Labels{"reason": "silent"}), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.SilentCuts) }},
	{hubDesc("read_errors_total", "Failed reads of the event table.", nil), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.ReadErrors) }},
	{hubDesc("check_errors_total", "Failed session checks.", nil), prometheus.CounterValue, func(s live.Stats) float64 { return float64(s.CheckErrors) }},
}

// Describe implements prometheus.Collector.
func (c hubCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range hubMetrics {
		ch <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c hubCollector) Collect(ch chan<- prometheus.Metric) {
	stats := c.hub.Stats()
	for _, m := range hubMetrics {
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(stats))
	}
}
