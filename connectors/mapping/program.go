package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/itchyny/gojq"

	"balaikota/backend/city"
)

// Limits of one evaluation. They are there for expressions that never end,
// and for answers that make one of them work too hard.
const (
	maxSteps   = 10_000_000 // on a whole answer
	fieldSteps = 200_000    // on one record
	maxTime    = 20 * time.Second
	maxRecords = 200_000
)

// Program is a compiled jq expression. It sees its input and nothing else: no
// environment, no files, no modules.
type Program struct {
	code *gojq.Code
	text string
}

// String is the expression as it was written.
func (p *Program) String() string { return p.text }

// Compile compiles the expression of the field at path of a configuration; ""
// is nil. Errors are *city.Error Invalid with that field.
func Compile(path, text string) (*Program, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil //nolint:nilnil // no expression, no program
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return nil, city.InvalidField(path, "is not a jq expression: %s", err)
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(func() []string { return nil }))
	if err != nil {
		return nil, city.InvalidField(path, "cannot be used: %s", err)
	}
	return &Program{code: code, text: text}, nil
}

var errTooLong = errors.New("the expression took too many steps")

// stepContext ends an evaluation after a number of steps: gojq asks Done
// before each instruction.
type stepContext struct {
	context.Context
	left atomic.Int64
	over chan struct{}
	past atomic.Bool
}

func newStepContext(ctx context.Context, steps int64) *stepContext {
	s := &stepContext{Context: ctx, over: make(chan struct{})}
	s.left.Store(steps)
	return s
}

func (s *stepContext) Done() <-chan struct{} {
	if s.left.Add(-1) < 0 {
		if s.past.CompareAndSwap(false, true) {
			close(s.over)
		}
		return s.over
	}
	return s.Context.Done()
}

func (s *stepContext) Err() error {
	if s.past.Load() {
		return errTooLong
	}
	return s.Context.Err()
}

// All returns every output of the expression on a whole answer, at most
// 200,000.
func (p *Program) All(ctx context.Context, input any) ([]any, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	iter := p.code.RunWithContext(newStepContext(ctx, maxSteps), input)
	var out []any
	for {
		v, ok := iter.Next()
		if !ok {
			return out, nil
		}
		if err, ok := v.(error); ok {
			return nil, shortError(err)
		}
		if out = append(out, v); len(out) > maxRecords {
			return nil, fmt.Errorf("more than %d records in one answer", maxRecords)
		}
	}
}

// First returns the first output on a whole answer, nil if there is none.
func (p *Program) First(ctx context.Context, input any) (any, error) {
	return p.firstWithin(ctx, input, maxSteps)
}

// ofRecord returns the first output on a record, nil if there is none.
func (p *Program) ofRecord(ctx context.Context, input any) (any, error) {
	return p.firstWithin(ctx, input, fieldSteps)
}

func (p *Program) firstWithin(ctx context.Context, input any, steps int64) (any, error) {
	v, ok := p.code.RunWithContext(newStepContext(ctx, steps), input).Next()
	if !ok {
		return nil, nil //nolint:nilnil // jq's empty is no value
	}
	if err, ok := v.(error); ok {
		return nil, shortError(err)
	}
	return v, nil
}

// shortError keeps a jq error short: it quotes the value it stumbled on, which
// may be a citizen's words.
func shortError(err error) error {
	if errors.Is(err, errTooLong) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return err
	}
	text := err.Error()
	if i := strings.IndexAny(text, "(\"':[{"); i >= 0 {
		text = text[:i]
	}
	return errors.New("the expression failed: " + clip(strings.TrimSpace(text), 60))
}

// PlainText writes a scalar as text; nil is "". A list or object is an error.
func PlainText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case *big.Int:
		return v.String(), nil
	case json.Number:
		return v.String(), nil
	}
	return "", errors.New("holds a list or object where a single value belongs")
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
