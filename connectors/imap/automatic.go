package imap

import (
	"strings"

	"github.com/emersion/go-message"
)

// Why a letter is no citizen's report. The screen says it in Indonesian
// (frontend/src/panels/sumber/reasons.ts).
const (
	reasonReply   = "an automatic reply, not a citizen's report"
	reasonBounce  = "a mail server's notice of failed delivery, not a citizen's report"
	reasonList    = "bulk mail or a mailing list, not a citizen's report"
	reasonLoop    = "a loop: we sent it ourselves, or it passed too many servers"
	reasonSpam    = "marked as spam by the mail server"
	reasonSender  = "the sender's address cannot be read"
	reasonNothing = "holds neither subject nor text"
)

// mostHops is more servers than a letter passes on its way (RFC 5321, 6.3, says
// that a loop is assumed at a number of at least 100; no citizen's letter comes
// near thirty).
const mostHops = 50

// automatic says why a letter was not written by a person, by what its header
// declares: RFC 3834 (automatic responses), RFC 3464 (delivery reports), RFC
// 2919 (lists), and what older programs write instead. "" if nothing says so.
func automatic(h message.Header) string {
	kind, _ := mediaType(h)
	submitted := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	local, _, _ := strings.Cut(sender(h).Address, "@")
	switch {
	case kind == "multipart/report", strings.ReplaceAll(h.Get("Return-Path"), " ", "") == "<>" && !isAuto(submitted),
		local == "mailer-daemon", local == "postmaster", h.Has("X-Failed-Recipients"):
		return reasonBounce
	case isAuto(submitted), precedence == "auto_reply", h.Has("X-Autoreply"), h.Has("X-Autorespond"), h.Has("X-Autoresponder"):
		return reasonReply
	case h.Has("X-Loop"), len(h.Values("Received")) > mostHops:
		return reasonLoop
	case precedence == "bulk", precedence == "list", precedence == "junk", h.Has("List-Id"), h.Has("List-Unsubscribe"):
		return reasonList
	case strings.HasPrefix(strings.ToLower(strings.TrimSpace(h.Get("X-Spam-Flag"))), "yes"):
		return reasonSpam
	}
	return ""
}

// isAuto: "no" is what people's programs may write; comments may follow a word.
func isAuto(submitted string) bool {
	return submitted != "" && submitted != "no" && !strings.HasPrefix(submitted, "no ") && !strings.HasPrefix(submitted, "no;")
}
