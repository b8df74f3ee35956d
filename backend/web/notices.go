package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"

	"balaikota/backend/city"
)

// NoticeStore is what the handlers of notices need of the store.
type NoticeStore interface {
	Notices(ctx context.Context, who city.Asker, unread bool) ([]city.Notice, int, error)
	ReadNotice(ctx context.Context, who city.Asker, id int64) error
	SendTestNotice(ctx context.Context, who city.Asker, offered []city.NoticeChannel) (int64, error)
	NoticePreferences(ctx context.Context, who city.Asker) (city.NoticePreferences, error)
	SetNoticePreferences(ctx context.Context, by city.Actor, who city.Asker, in city.NoticePreferencesInput, code string) (sendTo string, err error)
	Subscribe(ctx context.Context, who city.Asker, sub city.PushSubscription, vapid string) error
	Unsubscribe(ctx context.Context, who city.Asker, endpoint string) error
}

// Notifier is the channels' side of notices. cmd wires backend/notice to it.
type Notifier interface {
	// Offered are the channels that this server can use.
	Offered() []city.NoticeChannel
	// PushKey is what browsers subscribe under, "" without pushes.
	PushKey() string
	// CheckSubscription reports what is wrong with a browser's subscription.
	CheckSubscription(sub city.PushSubscription) error
	// SendCode sends the code that confirms an address.
	SendCode(ctx context.Context, address, code string) error
}

type noticesInput struct {
	Unread bool `query:"unread" doc:"Unread ones only"`
}

// NoticeList is an officer's own notices.
type NoticeList struct {
	Items  []city.Notice `json:"items" nullable:"false" doc:"Newest first, at most 100"`
	Unread int           `json:"unread" doc:"Of all"`
}

type noticesBody struct{ Body NoticeList }

func (s *server) getNotices(ctx context.Context, in *noticesInput) (*noticesBody, error) {
	items, unread, err := s.Store.Notices(ctx, askerOf(ctx), in.Unread)
	return &noticesBody{Body: NoticeList{Items: orEmpty(items), Unread: unread}}, err
}

type noticeInput struct {
	ID int64 `path:"id"`
}

func (s *server) postNoticeRead(ctx context.Context, in *noticeInput) (*struct{}, error) {
	return nil, s.Store.ReadNotice(ctx, askerOf(ctx), in.ID)
}

func (s *server) postNoticeTest(ctx context.Context, _ *struct{}) (*struct{}, error) {
	_, err := s.Store.SendTestNotice(ctx, askerOf(ctx), s.Notifier.Offered())
	return nil, err
}

type noticePreferencesBody struct{ Body city.NoticePreferences }

func (s *server) getNoticePreferences(ctx context.Context, _ *struct{}) (*noticePreferencesBody, error) {
	p, err := s.Store.NoticePreferences(ctx, askerOf(ctx))
	p.Offered = s.Notifier.Offered()
	return &noticePreferencesBody{Body: p}, err
}

type noticePreferencesInput struct{ Body city.NoticePreferencesInput }

// putNoticePreferences changes the choice, and sends a code to an address that
// is not confirmed yet. When that fails the address waits, and the officer is
// told; nothing else goes there.
func (s *server) putNoticePreferences(ctx context.Context, in *noticePreferencesInput) (*noticePreferencesBody, error) {
	code, err := newCode()
	if err != nil {
		return nil, err
	}
	to, err := s.Store.SetNoticePreferences(ctx, sessionOf(ctx).Actor(), askerOf(ctx), in.Body, code)
	if err != nil {
		return nil, err
	}
	if to != "" {
		if err := s.Notifier.SendCode(ctx, to, code); err != nil {
			e := city.Wrap(city.Internal, err, "the code was not sent; try again later")
			e.Key = "error.code_not_sent"
			return nil, e
		}
	}
	return s.getNoticePreferences(ctx, nil)
}

// newCode is six digits by chance.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// PushKey is what a browser subscribes under (VAPID, RFC 8292).
type PushKey struct {
	Key string `json:"key" doc:"URL-safe base64; empty: this server sends no pushes"`
}

type pushKeyBody struct{ Body PushKey }

func (s *server) getPushKey(context.Context, *struct{}) (*pushKeyBody, error) {
	return &pushKeyBody{Body: PushKey{Key: s.Notifier.PushKey()}}, nil
}

// PushSubscriptionInput is what PushSubscription.toJSON gives.
type PushSubscriptionInput struct {
	Endpoint string        `json:"endpoint" maxLength:"2000"`
	Keys     city.PushKeys `json:"keys"`
	// ExpirationTime is the browser's; a push service says itself when a
	// subscription has ended.
	ExpirationTime *float64 `json:"expirationTime,omitempty" nullable:"true"`
}

type subscribeInput struct{ Body PushSubscriptionInput }

func (s *server) postPushSubscription(ctx context.Context, in *subscribeInput) (*struct{}, error) {
	sub := city.PushSubscription{Endpoint: in.Body.Endpoint, Keys: in.Body.Keys}
	if err := s.Notifier.CheckSubscription(sub); err != nil {
		return nil, err
	}
	return nil, s.Store.Subscribe(ctx, askerOf(ctx), sub, s.Notifier.PushKey())
}

// PushEndpoint names a browser's subscription.
type PushEndpoint struct {
	Endpoint string `json:"endpoint" maxLength:"2000"`
}

type unsubscribeInput struct{ Body PushEndpoint }

func (s *server) deletePushSubscription(ctx context.Context, in *unsubscribeInput) (*struct{}, error) {
	return nil, s.Store.Unsubscribe(ctx, askerOf(ctx), in.Body.Endpoint)
}
