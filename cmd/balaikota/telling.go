package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"balaikota/backend/analysis/missing"
	"balaikota/backend/city"
	"balaikota/backend/config"
	"balaikota/backend/notice"
	"balaikota/backend/notice/chat"
	"balaikota/backend/notice/email"
	"balaikota/backend/notice/webpush"
	"balaikota/backend/web"
)

// noticesKept is how long officers find what they were told.
const noticesKept = 180 * 24 * time.Hour

var _ web.Notifier = (*teller)(nil)

// teller brings notices to officers and questions to reporters, as far as the
// server is told how.
type teller struct {
	worker *notice.Worker
	// asking brings questions to reporters, by the channels that reach them.
	asking *notice.Asking
	// messages brings what officers write to reporters.
	messages *notice.Asking
	// subjects brings codes and results to those who ask for their own data.
	subjects *notice.Asking
	// greetings asks who greeted, and wrote nothing more, for their report.
	greetings *notice.Asking
	push      *webpush.Carrier // nil without pushes
	mail      *email.Carrier   // nil without a mail server
}

// newTeller reads the channels' settings, and makes the keys of pushes at the
// first start below the folder data.
func newTeller(db *database, data string, cfg config.Notices, log *slog.Logger) (*teller, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(db.city.Timezone)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "simpul"
	}
	lease := host + "/" + rand.Text()
	t := &teller{
		worker: &notice.Worker{Outbox: db.Store, Zone: zone, Lease: lease, Now: time.Now, Log: log},
		asking: &notice.Asking{Asks: db.Store, Lease: lease, Now: time.Now, Log: log},

		greetings: &notice.Asking{Asks: db.Greetings(), Lease: lease, Now: time.Now, Log: log},

		subjects: &notice.Asking{Asks: db.SubjectMessages(), Lease: lease, Now: time.Now, Log: log},
		messages: &notice.Asking{Asks: db.Messages(missing.Of), Lease: lease, Now: time.Now, Log: log},
	}
	if cfg.PushSubject != "" {
		keys, err := webpush.KeepKeys(filepath.Join(data, "rahasia"))
		if err != nil {
			return nil, err
		}
		t.push = webpush.New(webpush.Settings{Keys: keys, Subject: cfg.PushSubject})
		t.worker.VAPID = keys.Public
		t.worker.Carriers = append(t.worker.Carriers, t.push)
	}
	if cfg.SMTPAddr != "" {
		password, err := cfg.SMTPPassword()
		if err != nil {
			return nil, err
		}
		t.mail, err = email.New(email.Settings{Addr: cfg.SMTPAddr, User: cfg.SMTPUser, Password: password, From: cfg.SMTPFrom, PublicURL: cfg.PublicURL, Plain: cfg.SMTPPlain})
		if err != nil {
			return nil, err
		}
		t.worker.Carriers = append(t.worker.Carriers, t.mail)
		t.messages.Carriers = append(t.messages.Carriers, t.mail)
		t.subjects.Carriers = append(t.subjects.Carriers, t.mail)
		if cfg.PublicURL == "" {
			log.Warn("Reporters are not asked by e-mail: --public-url does not say where their answer leads")
		} else {
			t.asking.Carriers = append(t.asking.Carriers, t.mail)
		}
	}
	return t, nil
}

// carryByChat lets reporters be asked and answered by the chat that they came by, and
// officers be told by the one that they bound.
// Questions that are answered on a page of ours need its address.
func (t *teller) carryByChat(publicURL string, write func(ctx context.Context, m city.ChatMessage) error) {
	for _, channel := range []city.NoticeChannel{city.NoticeTelegram, city.NoticeWhatsApp} {
		c := &chat.Carrier{Of: channel, PublicURL: publicURL, Write: write}
		t.messages.Carriers = append(t.messages.Carriers, c)
		t.subjects.Carriers = append(t.subjects.Carriers, c)
		t.greetings.Carriers = append(t.greetings.Carriers, c)
		t.worker.Carriers = append(t.worker.Carriers, &chat.NoticeCarrier{Of: channel, PublicURL: publicURL, Write: write})
		if publicURL != "" {
			t.asking.Carriers = append(t.asking.Carriers, c)
		}
	}
}

// tellSources tells operators whose promise is broken, or kept again.
func (s *serving) tellSources(ctx context.Context) error {
	_, err := s.db.TellSources(ctx, s.teller.Offered())
	return err
}

// Offered implements web.Notifier.
func (t *teller) Offered() []city.NoticeChannel { return t.worker.Offered() }

// Reaches are the channels by which this server reaches reporters.
func (t *teller) Reaches() []city.NoticeChannel {
	out := []city.NoticeChannel{}
	for _, c := range t.messages.Carriers {
		out = append(out, c.Channel())
	}
	return out
}

// PushKey implements web.Notifier.
func (t *teller) PushKey() string { return t.worker.VAPID }

// CheckSubscription implements web.Notifier.
func (t *teller) CheckSubscription(sub city.PushSubscription) error {
	if t.push == nil {
		return city.Errorf(city.Conflict, "this server sends no pushes; set --push-subject")
	}
	return t.push.Check(sub)
}

// SendCode implements web.Notifier.
func (t *teller) SendCode(ctx context.Context, address, code string) error {
	if t.mail == nil {
		return city.Errorf(city.Conflict, "this server sends no e-mail; set --smtp-addr")
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	return t.mail.SendCode(ctx, address, code)
}
