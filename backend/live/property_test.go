package live_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/live/livetest"
)

// history is what was committed, as the test's own record of the truth.
type history struct {
	mu     sync.Mutex
	events []city.Event // event n has the index n-1
	said   []string     // their versions
	over   bool
	shown  chan struct{} // a screen has taken a message
}

// pace lets the screens take some messages before more is committed, but does
// not insist: they may all be up to date.
func (h *history) pace() {
	enough := time.NewTimer(40 * time.Millisecond)
	defer enough.Stop()
	for range 10 {
		select {
		case <-h.shown:
		case <-enough.C:
			return
		}
	}
}

func (h *history) until(seq int64) []city.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.events[:seq:seq]
}

func (h *history) commit(log *livetest.MemoryLog, changes []city.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, log.Commit(changes...)...)
	for _, e := range h.events[len(h.said):] {
		h.said = append(h.said, version(e.Topic, e.Data))
	}
}

func (h *history) versionOf(e city.Event) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said[e.Seq-1]
}

// truth is what a scope may see of the topics at a number: version by thing.
func (h *history) truth(seq int64, scope city.Scope, topics []city.Topic) map[string]string {
	state := map[string]string{}
	for _, e := range h.until(seq) {
		if !slices.Contains(topics, e.Topic) || !e.VisibleTo(scope) {
			continue
		}
		if thing := string(e.Topic) + " " + e.Key; e.Op == "remove" {
			delete(state, thing)
		} else {
			state[thing] = h.versionOf(e)
		}
	}
	return state
}

// version reads which version of a thing some data is.
func version(topic city.Topic, data []byte) string {
	if data == nil {
		return ""
	}
	var v struct{ Text, Headline, Source, Name string }
	if err := json.Unmarshal(data, &v); err != nil {
		return err.Error()
	}
	return map[city.Topic]string{
		city.TopicReports: v.Text, city.TopicAlerts: v.Headline, city.TopicIndicators: v.Source, city.TopicSources: v.Name,
	}[topic]
}

var propertyTopics = []city.Topic{city.TopicIndicators, city.TopicReports, city.TopicAlerts, city.TopicSources}

var propertyScopes = []city.Scope{
	mayor, lurah,
	{Role: city.Operator},
	{Role: city.Camat, AreaCode: "64.72.01"},
	{Role: city.Lurah, AreaCode: "64.72.02.1001"},
	{Role: city.KepalaOPD, OfficeID: 2},
}

var propertyAreas = []string{"", "64.72.01", "64.72.01.1001", "64.72.01.1002", "64.72.02.1001"}

// randomChange makes the events of one commit. A thing that moves to where
// others see it is removed for those who saw it before, as the store does.
func randomChange(r *rand.Rand, n int, present map[string]city.Event) []city.Event {
	topic := propertyTopics[r.IntN(len(propertyTopics))]
	id, v := r.IntN(12), fmt.Sprint("v", n)
	e := city.Event{Topic: topic, Op: "put", AreaCode: propertyAreas[r.IntN(len(propertyAreas))], OfficeID: int64(r.IntN(3))}
	var data any
	switch topic {
	case city.TopicReports:
		e.Key, data = fmt.Sprint(id), city.ReportSummary{ID: int64(id), Text: v}
	case city.TopicIndicators:
		e.Key, data = fmt.Sprint("i", id, "|"), city.IndicatorState{Indicator: fmt.Sprint("i", id), Source: v}
	case city.TopicAlerts:
		e.Key, data = fmt.Sprint("a", id), city.Alert{Key: fmt.Sprint("a", id), Headline: v}
		e.Shared = id%2 == 0
	case city.TopicSources:
		e.Key, data = fmt.Sprint("s", id), city.SourceHealth{Slug: fmt.Sprint("s", id), Name: v}
		e.Shared, e.Roles = true, []city.Role{city.Operator, city.Lurah}
	}
	thing := string(topic) + " " + e.Key
	old, had := present[thing]
	gone := old
	gone.Op, gone.Data = "remove", nil
	if had && r.IntN(5) == 0 {
		delete(present, thing)
		return []city.Event{gone}
	}
	var err error
	if e.Data, err = json.Marshal(data); err != nil {
		panic(err)
	}
	present[thing] = e
	if had && (old.AreaCode != e.AreaCode || old.OfficeID != e.OfficeID) {
		return []city.Event{gone, e}
	}
	return []city.Event{e}
}

// screen is a client with what it shows.
type screen struct {
	h      *history
	scope  city.Scope
	topics []city.Topic
	seq    int64 // -1: it has nothing
	state  map[string]string
}

// take applies a message and checks it against the truth.
func (s *screen) take(m message) error {
	select {
	case s.h.shown <- struct{}{}:
	default:
	}
	if m.Type == "snapshot" {
		s.state = map[string]string{}
		for _, x := range m.Reports {
			s.state[fmt.Sprint("reports ", x.ID)] = x.Text
		}
		for _, x := range m.Indicators {
			s.state["indicators "+x.Indicator+"|"] = x.Source
		}
		for _, x := range m.Alerts {
			s.state["alerts "+x.Key] = x.Headline
		}
		for _, x := range m.Sources {
			s.state["sources "+x.Slug] = x.Name
		}
		s.seq = m.Seq
		return s.check()
	}
	if m.From != s.seq || m.Seq <= m.From {
		return fmt.Errorf("a delta %d→%d came at %d", m.From, m.Seq, s.seq)
	}
	var oldest *city.Event
	seen := map[string]bool{}
	for _, e := range s.h.until(m.Seq)[m.From:] {
		if slices.Contains(s.topics, e.Topic) && e.VisibleTo(s.scope) {
			if oldest == nil {
				oldest = &e
			}
			seen[string(e.Topic)+" "+e.Key] = true
		}
	}
	if oldest == nil || !oldest.At.Equal(m.At) {
		return fmt.Errorf("a delta %d→%d has at %v, the oldest change is %+v", m.From, m.Seq, m.At, oldest)
	}
	if len(seen) != len(m.Changes) {
		return fmt.Errorf("a delta %d→%d has %d changes of %d things", m.From, m.Seq, len(m.Changes), len(seen))
	}
	for _, c := range m.Changes {
		thing := string(c.Topic) + " " + c.Key
		if !seen[thing] {
			return fmt.Errorf("a delta %d→%d shows %s, which is not for %+v", m.From, m.Seq, thing, s.scope)
		}
		if delete(s.state, thing); c.Op == "put" {
			s.state[thing] = version(c.Topic, c.Data)
		}
	}
	s.seq = m.Seq
	return s.check()
}

func (s *screen) check() error {
	if want := s.h.truth(s.seq, s.scope, s.topics); !maps.Equal(s.state, want) {
		return fmt.Errorf("at %d %+v shows %v, want %v", s.seq, s.scope, s.state, want)
	}
	return nil
}

// live follows hubs until the history is over: it joins, leaves, resumes
// elsewhere, asks for other topics, and in the end must show the truth.
func (s *screen) live(r *rand.Rand, hubs []*live.Hub) error {
	for {
		sock := newTestSocket()
		if r.IntN(2) == 0 {
			var mu sync.Mutex
			flaky := rand.New(rand.NewPCG(r.Uint64(), 1))
			sock.try = func() bool { mu.Lock(); defer mu.Unlock(); return flaky.IntN(3) > 0 }
		}
		c, err := hubs[r.IntN(len(hubs))].Join(live.Session{Scope: s.scope}, sock)
		if err != nil {
			return err
		}
		go func() {
			<-sock.closed
			c.Leave()
		}()
		s.subscribe(r, c)
		for n := r.IntN(40); n > 0; n-- {
			m, err := sock.tryNext(200 * time.Millisecond)
			if err != nil {
				break // nothing for us just now
			}
			if err := s.take(m); err != nil {
				return err
			}
		}
		s.h.mu.Lock()
		over, newest := s.h.over, int64(len(s.h.events))
		s.h.mu.Unlock()
		if over {
			err = s.finish(sock, newest)
		}
		sock.Cut()
		if over {
			return err
		}
	}
}

// subscribe asks to go on from what the screen has, or for a snapshot of other
// topics, sometimes with a number from the future.
func (s *screen) subscribe(r *rand.Rand, c *live.Client) {
	var say live.Subscribe
	switch {
	case s.seq >= 0 && r.IntN(4) > 0:
		say.Since = &s.seq
	default:
		s.topics = nil
		for _, topic := range propertyTopics {
			if r.IntN(2) == 0 {
				s.topics = append(s.topics, topic)
			}
		}
		if r.IntN(3) == 0 {
			far := int64(1 << 40)
			say.Since = &far
		}
		s.seq = -1
	}
	say.Subscribe = append([]city.Topic{}, s.topics...)
	b, err := json.Marshal(say)
	if err != nil {
		panic(err)
	}
	c.Receive(b)
}

// finish reads on until nothing that the screen may see is missing.
func (s *screen) finish(sock *testSocket, newest int64) error {
	for s.seq < 0 || !maps.Equal(s.state, s.h.truth(newest, s.scope, s.topics)) {
		m, err := sock.tryNext(patience)
		if err != nil {
			return fmt.Errorf("at %d of %d: %w", s.seq, newest, err)
		}
		if err := s.take(m); err != nil {
			return err
		}
	}
	return nil
}

func TestEveryScreenConverges(t *testing.T) {
	t.Parallel()
	const commits, screens = 600, 36
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	log, h := livetest.NewMemoryLog(), &history{shown: make(chan struct{})}
	var hubs []*live.Hub
	for _, ring := range []int{8, 64, 8192} {
		opt := quick()
		opt.RingEvents, opt.Queue, opt.SnapshotAge = ring, 4096, 20*time.Millisecond
		hub, _ := start(t, log, nil, opt)
		hubs = append(hubs, hub)
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("%+v", hub.Stats())
			}
		})
	}
	var wg sync.WaitGroup
	for i := range screens {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		s := &screen{h: h, scope: propertyScopes[i%len(propertyScopes)], seq: -1}
		wg.Go(func() {
			if err := s.live(r, hubs); err != nil {
				t.Errorf("screen %d: %v", i, err)
			}
		})
	}
	r, present := rand.New(rand.NewPCG(seed, 1<<32)), map[string]city.Event{}
	for n := range commits {
		h.commit(log, randomChange(r, n, present))
		if n%10 == 0 {
			h.pace()
		}
	}
	h.mu.Lock()
	h.over = true
	h.mu.Unlock()
	wg.Wait()
	for _, hub := range hubs {
		s := hub.Stats()
		if s.ResumedRing == 0 || s.ResumedSnapshot == 0 {
			t.Errorf("not every way to resume was taken: %+v", s)
		}
	}
	comeBackLate(t, hubs[0], h)
}

// comeBackLate is a screen that missed more than the small ring holds: whatever the
// others happened to need, the table is read once.
func comeBackLate(t *testing.T, hub *live.Hub, h *history) {
	t.Helper()
	newest, before := int64(len(h.events)), hub.Stats().ResumedTable
	s := &screen{h: h, scope: propertyScopes[0], topics: propertyTopics, seq: newest - 20}
	s.state = h.truth(s.seq, s.scope, s.topics)
	sock := newTestSocket()
	c, err := hub.Join(live.Session{Scope: s.scope}, sock)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Leave()
	say, err := json.Marshal(live.Subscribe{Subscribe: s.topics, Since: &s.seq})
	if err != nil {
		t.Fatal(err)
	}
	c.Receive(say)
	if err := s.finish(sock, newest); err != nil {
		t.Error(err)
	}
	if hub.Stats().ResumedTable == before {
		t.Errorf("the small ring did not need the table: %+v", hub.Stats())
	}
}

func FuzzParseSubscribe(f *testing.F) {
	for _, s := range []string{
		subscribeReports, `{"subscribe":[],"since":0}`, `{"subscribe":["indicators","x"],"since":9223372036854775807}`,
		`{"subscribe":null}`, `{"subscribe":[1]}`, `{"subscribe":[],"since":1.5}`, `{"subscribe":[]}{}`, `[`, "\xff", `{"subscribe":[],"SINCE":1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := live.ParseSubscribe(b)
		if err != nil {
			return
		}
		if m.Subscribe == nil || (m.Since != nil && *m.Since < 0) {
			t.Fatalf("%q was accepted as %+v", b, m)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := live.ParseSubscribe(again); err != nil {
			t.Fatalf("%s, from %q: %v", again, b, err)
		}
	})
}
