package city

import (
	"context"
	"time"
)

// Measure (ukuran) is one answerable thing: a figure with a fixed meaning that
// the assistant, exports and the portal ask for by its slug. The list is
// Measures; backend/store compiles a MeasureQuery to one statement under the
// asker's rights. There is no other way from a question to the database.
type Measure struct {
	Slug   string `json:"slug"`
	Name   string `json:"name" doc:"Indonesian"`
	NameEN string `json:"name_en"`
	// Unit of the value; "" for an indicator's own unit.
	Unit     string `json:"unit"`
	Decimals int    `json:"decimals" doc:"-1: the indicator's own"`
	// Of says whether reports or an indicator's observations are measured.
	Of string `json:"of" enum:"laporan,indikator"`
	// Additive measures may be summed over areas and periods.
	Additive bool `json:"additive"`
	// Better says which way is better: "up", "down" or "none" (an indicator's
	// own direction counts for measures of indicators).
	Better string `json:"better" enum:"up,down,none"`
	// Moment measures are a state at the period's end; the period's beginning
	// does not matter to them (belum selesai, lewat tenggat, terakhir).
	Moment bool `json:"moment"`
	// LeastN is under how many rows a value is too thin to be stated without
	// saying so (medians, shares); 0 = never.
	LeastN     int         `json:"least_n"`
	Dimensions []Dimension `json:"dimensions" nullable:"false" doc:"What it may be divided by"`
	// Definition says in Indonesian exactly what is counted.
	Definition string `json:"definition"`
	// Words are other ways people name it, in Indonesian, as a person says them.
	Words []string `json:"words" nullable:"false"`
}

// Slugs of the measures.
const (
	MeasureReceived      = "laporan_masuk"
	MeasureClosed        = "laporan_selesai"
	MeasureOpen          = "laporan_belum_selesai"
	MeasureOverdue       = "laporan_lewat_tenggat"
	MeasureResponse      = "median_waktu_respons"
	MeasureClosing       = "median_waktu_selesai"
	MeasureShare         = "porsi_laporan" // share of the category among all reports of the area and period
	MeasureOnTime        = "persen_tepat_waktu"
	MeasureIncidents     = "kejadian_aktif"
	MeasureLatest        = "indikator_terakhir"
	MeasureMax           = "indikator_tertinggi"
	MeasureMin           = "indikator_terendah"
	MeasureMean          = "indikator_rata_rata"
	MeasureSum           = "indikator_jumlah"
	MeasureDaysAbove     = "hari_di_atas" // days with a value over Limit
	MeasureDaysBelow     = "hari_di_bawah"
	OfReports            = "laporan"
	OfIndicator          = "indikator"
	LongestMeasureRows   = 400 // rows a measurement returns at most; more is cut and said
	LongestMeasurePeriod = 20  // years
)

// Dimension is what a measure is divided by.
type Dimension string

// Dimensions. Those of time give one row a step, in order, also for empty steps.
const (
	ByNothing   Dimension = ""
	ByKecamatan Dimension = "kecamatan"
	ByKelurahan Dimension = "kelurahan"
	ByCategory  Dimension = "kategori"
	ByOffice    Dimension = "opd"
	ByChannel   Dimension = "kanal"
	ByStatus    Dimension = "status"
	ByDay       Dimension = "hari"
	ByWeek      Dimension = "minggu"
	ByMonth     Dimension = "bulan"
)

// MeasureQuery asks for one measure. The zero value of a field does not filter.
type MeasureQuery struct {
	Measure   string    `json:"measure" jsonschema:"slug of the measure"`
	Indicator string    `json:"indicator,omitempty" jsonschema:"slug of the indicator, for measures of indicators only"`
	Area      string    `json:"area,omitempty" jsonschema:"Kemendagri code of a kecamatan or kelurahan; empty for the whole city"`
	Category  string    `json:"category,omitempty" jsonschema:"slug of the category of reports"`
	Office    string    `json:"office,omitempty" jsonschema:"short name of the office"`
	Channel   string    `json:"channel,omitempty" jsonschema:"slug of the channel"`
	Status    string    `json:"status,omitempty" jsonschema:"open, in_progress, closed or rejected"`
	Period    string    `json:"period,omitempty" jsonschema:"name of the period, as in: hari_ini, bulan_lalu, 7_hari_terakhir, 2026-03, 2026-01-05..2026-01-20"`
	Limit     *float64  `json:"limit,omitempty" jsonschema:"the limit, for hari_di_atas and hari_di_bawah only"`
	By        Dimension `json:"by,omitempty" jsonschema:"divide by kecamatan, kelurahan, kategori, opd, kanal, status, hari, minggu or bulan"`
}

// MeasureRow is one value. Key is an area code, a slug, an office's short name
// or a date ("2006-01-02", "2006-01"), "" for an undivided measurement.
type MeasureRow struct {
	Key   string `json:"key"`
	Label string `json:"label" doc:"Indonesian"`
	// Value is nil where there is nothing to measure (no row, no observation).
	Value *float64 `json:"value"`
	// N is how many reports or observations the value stands on.
	N int `json:"n"`
	// Time is when the value was observed (terakhir, tertinggi, terendah).
	Time *time.Time `json:"time,omitempty"`
}

// Missing says why a measurement has no value.
type Missing string

// Reasons for having no value.
const (
	NotMissing    Missing = ""
	BeforeData    Missing = "sebelum_data" // the period ends before the first row we hold
	AfterData     Missing = "sesudah_data" // the period begins after the last row we hold, or in the future
	NoObservation Missing = "tanpa_data"   // we hold rows before and after, none within (or none for that place)
)

// DataState says what a measurement was worked out from.
type DataState struct {
	SnapshotAt time.Time `json:"snapshot_at"`
	// Seq is the newest event the snapshot held.
	Seq int64 `json:"seq"`
	// First and Last are the times of the oldest and newest row of the kind
	// measured that we hold at all (before the question's moment).
	First *time.Time `json:"first,omitempty"`
	Last  *time.Time `json:"last,omitempty"`
	// Sources are the slugs of the sources that the rows came from, as far as
	// that is known without reading each row.
	Sources   []string `json:"sources" nullable:"false"`
	Simulated bool     `json:"simulated,omitempty"`
}

// Measurement is the answer to a MeasureQuery.
type Measurement struct {
	Query   MeasureQuery `json:"query"`
	Measure Measure      `json:"measure"`
	// Unit and Decimals are resolved (an indicator's own where the measure has none).
	Unit     string       `json:"unit"`
	Decimals int          `json:"decimals"`
	Period   Period       `json:"period"`
	Rows     []MeasureRow `json:"rows" nullable:"false"`
	// Whole is the undivided value beside divided rows, where the measure has
	// one (a share's or a median's whole is not the sum of its rows).
	Whole   *MeasureRow `json:"whole,omitempty"`
	Missing Missing     `json:"missing,omitempty"`
	// KeptOut are the values of the place and period that findings of quality
	// keep out of it, by the kind of doubt.
	KeptOut []QualityCount `json:"kept_out,omitempty"`
	Cut     bool           `json:"cut,omitempty" doc:"There were more rows than are returned"`
	Data    DataState      `json:"data"`
}

// Measurer answers measure queries. backend/store implements it.
//
// All queries of a call are answered from one snapshot, as of the moment at:
// rows created after it do not exist, and a report is open when it was not yet
// closed by then. Errors: Invalid with Field "measure", "indicator", "area",
// "category", "office", "channel", "status", "period", "limit" or "by" when
// the query does not hold together; Forbidden when it reaches beyond what the
// asker may see (another area or office, an indicator not shown to the role).
type Measurer interface {
	Measure(ctx context.Context, asker Asker, at time.Time, queries ...MeasureQuery) ([]Measurement, error)
}
