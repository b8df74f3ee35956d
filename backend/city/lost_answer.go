package city

import (
	"strconv"
	"strings"
	"time"
)

// Why an answer by a chat or by mail was lost, as it is kept.
const (
	LostNoAddress = "tidak ada alamat lagi"
	LostNoMail    = "server ini tidak mengirim surel"
	LostTooLate   = "tidak terkirim selama enam jam"
)

// undeliverable begins what is kept where a service took something and told later that
// it could not bring it.
const undeliverable = "layanan tidak dapat mengantarnya"

// Undeliverable is why something is lost that a service took and could not bring: by
// the service's own code.
func Undeliverable(code int) string { return undeliverable + " (kode " + strconv.Itoa(code) + ")" }

// lostWhy is what officers read; whatever else was the reason, the service refused.
var lostWhy = map[string]Said{
	LostNoAddress: {"alamatnya tidak ada lagi", "there is no address any more"},
	LostNoMail:    {LostNoMail, "this server sends no e-mail"},
	LostTooLate:   {"gagal dikirim selama enam jam", "sending failed for six hours"},
}

// LostAnswerNotice tells an officer that the answer to their question did not reach
// them by the channel that they asked by, and where it is. conversation is 0 when the
// question was never asked; why is the error that was kept.
func LostAnswerNotice(channel NoticeChannel, conversation int64, asked time.Time, why string, zone *time.Location, label string) Wording {
	reason, known := lostWhy[why]
	if !known {
		reason = Said{"layanannya menolak", "its service refused"}
		if code, ok := strings.CutPrefix(why, undeliverable); ok {
			reason = Said{why, "its service could not bring it" + strings.Replace(code, "kode", "code", 1)}
		}
	}
	by := map[NoticeChannel]Said{NoticeWhatsApp: {"WhatsApp", "WhatsApp"}, NoticeTelegram: {"Telegram", "Telegram"}, NoticeEmail: {"surel", "e-mail"}}[channel]
	local := asked.In(zone)
	out := Wording{Kind: "answer", Path: "/tanya", Said: Said{
		Text:   "Jawaban atas pertanyaan pukul " + clock(local) + " " + label + " tidak sampai lewat " + by.Text + ": " + reason.Text,
		TextEN: "The answer to the question of " + local.Format("15:04") + " " + label + " did not arrive by " + by.TextEN + ": " + reason.TextEN,
	}}
	if conversation != 0 {
		out.Path += "/" + strconv.FormatInt(conversation, 10)
	}
	return out
}
