package planner_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

// TestSharedQuestions checks the kind of call for each of the shared city's
// questions, and the fields that their expectations give away.
func TestSharedQuestions(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "evaluation", "city", "questions.jsonl"))
	if err != nil {
		t.Skip("the shared evaluation city is not here")
	}
	defer f.Close()
	p := planner.New(samarinda(t), words)
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	n, missed := 0, 0
	for s.Scan() {
		var q struct {
			ID, Kind, Question, As, At string
			Turns                      []string
		}
		if err := json.Unmarshal(s.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, q.At)
		if err != nil {
			t.Fatal(err)
		}
		if q.Question == "" {
			q.Question = q.Turns[0]
		}
		n++
		calls := p.Plan(q.Question, at, q.As)
		if got := called(calls[0]); len(calls) != 1 || !fitsKind(q.Kind, got) {
			missed++
			t.Errorf("%s (%s): %s", q.ID, q.Kind, got)
		}
	}
	t.Logf("%d questions, %d missed", n, missed)
}

// fitsKind reports whether a call is of the sort that a kind of question wants.
func fitsKind(kind, got string) bool {
	want := map[string]string{
		"count": "ukur " + city.MeasureReceived, "count_cat": "ukur category " + city.MeasureReceived, "closed": "ukur period " + city.MeasureClosed, "open": "ukur " + city.MeasureOpen, "open_cat": "ukur category " + city.MeasureOpen,
		"top_district": "peringkat by=kecamatan top=1 category", "top_village": "peringkat by=kelurahan top=1 category", "top_cat": "peringkat by=kategori top=1", "compare": "bandingkan against_period=sebelumnya period=bulan_lalu",
		"median_response": "ukur period " + city.MeasureResponse, "share": "ukur category period " + city.MeasureShare, "overdue": "ukur area " + city.MeasureOverdue, "latest": "ukur indicator " + city.MeasureLatest,
		"max": "ukur indicator period " + city.MeasureMax, "mean": "ukur indicator period " + city.MeasureMean, "days_over": "ukur indicator limit period " + city.MeasureDaysAbove,
		"rank_ind": "peringkat by=kecamatan indicator " + city.MeasureMean, "abstain_topic": "abstain", "abstain_time": "ukur period=2019 category area " + city.MeasureReceived, "clarify": "ask", "refuse": "refuse:", "follow_up": "ukur category area",
	}[kind]
	if want == "" {
		return false
	}
	for part := range strings.FieldsSeq(want) {
		if !strings.Contains(got, part) {
			return false
		}
	}
	return true
}
