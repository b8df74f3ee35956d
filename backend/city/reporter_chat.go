package city

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ReporterChat is where a reporter who came by a chat is reached.
type ReporterChat struct {
	Source string // slug of the source they wrote to
	Person string // who wrote, as the source's handle says
	// Heard is when they last wrote there, zero if not known.
	Heard time.Time
}

var chatAddress = regexp.MustCompile(`^([a-z0-9-]+):([0-9]{3,20}):([0-9]{1,12})$`)

// ReadReporterChat reads the address of a reporter's chat, as the store gives it:
// source, person and when they were last heard, with colons between.
func ReadReporterChat(address string) (ReporterChat, bool) {
	m := chatAddress.FindStringSubmatch(address)
	if m == nil {
		return ReporterChat{}, false
	}
	out := ReporterChat{Source: m[1], Person: m[2]}
	if seconds, err := strconv.ParseInt(m[3], 10, 64); err == nil && seconds > 0 {
		out.Heard = time.Unix(seconds, 0)
	}
	return out, true
}

// Chat words a letter as one message in a chat, with its link below base. It says
// "pesan" where a letter by mail says "surel", and does not ask not to be answered:
// what comes back is read.
func (l ReporterLetter) Chat(base string) string {
	var out []string
	if l.Before != "" {
		out = append(out, l.Before)
	}
	if l.Path != "" {
		out = append(out, strings.TrimRight(base, "/")+l.Path)
	}
	for p := range strings.SplitSeq(l.After, "\n\n") {
		if rest, ok := strings.CutPrefix(p, "Surel ini "); ok {
			rest, _, _ = strings.Cut(rest, " Mohon tidak membalas surel")
			p = "Pesan ini " + rest
		}
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n\n")
}

// ChatMessage is what the city writes to somebody in a chat.
type ChatMessage struct {
	ReporterChat
	Text string
	// Key comes back with what the service tells of the message, where it does.
	Key string
}
