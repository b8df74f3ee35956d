package main

import (
	"context"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/officerchat"
)

// newOfficerChats answers what officers write by chats, with the assistant that the
// page asks.
func (s *serving) newOfficerChats(write func(ctx context.Context, m city.ChatMessage) error) *officerchat.Worker {
	w := &officerchat.Worker{
		Queue: s.db.Store, Assistant: s.assistant, Write: write, Names: s.db.sourceNames, PublicURL: s.cfg.Notices.PublicURL,
		Zone: s.assistant.zone, Label: s.db.city.ZoneLabel, Lease: s.teller.worker.Lease, Now: time.Now, Log: s.log,
	}
	if s.teller.mail != nil {
		w.Mail = s.teller.mail.Send
	}
	return w
}

// sourceNames are the names of sources; one that is gone keeps its slug.
func (d *database) sourceNames(ctx context.Context, slugs []string) []string {
	out := make([]string, len(slugs))
	for i, slug := range slugs {
		out[i] = slug
		if src, err := d.Source(ctx, slug); err == nil {
			out[i] = src.Name
		}
	}
	return out
}
