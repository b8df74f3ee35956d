package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"

	"github.com/prometheus/client_golang/prometheus"
)

// Store is what the handlers read and write. backend/store implements it.
type Store interface {
	HazardStore
	MapStore
	AlertStore
	MeetingStore
	NoticeStore
	OfficerChatStore
	EscalationStore
	PatternStore
	ForecastStore
	EffectStore
	Clock
	HolidayStore
	UsageStore
	AdviceStore
	DispositionStore
	StandInStore
	ProofStore
	BriefingStore
	WallStore
	AccountStore
	OfficeContactStore
	ThresholdStore
	DeclarationStore
	AgendaStore
	SourceStore
	CameraStore
	QualityKeeper
	Open311Store
	LearningStore
	LongJobStore
	AnswerStore
	DeskStore
	SubjectStore
	Ping(ctx context.Context) error
	Setting(ctx context.Context) (city.Setting, error)
	Areas(ctx context.Context) ([]city.Area, error)
	Offices(ctx context.Context) ([]city.Office, error)
	Categories(ctx context.Context) ([]city.Category, error)
	Indicators(ctx context.Context, asker city.Asker) ([]city.Indicator, error)
	IndicatorStates(ctx context.Context, asker city.Asker) ([]city.IndicatorState, error)
	Series(ctx context.Context, asker city.Asker, slug, area, step string, from, to time.Time) ([]city.SeriesPoint, error)
	Reports(ctx context.Context, asker city.Asker, f city.ReportFilter) ([]city.ReportSummary, error)
	Report(ctx context.Context, asker city.Asker, id int64) (city.ReportDetail, error)
	VoiceSound(ctx context.Context, asker city.Asker, report, id int64) (kind string, sound []byte, err error)
	Figures(ctx context.Context, asker city.Asker, f city.ReportFilter) (city.ReportFigures, error)
	Counts(ctx context.Context, asker city.Asker, from, to time.Time) ([]city.ReportCount, error)
	Reporter(ctx context.Context, by city.Actor, asker city.Asker, reportID int64, reason string) (city.Reporter, error)
	Incidents(ctx context.Context, asker city.Asker, f city.IncidentFilter) (page []city.Incident, total int, err error)
	Incident(ctx context.Context, asker city.Asker, id int64) (city.IncidentDetail, error)
	EditIncident(ctx context.Context, by city.Actor, asker city.Asker, id int64, e city.IncidentEdit) error
	Grouping(ctx context.Context) (city.GroupingState, error)
	Alerts(ctx context.Context, asker city.Asker) ([]city.Alert, error)
	SourceHealths(ctx context.Context) ([]city.SourceHealth, error)
	SourceRuns(ctx context.Context, slug string, limit int) ([]city.SourceRun, error)
	RefusedRows(ctx context.Context, asker city.Asker, slug string, limit int) ([]city.RefusedRow, error)
	PauseSource(ctx context.Context, slug string, paused bool) error
	Audit(ctx context.Context, asker city.Asker, before int64, limit int) ([]city.AuditEntry, error)
	Record(ctx context.Context, by city.Actor, action, subject, reason string, detail map[string]any) error

	Officer(ctx context.Context, username string) (city.Officer, error)
	SetPassword(ctx context.Context, by city.Actor, officerID int64, hash string, mustChange bool, keep int64) error
	OpenSession(ctx context.Context, officer city.Officer, secretHash []byte, userAgent string, expires time.Time) (int64, error)
	Session(ctx context.Context, secretHash []byte) (city.Session, error)
	TouchSession(ctx context.Context, id int64, expires time.Time) error
	CloseSession(ctx context.Context, by city.Actor, id int64) error
	LoginBlocked(ctx context.Context, keys []string) (time.Duration, error)
	LoginFailed(ctx context.Context, keys []string, username string) error
	LoginSucceeded(ctx context.Context, key string) error
}

// Passwords makes, hashes and checks passwords and makes session secrets.
// backend/account implements it.
type Passwords interface {
	Hash(password string) (string, error)
	Verify(hash, password string) (bool, error)
	VerifyNobody(password string)
	CheckNew(field, username, password string) error
	NewSecret() (secret string, hash []byte, err error)
	NewPassword() (string, error)
	HashSecret(secret string) []byte
}

// Geography is the map's side: outlines and tiles. backend/geo implements it;
// it is replaced as a whole when areas are imported.
type Geography interface {
	Area(code string) (city.Area, bool)
	// FeatureCollection is GeoJSON of all areas of a level.
	FeatureCollection(level city.Level) ([]byte, bool)
	// Tile is a Mapbox vector tile of a layer (kelurahan, kecamatan), gzipped.
	Tile(layer string, z, x, y uint32) ([]byte, error)
	// Bounds are west, south, east, north of the city in degrees.
	Bounds() [4]float64
}

// Pusher takes in what systems push: rows in the import files' fields.
type Pusher interface {
	PushReports(ctx context.Context, rows []map[string]any) (PushAnswer, error)
	PushObservations(ctx context.Context, rows []map[string]any) (PushAnswer, error)
}

// Analyst takes officers' decisions about reports and incidents and works out
// what follows from them before it returns.
type Analyst interface {
	// Similar returns past incidents like one that the asker may see, best first.
	Similar(ctx context.Context, asker city.Asker, id int64) ([]city.SimilarCase, error)
	// Merge returns the number of the incident that stays.
	Merge(ctx context.Context, by city.Actor, asker city.Asker, id int64, with []int64, reason string) (int64, error)
	// Split returns the number of the incident that the reports make now.
	Split(ctx context.Context, by city.Actor, asker city.Asker, id int64, reports []int64, reason string) (int64, error)
	Correct(ctx context.Context, by city.Actor, asker city.Asker, c city.Correction) error
	// CorrectTranscript puts right what was heard in a recording of a report.
	CorrectTranscript(ctx context.Context, by city.Actor, asker city.Asker, c city.TranscriptCorrection) error
}

// Pictures shows what reports came with.
type Pictures interface {
	// Picture returns a JPEG without metadata, at most 1600 pixels long;
	// NotFound when the report is not the asker's or has none, Conflict when its
	// source does not give it.
	Picture(ctx context.Context, asker city.Asker, reportID int64) ([]byte, error)
}

// Poller runs a source now. backend/jobs implements it.
type Poller interface {
	PollNow(ctx context.Context, slug string) error
}

// Deps is everything a Server is made of.
type Deps struct {
	Store        Store
	Passwords    Passwords
	Geography    func() Geography
	Hub          *live.Hub
	Pusher       Pusher
	Filer        Filer
	LongJobs     LongJobs
	Keeping      Keeping
	Copies       Copies
	Poller       Poller
	SourceKeeper SourceKeeper
	HookDoor     HookDoor
	Hotspots     Hotspotter
	Deadlines    Deadlines
	OfficePages  OfficePager
	Places       PlaceFinder
	Basemap      Basemap
	Analyst      Analyst
	Pictures     Pictures
	Assistant    Assistant
	Voice        Voice
	Notifier     Notifier
	Prover       Prover
	Briefer      Briefer
	Replying     Replying
	Clerk        Clerk
	Subjects     SubjectDesk
	// Stems makes search words of a text as they were made of the reports.
	Stems func(text string) []string
	// CAPFeed puts CAP messages into a feed (backend/cap).
	CAPFeed func(id, title, author string, updated time.Time, messages []city.HazardMessage) ([]byte, error)
	// Frontend is the built page, nil when the program was built without one.
	Frontend fs.FS
	Metrics  *prometheus.Registry
	Log      *slog.Logger
	Now      func() time.Time
	Version  string
	// Stopping ends when the server is about to stop; nil: never said.
	Stopping context.Context
	// Secure marks cookies for HTTPS only; off on plain loopback.
	Secure bool
	// Origins besides the server's own that may open /live.
	Origins []string
	// Proxies are the networks whose X-Forwarded-For is believed.
	TrustProxy bool
}

// Handler returns the whole surface.
func Handler(d Deps) http.Handler { return newServer(d).echo }
