package web

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"balaikota/backend/live"
)

// OpenAPI returns the description of the whole surface as JSON, for
// docs/openapi.json and the browser's types. It needs no database.
func OpenAPI(version string) ([]byte, error) {
	s := newServer(Deps{Hub: live.New(nil, nil, live.Options{}), Log: slog.New(slog.DiscardHandler), Version: version})
	out, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the API description: %w", err)
	}
	return append(out, '\n'), nil
}
