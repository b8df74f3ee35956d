// Package whatsapp takes what citizens write to the city's WhatsApp number (Cloud
// API): Meta sends messages to the source's hook, signed, and each is a report or
// joins one. It may import connectors, connectors/chat and backend/city.
package whatsapp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/chat"
)

// Config is the configuration of a whatsapp source.
type Config struct {
	connectors.HTTPOptions
	PhoneNumberID  string              `json:"phone_number_id" required:"true" label:"Phone number ID" label_id:"ID nomor telepon" doc:"Meta's number for the city's number (not the number itself); messages to others are not taken." doc_id:"ID dari Meta untuk nomor kota (bukan nomornya); pesan ke nomor lain tidak diambil." example:"106540352242922"`
	VerifyToken    string              `json:"verify_token" required:"true" secret:"true" label:"Verify token" label_id:"Token verifikasi" doc:"A word of the city's own, entered at Meta together with the hook's address (/hooks/ and the source's name)." doc_id:"Kata pilihan kota, diisikan di Meta bersama alamat hook (/hooks/ dan nama sumber ini)." example:"env:WA_VERIFIKASI"`
	AppSecret      string              `json:"app_secret" required:"true" secret:"true" label:"App secret" label_id:"Rahasia aplikasi" doc:"Secret of the app at Meta, with which every message is signed." doc_id:"Rahasia aplikasi di Meta; setiap pesan ditandatangani dengannya." example:"env:WA_RAHASIA"`
	AccessToken    string              `json:"access_token" secret:"true" label:"Access token" label_id:"Token akses" doc:"Token of a system user, for pictures and for writing to reporters; without it neither is done." doc_id:"Token pengguna sistem, untuk foto dan untuk menulis kepada pelapor; tanpa token keduanya tidak dilakukan." example:"env:WA_TOKEN"`
	BaseURL        string              `json:"base_url" format:"url" default:"https://graph.facebook.com/v21.0" label:"Server" label_id:"Server" doc:"The Graph API with its version." doc_id:"Graph API beserta versinya."`
	LetterTemplate string              `json:"letter_template" label:"Template for letters" label_id:"Templat surat" doc:"Name of a template that Meta approved, with one value in its body: by it reporters are written to more than 24 hours after their last message. Without one they are not." doc_id:"Nama templat yang disetujui Meta, dengan satu nilai pada isinya: dipakai menulis kepada pelapor lebih dari 24 jam setelah pesan terakhirnya. Tanpa templat, pelapor itu tidak disurati." example:"kabar_laporan"`
	LetterLanguage string              `json:"letter_language" default:"id" label:"Language of the template" label_id:"Bahasa templat" doc:"Language code of the template." doc_id:"Kode bahasa templat."`
	Address        string              `json:"address" label:"City's number" label_id:"Nomor kota" doc:"The number that people write to, for officers who bind theirs to their account." doc_id:"Nomor yang disurati orang, untuk pejabat yang menghubungkan nomornya dengan akunnya." example:"+62 541 000000"`
	Channel        string              `json:"channel" default:"whatsapp" label:"Channel" label_id:"Kanal" doc:"The channel that reports from here are counted for." doc_id:"Kanal yang mencatat laporan dari sini."`
	JoinWithin     connectors.Duration `json:"join_within" default:"15m" label:"Joined within" label_id:"Digabung dalam" doc:"A place or picture sent without words within this time of a person's message joins its report; at most 24h." doc_id:"Lokasi atau foto tanpa kata-kata yang dikirim dalam waktu ini melengkapi laporan terakhir pengirimnya; paling lama 24h."`
}

var numberForm = regexp.MustCompile(`^[0-9]{5,25}$`)

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case !numberForm.MatchString(c.PhoneNumberID):
		return city.InvalidField("phone_number_id", "is a number without spaces, from the app's page at Meta; it is not the telephone number")
	case time.Duration(c.JoinWithin) > 24*time.Hour:
		return city.InvalidField("join_within", "must be at most 24h")
	case strings.ContainsAny(c.BaseURL, "?#"):
		return city.InvalidField("base_url", "is the server's address alone, without parameters")
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "whatsapp",
	Title: connectors.Text{ID: "WhatsApp (Cloud API)", EN: "WhatsApp (Cloud API)"},
	Description: connectors.Text{
		ID: "Pesan warga ke nomor WhatsApp kota, dikirim Meta ke alamat /hooks/ dan nama sumber ini: teks, foto, pesan suara, dan lokasi. Lokasi yang menyusul melengkapi laporan yang sama.",
		EN: "Citizens' messages to the city's WhatsApp number, which Meta sends to /hooks/ and this source's name: text, pictures, voice and places. A place that follows joins the same report.",
	},
	Docs:     "https://developers.facebook.com/docs/whatsapp/cloud-api",
	Schedule: "@every 1m",
	Waits:    true,
	Receives: true,
	Brings:   []string{"reports"},
	Once:     true,
}, newConnector)

// pageSize is how many bodies a page takes; one may hold several messages.
const pageSize = 50

type connector struct {
	cfg            Config
	env            connectors.Env
	verify, secret string
	inbox          chat.Inbox
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env, inbox: chat.Inbox{Env: env}}
	c.cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	for _, s := range []struct {
		name, ref string
		to        *string
	}{{"verify_token", cfg.VerifyToken, &c.verify}, {"app_secret", cfg.AppSecret, &c.secret}} {
		var err error
		if *s.to, err = env.Secret(s.ref); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return c, nil
}

// Receive implements connectors.Receiver: Meta's handshake, and messages that are
// signed with the app's secret over the very bytes that came.
func (c *connector) Receive(_ context.Context, r city.HookRequest) (city.HookAnswer, error) {
	if r.Method == http.MethodGet {
		same := subtle.ConstantTimeCompare([]byte(r.Query.Get("hub.verify_token")), []byte(c.verify)) == 1
		if r.Query.Get("hub.mode") != "subscribe" || !same {
			return city.HookAnswer{}, connectors.ErrUnverified
		}
		return city.HookAnswer{Body: []byte(r.Query.Get("hub.challenge"))}, nil
	}
	given, ok := strings.CutPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")
	signature, err := hex.DecodeString(given)
	if !ok || err != nil || !hmac.Equal(signature, sign(c.secret, r.Body)) {
		return city.HookAnswer{}, connectors.ErrUnverified
	}
	return city.HookAnswer{Keep: len(r.Body) > 0}, nil
}

func sign(secret string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write(body)
	return h.Sum(nil)
}

// cursor tells how much was read; the place itself is the inbox's to know.
type cursor struct {
	Read int64 `json:"read"` // bodies since the beginning
}

// Pull reads what came to the hook, at most 50 bodies.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var page connectors.Page
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return page, fmt.Errorf("read the cursor: %w", err)
		}
	}
	letters, err := c.inbox.Read(ctx, pageSize)
	if err != nil || len(letters) == 0 {
		return page, err
	}
	weaver := chat.NewWeaver(chat.Options{
		Env: c.env, Channel: c.cfg.Channel, Prefix: "wa", Key: c.secret, Within: time.Duration(c.cfg.JoinWithin),
	})
	for _, l := range letters {
		if err := c.take(ctx, &page, weaver, l); err != nil {
			return connectors.Page{}, err
		}
	}
	page.Words = weaver.Words()
	if page.Greetings, err = weaver.Greetings(ctx); err != nil {
		return page, err
	}
	if page.Reports, err = weaver.Reports(); err != nil {
		return connectors.Page{}, err
	}
	cur.Read += int64(len(letters))
	page.More = len(letters) == pageSize && !c.env.Trial
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

// take reads one body into the page. What cannot be read is refused by the number
// under which it came.
func (c *connector) take(ctx context.Context, page *connectors.Page, w *chat.Weaver, l city.HookLetter) error {
	refuse := func(reason string) {
		page.Refused = append(page.Refused, city.Refusal{Kind: "reports", Place: fmt.Sprintf("delivery %d", l.ID), Reason: reason})
	}
	values, reason := decode(l.Body)
	if reason != "" {
		refuse(reason)
		return nil
	}
	for _, v := range values {
		if v.Metadata.PhoneNumberID != c.cfg.PhoneNumberID {
			refuse(reasonNumber)
			continue
		}
		for _, s := range v.Statuses {
			if f, ok := s.fate(l.ReceivedAt); ok {
				page.Letters = append(page.Letters, f)
			}
		}
		for _, m := range v.Messages {
			said, reason := m.message(v.Contacts, l.ReceivedAt)
			if reason == "" && said != nil {
				taken, err := w.Officer(ctx, said)
				if err != nil {
					return err
				}
				if taken {
					continue
				}
				if reason, err = w.Add(ctx, *said); err != nil {
					return err
				}
			}
			if reason != "" {
				refuse(reason)
			}
		}
	}
	return nil
}

// Kept implements connectors.Keeper.
func (c *connector) Kept(ctx context.Context) { c.inbox.Kept(ctx) }

// Wait implements connectors.Waiter.
func (c *connector) Wait(ctx context.Context, _ json.RawMessage) error { return c.inbox.Wait(ctx) }
