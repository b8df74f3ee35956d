package city

import (
	"context"
	"strings"
	"time"
)

// ReporterLetter asks a reporter whether a matter is done, or brings the answer
// with which it was closed. It holds no name and nothing of what was reported
// but its number, kind and area.
type ReporterLetter struct {
	// Key makes bringing it twice harmless where the channel knows to join them.
	Key     string
	Subject string
	// Before and After stand around the link that Path leads to; Indonesian,
	// paragraphs with an empty line between.
	Before, After string
	Path          string // /publik/beres/{token}: a secret between the reporter and us; "" for a letter without a link
	// Follows is the Message-ID of the reporter's own letter, without brackets,
	// so that both stand together in their mailbox; "" if none is known.
	Follows string
	// ReplyTo is the mailbox that reads replies, "" where none is known to; for
	// letters alone.
	ReplyTo string
}

// ReporterCarrier brings letters to reporters by one channel. Each is a folder of
// backend/notice.
type ReporterCarrier interface {
	Channel() NoticeChannel
	// CarryLetter returns nil when the channel took it. A *city.Error of code
	// NotFound says that the address is gone for good; any other error is tried
	// again. No error names the address.
	CarryLetter(ctx context.Context, address string, l ReporterLetter) error
}

// ReporterErrand is a letter that a node has taken on to bring. The address
// stays in the process that brings it: it is neither logged nor kept.
type ReporterErrand struct {
	ID       int64
	AskID    int64 // the question, or that along which a closing answer goes
	Channel  NoticeChannel
	Attempts int // with this one
	Lease    string
	Address  string // "" when it may not be brought any more
	Letter   ReporterLetter
}

// ReporterAsked is what a letter says.
type ReporterAsked struct {
	Key, Path          string
	Ticket             string // the reporter's own number
	Category, Area     string // names; "" where not known
	Office, City       string // the addressee as written, and the city's name
	Finished, ClosesAt time.Time
}

// Letter words the question for a zone with its label ("WITA").
func (a ReporterAsked) Letter(zone *time.Location, label string) ReporterLetter {
	about := ""
	if what := joinWords(a.Category, a.Area); what != "" {
		about = " (" + what + ")"
	}
	return ReporterLetter{
		Key: a.Key, Path: a.Path, Subject: "Apakah laporan Anda nomor " + a.Ticket + " sudah beres?",
		Before: strings.Join([]string{
			"Yth. Pelapor,",
			"Laporan Anda nomor " + a.Ticket + about + " dinyatakan selesai oleh " + a.Office + " pada " + FormatMoment(a.Finished, zone, label) + ".",
			"Apakah sudah beres? Mohon jawab melalui tautan ini:",
		}, "\n\n"),
		After: strings.Join([]string{
			"Jawaban Anda dihitung sampai " + FormatUntil(a.ClosesAt, zone, label) + ", hanya lewat tautan ini. Tautan ini hanya untuk Anda; mohon tidak diteruskan.",
			"Surel ini dikirim otomatis oleh Balaikota, " + a.City + ".",
		}, "\n\n"),
	}
}

// ReporterAnswered is what a letter with a closing answer says.
type ReporterAnswered struct {
	Key, Path      string
	Tickets        []string // the reporter's own numbers
	Category, Area string   // names; "" where not known
	City           string
	Text           string // the answer, personal data masked
	Closed         time.Time
}

// Letter words the answer for a zone with its label ("WITA").
func (a ReporterAnswered) Letter(zone *time.Location, label string) ReporterLetter {
	tickets := strings.Join(a.Tickets, ", ")
	about := ""
	if what := joinWords(a.Category, a.Area); what != "" {
		about = " (" + what + ")"
	}
	return ReporterLetter{
		Key: a.Key, Path: a.Path, Subject: "Jawaban atas laporan Anda nomor " + tickets,
		Before: strings.Join([]string{
			"Yth. Pelapor,",
			"Laporan Anda nomor " + tickets + about + " ditutup pada " + FormatMoment(a.Closed, zone, label) + " dengan jawaban berikut.",
			a.Text,
			"Jawaban ini juga dapat dibaca melalui tautan ini:",
		}, "\n\n"),
		After: strings.Join([]string{
			"Bila belum beres, silakan lapor lagi. Tautan ini hanya untuk Anda; mohon tidak diteruskan.",
			"Surel ini dikirim otomatis oleh Balaikota, " + a.City + ".",
		}, "\n\n"),
	}
}

// FormatUntil says until when something is taken: a midnight is the end of the
// day before, "akhir hari Kamis, 31 Desember 2026".
func FormatUntil(t time.Time, zone *time.Location, label string) string {
	local := t.In(zone)
	if local.Hour() != 0 || local.Minute() != 0 {
		return FormatMoment(t, zone, label)
	}
	day := local.Add(-time.Minute)
	return "akhir hari " + weekdays[day.Weekday()] + ", " + FormatDay(day, zone)
}
