package web

import (
	"context"
	"time"

	"balaikota/backend/city"

	"github.com/prometheus/client_golang/prometheus"
)

// questionCollector shows to Prometheus what became of the questions that went to
// reporters by themselves, read from the store when it asks.
type questionCollector struct {
	read func(ctx context.Context) ([]city.QuestionCount, error)
}

var questionDesc = prometheus.NewDesc("balaikota_reporter_questions_total",
	"Questions that went to reporters by themselves: asked, and of those answered, not answered in time, not delivered.", []string{"channel", "fate"}, nil)

// Describe implements prometheus.Collector.
func (questionCollector) Describe(ch chan<- *prometheus.Desc) { ch <- questionDesc }

// Collect implements prometheus.Collector.
func (c questionCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all, err := c.read(ctx)
	if err != nil {
		return
	}
	for _, n := range all {
		for fate, value := range map[string]int64{"asked": n.Asked, "answered": n.Answered, "waited_out": n.WaitedOut, "undelivered": n.Undelivered} {
			ch <- prometheus.MustNewConstMetric(questionDesc, prometheus.CounterValue, float64(value), n.Channel, fate)
		}
	}
}
