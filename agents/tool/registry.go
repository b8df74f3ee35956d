package tool

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"balaikota/backend/city"
)

// Registry holds the tools and gives each asker those of their role.
type Registry struct {
	tools  []Tool
	byName map[string]Tool
	values func(ctx context.Context, asker city.Asker) Values
	log    *slog.Logger
}

// NewRegistry makes a registry. values says what the fields of inputs may be
// in this city for an asker (nil: nothing is enumerated); log may be nil.
func NewRegistry(log *slog.Logger, values func(ctx context.Context, asker city.Asker) Values, tools ...Tool) *Registry {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	r := &Registry{tools: tools, byName: make(map[string]Tool, len(tools)), values: values, log: log}
	for _, t := range tools {
		r.byName[t.Name()] = t
	}
	return r
}

// For returns the tools that the asker may use, in a fixed order, with the
// values of this city in their definitions.
func (r *Registry) For(ctx context.Context, asker city.Asker) []Tool {
	var values Values
	if r.values != nil {
		values = r.values(ctx, asker)
	}
	var out []Tool
	for _, t := range r.tools {
		if t.allows(asker.Role) {
			t.values = values
			out = append(out, t)
		}
	}
	return out
}

func (t Tool) allows(role city.Role) bool {
	if role == city.SystemRole {
		return true
	}
	if t.spec.Roles == nil {
		return role.Valid()
	}
	return slices.Contains(t.spec.Roles, role)
}

// Tool returns a tool by its name.
func (r *Registry) Tool(name string) (Tool, bool) {
	t, ok := r.byName[name]
	return t, ok
}

// Names are the names of all tools, in their order.
func (r *Registry) Names() []string {
	names := make([]string, len(r.tools))
	for i, t := range r.tools {
		names[i] = t.Name()
	}
	return names
}

// Offered are the tools that the asker may use, as a provider's request
// carries them.
func (r *Registry) Offered(asker city.Asker) []llms.Tool {
	ctx, cancel := context.WithTimeout(context.Background(), DefaultTimeout)
	defer cancel()
	var out []llms.Tool
	for _, t := range r.For(ctx, asker) {
		out = append(out, t.Definition())
	}
	return out
}

// Run runs a tool by name on behalf of c.Asker, with its JSON input. It never
// panics. What went wrong is a Result that says so, its cause in the log; the
// error is for a caller that stopped waiting.
func (r *Registry) Run(ctx context.Context, c Call, name, input string) (Result, error) {
	t, ok := r.byName[name]
	switch {
	case !ok:
		return Result{
			Head: -1, Failed: true, Err: errors.New("unknown tool " + clip(name, 40)),
			Text: "Alat itu tidak ada. Yang ada: " + strings.Join(r.allowed(c.Asker.Role), ", ") + ".",
		}, nil
	case !t.allows(c.Asker.Role):
		return Result{Head: -1, Status: city.Refused, Text: "Hal itu tidak tersedia untuk peran Anda."}, nil
	}
	result := t.Run(ctx, c, json.RawMessage(input))
	if err := ctx.Err(); err != nil {
		return result, err
	}
	if result.Err != nil && city.CodeOf(result.Err) == city.Internal {
		r.log.ErrorContext(ctx, "tool failed", "tool", name, "error", result.Err)
	}
	return result, nil
}

func (r *Registry) allowed(role city.Role) []string {
	var names []string
	for _, t := range r.tools {
		if t.allows(role) {
			names = append(names, t.Name())
		}
	}
	return names
}
