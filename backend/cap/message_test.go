package cap_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	capxml "balaikota/backend/cap"
	"balaikota/backend/city"
	"balaikota/backend/pack"

	"github.com/google/go-cmp/cmp"
)

var (
	wita = time.FixedZone("WITA", 8*3600)
	sent = time.Date(2026, 3, 12, 8, 10, 0, 0, wita)
)

// example is a message about a kelurahan; change alters it.
func example(t *testing.T, change ...func(*capxml.Message)) capxml.Message {
	t.Helper()
	c, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	var areas []capxml.Area
	for _, a := range c.Areas {
		if a.Code == "64.72.08.1001" {
			areas = append(areas, capxml.Area{Description: "Kelurahan " + a.Name, Outline: a.Outline, Code: a.Code})
		}
	}
	if len(areas) != 1 || len(areas[0].Outline) == 0 {
		t.Fatal("the pack gives no outline")
	}
	info := capxml.Info{
		Language: "id", Event: "Banjir", Level: city.Siaga, Effective: sent, Expires: sent.Add(6 * time.Hour), Headline: "Risiko banjir siaga",
		Description: "Hujan 62 mm dalam 3 jam <& pasang 2,3 m.", Instruction: "Siagakan pompa.", Areas: areas,
		Parameters: []capxml.Value{{Name: "skor", Value: "0.72"}},
	}
	english := info
	english.Language, english.Event, english.Headline = "en-US", "Flood", "Flood risk standby"
	m := capxml.Message{
		Sender: "balaikota.64.72", SenderName: "Balaikota Kota Samarinda", Event: "banjir-64.72.08-20260312T0810", Version: 1, Sent: sent,
		MsgType: capxml.Alert, Addressees: []string{"BPBD", "Kel. Temindung Permai", `Camat "Pinang"`}, Infos: []capxml.Info{info, english},
	}
	for _, f := range change {
		f(&m)
	}
	return m
}

func TestWriteFollowsTheStandard(t *testing.T) {
	t.Parallel()
	first := capxml.Reference{Sender: "balaikota.64.72", Identifier: "a", Sent: sent.Add(-time.Hour)}
	for name, c := range map[string]struct {
		change func(*capxml.Message)
		want   map[string]string
	}{
		"private alert": {func(*capxml.Message) {}, map[string]string{
			"identifier": "balaikota.64.72-banjir-64.72.08-20260312T0810-v1", "status": "Actual", "msgType": "Alert", "scope": "Private",
			"addresses": `BPBD "Kel. Temindung Permai" "Camat 'Pinang'"`, "sent": "2026-03-12T08:10:00+08:00", "references": "",
		}},
		"exercise":  {func(m *capxml.Message) { m.Simulated, m.Note = true, "SIMULASI" }, map[string]string{"status": "Exercise", "note": "SIMULASI"}},
		"published": {func(m *capxml.Message) { m.Published = true }, map[string]string{"scope": "Public", "addresses": ""}},
		"update": {func(m *capxml.Message) {
			m.MsgType, m.Version, m.References = capxml.Update, 2, []capxml.Reference{first}
		}, map[string]string{"msgType": "Update", "references": "balaikota.64.72,a,2026-03-12T07:10:00+08:00"}},
		"cancel": {func(m *capxml.Message) {
			m.MsgType, m.Version, m.References = capxml.Cancel, 3, []capxml.Reference{first, first}
			m.Infos[0].Over, m.Infos[1].Over = true, true
		}, map[string]string{"msgType": "Cancel"}},
		"text that XML cannot hold": {func(m *capxml.Message) { m.Infos[0].Headline = "a\x00b\x1b<&>" + strings.Repeat("ü", 300) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := capxml.Write(example(t, c.change))
			if err != nil {
				t.Fatal(err)
			}
			root, err := checkCAP(body)
			if err != nil {
				t.Fatalf("%v\n%s", err, body)
			}
			for element, want := range c.want {
				if got := root.one(element); got != want {
					t.Errorf("%s is %q, wants %q", element, got, want)
				}
			}
			infos := root.all("info")
			if len(infos) != 2 || infos[0].one("language") != "id" || infos[1].one("language") != "en-US" {
				t.Error("it does not speak Indonesian and English")
			}
			if got := infos[0].all("area")[0].all("geocode")[0].one("value"); got != "64.72.08.1001" {
				t.Errorf("geocode %q", got)
			}
			if len(infos[0].all("area")[0].all("polygon")) == 0 {
				t.Error("the area has no polygon")
			}
		})
	}
}

func TestAllClearSaysSo(t *testing.T) {
	t.Parallel()
	body, err := capxml.Write(example(t, func(m *capxml.Message) {
		m.MsgType, m.Version, m.References = capxml.Cancel, 2, []capxml.Reference{{Sender: m.Sender, Identifier: "a", Sent: sent}}
		m.Infos = m.Infos[:1]
		m.Infos[0].Over = true
	}))
	if err != nil {
		t.Fatal(err)
	}
	root, err := checkCAP(body)
	if err != nil {
		t.Fatal(err)
	}
	info := root.all("info")[0]
	if diff := cmp.Diff([]string{"AllClear", "Past", "Observed"}, []string{info.one("responseType"), info.one("urgency"), info.one("certainty")}); diff != "" {
		t.Error(diff)
	}
}

func TestWriteRefusesWhatBreaksTheStandard(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*capxml.Message){
		"sender with a comma":   func(m *capxml.Message) { m.Sender = "a,b" },
		"event with a space":    func(m *capxml.Message) { m.Event = "a b" },
		"no version":            func(m *capxml.Message) { m.Version = 0 },
		"another type":          func(m *capxml.Message) { m.MsgType = "Ack" },
		"update of nothing":     func(m *capxml.Message) { m.MsgType = capxml.Update },
		"alert that follows":    func(m *capxml.Message) { m.References = []capxml.Reference{{}} },
		"private to nobody":     func(m *capxml.Message) { m.Addressees = nil },
		"no info":               func(m *capxml.Message) { m.Infos = nil },
		"no headline":           func(m *capxml.Message) { m.Infos[0].Headline = "" },
		"nowhere":               func(m *capxml.Message) { m.Infos[0].Areas = nil },
		"over before it begins": func(m *capxml.Message) { m.Infos[0].Expires = sent.Add(-time.Hour) },
	} {
		if _, err := capxml.Write(example(t, change)); city.CodeOf(err) != city.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheCheckerBites: what the standard forbids is found, so that a pass
// means something.
func TestTheCheckerBites(t *testing.T) {
	t.Parallel()
	good, err := capxml.Write(example(t))
	if err != nil {
		t.Fatal(err)
	}
	for old, broken := range map[string]string{
		"<status>Actual</status>":           "<status>Real</status>",
		"+08:00</sent>":                     "Z</sent>",
		"<scope>Private</scope>":            "<scope>Restricted</scope>",
		"<msgType>Alert</msgType>":          "<msgType>Update</msgType>",
		"<urgency>Expected</urgency>":       "<urgency>Soon</urgency>",
		"    <event>Banjir</event>\n":       "",
		"<language>id</language>":           "<certainty>Likely</certainty>",
		"<polygon>":                         "<polygon>1.0,2.0 ",
		"<valueName>Kemendagri</valueName>": "",
		"<sender>balaikota":                 "<sender>balai kota",
		"cap:1.2":                           "cap:1.1",
	} {
		if !bytes.Contains(good, []byte(old)) {
			t.Errorf("the example holds no %s", old)
			continue
		}
		if _, err := checkCAP(bytes.Replace(good, []byte(old), []byte(broken), 1)); err == nil {
			t.Errorf("%s passes", broken)
		}
	}
}

// TestRecordedMessagesPassTheChecker: the rules are not stricter than what a
// national weather office sends.
func TestRecordedMessagesPassTheChecker(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../../shared/data/payloads/bmkg/nowcast_cap_*.xml")
	if len(files) == 0 {
		t.Skip("no recorded messages beside the repository")
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := checkCAP(body); err != nil {
			t.Errorf("%s: %v", filepath.Base(f), err)
		}
	}
}

func TestFeedHoldsTheMessages(t *testing.T) {
	t.Parallel()
	body, err := capxml.Write(example(t))
	if err != nil {
		t.Fatal(err)
	}
	out, err := capxml.Feed("urn:uji", "Peringatan & banjir", "Balaikota", sent, []city.HazardMessage{{Identifier: "a", Event: "b", MsgType: capxml.Alert, Sent: sent, Body: body}})
	if err != nil {
		t.Fatal(err)
	}
	root, err := readXML(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	entries := root.all("entry")
	if len(entries) != 1 || len(entries[0].all("content")) != 1 {
		t.Fatalf("entries %v", entries)
	}
	inner := entries[0].all("content")[0].all("alert")
	if len(inner) != 1 || inner[0].name.Space != capxml.Namespace {
		t.Fatal("the message is not in the entry")
	}
	if err := follow(inner[0], alertRules, capxml.Namespace); err != nil {
		t.Error(err)
	}
}
