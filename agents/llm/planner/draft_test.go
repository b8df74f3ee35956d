package planner_test

import (
	"encoding/json"
	"testing"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

// TestDraftKeepsThePersonsWords: what is to be done stays as it was said; the
// matter and the time it may take are fields of their own.
func TestDraftKeepsThePersonsWords(t *testing.T) {
	t.Parallel()
	p := planner.New(samarinda(t), words)
	for question, want := range map[string]city.DraftInput{
		"Buatkan disposisi ke DPUPR untuk kejadian paling mendesak, tiga hari kerja":    {Office: "DPUPR", Gravest: true, WorkingDays: 3},
		"Buat konsep disposisi untuk kejadian nomor 23":                                 {Incident: 23},
		"Buat disposisi ke DLH untuk mengangkut sampah di Palaran dalam waktu dua hari": {Office: "DLH", Category: "sampah", Area: "64.72.01", WorkingDays: 2, Instruction: "mengangkut sampah di palaran"},
		"Buat disposisi ke DLH agar paling lambat 10 hari kerja mengangkut sampah":      {Office: "DLH", Category: "sampah", WorkingDays: 10, Instruction: "mengangkut sampah"},
		"Buatkan disposisi ke Dishub untuk memperbaiki lampu jalan di Kelurahan Bugis":  {Office: "Dishub", Category: "lampu-jalan", Area: "64.72.09.1004", Instruction: "memperbaiki lampu jalan di kelurahan bugis"},
		"Konsep disposisi untuk kejadian 23, tenggat seminggu":                          {Incident: 23, WorkingDays: 5},
		"Buat disposisi ke DLH untuk mengangkut sampah yang menumpuk sejak 90 hari":     {Office: "DLH", Category: "sampah", Instruction: "mengangkut sampah yang menumpuk sejak 90 hari"},
	} {
		call := p.Plan(question, now, "wali_kota")[0]
		var got city.DraftInput
		if err := json.Unmarshal(call.Input, &got); err != nil || call.Tool != city.ToolDraft {
			t.Errorf("%s: %s %s: %v", question, call.Tool, call.Input, err)
			continue
		}
		if got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", question, got, want)
		}
	}
}
