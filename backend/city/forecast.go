package city

import "time"

// ForecastKind is what a forecast is about.
type ForecastKind string

// Kinds of forecast.
const (
	ForecastReports   ForecastKind = "reports"   // how many reports a day
	ForecastIndicator ForecastKind = "indicator" // an indicator's value of a day
)

// Methods of forecasts (backend/analysis/forecast).
const (
	ForecastMean        = "mean"         // mean of Theta, damped trend and seasonal naive
	ForecastParentShare = "parent-share" // the share of a larger area's forecast
)

// Forecast is what the next days will bring, as worked out from a daily series
// and its calendar alone.
type Forecast struct {
	Kind      ForecastKind `json:"kind" enum:"reports,indicator"`
	Indicator string       `json:"indicator,omitempty" doc:"Slug; empty for reports"`
	AreaCode  string       `json:"area_code"`
	Category  string       `json:"category,omitempty" doc:"Reports of this category only; all when empty"`
	MadeAt    time.Time    `json:"made_at"`
	// Through is the last day that was known, "2006-01-02" in the city's zone.
	Through string          `json:"through" format:"date" doc:"The last day that was known"`
	Method  string          `json:"method" enum:"mean,parent-share" doc:"mean: of Theta, damped trend and seasonal naive; parent-share: part of the larger area's forecast, for fewer than one report a day"`
	Points  []ForecastPoint `json:"points" nullable:"false" doc:"The days after through, in order"`
	// Scores are those of a rolling backtest on the series' own last weeks, nil where
	// it is too short for one.
	MASE     *float64 `json:"mase,omitempty" doc:"Mean absolute error by that of the seasonal naive in the past; below 1 is better"`
	Relative *float64 `json:"relative,omitempty" doc:"Mean absolute error by that of the seasonal naive on the same days; below 1 is better"`
	Coverage *float64 `json:"coverage,omitempty" doc:"Share of days that lay within the 80 % band"`
	Days     int      `json:"days" doc:"Length of the series in days"`
}

// ForecastPoint is one day ahead.
type ForecastPoint struct {
	Day  string  `json:"day" format:"date"`
	Mean float64 `json:"mean"`
	Low  float64 `json:"low" doc:"Lower end of the 80 % band"`
	High float64 `json:"high" doc:"Upper end of the 80 % band"`
}

// OutlookStep is one step of a forecast that a source issued (BMKG's weather
// in steps of three hours), not one that was worked out from a series.
type OutlookStep struct {
	Time      time.Time
	AreaCode  string
	Value     float64
	IssuedAt  time.Time
	Source    string // slug
	Simulated bool
}
