package planner_test

import (
	"testing"

	"balaikota/agents/llm/planner"
)

// BenchmarkPlan is the cost of one question, over the questions of development.
func BenchmarkPlan(b *testing.B) {
	p := planner.New(samarinda(b), words)
	var texts []string
	for _, a := range readQuestions(b, "dev_samarinda.txt") {
		texts = append(texts, a.turns[0])
	}
	i := 0
	for b.Loop() {
		p.Plan(texts[i%len(texts)], now, "wali_kota")
		i++
	}
}

// BenchmarkRenew is the cost of taking in a changed catalogue.
func BenchmarkRenew(b *testing.B) {
	c := samarinda(b)
	p := planner.New(c, words)
	for b.Loop() {
		p.Renew(c)
	}
}
