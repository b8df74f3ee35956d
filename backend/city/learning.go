package city

import (
	"encoding/json"
	"time"
)

// CategoryModel is the name of the model that gives reports their category.
const CategoryModel = "kategori"

// LearnedModel is a stored model of backend/analysis/classify.
type LearnedModel struct {
	ID   int64
	Name string
	// TrainedAt is when its rows were read: later rows it has not seen.
	TrainedAt time.Time
	Examples  int
	// Scores are of the rows held out in training, as JSON.
	Scores json.RawMessage
	Body   []byte
	// Corrections counts officers' corrections among the examples.
	Corrections int
	// By is who had it learned; empty when read back.
	By string
}

// ModelInForce is a model that decides now, as those see it who watch over it.
type ModelInForce struct {
	Name string `json:"name" doc:"kategori is the city's categories; others serve the command line"`
	ModelState
	// Held is set when somebody went back to it: the night learns nothing new
	// for it until somebody has it learned anew.
	Held bool `json:"held"`
	// CorrectionsSince counts officers' corrections that it has not seen.
	CorrectionsSince int `json:"corrections_since"`
	// Earlier are the models kept besides, newest first.
	Earlier []ModelState `json:"earlier" nullable:"false"`
	// Changes say which came in force when, by whom and why, newest first.
	Changes []ModelChange `json:"changes" nullable:"false"`
}

// ModelState is one learned model and how it was measured.
type ModelState struct {
	ID          int64     `json:"id"`
	TrainedAt   time.Time `json:"trained_at"`
	Examples    int       `json:"examples" doc:"Rows it learned from"`
	Corrections int       `json:"corrections" doc:"Officers' corrections among them"`
	// Measured are rows that were held out in turn: learned from by others, and
	// asked of those that had not seen them.
	Measured int     `json:"measured"`
	Accuracy float64 `json:"accuracy" doc:"Share of the measured rows that it answered rightly"`
	MacroF1  float64 `json:"macro_f1" doc:"Mean over the labels of the harmonic mean of precision and recall"`
	// Above is the share of rows that it decides without a person's look.
	Above float64 `json:"above"`
}

// ModelChange is one time a model came in force.
type ModelChange struct {
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"`
	How      string    `json:"how" enum:"belajar,kembali"`
	ModelID  int64     `json:"model_id"`
	BeforeID int64     `json:"before_id,omitempty"`
	Reason   string    `json:"reason,omitempty"`
}

// LabelledText is a text with the label somebody gave it.
type LabelledText struct {
	Text  string
	Label string
	// At is when it got the label; the zero time stands for now.
	At time.Time
}

// OfficeRule is what officers have corrected the office of a category's reports
// in an area to.
type OfficeRule struct {
	Category string
	AreaCode string
	Office   string // short name
	At       time.Time
}

// ModelLabels are what a stored model tells apart.
type ModelLabels struct {
	Name   string
	Labels []string
}
