// Package mqtt receives what sensors publish to an MQTT broker (3.1.1 and 5):
// it subscribes to topics, maps the JSON of each message, and tells the broker
// that a message has arrived only once the store has kept it. It may import
// connectors, connectors/mapping and backend/city.
package mqtt

import (
	"net/url"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// Config is the configuration of an mqtt source.
type Config struct {
	Broker       string              `json:"broker" required:"true" label:"Broker's address" label_id:"Alamat broker" doc:"tls://host:port, or tcp://host:port inside the city's own network." doc_id:"tls://host:port, atau tcp://host:port di jaringan kota sendiri." example:"tls://broker.contoh.go.id:8883"`
	Version      string              `json:"version" enum:"5,3.1.1" default:"5" label:"Version of MQTT" label_id:"Versi MQTT" doc:"Of the protocol; brokers from before 2019 often speak only 3.1.1." doc_id:"Versi protokol; broker lama sering hanya mengenal 3.1.1."`
	ClientID     string              `json:"client_id" required:"true" label:"Client id" label_id:"Identitas klien" doc:"The broker keeps our messages under this name, so it must be this source's alone: whoever else connects with it throws us out." doc_id:"Broker menyimpan pesan kita atas nama ini, jadi harus milik sumber ini saja: klien lain dengan nama sama akan memutus sambungan kita." example:"balaikota-muka-air"`
	User         string              `json:"user" label:"User" label_id:"Nama pengguna" doc:"Account at the broker; it needs to read only." doc_id:"Akun di broker; cukup hak baca."`
	Password     string              `json:"password" secret:"true" label:"Password" label_id:"Kata sandi" doc:"Of that account." doc_id:"Kata sandi akun itu." example:"env:SANDI_MQTT"`
	CA           string              `json:"ca" secret:"true" label:"Own certificate authority" label_id:"Otoritas sertifikat sendiri" doc:"For a broker whose certificate the city signed itself: file with the authority's certificate (PEM)." doc_id:"Untuk broker dengan sertifikat buatan kota sendiri: berkas sertifikat otoritasnya (PEM)." example:"file:ca-broker.pem"`
	AllowPrivate bool                `json:"allow_private" label:"Allow private addresses" label_id:"Izinkan alamat jaringan dalam" doc:"Allow addresses of the inside network (10.x, 192.168.x, localhost). Only for systems the city runs itself." doc_id:"Izinkan alamat jaringan dalam (10.x, 192.168.x, localhost). Hanya untuk sistem milik kota sendiri."`
	Topics       []string            `json:"topics" required:"true" label:"Topics" label_id:"Topik" doc:"What to subscribe to. A level in braces may be anything and is a field of the mapping (.levels.id); + and # are allowed too." doc_id:"Topik yang dilanggan. Bagian dalam kurung kurawal boleh apa saja dan menjadi bidang pemetaan (.levels.id); + dan # juga boleh." example:"[\"sensor/{id}/muka-air\"]"`
	Session      string              `json:"session" enum:"kept,fresh" default:"kept" label:"Session" label_id:"Sesi" doc:"kept: the broker holds messages while we are away and until they are stored; each message must then name its own time. fresh: only what is sent while we listen; the time of arrival may be used (.received)." doc_id:"kept: broker menahan pesan selama kita tidak tersambung dan sampai tersimpan; tiap pesan harus menyebut waktunya sendiri. fresh: hanya yang dikirim selama kita mendengarkan; waktu kedatangan boleh dipakai (.received)."`
	Payload      string              `json:"payload" enum:"json,text" default:"json" label:"Content" label_id:"Isi pesan" doc:"What a message holds: JSON, or bare text such as 1.25." doc_id:"Isi pesan: JSON, atau teks biasa seperti 1.25."`
	Items        string              `json:"items" label:"Records" label_id:"Catatan" doc:"Expression on the message's content that gives its records, where one message holds several; a list gives its items." doc_id:"Ekspresi pada isi pesan yang menghasilkan catatannya, bila satu pesan memuat beberapa." example:".bacaan[]"`
	Listen       connectors.Duration `json:"listen" default:"10s" label:"Listening time" label_id:"Lama mendengarkan" doc:"How long a pull waits for a first message." doc_id:"Berapa lama satu penarikan menunggu pesan pertama." example:"20s"`
	Status       *Status             `json:"status" label:"Loss of a sensor" label_id:"Sensor terputus" doc:"Topic on which sensors, or the broker in their place (last will), say whether they are there." doc_id:"Topik tempat sensor, atau broker atas namanya (last will), menyatakan masih tersambung atau tidak."`
	Mapping      mapping.Rows        `json:"mapping" required:"true" label:"Mapping" label_id:"Pemetaan" doc:"What a message is. A record has .topic, .levels, .payload, .retained and, where it can be told, .received." doc_id:"Arti satu pesan. Catatan memuat .topic, .levels, .payload, .retained dan, bila dapat dipastikan, .received."`
}

// Status says where a sensor's loss is told.
type Status struct {
	Topic string   `json:"topic" required:"true" label:"Topic" label_id:"Topik" doc:"With the sensor's name in braces." doc_id:"Dengan nama sensor dalam kurung kurawal." example:"sensor/{id}/status"`
	Value string   `json:"value" default:".payload" label:"Word" label_id:"Kata" doc:"Expression that gives the word." doc_id:"Ekspresi yang menghasilkan katanya."`
	Lost  []string `json:"lost" default:"offline" label:"Lost" label_id:"Terputus" doc:"Words that say that the sensor is lost." doc_id:"Kata yang berarti sensor terputus."`
	Back  []string `json:"back" default:"online" label:"Back" label_id:"Tersambung" doc:"Words that say that it is there." doc_id:"Kata yang berarti sensor tersambung."`
}

const (
	kept       = "kept"
	mostTopics = 100
	mostListen = time.Minute // the runner gives a page 90 s
)

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	u, err := url.Parse(c.Broker)
	switch {
	case err != nil || u.Hostname() == "" || u.Port() == "" || (u.Scheme != "tls" && u.Scheme != "tcp") || u.Path != "":
		return city.InvalidField("broker", "must be written tls://host:port, for example tls://broker.contoh.go.id:8883")
	case u.User != nil:
		return city.InvalidField("broker", "must not hold a name and password; give them as user and password")
	case u.Scheme == "tcp" && c.Password != "" && !c.AllowPrivate:
		return city.InvalidField("broker", "would carry the password in the open; use tls://, or allow private addresses for a broker inside the city's network")
	case u.Scheme == "tcp" && c.CA != "":
		return city.InvalidField("ca", "is for tls:// only")
	case c.Password != "" && c.User == "":
		return city.InvalidField("user", "is missing: a password needs one")
	case len(c.ClientID) > 64 || strings.ContainsAny(c.ClientID, " \x00/+#"):
		return city.InvalidField("client_id", "must be at most 64 letters, digits and hyphens")
	case len(c.Topics) == 0 || len(c.Topics) > mostTopics:
		return city.InvalidField("topics", "must be 1 to %d topics", mostTopics)
	case time.Duration(c.Listen) < time.Second || time.Duration(c.Listen) > mostListen:
		return city.InvalidField("listen", "must be between 1s and %s", mostListen)
	}
	if _, err := c.read(); err != nil {
		return err
	}
	return c.Mapping.Check()
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "mqtt",
	Title: connectors.Text{ID: "Sensor lewat MQTT", EN: "Sensors by MQTT"},
	Description: connectors.Text{
		ID: "Pesan sensor dari broker MQTT 3.1.1 atau 5, tanpa kehilangan pesan saat Balaikota dimulai ulang.",
		EN: "Messages of sensors from an MQTT broker (3.1.1 or 5), without losing one when Balaikota is restarted.",
	},
	Docs:     "https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html",
	Schedule: "@every 1m",
	Waits:    true,
	Brings:   []string{"observations", "reports", "alerts"},
	Once:     true,
}, newConnector)
