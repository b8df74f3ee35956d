package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"
)

// keeper takes pictures in unseen: these tests are about the way in.
type keeper struct{ *store.Store }

func (k keeper) Take(ctx context.Context, by city.Actor, asker city.Asker, in city.ProofInput) (city.Proof, error) {
	in.Type, in.Width, in.Height = "image/jpeg", 640, 480
	return k.AddProof(ctx, by, asker, in)
}

func (k keeper) Show(ctx context.Context, asker city.Asker, id int64) ([]byte, error) {
	return k.ProofBytes(ctx, asker, id)
}

func (c *caller) uploadProof(fields map[string]string, photo []byte) answer {
	c.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := form.WriteField(k, v); err != nil {
			c.t.Fatal(err)
		}
	}
	if photo != nil {
		part, err := form.CreateFormFile("photo", "foto.jpg")
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := part.Write(photo); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/api/proofs", &b)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return c.sendRequest(req)
}

func (c *caller) sendRequest(req *http.Request) answer {
	c.t.Helper()
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, b.Bytes()}
}

// instructed is a disposition of the mayor to the lurah of Air Putih about
// reports that are given.
func instructed(t *testing.T, s *surface, reports ...int64) int64 {
	t.Helper()
	offices, err := s.store.Offices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short := ""
	for _, o := range offices {
		if o.AreaCode == storetest.AirPutih {
			short = o.ShortName
		}
	}
	id, err := s.store.SendDisposition(t.Context(), city.CommandLine, city.Asker{Role: city.WaliKota, Key: "wk"}, city.DispositionOrder{
		ClientID: "00000000-0000-4000-8000-00000000aaaa", Office: short, Nature: city.NatureOrdinary, Subject: "Lubang di jalan", Instruction: "Tutup lubang di jalan.", DueDays: 3,
		Reports: reports,
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestPicturesComeInOnceAndInBounds(t *testing.T) {
	t.Parallel()
	s := newSurface(t, func(d *web.Deps, st *store.Store) { d.Prover = keeper{st} })
	id := instructed(t, s)
	lurah := s.script(city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih})
	a := lurah.do(http.MethodPost, fmt.Sprintf("/api/dispositions/%d/proof-tokens", id), map[string]int{"count": 2})
	var codes struct{ Tokens []city.ProofToken }
	if err := json.Unmarshal(a.body, &codes); err != nil || len(codes.Tokens) != 2 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	fields := map[string]string{
		"client_id": "00000000-0000-4000-8000-000000000001", "disposition_id": fmt.Sprint(id), "token": codes.Tokens[0].Token, "stage": "after",
		"taken_at": "2026-11-22T09:30:00+08:00", "lon": "117.12", "lat": "-0.47", "accuracy_m": "9.5", "device": "a", "note": "selesai",
	}
	var first, second city.Proof
	for _, p := range []*city.Proof{&first, &second} {
		a := lurah.uploadProof(fields, []byte("\xff\xd8\xff picture"))
		if err := json.Unmarshal(a.body, p); err != nil || a.status != http.StatusOK || p.ID == 0 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if first.ID != second.ID || first.Verdict != city.VerdictPending {
		t.Errorf("%+v and %+v", first, second)
	}
	for name, c := range map[string]struct {
		field, value string
		photo        []byte
	}{
		"no UUID": {"client_id", "1", []byte("x")}, "no stage": {"stage", "later", []byte("x")}, "no disposition": {"disposition_id", "-", []byte("x")},
		"a time": {"taken_at", "kemarin", []byte("x")}, "a place": {"lat", "91", []byte("x")}, "not a number": {"lat", "NaN", []byte("x")},
		"half a place": {"lon", "", []byte("x")}, "accuracy": {"accuracy_m", "-1", []byte("x")}, "a long note": {"note", strings.Repeat("a", 501), []byte("x")},
		"no picture": {"note", "", nil}, "too large": {"note", "", make([]byte, 12<<20+1)},
	} {
		wrong := maps.Clone(fields)
		wrong[c.field] = c.value
		if p := lurah.uploadProof(wrong, c.photo).problem(t); p.Code != city.Invalid || len(p.Errors) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	a = lurah.do(http.MethodGet, fmt.Sprintf("/api/proofs/%d/picture", first.ID), nil)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(a.header.Get("Cache-Control"), "private") {
		t.Errorf("the picture: %d %v", a.status, a.header)
	}
	other := s.script(city.Asker{Role: city.Lurah, AreaCode: storetest.Lempake})
	for _, path := range []string{"/api/proofs/%d", "/api/proofs/%d/picture"} {
		if p := other.do(http.MethodGet, fmt.Sprintf(path, first.ID), nil).problem(t); p.Code != city.NotFound {
			t.Errorf("another lurah: %s %+v", path, p)
		}
	}
	if got := get[[]city.Proof](lurah, fmt.Sprintf("/api/dispositions/%d/proofs", id)); len(got) != 1 {
		t.Errorf("%d proofs", len(got))
	}
	if p := other.do(http.MethodGet, "/api/proofs/review", nil).problem(t); p.Code != city.Forbidden {
		t.Errorf("a lurah as second person: %+v", p)
	}
}

// TestAReporterAnswersOnceWithoutScripts follows the link as a browser without
// JavaScript does.
func TestAReporterAnswersOnceWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSurface(t, func(d *web.Deps, st *store.Store) { d.Prover = keeper{st} })
	source := storetest.Source(t, s.store)
	storetest.Ingest(t, s.store, city.Delivery{SourceID: source, Reports: []city.Report{storetest.Report("lapor-1", func(r *city.Report) {
		r.Text, r.Address = "Jalan berlubang, hubungi Ibu Siti 081234567890", "Jalan Rahasia 5"
	})}})
	list := get[struct{ Items []city.ReportSummary }](s.script(city.Asker{Role: city.Operator}), "/api/reports")
	id := instructed(t, s, list.Items[0].ID)
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	for i, kind := range []city.DispositionStepKind{city.StepAccept, city.StepFinish} {
		if _, err := s.store.TakeStep(t.Context(), city.CommandLine, lurah, id, city.DispositionStepInput{ClientID: fmt.Sprintf("00000000-0000-4000-8000-00000000000%d", i), Kind: kind, Text: "Sudah ditutup."}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.store.AskReporters(t.Context()); err != nil {
		t.Fatal(err)
	}
	asks, err := s.store.ReporterAsks(t.Context(), list.Items[0].CreatedAt)
	if err != nil || len(asks) != 1 {
		t.Fatalf("%d asks, %v", len(asks), err)
	}
	b := s.browser()
	a := b.do(http.MethodGet, asks[0].Path, nil)
	page := string(a.body)
	if a.status != http.StatusOK || !strings.Contains(page, "Apakah sudah beres?") || !strings.Contains(page, "lapor-1") {
		t.Fatalf("%d %s", a.status, page)
	}
	// It closes at a midnight, which is the end of the day before, as the letter says.
	zone, err := time.LoadLocation("Asia/Makassar")
	if err != nil {
		t.Fatal(err)
	}
	if last := city.FormatDay(asks[0].ClosesAt.Add(-time.Minute), zone); !strings.Contains(page, "sampai akhir hari ") || !strings.Contains(page, last) {
		t.Errorf("it may be answered until %s: %s", last, page)
	}
	for _, never := range []string{"Siti", "0812", "Rahasia", "<script", "reporter."} {
		if strings.Contains(page, never) {
			t.Errorf("the page shows %q", never)
		}
	}
	if csp := a.header.Get("Content-Security-Policy"); strings.Contains(csp, "script-src") || strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("policy %q", csp)
	}
	answer := func(path, jawaban string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, strings.NewReader(url.Values{"jawaban": {jawaban}, "catatan": {"rapi"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return b.sendRequest(req)
	}
	if a := answer(asks[0].Path, ""); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(a.body), "Pilih salah satu") {
		t.Errorf("no choice: %d", a.status)
	}
	for range 2 { // sent twice it is thanked twice and kept once
		if a := answer(asks[0].Path, "yes"); a.status != http.StatusOK || !strings.Contains(string(a.body), "Terima kasih") {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if a := b.do(http.MethodGet, "/publik/beres/aaaaaaaaaaaaaaaaaaaaaaaaaa", nil); a.status != http.StatusNotFound || !strings.Contains(string(a.body), "tidak dikenal") {
		t.Errorf("a made-up link: %d", a.status)
	}
	d, err := s.store.Disposition(t.Context(), city.Asker{Role: city.WaliKota}, id)
	if err != nil || d.Status != city.DispositionDone || d.DoneBy != "reporter" || d.ReporterWord != "yes" {
		t.Errorf("%s %s %s, %v", d.Status, d.DoneBy, d.ReporterWord, err)
	}
	held := false
	for range 60 {
		held = held || b.do(http.MethodGet, asks[0].Path, nil).status == http.StatusTooManyRequests
	}
	if !held {
		t.Error("sixty requests in a moment are all answered")
	}
}
