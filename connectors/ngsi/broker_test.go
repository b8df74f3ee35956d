package ngsi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// broker is a test double of a context broker. It checks requests as Orion (v2) and
// Orion-LD do, and notifies over real HTTP.
type broker struct {
	t  *testing.T
	ld bool

	mu            sync.Mutex
	asked         []string
	entities      []string // as they are answered
	subscriptions map[string]*subscription
	made          int
	refuse        int // status with which subscriptions are refused, 0 for none
	url           string
}

type subscription struct {
	url, word string
	until     time.Time
	status    string
}

func newBroker(t *testing.T, ld bool) *broker {
	t.Helper()
	b := &broker{t: t, ld: ld, subscriptions: map[string]*subscription{}}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	b.url = s.URL
	return b
}

// ServeHTTP answers as the broker does.
func (b *broker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	root, tenant := "/v2", "Fiware-Service"
	if b.ld {
		root, tenant = "/ngsi-ld/v1", "NGSILD-Tenant"
	}
	path := strings.TrimPrefix(r.URL.Path, root)
	b.asked = append(b.asked, r.Method+" "+path)
	switch {
	case r.Header.Get("X-Auth-Token") != "token-uji":
		w.WriteHeader(http.StatusUnauthorized)
	case path == r.URL.Path || r.Header.Get(tenant) != "kota" || b.ld && !strings.Contains(r.Header.Get("Link"), "json-ld#context"):
		w.WriteHeader(http.StatusBadRequest)
	case path == "/entities" && r.Method == http.MethodGet:
		b.answerEntities(w, r)
	case strings.HasPrefix(path, "/subscriptions"):
		if b.refuse != 0 {
			w.WriteHeader(b.refuse)
			return
		}
		b.answerSubscriptions(w, r, strings.TrimPrefix(strings.TrimPrefix(path, "/subscriptions"), "/"))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (b *broker) answerEntities(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	known := []string{"type", "attrs", "limit", "offset"}
	if !b.ld {
		known = append(known, "metadata", "orderBy")
	}
	for name := range q {
		if !slices.Contains(known, name) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	limit, err1 := strconv.Atoi(q.Get("limit"))
	offset, err2 := strconv.Atoi(q.Get("offset"))
	if err1 != nil || err2 != nil || limit < 1 || limit > 1000 || offset < 0 || q.Get("type") != "WaterObserved" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	page := b.entities[min(offset, len(b.entities)):min(offset+limit, len(b.entities))]
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "["+strings.Join(page, ",")+"]")
}

func (b *broker) answerSubscriptions(w http.ResponseWriter, r *http.Request, id string) {
	s, known := b.subscriptions[id]
	switch {
	case r.Method == http.MethodGet && id == "":
		var list []string
		for id, s := range b.subscriptions {
			form := `{"id":%q,"notification":{"httpCustom":{"url":%q}}}`
			if b.ld {
				form = `{"id":%q,"type":"Subscription","notification":{"endpoint":{"uri":%q}}}`
			}
			list = append(list, fmt.Sprintf(form, id, s.url))
		}
		_, _ = io.WriteString(w, "["+strings.Join(list, ",")+"]")
	case r.Method == http.MethodPost && id == "":
		b.subscribe(w, r)
	case !known:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		delete(b.subscriptions, id)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPatch:
		b.renew(w, r, s)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// strict decodes a body that may hold nothing unknown.
func strict(w http.ResponseWriter, r *http.Request, v any) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if r.Header.Get("Content-Type") != "application/json" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return false
	}
	if err := dec.Decode(v); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// subscribe takes a new subscription; what Orion forbids in it is refused.
func (b *broker) subscribe(w http.ResponseWriter, r *http.Request) {
	s := &subscription{status: "active"}
	var ok bool
	if b.ld {
		ok = s.readLD(w, r)
	} else {
		ok = s.readV2(w, r)
	}
	if !ok {
		return
	}
	if s.url == "" || s.until.IsZero() || strings.ContainsAny(s.word, `<>"'=;()%`) || s.word == "" {
		http.Error(w, "forbidden characters", http.StatusBadRequest)
		return
	}
	b.made++
	id := fmt.Sprintf("5f5dcb551e715bc7f1ad%04d", b.made)
	if b.ld {
		id = "urn:ngsi-ld:Subscription:" + id
	}
	b.subscriptions[id] = s
	w.Header().Set("Location", strings.TrimSuffix(r.URL.Path, "/")+"/"+id)
	w.WriteHeader(http.StatusCreated)
}

func (s *subscription) readV2(w http.ResponseWriter, r *http.Request) bool {
	var in struct {
		Description string `json:"description"`
		Subject     struct {
			Entities []struct {
				IDPattern string `json:"idPattern"`
				Type      string `json:"type"`
			} `json:"entities"`
			Condition struct {
				Attrs []string `json:"attrs"`
			} `json:"condition"`
		} `json:"subject"`
		Notification struct {
			HTTPCustom struct {
				URL     string            `json:"url"`
				Headers map[string]string `json:"headers"`
			} `json:"httpCustom"`
			Attrs    []string `json:"attrs"`
			Metadata []string `json:"metadata"`
		} `json:"notification"`
		Expires time.Time `json:"expires"`
	}
	if !strict(w, r, &in) {
		return false
	}
	if len(in.Subject.Entities) != 1 || in.Subject.Entities[0].Type != "WaterObserved" || in.Subject.Entities[0].IDPattern != ".*" || !slices.Equal(in.Subject.Condition.Attrs, []string{"height"}) {
		http.Error(w, "subject", http.StatusBadRequest)
		return false
	}
	s.url, s.word, s.until = in.Notification.HTTPCustom.URL, in.Notification.HTTPCustom.Headers[hookHeader], in.Expires
	return true
}

func (s *subscription) readLD(w http.ResponseWriter, r *http.Request) bool {
	var in struct {
		Type        string `json:"type"`
		Description string `json:"description"`
		Entities    []struct {
			Type string `json:"type"`
		} `json:"entities"`
		Watched      []string `json:"watchedAttributes"`
		Notification struct {
			Attributes []string `json:"attributes"`
			Format     string   `json:"format"`
			Endpoint   struct {
				URI    string              `json:"uri"`
				Accept string              `json:"accept"`
				Info   []map[string]string `json:"receiverInfo"`
			} `json:"endpoint"`
		} `json:"notification"`
		ExpiresAt time.Time `json:"expiresAt"`
	}
	if !strict(w, r, &in) {
		return false
	}
	if in.Type != "Subscription" || len(in.Entities) != 1 || in.Entities[0].Type != "WaterObserved" || !slices.Equal(in.Watched, []string{"height"}) || len(in.Notification.Endpoint.Info) != 1 || in.Notification.Format != "normalized" {
		http.Error(w, "subscription", http.StatusBadRequest)
		return false
	}
	if info := in.Notification.Endpoint.Info[0]; info["key"] == hookHeader {
		s.word = info["value"]
	}
	s.url, s.until = in.Notification.Endpoint.URI, in.ExpiresAt
	return true
}

func (b *broker) renew(w http.ResponseWriter, r *http.Request, s *subscription) {
	if b.ld {
		var in struct {
			ExpiresAt time.Time `json:"expiresAt"`
			IsActive  bool      `json:"isActive"`
		}
		if !strict(w, r, &in) {
			return
		}
		s.until = in.ExpiresAt
	} else {
		var in struct {
			Expires time.Time `json:"expires"`
			Status  string    `json:"status"`
		}
		if !strict(w, r, &in) {
			return
		}
		s.until = in.Expires
	}
	s.status = "active"
	w.WriteHeader(http.StatusNoContent)
}

// entity is an entity as the broker writes it.
func (b *broker) entity(n int, value float64, at time.Time) string {
	stamp := at.UTC().Format("2006-01-02T15:04:05.000Z")
	if b.ld {
		return fmt.Sprintf(`{"id":"urn:ngsi-ld:WaterObserved:%d","type":"WaterObserved","height":{"type":"Property","value":%v,"observedAt":%q},"location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[117.2,-0.5]}}}`, n, value, stamp)
	}
	return fmt.Sprintf(`{"id":"WaterObserved:%d","type":"WaterObserved","height":{"type":"Number","value":%v,"metadata":{"TimeInstant":{"type":"DateTime","value":%q}}},"location":{"type":"geo:json","value":{"type":"Point","coordinates":[117.2,-0.5]},"metadata":{}}}`, n, value, stamp)
}

// notify sends entities to every subscriber, and returns the statuses.
func (b *broker) notify(entities ...string) (statuses []int) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, s := range b.subscriptions {
		body := `{"subscriptionId":"` + id + `","data":[` + strings.Join(entities, ",") + `]}`
		if b.ld {
			body = `{"id":"urn:ngsi-ld:Notification:1","type":"Notification","subscriptionId":"` + id + `","notifiedAt":"2026-11-21T06:30:00Z","data":[` + strings.Join(entities, ",") + `]}`
		}
		req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, s.url, bytes.NewReader([]byte(body)))
		if err != nil {
			b.t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(hookHeader, s.word)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			b.t.Fatal(err)
		}
		_ = res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
	return statuses
}

// told is what was asked since the last time.
func (b *broker) told() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.asked
	b.asked = nil
	return out
}
