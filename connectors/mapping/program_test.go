package mapping

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestExpressionsHaveLimitsAndSeeNothingElse(t *testing.T) {
	t.Parallel()
	all, err := Compile("x", "[range(1e9)]")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := all.All(t.Context(), nil); !errors.Is(err, errTooLong) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a whole answer may take for ever: %v", err)
	}
	for text, want := range map[string]string{
		"last(repeat(1))":                   "too many steps",
		"[range(1e9)] | length":             "too many steps",
		"def f: f; f":                       "too many steps",
		`error("rahasia: " + .nik)`:         "the expression failed",
		`.nik | tonumber`:                   "the expression failed",
		"halt_error":                        "the expression failed",
		`"x" * 1e12`:                        "the expression failed",
		"reduce range(1e10) as $i (0; .+1)": "too many steps",
	} {
		p, err := Compile("x", text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		start := time.Now()
		v, err := p.ofRecord(t.Context(), map[string]any{"nik": "6472010101010001x"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, %v; wants %q", text, v, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "6472") {
			t.Errorf("%s shows the value: %v", text, err)
		}
		if took := time.Since(start); took > maxTime+5*time.Second {
			t.Errorf("%s took %v", text, took)
		}
	}
	p, err := Compile("x", "[$ENV, env] | tostring")
	if err != nil {
		t.Fatal(err)
	}
	if v, err := p.ofRecord(t.Context(), nil); err != nil || v != "[{},{}]" {
		t.Errorf("the environment is %v, %v", v, err)
	}
}
