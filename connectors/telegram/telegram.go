// Package telegram reads what citizens write to the city's Telegram bot (Bot API,
// by long polling, or pushed to the source's hook): each private message is a report or joins one. It may import
// connectors, connectors/chat and backend/city.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/chat"
)

// Config is the configuration of a telegram source.
type Config struct {
	connectors.HTTPOptions
	Token      string              `json:"token" anew:"true" required:"true" secret:"true" label:"Bot's token" label_id:"Token bot" doc:"Token of the bot, as BotFather gives it." doc_id:"Token bot dari BotFather." example:"env:TELEGRAM_TOKEN"`
	BaseURL    string              `json:"base_url" anew:"true" format:"url" default:"https://api.telegram.org" label:"Server" label_id:"Server" doc:"The Bot API server; another one only if the city runs its own." doc_id:"Server Bot API; diganti hanya bila kota menjalankan server sendiri."`
	HookURL    string              `json:"hook_url" format:"url" label:"Address for pushes" label_id:"Alamat hook" doc:"Where Telegram is to send messages by itself: the public https address of this server, /hooks/ and the source's name. Without it Balaikota asks, and nothing of the city's need be reachable from outside." doc_id:"Tempat Telegram mengirim pesan sendiri: alamat https publik server ini, /hooks/ dan nama sumber. Tanpa alamat ini Balaikota yang bertanya, dan tidak ada yang perlu dapat dijangkau dari luar." example:"https://balaikota.example.go.id/hooks/telegram"`
	HookSecret string              `json:"hook_secret" secret:"true" label:"Word for pushes" label_id:"Kata rahasia hook" doc:"A word of the city's own (letters, digits, _ and -) that Telegram sends along with every push; required with an address for pushes." doc_id:"Kata pilihan kota (huruf, angka, _ dan -) yang disertakan Telegram pada setiap kiriman; wajib bila alamat hook diisi." example:"env:TELEGRAM_HOOK"`
	Address    string              `json:"address" label:"Bot's name" label_id:"Nama bot" doc:"What the bot is called in Telegram (@name), for officers who bind theirs to their account." doc_id:"Nama bot di Telegram (@nama), untuk pejabat yang menghubungkan Telegramnya dengan akunnya." example:"@SamarindaBot"`
	Channel    string              `json:"channel" default:"telegram" label:"Channel" label_id:"Kanal" doc:"The channel that reports from here are counted for." doc_id:"Kanal yang mencatat laporan dari sini."`
	JoinWithin connectors.Duration `json:"join_within" default:"15m" label:"Joined within" label_id:"Digabung dalam" doc:"A place or picture sent without words within this time of a person's message joins its report; at most 24h." doc_id:"Lokasi atau foto tanpa kata-kata yang dikirim dalam waktu ini melengkapi laporan terakhir pengirimnya; paling lama 24h."`
}

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	switch {
	case time.Duration(c.JoinWithin) > 24*time.Hour:
		return city.InvalidField("join_within", "must be at most 24h")
	case strings.ContainsAny(c.BaseURL, "?#"):
		return city.InvalidField("base_url", "is the server's address alone, without parameters")
	case c.HookURL != "" && !strings.HasPrefix(c.HookURL, "https://"):
		return city.InvalidField("hook_url", "must begin with https://; Telegram sends to no other")
	case c.HookURL != "" && c.HookSecret == "":
		return city.InvalidField("hook_secret", "is needed with hook_url: by it Balaikota knows that Telegram sends")
	}
	return nil
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "telegram",
	Title: connectors.Text{ID: "Bot Telegram", EN: "Telegram bot"},
	Description: connectors.Text{
		ID: "Pesan warga kepada bot Telegram kota: teks, foto, pesan suara, dan lokasi. Lokasi yang menyusul melengkapi laporan yang sama. Grup dan kanal tidak dibaca.",
		EN: "Citizens' messages to the city's Telegram bot: text, pictures, voice and places. A place that follows joins the same report. Groups and channels are not read.",
	},
	Docs:     "https://core.telegram.org/bots/api",
	Schedule: "@every 1m",
	Waits:    true,
	Receives: true,
	Brings:   []string{"reports"},
	Once:     true,
}, newConnector)

const (
	pageSize = 100 // as many as the Bot API gives
	// longPoll is how long the other side holds a request without news.
	longPoll = 25 * time.Second
	// conflicts is how often another request may take the place of ours before
	// somebody else must be using the token; conflictPause is between them.
	conflicts     = 5
	conflictPause = 500 * time.Millisecond
)

var tokenForm = regexp.MustCompile(`^[0-9]{5,20}:[A-Za-z0-9_-]{20,100}$`)

type connector struct {
	cfg    Config
	env    connectors.Env
	token  string
	wait   *connectors.Client // with time for the long poll
	secret string             // of pushes, "" where we ask
	inbox  chat.Inbox         // pushes
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	token, err := env.Secret(cfg.Token)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	if !tokenForm.MatchString(token) {
		return nil, city.InvalidField("token", "does not stand for a bot's token (123456789:AA…)")
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	wait, err := env.HTTP.For(connectors.HTTPOptions{AllowPrivate: cfg.AllowPrivate, Timeout: connectors.Duration(longPoll) + cfg.Timeout})
	if err != nil {
		return nil, err
	}
	c := &connector{cfg: cfg, env: env, token: token, wait: wait, inbox: chat.Inbox{Env: env}}
	if cfg.HookURL == "" {
		return c, nil
	}
	if c.secret, err = env.Secret(cfg.HookSecret); err != nil {
		return nil, fmt.Errorf("hook_secret: %w", err)
	}
	if !secretForm.MatchString(c.secret) {
		return nil, city.InvalidField("hook_secret", "must stand for 16 to 256 letters, digits, _ and -")
	}
	return c, nil
}

// cursor is the first update that is not stored yet. Asking from it on tells the
// other side that all before it may be forgotten, so it only ever moves with what
// the store has committed.
type cursor struct {
	Offset int64 `json:"offset"`
	// Hook tells what was agreed on with the other side about pushes, "" for none.
	Hook string `json:"hook,omitempty"`
}

func readCursor(raw json.RawMessage) (cur cursor, err error) {
	if len(raw) == 0 {
		return cur, nil
	}
	if err := json.Unmarshal(raw, &cur); err != nil {
		return cur, fmt.Errorf("read the cursor: %w", err)
	}
	return cur, nil
}

// Pull reads the updates from the cursor on, at most 100, or what came to the hook.
// A trial reads one page and forgets nothing.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	cur, err := readCursor(raw)
	if err != nil {
		return connectors.Page{}, err
	}
	agreed, err := c.agree(ctx, cur.Hook)
	if err != nil {
		return connectors.Page{}, err
	}
	var page connectors.Page
	var updates []update
	if c.secret != "" {
		updates, page.Refused, err = c.pushed(ctx)
	} else {
		updates, err = c.insist(ctx, func() ([]update, error) { return c.updates(ctx, c.env.HTTP, cur.Offset, pageSize, 0) })
	}
	if err != nil {
		return connectors.Page{}, err
	}
	if err := c.weave(ctx, &page, updates); err != nil {
		return connectors.Page{}, err
	}
	for _, u := range updates {
		cur.Offset = max(cur.Offset, u.ID+1)
	}
	if pushes := c.inbox.Waiting(); len(updates)+pushes > 0 || agreed != cur.Hook {
		cur.Hook = agreed
		page.More = max(len(updates), pushes) == pageSize && !c.env.Trial
		if page.Cursor, err = json.Marshal(cur); err != nil {
			return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
		}
	}
	return page, nil
}

// weave makes reports of updates.
func (c *connector) weave(ctx context.Context, page *connectors.Page, updates []update) error {
	weaver := chat.NewWeaver(chat.Options{
		Env: c.env, Channel: c.cfg.Channel, Prefix: "tg", Key: c.token, Within: time.Duration(c.cfg.JoinWithin),
	})
	for _, u := range updates {
		reason, err := add(ctx, weaver, u)
		if err != nil {
			return err
		}
		if reason != "" {
			page.Refused = append(page.Refused, city.Refusal{Kind: "reports", Place: fmt.Sprintf("update %d", u.ID), Reason: reason})
		}
	}
	page.Words = weaver.Words()
	var err error
	if page.Greetings, err = weaver.Greetings(ctx); err != nil {
		return err
	}
	page.Reports, err = weaver.Reports()
	return err
}

// add puts an update where it belongs, with why it is left out, "" if it is not.
func add(ctx context.Context, w *chat.Weaver, u update) (reason string, err error) {
	m, reason := u.message()
	if m == nil {
		return reason, nil
	}
	taken, err := w.Officer(ctx, m)
	if err != nil || taken {
		return "", err
	}
	if reason == "" {
		reason, err = w.Add(ctx, *m)
	}
	return reason, err
}

// Kept implements connectors.Keeper.
func (c *connector) Kept(ctx context.Context) { c.inbox.Kept(ctx) }

// Wait implements connectors.Waiter: for a push, or by a long poll that takes
// nothing: the offset stays where the store is. What is not agreed on yet with the
// other side does not wait for the schedule.
func (c *connector) Wait(ctx context.Context, raw json.RawMessage) error {
	cur, err := readCursor(raw)
	if err != nil {
		return err
	}
	if c.wanted() != cur.Hook {
		return nil
	}
	if c.secret != "" {
		return c.inbox.Wait(ctx)
	}
	for {
		found, err := c.insist(ctx, func() ([]update, error) { return c.updates(ctx, c.wait, cur.Offset, 1, longPoll) })
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return nil
		}
	}
}

// insist asks again when another request took the place of ours: the Bot API
// serves one at a time, and a pull by schedule ends the wait for news.
func (c *connector) insist(ctx context.Context, ask func() ([]update, error)) ([]update, error) {
	for n := 1; ; n++ {
		out, err := ask()
		if !errors.Is(err, errReplaced) || n == conflicts {
			return out, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(conflictPause):
		}
	}
}
