package assistant

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// Tools are the tools that askers may use; tool.Registry implements it.
type Tools interface {
	// Offered are the tools of the asker's role, as a model is told of them.
	Offered(asker city.Asker) []llms.Tool
	// Run runs a tool with its JSON input. What went wrong is a Result that says
	// so; the error is for a ctx that ended.
	Run(ctx context.Context, c tool.Call, name, input string) (tool.Result, error)
}

// Model answers messages with text or tool calls.
type Model interface {
	llms.Model
	// State names the provider and model that would be asked now, and says in
	// a sentence why none would be.
	State() (provider, model, paused string)
}

// Meter is the account of one question at a provider.
type Meter interface {
	// On returns the context of one call; hard when the figure guard has
	// refused an answer before.
	On(ctx context.Context, hard bool) context.Context
	// Spent is what the calls cost so far.
	Spent() city.Spending
}

// Store is where questions, answers and receipts are kept.
type Store interface {
	conversationStore
	questionStore
	receiptStore
	pinStore
}

// Limits bound one question.
type Limits struct {
	Turns, Calls int           // of the model; tool calls
	Deadline     time.Duration // for everything
	Offline      time.Duration // of which at least so much is left for the offline planner
	Lease        time.Duration // how long a question waits for a node that fell silent
	Together     int           // questions worked on at the same time
}

// DefaultLimits are the limits where Options leaves them zero.
var DefaultLimits = Limits{Turns: 8, Calls: 12, Deadline: 45 * time.Second, Offline: 10 * time.Second, Lease: 15 * time.Second, Together: 16}

// Options are what an Assistant is made of.
type Options struct {
	Store Store
	Tools Tools
	// Offline answers when no provider is configured, or when it fails.
	Offline llms.Model
	// Provider is the configured provider's model, nil for none.
	Provider Model
	// Meter opens the account of a question at the provider; nil: tokens are
	// added up from what the model says.
	Meter func(asker city.Asker, question int64) Meter
	// Note enters that a question was answered without a provider; may be nil.
	Note func(ctx context.Context, asker city.Asker, question int64, note city.AINote) error
	// Places finds the names of areas and offices in a text.
	Places func(text string) []Mention
	// Office is an office's short name by number.
	Office func(id int64) string
	// Signals are what suggestions are made from; nil: none are made.
	Signals Signals
	// Normal brings a question to a common form, so that the same question is
	// known again; nil: lower case and single spaces.
	Normal func(text string) string
	// Mask takes personal data out of a question before it is stored or leaves;
	// nil: city.MaskPersonal.
	Mask    func(text string) string
	Zone    *time.Location
	Label   string // of the zone, such as WITA
	City    string // the city's name
	Program string // version
	Node    string // of this process; made up when empty
	Limits  Limits
	Log     *slog.Logger
	Now     func() time.Time
	// Abilities are what the assistant can do beside answering (voice …).
	Abilities func(ctx context.Context) city.AssistantState
}

// Assistant answers questions.
type Assistant struct {
	Options
	slots   chan struct{}
	mu      sync.Mutex
	running map[int64]context.CancelFunc
	wake    chan struct{} // closed when any question's steps or answer changed
	work    context.Context
	under   sync.WaitGroup
}

// New returns an assistant. Run works through what others left behind.
func New(o Options) *Assistant {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Normal == nil {
		o.Normal = foldSpaces
	}
	if o.Mask == nil {
		o.Mask = city.MaskPersonal
	}
	if o.Places == nil {
		o.Places = func(string) []Mention { return nil }
	}
	if o.Office == nil {
		o.Office = func(int64) string { return "" }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Node == "" {
		o.Node = newNode()
	}
	return &Assistant{
		Options: o, slots: make(chan struct{}, max(o.Limits.Together, 1)), work: context.Background(),
		running: map[int64]context.CancelFunc{}, wake: make(chan struct{}),
	}
}

// State says what the assistant can do here and now.
func (a *Assistant) State(ctx context.Context) city.AssistantState {
	var s city.AssistantState
	if a.Abilities != nil {
		s = a.Abilities(ctx)
	}
	if a.Provider != nil {
		s.Provider, s.Model, s.Paused = a.Provider.State()
	}
	return s
}
