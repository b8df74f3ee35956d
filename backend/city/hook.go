package city

import (
	"net/http"
	"net/url"
	"time"
)

// HookRequest is what another side sent to a source's hook, as it came.
type HookRequest struct {
	Method string // GET or POST
	Header http.Header
	Query  url.Values
	Body   []byte
}

// HookAnswer is what is answered to it: Body as plain text. Keep says that the
// request's body is to be kept for the next pull.
type HookAnswer struct {
	Body []byte
	Keep bool
}

// HookLetter is a kept body.
type HookLetter struct {
	ID         int64
	ReceivedAt time.Time
	Body       []byte
}
