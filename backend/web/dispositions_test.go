package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"
	"balaikota/backend/web"
)

func testUUID(n int) string { return fmt.Sprintf("00000000-0000-4000-9000-%012x", n) }

// signedIn is an officer's browser.
func (s *surface) signedIn(role city.Role, change ...func(*store.Officer)) (*caller, store.Officer) {
	s.t.Helper()
	o := s.officer(role, change...)
	b := s.browser()
	if a := b.do(http.MethodPost, "/api/session", credentials(o.Username, firstPassword)); a.status != http.StatusOK {
		s.t.Fatalf("sign in: %d %s", a.status, a.body)
	}
	return b, o
}

func (s *surface) officeOf(area string) string {
	s.t.Helper()
	offices, err := s.store.Offices(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, o := range offices {
		if o.AreaCode == area {
			return o.ShortName
		}
	}
	s.t.Fatalf("no office in %s", area)
	return ""
}

func testOrder(n int, office string) map[string]any {
	return map[string]any{
		"client_id": testUUID(n), "office": office, "copies": []string{}, "nature": "segera", "subject": "Drainase tersumbat", "instruction": "Bersihkan sebelum hujan.",
		"due_days": 2, "incidents": []int{}, "reports": []int{}, "attachments": []int{},
	}
}

func inArea(area string) func(*store.Officer) {
	return func(o *store.Officer) {
		o.AreaCode, o.Username, o.Name = area, "uji-"+string(o.Role)+"-"+area, "Pejabat "+area
	}
}

func TestADispositionOverTheWire(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	mayor, who := s.signedIn(city.WaliKota)
	lurah, _ := s.signedIn(city.Lurah, inArea(storetest.AirPutih))
	office := s.officeOf(storetest.AirPutih)
	a := mayor.do(http.MethodPost, "/api/dispositions", testOrder(1, office))
	var d city.DispositionDetail
	if err := json.Unmarshal(a.body, &d); err != nil || a.status != http.StatusOK {
		t.Fatalf("send: %d %s", a.status, a.body)
	}
	if d.From != who.Name || d.Party != city.PartySender || !strings.HasPrefix(d.Number, "DSP/0001/") || len(d.Steps) != 1 || d.OfficeName != "Lurah Air Putih" {
		t.Errorf("sent %+v", d.Disposition)
	}
	// What is wrong is said with its field.
	bad := testOrder(2, "Dinas Antah")
	if p := mayor.do(http.MethodPost, "/api/dispositions", bad).problem(t); p.Key != "error.dsp_office" || p.Errors[0].Location != "office" {
		t.Errorf("unknown office: %+v", p)
	}
	if a := lurah.do(http.MethodPost, "/api/dispositions", testOrder(3, office)); a.status != http.StatusForbidden {
		t.Errorf("a lurah sends: %d", a.status)
	}
	tasks := get[web.TaskList](lurah, "/api/tasks?lon=117.13&lat=-0.47")
	if len(tasks.Items) != 1 || tasks.Items[0].ID != d.ID || tasks.Items[0].Order != 1 {
		t.Fatalf("tasks %+v", tasks.Items)
	}
	step := func(n int, id int64, kind, text string) map[string]any {
		return map[string]any{"disposition_id": id, "client_id": testUUID(n), "kind": kind, "text": text, "said_at": time.Now().Add(-time.Hour)}
	}
	batch := map[string]any{"steps": []any{
		step(10, d.ID, "read", ""), step(11, d.ID, "accept", ""), step(12, d.ID, "confirm", ""), step(13, 999999, "accept", ""), step(14, d.ID, "decline", "x"),
		step(15, d.ID, "progress", "Setengah jalan"), step(11, d.ID, "accept", ""), step(16, d.ID, "finish", ""),
	}}
	outcomes := func() []string {
		t.Helper()
		a := lurah.do(http.MethodPost, "/api/tasks/steps", batch)
		var out web.StepOutcomes
		if err := json.Unmarshal(a.body, &out); err != nil || a.status != http.StatusOK {
			t.Fatalf("steps: %d %s", a.status, a.body)
		}
		var got []string
		for i, o := range out.Outcomes {
			if o.ClientID == "" || o.Outcome == "refused" && (o.Problem == "" || strings.Contains(o.Problem, "{")) {
				t.Errorf("outcome %d: %+v", i, o)
			}
			got = append(got, o.Outcome+":"+o.Code)
		}
		return got
	}
	if got := outcomes(); !slices.Equal(got, []string{"added:", "added:", "refused:forbidden", "refused:not_found", "refused:invalid", "added:", "known:", "added:"}) {
		t.Errorf("first time %v", got)
	}
	if got := outcomes(); !slices.Equal(got, []string{"known:", "known:", "refused:forbidden", "refused:not_found", "refused:invalid", "known:", "known:", "known:"}) {
		t.Errorf("second time %v", got)
	}
	if a := mayor.do(http.MethodPost, fmt.Sprintf("/api/dispositions/%d/steps", d.ID), map[string]any{"client_id": testUUID(20), "kind": "confirm"}); a.status != http.StatusOK || !bytes.Contains(a.body, []byte(`"status":"done"`)) {
		t.Errorf("confirm: %d %s", a.status, a.body)
	}
	done := get[web.DispositionPage](lurah, "/api/dispositions?box=in&status=done,canceled,declined")
	if done.Total != 1 || done.Items[0].DoneBy != "sender" {
		t.Errorf("done %+v", done)
	}
	if to := get[web.AddresseeList](lurah, "/api/dispositions/addressees"); len(to.Items) != 0 {
		t.Errorf("a lurah may send to %d", len(to.Items))
	}
	if to := get[web.AddresseeList](mayor, "/api/dispositions/addressees"); len(to.Items) < 60 {
		t.Errorf("the mayor may send to %d", len(to.Items))
	}
}

func (c *caller) upload(n int, name string, content []byte) answer {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("client_id", testUUID(n)); err != nil {
		c.t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		c.t.Fatal(err)
	}
	w.Close()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/api/attachments", &b)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, raw}
}

func TestFilesAreSavedNeverShown(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	mayor, _ := s.signedIn(city.WaliKota)
	lurah, _ := s.signedIn(city.Lurah, inArea(storetest.AirPutih))
	other, _ := s.signedIn(city.Lurah, inArea(storetest.Lempake))
	a := mayor.upload(1, "Surat Tugas é.pdf", []byte("%PDF-1.7\nisi"))
	var file city.Attachment
	if err := json.Unmarshal(a.body, &file); err != nil || a.status != http.StatusOK {
		t.Fatalf("upload: %d %s", a.status, a.body)
	}
	for name, c := range map[string]struct {
		content []byte
		key     string
	}{
		"a page called a picture": {[]byte("<html><script>alert(1)</script>"), "error.dsp_file_kind"},
		"too large":               {append([]byte("%PDF-"), make([]byte, 11<<20)...), "error.dsp_file_large"},
	} {
		if p := mayor.upload(2, "gambar.png", c.content).problem(t); p.Key != c.key {
			t.Errorf("%s: %+v", name, p)
		}
	}
	o := testOrder(3, s.officeOf(storetest.AirPutih))
	o["attachments"] = []int64{file.ID}
	if a := mayor.do(http.MethodPost, "/api/dispositions", o); a.status != http.StatusOK {
		t.Fatalf("send: %d %s", a.status, a.body)
	}
	path := fmt.Sprintf("/api/attachments/%d", file.ID)
	got := lurah.do(http.MethodGet, path, nil)
	h := got.header
	if got.status != http.StatusOK || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Content-Type") != "application/pdf" || string(got.body) != "%PDF-1.7\nisi" {
		t.Errorf("file: %d %v %q", got.status, h, got.body)
	}
	if a := other.do(http.MethodGet, path, nil); a.status != http.StatusNotFound {
		t.Errorf("another lurah: %d", a.status)
	}
	if a := s.browser().do(http.MethodGet, path, nil); a.status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", a.status)
	}
}

// TestALurahOnLeave: the secretary of the kecamatan acts for him, signs as
// such, and no longer once the leave is over.
func TestALurahOnLeave(t *testing.T) {
	t.Parallel()
	s := newSurface(t)
	mayor, _ := s.signedIn(city.WaliKota)
	lurah, away := s.signedIn(city.Lurah, inArea(storetest.AirPutih))
	const telukLerong = "64.72.03.1001" // of the same kecamatan
	stand, person := s.signedIn(city.Lurah, inArea(telukLerong))
	camat, _ := s.signedIn(city.Camat, inArea(storetest.SamarindaUlu))
	far, _ := s.signedIn(city.Camat, inArea(storetest.SamarindaUtara))
	a := mayor.do(http.MethodPost, "/api/dispositions", testOrder(1, s.officeOf(storetest.AirPutih)))
	var d city.DispositionDetail
	if err := json.Unmarshal(a.body, &d); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/api/dispositions/%d", d.ID)
	leave := map[string]any{"officer": away.Username, "stand_in": person.Username, "from": time.Now().Add(-time.Hour), "until": time.Now().Add(time.Hour), "reason": "cuti tahunan"}
	if a := far.do(http.MethodPost, "/api/stand-ins", leave); a.status != http.StatusForbidden {
		t.Errorf("another camat: %d %s", a.status, a.body)
	}
	if a := stand.do(http.MethodPost, "/api/stand-ins", leave); a.status != http.StatusForbidden {
		t.Errorf("appoints himself: %d %s", a.status, a.body)
	}
	a = camat.do(http.MethodPost, "/api/stand-ins", leave)
	var made web.StandInMade
	if err := json.Unmarshal(a.body, &made); err != nil || a.status != http.StatusOK {
		t.Fatalf("camat: %d %s", a.status, a.body)
	}
	if p := camat.do(http.MethodPost, "/api/stand-ins", leave).problem(t); p.Key != "error.stand_in_overlaps" {
		t.Errorf("a second one: %+v", p)
	}
	for name, c := range map[string]struct {
		who  *caller
		want int
	}{"away": {lurah, 1}, "stand-in": {stand, 1}, "camat": {camat, 1}, "mayor": {mayor, 1}, "another camat": {far, 0}} {
		if got := get[web.StandInList](c.who, "/api/stand-ins"); len(got.Items) != c.want {
			t.Errorf("%s is told of %d", name, len(got.Items))
		}
	}
	if a := stand.do(http.MethodGet, path, nil); a.status != http.StatusNotFound {
		t.Errorf("before he acts: %d", a.status)
	}
	if a := far.do(http.MethodPost, "/api/session/acting", map[string]any{"stand_in_id": made.ID}); a.status != http.StatusNotFound {
		t.Errorf("another acts: %d", a.status)
	}
	a = stand.do(http.MethodPost, "/api/session/acting", map[string]any{"stand_in_id": made.ID})
	var now web.SessionInfo
	if err := json.Unmarshal(a.body, &now); err != nil || now.ActingFor != away.Name || now.Officer.AreaCode != storetest.AirPutih || now.Officer.ID != person.ID {
		t.Fatalf("acting: %d %s", a.status, a.body)
	}
	if a := stand.do(http.MethodPost, path+"/steps", map[string]any{"client_id": testUUID(2), "kind": "accept"}); a.status != http.StatusOK {
		t.Fatalf("accept: %d %s", a.status, a.body)
	}
	seen := get[city.DispositionDetail](mayor, path)
	if last := seen.Steps[len(seen.Steps)-1]; last.By != person.Name || last.ActingFor != away.Name || last.Role != city.Lurah {
		t.Errorf("signed %+v", last)
	}
	// With the rights of another he gives nobody these rights.
	onward := map[string]any{"officer": away.Username, "stand_in": "x-nobody", "from": time.Now(), "until": time.Now().Add(time.Hour), "reason": "lanjutan"}
	if a := stand.do(http.MethodPost, "/api/stand-ins", onward); a.status == http.StatusOK {
		t.Error("a stand-in named another")
	}
	if a := lurah.do(http.MethodDelete, fmt.Sprintf("/api/stand-ins/%d", made.ID), nil); a.status >= 300 {
		t.Fatalf("end: %d %s", a.status, a.body)
	}
	if a := stand.do(http.MethodGet, path, nil); a.status != http.StatusNotFound {
		t.Errorf("after it ended: %d", a.status)
	}
	if got := get[web.SessionInfo](stand, "/api/session"); got.ActingFor != "" || got.Officer.AreaCode != telukLerong {
		t.Errorf("after it ended: %+v", got)
	}
	if a := stand.do(http.MethodPost, "/api/session/acting", map[string]any{"stand_in_id": made.ID}); a.status != http.StatusNotFound {
		t.Errorf("acts again: %d", a.status)
	}
}
