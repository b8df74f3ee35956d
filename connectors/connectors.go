// Package connectors is the way in for city systems and complaint channels:
// the Connector interface, the Spec that declares one, the registry, the
// shared HTTP client and the runner (retry, cursor, circuit, health).
//
// It imports backend/city only. A connector lives in its own folder below,
// imports this package and backend/city, and is listed in connectors/all.
package connectors

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"time"

	"balaikota/backend/city"
)

// Connector pulls records from one kind of outside system.
type Connector interface {
	// Pull fetches one page of what is new since cursor (nil at first). It
	// must be safe to call again with the same cursor: the store upserts, so
	// windows may overlap. It returns *RetryAfterError when the other side
	// said when to come back, and any other error when the pull failed; rows
	// that cannot be understood are not an error but go to Page.Refused.
	//
	// A connector that holds something open between pages (a file) may also
	// be an io.Closer; the runner closes it at the end of the run.
	Pull(ctx context.Context, cursor json.RawMessage) (Page, error)
}

// Keeper is a connector whose other side hands a record over only once and
// forgets it when told that it arrived, as a message broker does. Kept is called
// after the store has committed the page of the last Pull; a page that it could
// not keep, and a trial's, is never confirmed.
type Keeper interface {
	Kept(ctx context.Context)
}

// Waiter is a Connector that can be told of news, so that they are pulled when
// they are there and not at the next turn of the schedule. Its Spec says so
// (Waits). The schedule goes on all the same: it is what is left when waiting
// fails.
type Waiter interface {
	Connector
	// Wait returns nil as soon as there is something that a Pull from cursor
	// would bring, at once if there is already. It returns ErrNoWait when this
	// source cannot tell, the error of ctx when that ends, and any other error
	// when the waiting broke off; it is then begun anew after a pause. It is
	// asked of a connector of its own, while others of the same source pull.
	Wait(ctx context.Context, cursor json.RawMessage) error
}

// ErrNoWait is in the chain of a Waiter's error when the other side cannot tell
// of news: the source is left to its schedule.
var ErrNoWait = errors.New("the source cannot tell of news")

// Page is what one Pull brought.
type Page struct {
	Reports      []city.Report
	Observations []city.Observation
	Alerts       []city.Alert
	Refused      []city.Refusal
	// Removed are external ids of reports that the source has deleted.
	Removed []string
	// Listing is set when the page is part of a list of all reports that the
	// source has: those that it lists no more were deleted there.
	Listing *city.Listing
	// Agenda is all that a calendar holds of a span, nil if this page tells of
	// none.
	Agenda *city.AgendaSpan
	// Cameras are how cameras of the source fare.
	Cameras *city.CameraSights
	// Letters are what the service tells of letters that went by it.
	Letters []city.LetterFate
	// Words are what officers wrote by a chat that is bound to their account.
	Words []city.OfficerWord
	// Greetings are what people wrote by a chat that says nothing of a matter and
	// stands alone.
	Greetings []city.ChatGreeting
	// Undeclared are indicators that refused rows name and nobody declared, each
	// once: a trial says so.
	Undeclared []city.TrialIndicator
	// Columns are what the records of a trial hold, as expressions of a mapping.
	Columns []string
	// Proposed are mappings that the records of a trial suggest, the likelier kind
	// first.
	Proposed []city.ProposedMapping
	// PassedOver are records of the page that were neither taken nor refused.
	PassedOver []city.PassedOver
	// Cursor follows this page; nil leaves the stored one.
	Cursor json.RawMessage
	// More asks for the next page at once.
	More bool
}

// Rows is how many records the page holds, refused ones included.
func (p Page) Rows() int {
	n := len(p.Reports) + len(p.Observations) + len(p.Alerts) + len(p.Refused) + len(p.Removed) + len(p.Letters) + len(p.Words) + len(p.Greetings)
	if p.Cameras != nil {
		n += len(p.Cameras.Seen)
	}
	if p.Agenda != nil {
		n += len(p.Agenda.Entries)
	}
	return n
}

// Newest is the latest time that the page's reports and measured values name,
// and t if none is later. Forecasts lie ahead and say nothing of what was read.
func (p Page) Newest(t time.Time) time.Time {
	for _, r := range p.Reports {
		for _, at := range []time.Time{r.CreatedAt, r.UpdatedAt} {
			if at.After(t) {
				t = at
			}
		}
	}
	for _, o := range p.Observations {
		if o.Time.After(t) && !o.Forecast {
			t = o.Time
		}
	}
	return t
}

// Env is what a connector gets from Balaikota.
type Env struct {
	// HTTP is the shared client: deadline, size limit, User-Agent, and no
	// private addresses unless the source allows them.
	HTTP *Client
	// Areas finds areas by code, name and point.
	Areas city.AreaIndex
	// Location is the city's time zone.
	Location *time.Location
	Now      func() time.Time
	Log      *slog.Logger
	// Secret returns the value of a secret field, which the configuration
	// gives as the name of an environment variable ("env:NAME") or of a file
	// ("file:PATH"). The value is never logged.
	Secret func(ref string) (string, error)
	// Categories are the kinds of report the city knows; connectors match the
	// source's own names against them. Indicators are the declared ones, with
	// grain and unit. Either may be empty.
	Categories []city.Category
	Indicators []city.Indicator
	// Catalogue, when set, is asked at the start of each run for both, so that
	// what officers declare counts from the next run on.
	Catalogue func(ctx context.Context) ([]city.Category, []city.Indicator, error)
	// Trial is true when nothing of what is read will be kept (Runner.Try): the
	// other side must go on as if nobody had asked.
	Trial bool
	// Source is the number of the source that is read, 0 for one that is not
	// stored; Store is what the store holds of it, nil where there is none.
	Source int64
	Store  SourceStore
	// OpenRows opens an import file, for connectors that read files. The
	// command wires backend/importing here; nil when there is no reader.
	OpenRows OpenRowsFunc
}

// SourceStore is what the store keeps for the connectors of chats and of hooks, by
// the number of their source.
type SourceStore interface {
	// Hooks returns the oldest bodies that came to the source's hook and wait,
	// DropHooks forgets those whose meaning is kept, and AwaitHook returns nil as
	// soon as one waits.
	Hooks(ctx context.Context, source int64, most int) ([]city.HookLetter, error)
	DropHooks(ctx context.Context, source int64, ids []int64) error
	AwaitHook(ctx context.Context, source int64) error
	// ReportsOfParts returns the reports that messages became part of, by the
	// message; those that are known to none are left out.
	ReportsOfParts(ctx context.Context, source int64, parts []string) (map[string]city.Report, error)
	// LatestReportOf returns the report of a person's last message between two
	// moments, nil when there is none.
	LatestReportOf(ctx context.Context, source int64, person string, from, to time.Time) (*city.Report, error)
	// AskedReportOf returns the open report about which a person was asked before a
	// moment and has not answered; with reply, of a message that answers one of
	// ours, that about which they were last written to. nil when there is none.
	AskedReportOf(ctx context.Context, source int64, person string, before time.Time, reply bool) (*city.Report, error)
	// GreetingsOf returns what a person wrote between two moments that greets and
	// became part of no report, oldest first.
	GreetingsOf(ctx context.Context, source int64, person string, from, to time.Time) ([]city.ChatGreeting, error)
	// OfficerWrites reports whether what a person sends is an officer's word: they
	// are or were bound to an account and did not leave it, or code ("" for none) is
	// one that an officer sees now.
	OfficerWrites(ctx context.Context, source int64, person, code string) (bool, error)
	// OfficerMails reports whether an address is one officer's, confirmed by a code.
	OfficerMails(ctx context.Context, address string) (bool, error)
}

// OpenRowsFunc opens the import file at path as rows of kind "reports" or
// "observations"; the format (CSV, XLSX, JSON lines) follows from its name.
// A file whose header cannot be understood is an *city.Error with the field.
type OpenRowsFunc func(ctx context.Context, kind, path string) (RowReader, error)

// RowReader reads an import file row by row without holding all of it.
type RowReader interface {
	io.Closer
	// Next returns the next row and io.EOF after the last. A row that cannot
	// be understood is a Row with Refused, not an error.
	Next() (Row, error)
}

// Row is one row of an import file: exactly one of the pointers is set.
type Row struct {
	// Number is the row's number in the file as a person counts it (the
	// header of a CSV is row 1).
	Number      int
	Report      *city.Report
	Observation *city.Observation
	Refused     *city.Refusal
}

// RetryAfterError says that the other side asked to be left alone for a while.
type RetryAfterError struct {
	After time.Duration
	Err   error
}

func (e *RetryAfterError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *RetryAfterError) Unwrap() error { return e.Err }
