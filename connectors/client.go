package connectors

import (
	"net/http"
)

// Client is the HTTP client all connectors share.
type Client struct {
	HTTP *http.Client
}
