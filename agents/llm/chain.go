package llm

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"
)

// patience is how long a provider that says 429 is waited for before the next
// one is asked; overall bounds a call without a deadline of its own.
const (
	patience = 3 * time.Second
	overall  = 2 * time.Minute
)

// Options are a Chain's surroundings.
type Options struct {
	Ledger Ledger
	Log    *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Transport carries the requests; nil for one of its own.
	Transport http.RoundTripper
}

// Chain is the configured providers as one llms.Model: each call goes to the
// first that answers. What leaves is masked, what comes back is filled in
// again (only the asker's own words), and every call is entered in the ledger
// before it is sent. An error is a *Fault with a sentence for the screen.
type Chain struct {
	links   []*link
	ledger  Ledger
	log     *slog.Logger
	now     func() time.Time
	reached atomic.Pointer[city.CeilingReached]
}

// link is one provider.
type link struct {
	Provider
	model llms.Model
	breaker
}

var _ llms.Model = (*Chain)(nil)

// NewChain makes the chain of providers that Load returned, at least one.
func NewChain(providers []Provider, o Options) (*Chain, error) {
	if len(providers) == 0 || o.Ledger == nil {
		return nil, city.Errorf(city.Invalid, "a chain needs at least one provider and a ledger")
	}
	c := &Chain{ledger: o.Ledger, log: o.Log, now: o.Now}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	if o.Transport == nil {
		o.Transport = newTransport()
	}
	client := newHTTPClient(o.Transport)
	for _, p := range providers {
		d := &doer{provider: p.Name, client: client, timeout: p.Timeout, key: p.key, keyHeader: p.KeyHeader, headers: p.Headers}
		// langchaingo wants a token; the doer sends the real one itself.
		opts := []openai.Option{openai.WithBaseURL(p.BaseURL), openai.WithModel(p.Model), openai.WithToken("-"), openai.WithHTTPClient(d)}
		m, err := openai.New(opts...)
		if err != nil {
			return nil, city.Wrap(city.Invalid, err, "the provider %s cannot be set up", p.Name)
		}
		c.links = append(c.links, &link{Provider: p, model: m})
	}
	return c, nil
}

// State names the provider and model that would be asked now, and says in a
// sentence why none would be.
func (c *Chain) State() (provider, model, paused string) {
	if r := c.reached.Load(); r != nil && r.Month == c.now().Format("2006-01") {
		return "", "", r.Sentence()
	}
	for _, l := range c.links {
		fault, ok := l.closed(c.now())
		if ok {
			return l.Name, l.Model, ""
		}
		paused = fault.Sentence()
	}
	return "", "", paused
}

// Call implements llms.Model for one text.
func (c *Chain) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, c, prompt, options...)
}

// GenerateContent implements llms.Model. ctx must come from With.
func (c *Chain) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	use, ok := UseOf(ctx)
	if !ok || use.Purpose == "" {
		return nil, &Fault{Kind: Unaccounted}
	}
	if use.Raw {
		allowed, err := c.ledger.TextLeaves(ctx)
		if err != nil || !allowed {
			return nil, &Fault{Kind: TextBarred, Err: err}
		}
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, overall)
		defer cancel()
	}
	v := newVault(use.Known)
	sealed, err := v.seal(messages, use)
	if err != nil {
		return nil, err
	}
	for kind, n := range use.hidden {
		v.counts[kind] += n
	}
	return c.first(ctx, &request{use: use, vault: v, messages: sealed, options: options})
}

// request is one call on its way along the chain.
type request struct {
	use      Use
	vault    *vault
	messages []llms.MessageContent
	options  []llms.CallOption
}

// first asks the providers in order until one answers.
func (c *Chain) first(ctx context.Context, r *request) (*llms.ContentResponse, error) {
	var last *Fault
	for i, l := range c.links {
		if fault, ok := l.admit(c.now()); !ok {
			if last == nil {
				last = fault
			}
			continue
		}
		resp, fault := c.patiently(ctx, l, r, len(c.links)-1-i)
		if fault == nil {
			r.vault.open(resp)
			return resp, nil
		}
		last = fault
		switch fault.Kind {
		case Canceled, OverCeiling, Ledgerless, Leak:
			return nil, fault
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, last
}

// patiently asks one provider, and once more after a short Retry-After: a
// request refused with 429 was not charged.
func (c *Chain) patiently(ctx context.Context, l *link, r *request, others int) (*llms.ContentResponse, *Fault) {
	resp, fault := c.ask(ctx, l, r, others)
	if fault == nil || fault.Kind != RateLimited || fault.RetryAfter <= 0 || fault.RetryAfter > patience {
		return resp, fault
	}
	select {
	case <-ctx.Done():
		return nil, fault
	case <-time.After(fault.RetryAfter):
	}
	return c.ask(ctx, l, r, others)
}

// ask makes one entered, bounded and settled call.
func (c *Chain) ask(ctx context.Context, l *link, r *request, others int) (*llms.ContentResponse, *Fault) {
	var opts llms.CallOptions
	for _, o := range r.options {
		o(&opts)
	}
	weight := weigh(r.messages, opts.Tools)
	call := city.AICall{
		At: c.now(), Asker: r.use.Asker, QuestionID: r.use.QuestionID, Purpose: r.use.Purpose, Provider: l.Name,
		InputTokens: weight.tokens, OutputTokens: l.MaxOutputTokens, Bytes: weight.bytes, Labels: r.vault.counts,
	}
	if opts.MaxTokens > 0 {
		call.OutputTokens = min(opts.MaxTokens, l.MaxOutputTokens)
	}
	call.Model, call.InputPrice, call.OutputPrice = l.modelFor(r.use)
	id, fault := c.reserve(ctx, call)
	if fault != nil {
		l.neither()
		return nil, fault
	}
	began := time.Now()
	resp, err := l.generate(ctx, r, call, opts, others)
	if err == nil && len(resp.Choices) == 0 {
		err = &Fault{Kind: Garbage, Provider: l.Name, Detail: "no choices", Sent: true}
	}
	if err != nil {
		fault = c.faultOf(ctx, l, err)
		c.settle(ctx, id, city.AIOutcome{Free: !fault.Uncertain(), Uncertain: fault.Uncertain(), Fault: string(fault.Kind)})
		if fault.Uncertain() {
			r.use.Meter.add(l.Name, call.Model, call.InputTokens, call.OutputTokens, call.Cost())
		}
		switch fault.Kind {
		case Canceled, Leak, BadRequest: // says nothing about the provider's health
			l.neither()
		default:
			l.failed(fault, c.now())
		}
		c.log.WarnContext(ctx, "a model gave no answer", "provider", l.Name, "kind", string(fault.Kind), "status", fault.Status,
			"detail", fault.Detail, "took_ms", time.Since(began).Milliseconds(), "call", id)
		return nil, fault
	}
	l.succeeded()
	cost := outcome(resp, call)
	c.settle(ctx, id, cost)
	r.use.Meter.add(l.Name, call.Model, cost.InputTokens, cost.OutputTokens, city.AICost(cost.InputTokens, cost.OutputTokens, call.InputPrice, call.OutputPrice))
	c.log.InfoContext(ctx, "a model answered", "provider", l.Name, "model", call.Model, "bytes", call.Bytes,
		"input_tokens", cost.InputTokens, "output_tokens", cost.OutputTokens, "took_ms", time.Since(began).Milliseconds(), "call", id)
	return resp, nil
}

// generate calls langchaingo with what it drops or must not do put right.
func (l *link) generate(ctx context.Context, r *request, call city.AICall, opts llms.CallOptions, others int) (*llms.ContentResponse, error) {
	if deadline, ok := ctx.Deadline(); ok && others > 0 {
		// Those after it keep a third of what time there is.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, time.Until(deadline)*2/3, errShare)
		defer cancel()
	}
	extra := map[string]any{}
	if opts.TopP > 0 {
		extra["top_p"] = opts.TopP
	} else if l.TopP > 0 {
		extra["top_p"] = l.TopP
	}
	options := append(slices.Clip(r.options), llms.WithModel(call.Model), llms.WithMaxTokens(call.OutputTokens), func(o *llms.CallOptions) {
		o.StreamingFunc, o.StreamingReasoningFunc = nil, nil
	})
	if l.LegacyMaxTokens {
		options = append(options, openai.WithLegacyMaxTokensField())
	}
	return l.model.GenerateContent(withExtra(ctx, extra), r.messages, options...)
}

var errShare = errors.New("the share of the deadline is used up")

// faultOf makes a fault of whatever came out of langchaingo. The caller's own
// context is asked first.
func (c *Chain) faultOf(ctx context.Context, l *link, err error) *Fault {
	f := FaultOf(err)
	if f == nil {
		// langchaingo could not decode what passed our own checks, or could
		// not write the request; the latter costs nothing but is rare.
		f = &Fault{Kind: Garbage, Provider: l.Name, Sent: true, Detail: "not understood by the client"}
	}
	f.Err = ctx.Err()
	if errors.Is(ctx.Err(), context.Canceled) {
		f.Kind = Canceled
	}
	return f
}

// contextFault says that the caller's time is over.
func contextFault(ctx context.Context) *Fault {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Fault{Kind: Canceled, Err: ctx.Err()}
	}
	return &Fault{Kind: Timeout, Err: ctx.Err()}
}
