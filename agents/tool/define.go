package tool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tmc/langchaingo/llms"

	"balaikota/backend/city"
)

// DefaultTimeout is how long a tool may take that states no limit of its own.
const DefaultTimeout = 10 * time.Second

// Spec declares a tool.
type Spec struct {
	// Name is what a model calls it by (city.Tool…).
	Name string
	// Description is what the model reads about it: when to use it, its
	// fields, two examples. It stands in an .md file beside the tool's code.
	Description string
	// Roles may use it; nil is every officer.
	Roles []city.Role
	// Timeout bounds one call; 0 is DefaultTimeout.
	Timeout time.Duration
	// Ends is true for a tool that ends the turn by its nature.
	Ends bool
}

// Tool is one tool of the assistant. It is a langchaingo tools.Tool.
type Tool struct {
	spec   Spec
	shape  shape
	values Values
	run    func(ctx context.Context, c Call, input json.RawMessage) (Result, error)
}

// Define makes a tool of a function. In is a struct with JSON names; its
// `jsonschema` tags describe the fields. Every tool takes one more field,
// assumed: the names of the fields that the person did not say, for the chips.
// Define panics on an In that no schema can describe, which is a mistake in
// the program and found by any test that makes the tool.
func Define[In any](spec Spec, run func(ctx context.Context, c Call, in In) (Result, error)) Tool {
	s, err := shapeOf[In]()
	if err != nil {
		panic(fmt.Sprintf("tool %s: %v", spec.Name, err))
	}
	return Tool{spec: spec, shape: s, run: func(ctx context.Context, c Call, input json.RawMessage) (Result, error) {
		var in In
		assumed, err := s.decode(input, &in)
		if err != nil {
			return Result{}, err
		}
		r, err := run(ctx, c, in)
		if err != nil {
			return Result{}, err
		}
		r.assume(assumed)
		return r, nil
	}}
}

// Name is what the tool is called by.
func (t Tool) Name() string { return t.spec.Name }

// Description is what a model reads about the tool.
func (t Tool) Description() string { return t.spec.Description }

// Spec is the tool's declaration.
func (t Tool) Spec() Spec { return t.spec }

// Definition is the tool as a provider's request carries it: the JSON schema
// of its input as a plain map (some providers take nothing else), with the
// values that the city knows now. They are advice to the model; what it
// returns is checked all the same.
func (t Tool) Definition() llms.Tool {
	return llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
		Name: t.spec.Name, Description: t.spec.Description, Parameters: t.shape.parameters(t.values),
	}}
}

// Call runs the tool for the caller that With put into ctx and returns the
// text that a model reads. A failure is such a text too; the error is for a
// ctx without a caller only.
func (t Tool) Call(ctx context.Context, input string) (string, error) {
	c, ok := From(ctx)
	if !ok {
		return "", errors.New("run tool " + t.spec.Name + ": nobody asks (no tool.Call in the context)")
	}
	return Render(t.Run(ctx, c, json.RawMessage(input))), nil
}

// Run runs the tool within its time and its limits. It never panics: whatever
// goes wrong is a Result that says so in Indonesian and keeps the cause in Err.
func (t Tool) Run(ctx context.Context, c Call, input json.RawMessage) Result {
	limit := t.spec.Timeout
	if limit <= 0 {
		limit = DefaultTimeout
	}
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type outcome struct {
		result Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o = outcome{err: fmt.Errorf("tool %s panicked: %v", t.spec.Name, p)}
			}
			done <- o
		}()
		o.result, o.err = t.run(within, c, input)
	}()
	var o outcome
	select {
	case o = <-done:
	case <-within.Done():
		o.err = within.Err()
	}
	if o.err != nil {
		return failed(ctx, t.spec.Name, limit, o.err)
	}
	o.result.number(len(c.Figures) + 1)
	return o.result.limited()
}

type callKey struct{}

// With returns a context that says who asks, for Tool.Call.
func With(ctx context.Context, c Call) context.Context { return context.WithValue(ctx, callKey{}, c) }

// From returns what With put into ctx.
func From(ctx context.Context) (Call, bool) {
	c, ok := ctx.Value(callKey{}).(Call)
	return c, ok
}
