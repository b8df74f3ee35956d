package imap

import (
	"net/mail"
	"strings"

	"github.com/emersion/go-message"
)

// provenSender is the address that a letter comes from when the city's own mail
// server, called server, says that the sender's domain stands behind it (RFC 8601:
// dkim or spf passed for that domain or one above it), else "". Whatever is unusual
// proves nothing: another From, comments or quotes that could hide a word, another
// server's line on top. The server must take out lines that others wrote in its name.
func provenSender(h message.Header, server string) string {
	from, results := h.Values("From"), h.Values("Authentication-Results")
	if server == "" || len(from) != 1 || len(results) == 0 {
		return ""
	}
	list, err := mail.ParseAddressList(from[0])
	if err != nil || len(list) != 1 || strings.ContainsAny(results[0], "\"(\\") {
		return ""
	}
	address := strings.ToLower(list[0].Address)
	_, domain, ok := strings.Cut(address, "@")
	parts := strings.Split(results[0], ";")
	name := strings.Fields(parts[0]) // and a version
	if !ok || strings.Contains(domain, "@") || len(name) == 0 || !strings.EqualFold(name[0], server) {
		return ""
	}
	for _, part := range parts[1:] {
		if passedFor(strings.Fields(strings.ToLower(part)), domain) {
			return address
		}
	}
	return ""
}

// passedFor reads one method's result, such as: dkim=pass header.d=contoh.go.id.
func passedFor(words []string, domain string) bool {
	if len(words) == 0 {
		return false
	}
	var property string
	switch words[0] {
	case "dkim=pass":
		property = "header.d="
	case "spf=pass":
		property = "smtp.mailfrom="
	default:
		return false
	}
	of := ""
	for _, w := range words[1:] {
		if v, ok := strings.CutPrefix(w, property); ok {
			if of != "" {
				return false
			}
			of = v[strings.LastIndexByte(v, '@')+1:]
		}
	}
	// A domain of one label, such as id, stands behind nobody.
	return strings.Contains(of, ".") && (of == domain || property == "header.d=" && strings.HasSuffix(domain, "."+of))
}
