package mqtt

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	v3 "github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"

	v5 "github.com/eclipse/paho.golang/packets"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

func TestTopics(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, filter, topic string
		levels                 map[string]any
	}{
		{"sensor/{id}/level", "sensor/+/level", "sensor/BNG/level", map[string]any{"id": "BNG"}},
		{"sensor/{id}/level", "sensor/+/level", "sensor/BNG/level/x", nil},
		{"sensor/{id}/level", "sensor/+/level", "sensor/BNG", nil},
		{"{opd}/#", "+/#", "bpbd/a/b", map[string]any{"opd": "bpbd"}},
		{"{opd}/#", "+/#", "bpbd", map[string]any{"opd": "bpbd"}},
		{"#", "#", "$SYS/uptime", nil},
		{"a/+/c", "a/+/c", "a//c", map[string]any{}},
	} {
		p, err := readPattern("topics[0]", tc.pattern)
		if err != nil || p.filter != tc.filter {
			t.Errorf("%s: filter %s, %v", tc.pattern, p.filter, err)
		}
		levels, ok := p.match(tc.topic)
		if ok != (tc.levels != nil) || ok && cmp.Diff(tc.levels, levels) != "" {
			t.Errorf("%s on %s: %v, %v", tc.pattern, tc.topic, levels, ok)
		}
	}
	for _, bad := range []string{"", "a/#/b", "a/{id}x", "a/{id}/{id}", "$share/g/a", "a/x+", "a b", "{Id}"} {
		if _, err := readPattern("topics[0]", bad); city.CodeOf(err) != city.Invalid {
			t.Errorf("%q passes: %v", bad, err)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	for line, field := range map[string]string{
		"broker: https://a.go.id:8883":      "broker",
		"broker: tls://a.go.id":             "broker",
		"broker: tls://u:p@a.go.id:1":       "broker",
		"allow_private: false":              "broker", // the password in the open
		"client_id: a/b":                    "client_id",
		"user:":                             "user",
		"password: rahasia":                 "password",
		"ca: file:ca.pem":                   "ca",
		"topics: []":                        "topics",
		`topics: ["a", "b/#/c"]`:            "topics[1]",
		"listen: 2h":                        "listen",
		"items: .[":                         "items",
		`status: {topic: "a/{b}/{b}"}`:      "status.topic",
		`status: {topic: "a", value: ".["}`: "status.value",
		"version: \"4\"":                    "version",
		"mapping: {kind: observations, fields: {indicator: {const: x}}}": "mapping.fields.time",
	} {
		err := Spec.Check(settingsOf(t, "127.0.0.1:1883", "5", line))
		if e := connectors.Explain(err); e == nil || e.Field != field || city.CodeOf(err) != city.Invalid {
			t.Errorf("%s: %+v", line, e)
		}
	}
}

func TestItemsAndBareText(t *testing.T) {
	t.Parallel()
	b := startBroker(t)
	s := b.sensor("bng", "")
	batch := settingsOf(t, b.address, "5", "items: .bacaan")
	bare := settingsOf(t, b.address, "5", "payload: text", "session: fresh", "client_id: lain", `mapping:
  kind: observations
  fields: {indicator: {const: muka-air-benanga}, station: .levels.id, time: .received, value: {get: .payload, number: id}}`)
	subscribe(t, batch)
	listening := open(t, bare)
	listening.join()
	if err := listening.session.greeted(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.publish(1, false, "sensor/BNG/muka-air", `{"bacaan": [`+reading(1, 7)+`,`+reading(2, 7.5)+`]}`)
	if got, refused, _ := pulled(t, batch); cmp.Diff([]string{"BNG 08:01 7", "BNG 08:02 7.5"}, got) != "" {
		t.Errorf("a batch gives %q, %q", got, refused)
	}
	s.publish(0, false, "sensor/BNG/muka-air", "7,25 ")
	var got []city.Observation
	until(t, "the bare value came", func() bool {
		page, err := listening.Pull(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.Observations...)
		return len(got) > 0
	})
	_ = listening.Close()
	if got[0].Value != 7.25 {
		t.Errorf("got %+v", got)
	}
}

func TestBrokerWithTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority, certificate, key := connectortest.Certificates(t)
	for name, text := range map[string]string{"cert.pem": certificate, "key.pem": key} {
		write(t, filepath.Join(dir, name), text)
	}
	b := startBroker(t, "certfile "+filepath.Join(dir, "cert.pem"), "keyfile "+filepath.Join(dir, "key.pem"))
	address := "broker: tls://" + b.address
	for name, tc := range map[string]struct{ ca, want string }{
		"trusted":   {authority, ""},
		"untrusted": {"", string(connectors.FailTLS)},
		"no PEM":    {"bukan sertifikat", string(connectors.FailConfig)},
	} {
		lines := []string{address, "listen: 1s"}
		if tc.ca != "" {
			lines = append(lines, "ca: file:ca.pem")
		}
		c := open(t, settingsOf(t, b.address, "5", lines...), func(e *connectors.Env) {
			known := e.Secret
			e.Secret = func(ref string) (string, error) {
				if ref == "file:ca.pem" {
					return tc.ca, nil
				}
				return known(ref)
			}
		})
		_, err := c.Pull(t.Context(), nil)
		_ = c.Close()
		if e := connectors.Explain(err); (e == nil) != (tc.want == "") || e != nil && e.Key != tc.want {
			t.Errorf("%s: told %+v, %v", name, e, err)
		}
	}
}

// FuzzPacket reads what a hostile broker may send, in both versions.
func FuzzPacket(f *testing.F) {
	var b bytes.Buffer
	p := v3.NewControlPacket(v3.Publish).(*v3.PublishPacket)
	p.TopicName, p.Qos, p.MessageID, p.Payload = "sensor/BNG/muka-air", 1, 7, []byte(reading(1, 7.5))
	if err := p.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	b.Reset()
	q := &v5.Publish{Topic: "sensor/BNG/muka-air", QoS: 1, PacketID: 7, Payload: []byte(reading(1, 7.5)), Properties: &v5.Properties{ContentType: "application/json"}}
	if _, err := q.WriteTo(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	f.Add([]byte("\x20\x03\x00\x00\x00\x90\x04\x00\x01\x00\x87"))
	f.Add([]byte("\x32\xff\xff\x7f\x00\x01a\x00\x01"))
	f.Add([]byte("\x30\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, v := range []wire{wire5{}, wire3{}} {
			r := bufio.NewReader(bytes.NewReader(in))
			for {
				p, err := readPacket(v, r)
				if err != nil {
					break
				}
				if len(p.message.payload) > maxPacket || p.kind == published && p.message.size <= maxPacket && p.message.topic == "" {
					t.Errorf("took %+v", p)
				}
			}
		}
	})
}

// FuzzRecord maps what a hostile sensor may publish.
func FuzzRecord(f *testing.F) {
	f.Add("sensor/BNG/muka-air", []byte(reading(1, 7.5)), true)
	f.Add("sensor/BNG/status", []byte("offline"), false)
	f.Add("sensor/BNG/muka-air", []byte(`{"tma": "\u0000", "waktu": 1e400}`), false)
	f.Add("x", []byte{0xff}, false)
	config := `{"broker":"tls://a.go.id:8883","client_id":"x","topics":["sensor/{id}/muka-air","#"],"status":{"topic":"sensor/{id}/status"},
		"items":".","mapping":{"kind":"observations","fields":{"indicator":{"const":"muka-air-benanga"},"station":".levels.id","time":".payload.waktu","value":".payload.tma"}}}`
	f.Fuzz(func(t *testing.T, topic string, payload []byte, retained bool) {
		c := open(t, json.RawMessage(config))
		var page connectors.Page
		if err := c.convert(t.Context(), message{topic: topic, payload: payload, retained: retained, size: len(payload), arrived: connectortest.Moment()}, &page); err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Observations {
			if o.Time.IsZero() {
				t.Errorf("a reading without a time: %+v", o)
			}
		}
		for _, r := range page.Refused {
			if r.Reason == "" || r.Place == "" {
				t.Errorf("refused without saying why: %+v", r)
			}
		}
	})
}

func TestConfigurationOfTheREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/muka-air.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := Spec.Check(connectortest.YAML(t, string(text))); err != nil {
		t.Error(err)
	}
}
