package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
)

// TestACitizenGetsTheirOwnDataByTheirOwnChat walks a request through the real
// program: a report comes by WhatsApp, its writer asks for a copy by telephone, a
// code goes to that very chat, is read back, and the copy holds what they wrote, who
// they are and what was done. The Graph API is a test double.
func TestACitizenGetsTheirOwnDataByTheirOwnChat(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.env = []string{"WA_VERIFIKASI=kata-verifikasi-uji", "WA_RAHASIA=" + whatsappSecret, "WA_TOKEN=token-akses-uji", "BALAIKOTA_PRIVACY_CONTACT=pelindungan.data@kota.uji"}
	wrote := make(chan string, 10)
	graph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			To   string
			Text struct{ Body string }
		}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, `{}`, http.StatusBadRequest)
			return
		}
		wrote <- m.To + " " + m.Text.Body
		_, _ = io.WriteString(w, `{"messages":[{"id":"wamid.KAMI"}]}`)
	}))
	t.Cleanup(graph.Close)
	file := filepath.Join(t.TempDir(), "whatsapp.yaml")
	text := "slug: whatsapp\nname: WhatsApp pengaduan\nconnector: whatsapp\nschedule: 0 0 1 1 *\nconfig:\n  phone_number_id: \"106540352242922\"\n  verify_token: env:WA_VERIFIKASI\n  app_secret: env:WA_RAHASIA\n" +
		"  access_token: env:WA_TOKEN\n  allow_private: true\n  base_url: " + graph.URL + "/v21.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i.must("source", "add", file)
	p := i.start("serve", "--addr", "127.0.0.1:0")
	o := &subjectWalk{t: t, url: p.url, token: strings.TrimSpace(i.must("user", "token", "--role", "operator"))}
	body, signature := whatsappBody(fmt.Sprintf(`{"from":"6281100000001","id":"wamid.A","timestamp":"%d","type":"text","text":{"body":"Selokan depan rumah saya mampet, hubungi 081100000001"}}`, time.Now().Unix()))
	if status, _ := hookRequest(t, http.MethodPost, p.url+"/hooks/whatsapp", signature, body); status != http.StatusOK {
		t.Fatalf("the hook answers %d", status)
	}
	d := o.post("", map[string]any{"client_id": "3f2a9c1e-0000-4000-8000-00000000000a", "kind": "salinan", "way": "telepon", "phone": "0811-0000-0001"})
	if d.DueAt.Sub(d.ReceivedAt) != 72*time.Hour {
		t.Errorf("due %s after it was received", d.DueAt.Sub(d.ReceivedAt))
	}
	here := fmt.Sprintf("/%d", d.ID)
	for deadline := time.Now().Add(time.Minute); len(d.Found) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the report is not found")
		}
		var found struct{ Request city.SubjectDetail }
		o.call(here+"/search", map[string]any{}, &found)
		d = found.Request
	}
	if status, _ := o.try(here+"/copy", map[string]any{}); status != http.StatusConflict {
		t.Errorf("a copy without a proof: %d", status)
	}
	o.post(here+"/code", map[string]any{"channel": "whatsapp"})
	letter := o.written(wrote)
	code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(strings.TrimPrefix(letter, "6281100000001"))
	if !strings.HasPrefix(letter, "6281100000001 ") || code == "" {
		t.Fatalf("written was %q", letter)
	}
	if d = o.post(here+"/proof", map[string]any{"how": "kode", "code": code}); d.Proof != "kode" || len(d.Found) != 1 || !d.Found[0].Proven {
		t.Fatalf("%+v", d)
	}
	status, raw := o.try(here+"/copy", map[string]any{})
	if status != http.StatusOK {
		t.Fatalf("the copy: %d %s", status, raw)
	}
	files := unzip(t, raw)
	for name, wants := range map[string][]string{
		"data.json":    {"hubungi 081100000001", "6281100000001", "Warga Uji", "pelindungan.data@kota.uji", "Identitas pelapor dibuka", "whatsapp"},
		"salinan.html": {"hubungi 081100000001", "Warga Uji", "Pemerintah Kota Samarinda", "Kode bukti diri terkirim"},
	} {
		for _, want := range wants {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s is without %q:\n%s", name, want, files[name])
			}
		}
	}
	var parsed struct{ Laporan []city.SubjectData }
	if err := json.Unmarshal([]byte(files["data.json"]), &parsed); err != nil || len(parsed.Laporan) != 1 {
		t.Errorf("%d reports, %v", len(parsed.Laporan), err)
	}
	if out := i.must("subject", "list"); !strings.Contains(out, "salinan") || !strings.Contains(out, "terbukti") {
		t.Errorf("the command line lists %q", out)
	}
	again := filepath.Join(t.TempDir(), "salinan.zip")
	i.must("subject", "copy", fmt.Sprint(d.ID), "--out", again)
	if body, err := os.ReadFile(again); err != nil || !strings.Contains(unzip(t, body)["data.json"], "hubungi 081100000001") {
		t.Errorf("the command line's copy: %v", err)
	}
	// The doctor may have to say other things of this source.
	if out, _, _ := i.try("", "doctor"); !strings.Contains(out, "1 permintaan menunggu") {
		t.Errorf("the doctor says %q", out)
	}
	if d = o.post(here+"/decision", map[string]any{"state": "selesai", "channel": "whatsapp"}); d.State != city.SubjectMet {
		t.Errorf("%+v", d)
	}
	if letter := o.written(wrote); !strings.Contains(letter, "sudah selesai") {
		t.Errorf("written was %q", letter)
	}
}

// subjectWalk calls the routes of requests about personal data.
type subjectWalk struct {
	t          *testing.T
	url, token string
}

func (o *subjectWalk) try(path string, body any) (int, []byte) {
	o.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		o.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, o.url+"/api/subject-requests"+path, bytes.NewReader(raw))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+o.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return resp.StatusCode, out
}

func (o *subjectWalk) call(path string, body, out any) {
	o.t.Helper()
	status, raw := o.try(path, body)
	if status != http.StatusOK {
		o.t.Fatalf("%s: %d %s", path, status, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		o.t.Fatal(err)
	}
}

func (o *subjectWalk) post(path string, body any) (d city.SubjectDetail) {
	o.t.Helper()
	o.call(path, body, &d)
	return d
}

func (o *subjectWalk) written(wrote chan string) string {
	o.t.Helper()
	select {
	case letter := <-wrote:
		return letter
	case <-time.After(time.Minute):
		o.t.Fatal("nothing was written to who asked")
		return ""
	}
}

func unzip(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(body)
	}
	return out
}
