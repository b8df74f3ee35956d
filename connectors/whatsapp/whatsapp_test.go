package whatsapp

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

const (
	number = "106540352242922"
	secret = "rahasia-aplikasi-uji"
	verify = "kata-verifikasi-uji"
	access = "token-akses-uji"
)

// stored is a source whose hook and runs end in a real store.
type stored struct {
	*store.Store
	t      *testing.T
	db     storetest.DB
	runner *connectors.Runner
	log    *bytes.Buffer
}

func newStored(t *testing.T, base string) stored {
	t.Helper()
	db := storetest.NewDB(t)
	s := storetest.Open(t, db, storetest.WithClock(connectortest.Moment))
	storetest.Source(t, s, func(src *city.Source) {
		src.Connector = "whatsapp"
		src.Config = connectortest.YAML(t, "phone_number_id: \""+number+"\"\nverify_token: env:WA_VERIFIKASI\napp_secret: env:WA_RAHASIA\naccess_token: env:WA_TOKEN\nallow_private: true\nbase_url: "+base+"\n")
	})
	secrets := &connectors.Secrets{Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"WA_VERIFIKASI": verify, "WA_RAHASIA": secret, "WA_TOKEN": access}[name]
		return v, ok
	}}
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	out := stored{Store: s, t: t, db: db, log: &bytes.Buffer{}}
	env.HTTP, env.Secret, env.Store = connectors.NewClient("balaikota-test", secrets), nil, s
	env.Log = slog.New(slog.NewTextHandler(out.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	out.runner = connectors.NewRunner(connectors.NewRegistry(Spec), s, env, secrets, connectors.RunLimits{})
	return out
}

const nowhere = "http://127.0.0.1:9"

func (s stored) source() city.Source {
	s.t.Helper()
	src, err := s.Source(s.t.Context(), "uji")
	if err != nil {
		s.t.Fatal(err)
	}
	return src
}

// post does what the door does with a body: verify, then keep.
func (s stored) post(body, signature string) error {
	s.t.Helper()
	answer, err := s.runner.Receive(s.t.Context(), s.source(), city.HookRequest{
		Method: http.MethodPost, Header: http.Header{"X-Hub-Signature-256": {signature}}, Body: []byte(body),
	})
	if err != nil {
		return err
	}
	if !answer.Keep {
		s.t.Fatal("a signed body is not kept")
	}
	return s.KeepHook(s.t.Context(), s.source().ID, []byte(body))
}

// signed is the header as Meta makes it.
func signed(body string) string { return "sha256=" + hex.EncodeToString(sign(secret, []byte(body))) }

func (s stored) send(body string) {
	s.t.Helper()
	if err := s.post(body, signed(body)); err != nil {
		s.t.Fatal(err)
	}
}

func (s stored) run() city.Tally {
	s.t.Helper()
	tally, _, err := s.runner.RunOnce(s.t.Context(), s.source())
	if err != nil {
		s.t.Fatal(err)
	}
	return tally
}

func (s stored) expect(what string, want ...string) {
	s.t.Helper()
	rs, err := s.Reports(s.t.Context(), city.System, city.ReportFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	var got []string
	for _, r := range slices.Backward(rs) {
		place := "tanpa titik"
		if r.Lon != nil {
			place = fmt.Sprintf("%.4f %.4f", *r.Lon, *r.Lat)
		}
		got = append(got, r.Channel+" | "+r.Text+" | "+place)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// body is what Meta sends for messages of one citizen.
func body(messages ...string) string {
	return `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",
		"metadata":{"display_phone_number":"62541000000","phone_number_id":"` + number + `"},
		"contacts":[{"profile":{"name":"Warga Uji"},"wa_id":"6281100000001"}],"messages":[` + strings.Join(messages, ",") + `]}}]}]}`
}

func said(id string, minute int, more string) string {
	at := connectortest.Moment().Add(time.Duration(minute-30) * time.Minute).Unix()
	return fmt.Sprintf(`{"from":"6281100000001","id":"wamid.%s","timestamp":"%d",%s}`, id, at, more)
}

const here = `"type":"location","location":{"latitude":-0.5022,"longitude":117.1536}`

func text(s string) string { return `"type":"text","text":{"body":"` + s + `"}` }

// TestCases plays each folder of testdata/cases: its bodies come to the hook and are
// read one by one. What came out last of a report is what is kept.
func TestCases(t *testing.T) {
	t.Parallel()
	connectortest.Cases(t, func(t *testing.T, folder string) any {
		t.Helper()
		s := newStored(t, nowhere)
		raw, err := os.ReadFile(filepath.Join(folder, "bodies.json"))
		if err != nil {
			t.Fatal(err)
		}
		var bodies []json.RawMessage
		if err := json.Unmarshal(raw, &bodies); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, b := range bodies {
			s.send(string(b))
			s.run()
		}
		rs, err := s.Reports(t.Context(), city.System, city.ReportFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range slices.Backward(rs) {
			d, err := s.Report(t.Context(), city.System, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			place := "tanpa titik"
			if d.Lon != nil {
				place = fmt.Sprintf("%.4f %.4f", *d.Lon, *d.Lat)
			}
			out = append(out, strings.Join([]string{d.CreatedAt.In(connectortest.WITA).Format(time.RFC3339), d.FullText, place, d.Address, d.MediaURL}, " | "))
		}
		refused, err := s.RefusedRows(t.Context(), city.Asker{Role: city.Operator}, "uji", 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range slices.Backward(refused) {
			out = append(out, "refused: "+r.Reason)
		}
		return out
	})
}

// TestTheHandshake: the challenge goes back to who knows the word, to nobody else.
func TestTheHandshake(t *testing.T) {
	t.Parallel()
	s := newStored(t, nowhere)
	for name, c := range map[string]struct {
		mode, token string
		ok          bool
	}{"right": {"subscribe", verify, true}, "another word": {"subscribe", verify + "x", false}, "no word": {"subscribe", "", false}, "another mode": {"unsubscribe", verify, false}} {
		q := url.Values{"hub.mode": {c.mode}, "hub.verify_token": {c.token}, "hub.challenge": {"1158201444"}}
		out, err := s.runner.Receive(t.Context(), s.source(), city.HookRequest{Method: http.MethodGet, Query: q})
		if (err == nil) != c.ok || (c.ok && (string(out.Body) != "1158201444" || out.Keep)) {
			t.Errorf("%s: %q, %v", name, out.Body, err)
		}
		if !c.ok && city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOnlyWhatMetaSignedIsKept: the signature is over the very bytes, so the same
// JSON written otherwise is another body.
func TestOnlyWhatMetaSignedIsKept(t *testing.T) {
	t.Parallel()
	s := newStored(t, nowhere)
	b := body(said("A", 0, text("Asli")))
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(b)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ body, signature string }{
		"none":            {b, ""},
		"of another body": {b, signed(b + " ")},
		"written anew":    {compact.String(), signed(b)},
		"SHA-1":           {b, strings.Replace(signed(b), "sha256=", "sha1=", 1)},
		"cut":             {b, signed(b)[:40]},
		"no hex":          {b, "sha256=zz"},
	} {
		if err := s.post(c.body, c.signature); city.CodeOf(err) != city.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if waits, err := s.Hooks(t.Context(), s.source().ID, 10); err != nil || len(waits) != 0 {
		t.Errorf("%d bodies are kept, %v", len(waits), err)
	}
	s.send(b)
	s.run()
	s.expect("what is signed", "whatsapp | Asli | tanpa titik")
}

// TestMessagesComeTwiceLateAndMixed: Meta delivers at least once and in any order.
func TestMessagesComeTwiceLateAndMixed(t *testing.T) {
	t.Parallel()
	s := newStored(t, nowhere)
	place, words := body(said("B", 3, here)), body(said("A", 0, text("Jembatan retak")))
	s.send(place) // the place first
	s.run()
	s.expect("the place alone", "whatsapp | [Lokasi tanpa keterangan] | 117.1536 -0.5022")
	s.send(words)
	s.run()
	want := "whatsapp | Jembatan retak | 117.1536 -0.5022"
	s.expect("both", want)
	for range 3 {
		s.send(words)
		s.send(place)
	}
	if tally := s.run(); tally.Added+tally.Changed+tally.Refused != 0 {
		t.Errorf("again: %+v", tally)
	}
	s.expect("again", want)
	s.send(body(said("C", 4, text("Got tersumbat")), said("D", 5, here), said("C", 4, text("Got tersumbat"))))
	s.run()
	s.expect("several in one body", want, "whatsapp | Got tersumbat | 117.1536 -0.5022")
}

// TestKilledBetweenKeepingAndForgetting: bodies that were read and not forgotten
// are read again, and change nothing.
func TestKilledBetweenKeepingAndForgetting(t *testing.T) {
	t.Parallel()
	s := newStored(t, nowhere)
	b := body(said("A", 0, text("Kabel putus")))
	s.send(b)
	src := s.source()
	waiting, err := s.Hooks(t.Context(), src.ID, 10)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%d wait, %v", len(waiting), err)
	}
	s.run()
	if left, err := s.Hooks(t.Context(), src.ID, 10); err != nil || len(left) != 0 {
		t.Fatalf("%d are left after the commit, %v", len(left), err)
	}
	s.send(b) // as if it had not been forgotten
	if tally := s.run(); tally.Added+tally.Changed != 0 {
		t.Errorf("%+v", tally)
	}
	s.expect("once", "whatsapp | Kabel putus | tanpa titik")
	s.send(body(said("B", 40, text("Uji coba"))))
	if _, err := s.runner.Try(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Hooks(t.Context(), src.ID, 10); err != nil || len(left) != 1 {
		t.Errorf("%d are left after a trial, %v", len(left), err)
	}
}

// TestWhoWroteStandsWithTheReportersAlone: the contact's number and profile name are
// in no report, record, part, event, refusal or log, and the id that holds the
// number in base64 is not either.
func TestWhoWroteStandsWithTheReportersAlone(t *testing.T) {
	t.Parallel()
	s := newStored(t, nowhere)
	s.send(body(said("HBgNNjI4MTEwMDAwMDAwMQ", 0, text("Pohon tumbang")), said("X", 1, `"type":"contacts","contacts":[{"name":{"formatted_name":"Warga Ketiga"},"phones":[{"phone":"+6281100000009"}]}]`)))
	s.send(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"messages":[{"from":"6281100000001"}]}}]}]}`)
	s.run()
	conn := storetest.Connect(t, s.db.SuperuserURL)
	var rest string
	if who := storetest.Reporters(t, s.db); len(who) != 1 || who[0] != (city.Reporter{Name: "Warga Uji", Phone: "+6281100000001", Handle: "6281100000001"}) {
		t.Errorf("the reporters are %+v", who)
	}
	if err := conn.QueryRow(t.Context(), `SELECT (SELECT string_agg(r::text, ' ') FROM reports r) || (SELECT string_agg(p::text, ' ') FROM report_parts p) || (SELECT string_agg(e::text, ' ') FROM events e) ||
		(SELECT string_agg(f::text, ' ') FROM refused_rows f) || (SELECT string_agg(f::text, ' ') FROM source_state f)`).Scan(&rest); err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{"8110000", "Warga", "HBgNNjI4", "wamid"} {
		if strings.Contains(rest+s.log.String(), personal) {
			t.Errorf("%q stands outside the reporters", personal)
		}
	}
}

// TestPicturesAreFetchedWithTheToken: the token goes to the Graph API and to Meta's
// own hosts, never to where an answer points.
func TestPicturesAreFetchedWithTheToken(t *testing.T) {
	t.Parallel()
	var where string
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v21.0/990001", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+access || r.URL.Query().Get("phone_number_id") != number {
			http.Error(w, `{"error":{"code":190}}`, http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprintf(w, `{"url":%q,"mime_type":"image/jpeg","id":"990001"}`, where)
	})
	mux.HandleFunc("GET /berkas", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+access {
			http.Error(w, "", http.StatusNotFound) // as Meta's does
			return
		}
		_, _ = w.Write([]byte("sebuah foto"))
	})
	base := connectortest.Serve(t, mux)
	elsewhere := connectortest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the token went elsewhere: %q", r.Header.Get("Authorization"))
	}))
	s := newStored(t, base+"/v21.0")
	where = base + "/berkas"
	if got, err := s.runner.Media(t.Context(), s.source(), "whatsapp:990001"); err != nil || string(got) != "sebuah foto" {
		t.Errorf("%q, %v", got, err)
	}
	for _, where = range []string{elsewhere + "/berkas", "http://lookaside.fbsbx.com/x", "https://fbsbx.com.contoh.id/x", "https://u@lookaside.fbsbx.com/x", ""} {
		if _, err := s.runner.Media(t.Context(), s.source(), "whatsapp:990001"); err == nil {
			t.Errorf("%s was asked", where)
		}
	}
	if _, err := s.runner.Media(t.Context(), s.source(), "whatsapp:../me"); city.CodeOf(err) == "" || err == nil {
		t.Errorf("another path: %v", err)
	}
}

// graph is a test double of the Graph API's messages: it refuses what the real one
// refuses and keeps what it took.
type graph struct {
	mu     sync.Mutex
	strict bool // Meta says that the window is over, whatever we think
	taken  []map[string]any
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fail := func(status, code int) {
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"error":{"message":"(#%d) to 6281100000002","type":"OAuthException","code":%d}}`, code, code)
	}
	var m map[string]any
	switch err := json.NewDecoder(r.Body).Decode(&m); {
	case r.Method != http.MethodPost || r.URL.Path != "/v21.0/"+number+"/messages" || err != nil || m["messaging_product"] != "whatsapp":
		fail(http.StatusBadRequest, 100)
	case r.Header.Get("Authorization") != "Bearer "+access:
		fail(http.StatusUnauthorized, 190)
	case m["to"] == "6281100000002":
		fail(http.StatusBadRequest, 131026)
	case m["to"] == "6281100000003":
		fail(http.StatusBadRequest, 131056) // too many to this one
	case m["type"] == "text" && g.strict:
		fail(http.StatusBadRequest, 131047)
	case m["type"] == "template" && strings.Contains(fmt.Sprint(m["template"]), "\n"):
		fail(http.StatusBadRequest, 132018)
	default:
		g.taken = append(g.taken, m)
		_, _ = w.Write([]byte(`{"messaging_product":"whatsapp","messages":[{"id":"wamid.KAMI"}]}`))
	}
}

// TestWritingWithinAndAfterADay: free text for a day after the reporter's last word,
// then the approved template, and where there is none it is said why not.
func TestWritingWithinAndAfterADay(t *testing.T) {
	t.Parallel()
	g := &graph{}
	s := newStored(t, connectortest.Serve(t, g)+"/v21.0")
	with := func(template string) city.Source {
		src := s.source()
		var config map[string]any
		if err := json.Unmarshal(src.Config, &config); err != nil {
			t.Fatal(err)
		}
		config["letter_template"] = template
		src.Config, _ = json.Marshal(config) // only plain values
		return src
	}
	write := func(src city.Source, person string, ago time.Duration) error {
		m := city.ChatMessage{ReporterChat: city.ReporterChat{Source: "uji", Person: person}, Text: "Apakah sudah beres?\n\nhttps://balaikota.contoh.go.id/publik/beres/x", Key: "tanya/7"}
		if ago >= 0 {
			m.Heard = connectortest.Moment().Add(-ago)
		}
		return s.runner.Write(t.Context(), src, m)
	}
	never := time.Duration(-1)
	for _, c := range []struct {
		template string
		ago      time.Duration
		strict   bool
		want     string // what went: text, template, or nothing
	}{
		{"", time.Hour, false, "text"}, {"kabar", 23 * time.Hour, false, "text"}, {"kabar", 25 * time.Hour, false, "template"},
		{"kabar", never, false, "template"}, {"kabar", time.Hour, true, "template"}, {"", 25 * time.Hour, false, ""}, {"", never, false, ""}, {"", time.Hour, true, ""},
	} {
		g.mu.Lock()
		g.taken, g.strict = nil, c.strict
		g.mu.Unlock()
		err := write(with(c.template), "6281100000001", c.ago)
		got := ""
		if len(g.taken) == 1 {
			got = fmt.Sprint(g.taken[0]["type"])
			if g.taken[0]["biz_opaque_callback_data"] != "tanya/7" {
				t.Errorf("%+v: without its key", c)
			}
		}
		if got != c.want || (err == nil) != (c.want != "") || (c.want == "" && (city.CodeOf(err) != city.NotFound || !strings.Contains(err.Error(), "24 hours"))) {
			t.Errorf("%+v: %q went, %v", c, got, err)
		}
	}
	for person, code := range map[string]city.Code{"6281100000002": city.NotFound, "6281100000003": city.Internal} {
		g.mu.Lock()
		g.strict = false
		g.mu.Unlock()
		if err := write(with(""), person, time.Hour); city.CodeOf(err) != code || strings.Contains(fmt.Sprintf("%v %+v", err, err)+s.log.String(), "62811") {
			t.Errorf("%s: %v", person, err)
		}
	}
}

// TestStatusesAreOfLetters: what Meta tells of our letters goes to the store with its
// key, whatever the order; what is of no letter is nothing, and no failure.
func TestStatusesAreOfLetters(t *testing.T) {
	t.Parallel()
	status := func(id, key, what string, minute int, more string) string {
		return fmt.Sprintf(`{"id":%q,"status":%q,"timestamp":"%d","recipient_id":"6281100000001","biz_opaque_callback_data":%q%s}`,
			id, what, connectortest.Moment().Add(time.Duration(minute)*time.Minute).Unix(), key, more)
	}
	raw := `{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"` + number + `"},"statuses":[` + strings.Join([]string{
		status("a", "tanya/7", "read", -1, ""), status("a", "tanya/7", "delivered", -2, ""), status("a", "tanya/7", "sent", -3, ""),
		status("b", "", "delivered", -1, ""), status("c", "jawab/9", "failed", 5, `,"errors":[{"code":131026,"title":"Message undeliverable"}]`),
	}, ",") + `]}}]}]}`
	s := newStored(t, nowhere)
	s.send(raw)
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Store, env.Source = s.Store, s.source().ID
	c, err := Spec.New(s.source().Config, env)
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.Pull(t.Context(), nil)
	if err != nil || len(page.Reports)+len(page.Refused) != 0 {
		t.Fatalf("%+v, %v", page, err)
	}
	at := func(minute int) time.Time { return connectortest.Moment().Add(time.Duration(minute) * time.Minute) }
	want := []city.LetterFate{
		{Key: "tanya/7", What: city.LetterRead, At: at(-1)}, {Key: "tanya/7", What: city.LetterArrived, At: at(-2)},
		{Key: "jawab/9", What: city.LetterFailed, At: at(0), Code: 131026}, // its clock is ahead
	}
	if !slices.EqualFunc(page.Letters, want, func(a, b city.LetterFate) bool {
		return a.Key == b.Key && a.What == b.What && a.At.Equal(b.At) && a.Code == b.Code
	}) {
		t.Errorf("got %+v", page.Letters)
	}
	if tally := s.run(); tally.Read != 3 {
		t.Errorf("a page of statuses alone is no news: %+v", tally)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(body(said("A", 0, text("a")), said("B", 1, here))))
	f.Add([]byte(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[{"text":"x","from":"1","id":"2"}]}}]}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		values, reason := decode(raw)
		if (len(values) == 0) == (reason == "") {
			t.Errorf("%d values and the reason %q", len(values), reason)
		}
		for _, v := range values {
			for _, m := range v.Messages {
				if said, reason := m.message(v.Contacts, time.Unix(1, 0)); said != nil && reason != "" {
					t.Errorf("both a message and a refusal: %s", reason)
				}
			}
		}
	})
}
