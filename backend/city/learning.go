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
