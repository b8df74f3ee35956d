package imap

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"balaikota/connectors"
)

// Bounds of one letter. What lies behind them is left out; the letter still
// becomes a report.
const (
	maxLetter     = 1 << 20  // bytes that are fetched: its words stand at the beginning, pictures behind them
	maxField      = 64 << 10 // bytes of an encoded word
	maxParts      = 100
	maxDepth      = 8
	maxWords      = 24 << 10 // bytes of text that a report takes from one letter
	maxHTML       = 512 << 10
	maxReferences = 40
	maxName       = 120
)

// letter is what is taken from one mail.
type letter struct {
	id        string   // Message-ID without its brackets, "" if it has none
	answers   []string // Message-IDs that it answers, the oldest first
	from      mail.Address
	subject   string
	words     string // its own words, without quotes and signature
	pictures  int
	picture   int   // place of the one that likely shows the matter, 0 for none
	likely    int   // how likely it is, see shows
	sounds    []int // places of its recordings among its parts
	files     int   // attachments of other kinds
	parts     []part
	automatic string // why it is no citizen's letter, "" if it may be one
	// proven is the sender's address if the server of that name proves it, else "".
	proven     func(server string) string
	incomplete bool // something of it was beyond the bounds or damaged
}

// part is a piece of a letter, for the record.
type part struct {
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// errNoLetter is mail without a header that can be read.
var errNoLetter = errors.New("its header cannot be read")

// decode reads a mail of which raw holds at least the beginning. It never fails
// for a broken part: what can be read is taken.
func decode(raw []byte) (letter, error) {
	br := bufio.NewReader(bytes.NewReader(raw))
	header, err := textproto.ReadHeader(br)
	if err != nil && header.Len() == 0 {
		return letter{}, errNoLetter
	}
	h := message.Header{Header: header}
	l := letter{
		id: messageID(h.Get("Message-Id")), subject: strings.Join(strings.Fields(headerText(h, "Subject")), " "),
		from: sender(h), answers: answered(h), automatic: automatic(h),
		proven: func(server string) string { return provenSender(h, server) },
	}
	w := walker{letter: &l}
	w.part(h, br, 0)
	l.incomplete = l.incomplete || err != nil
	if kind, _ := mediaType(h); strings.HasPrefix(kind, "multipart/") && w.seen == 1 {
		// Its parts were announced and are not there: what is there are its words.
		_, body, _ := bytes.Cut(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
		w.plain.WriteString(toUTF8(body[:min(len(body), maxWords)], ""))
		l.incomplete = true
	}
	l.words = ownWords(w.text(), l.isReply(h))
	return l, nil
}

// isReply reports whether what stands below its own words is a quote of another
// letter. In one that is sent on, what stands there is the matter itself.
func (l *letter) isReply(h message.Header) bool {
	prefix := strings.ToLower(strings.TrimSpace(l.subject))
	for _, p := range []string{"fwd:", "fw:", "tr:", "trs:", "terusan:"} {
		if strings.HasPrefix(prefix, p) {
			return false
		}
	}
	return h.Get("In-Reply-To") != "" || h.Get("References") != "" || replySubject.MatchString(l.subject)
}

// walker goes through a letter's parts.
type walker struct {
	letter *letter
	plain  strings.Builder
	html   strings.Builder
	seen   int
	// wanted is the place of a part whose bytes are to be kept in taken; 0 for none.
	wanted int
	taken  []byte
}

// text is the letter's text: plain where there is any.
func (w *walker) text() string {
	if plain := strings.TrimSpace(w.plain.String()); plain != "" {
		return plain
	}
	return htmlText(w.html.String())
}

// part reads one part and what lies in it.
func (w *walker) part(h message.Header, body io.Reader, depth int) {
	w.seen++
	if w.seen > maxParts || depth > maxDepth {
		w.letter.incomplete = true
		return
	}
	e, err := message.New(h, body)
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		w.letter.incomplete = true
		return
	}
	kind, params := mediaType(h)
	if strings.HasPrefix(kind, "multipart/") {
		w.parts(e, depth)
		return
	}
	if w.attached(h, kind) {
		if isSound(h, kind) {
			w.letter.sounds = append(w.letter.sounds, w.seen)
			kind = strings.Replace(kind, "application/", "audio/", 1)
		}
		if rank := shows(h, kind); rank > w.letter.likely {
			w.letter.picture, w.letter.likely = w.seen, rank
		}
		if w.seen == w.wanted {
			w.taken, err = io.ReadAll(io.LimitReader(e.Body, connectors.MaxMedia+1))
			w.letter.incomplete = w.letter.incomplete || err != nil || len(w.taken) > connectors.MaxMedia
			return
		}
		n, err := io.Copy(io.Discard, e.Body)
		w.letter.incomplete = w.letter.incomplete || err != nil
		w.count(kind, n)
		return
	}
	limit := int64(maxWords * 4)
	if kind == "text/html" {
		limit = maxHTML
	}
	b, err := io.ReadAll(io.LimitReader(e.Body, limit+1))
	rest, _ := io.Copy(io.Discard, e.Body)
	w.letter.incomplete = w.letter.incomplete || err != nil || rest > 0 || int64(len(b)) > limit
	w.letter.parts = append(w.letter.parts, part{Type: kind, Size: int64(len(b)) + rest})
	text := toUTF8(b, params["charset"])
	if kind == "text/html" {
		w.html.WriteString(text)
		return
	}
	if strings.EqualFold(params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
	}
	w.plain.WriteString(text + "\n\n")
}

// parts reads the parts of a multipart. A multipart that breaks off has the
// parts that came before.
func (w *walker) parts(e *message.Entity, depth int) {
	mr := e.MultipartReader()
	if mr == nil { // no boundary is named
		w.letter.incomplete = true
		return
	}
	for w.seen <= maxParts {
		p, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if p == nil {
			w.letter.incomplete = true
			return
		}
		// The part's body is decoded already; part decodes by the header.
		h := p.Header.Copy()
		h.Del("Content-Transfer-Encoding")
		w.part(h, p.Body, depth+1)
	}
	w.letter.incomplete = true
}

// attached reports whether a part is something else than words of the letter.
func (w *walker) attached(h message.Header, kind string) bool {
	disposition, params, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	return (kind != "text/plain" && kind != "text/html") || strings.EqualFold(disposition, "attachment") || params["filename"] != ""
}

func (w *walker) count(kind string, size int64) {
	w.letter.parts = append(w.letter.parts, part{Type: kind, Size: size})
	switch {
	case strings.HasPrefix(kind, "image/"):
		w.letter.pictures++
	case strings.HasPrefix(kind, "audio/"):
	case kind != "application/pgp-signature" && kind != "application/pkcs7-signature" && kind != "text/calendar":
		w.letter.files++
	}
}

// mediaType is the kind of a part in small letters; a part that names none is
// plain text (RFC 2045, 5.2).
func mediaType(h message.Header) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "" || (err != nil && !strings.Contains(kind, "/")) {
		return "text/plain", map[string]string{}
	}
	if len(kind) > 60 || !plainType.MatchString(kind) {
		kind = "application/octet-stream"
	}
	return kind, params
}

// headerText is a header field in UTF-8.
func headerText(h message.Header, name string) string {
	raw := toUTF8([]byte(h.Get(name)), "")
	text, err := words.DecodeHeader(raw)
	if err != nil {
		text = raw
	}
	return clean(text)
}

// words decodes RFC 2047 words in whatever charset they name.
var words = mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(io.LimitReader(input, maxField))
	return strings.NewReader(toUTF8(b, charset)), err
}}

// toUTF8 converts text from a charset by its name. Text that names none, or one
// that nobody knows, is UTF-8 if it can be, else what Windows writes in the west;
// so is text whose UTF-8 or ASCII was a claim.
func toUTF8(b []byte, charset string) string {
	name := strings.ToLower(strings.Trim(charset, " \"'"))
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
	default:
		if enc, err := htmlindex.Get(name); err == nil {
			if out, err := enc.NewDecoder().Bytes(b); err == nil {
				return strings.ToValidUTF8(string(out), "\uFFFD")
			}
		}
	}
	if utf8.Valid(b) {
		return strings.TrimPrefix(string(b), "\uFEFF")
	}
	if cut := trimRune(b); utf8.Valid(cut) { // cut off within a character
		return string(cut)
	}
	if manyBytes(b) { // damaged in places
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// manyBytes reports whether text holds a character of several bytes, which other
// encodings have by chance only.
func manyBytes(b []byte) bool {
	for len(b) > 0 {
		_, n := utf8.DecodeRune(b)
		if n > 1 {
			return true
		}
		b = b[n:]
	}
	return false
}

// trimRune takes away the beginning of a character at the end.
func trimRune(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// clean takes out what no text holds: control characters, and those that turn
// the direction of writing around.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u00a0':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff', r == '\u200b':
			return -1
		}
		return r
	}, s)
}

// sender is who wrote the letter: the first address of From.
func sender(h message.Header) mail.Address {
	text := strings.TrimSpace(toUTF8([]byte(h.Get("From")), ""))
	parser := mail.AddressParser{WordDecoder: &words}
	if list, err := parser.ParseList(text); err == nil && len(list) > 0 {
		return mail.Address{Name: shortName(list[0].Name), Address: strings.ToLower(clean(list[0].Address))}
	}
	// Names that are not quoted as they should be are frequent.
	if m := looseAddress.FindStringSubmatch(text); m != nil {
		name, err := words.DecodeHeader(strings.Trim(strings.TrimSpace(m[1]), `"`))
		if err != nil {
			name = ""
		}
		return mail.Address{Name: shortName(name), Address: strings.ToLower(clean(m[2]))}
	}
	return mail.Address{}
}

func shortName(s string) string {
	r := []rune(strings.Join(strings.Fields(clean(s)), " "))
	return string(r[:min(len(r), maxName)])
}

// messageID is the first Message-ID in a field, without its brackets.
func messageID(field string) string {
	ids := messageIDs(field)
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

func messageIDs(field string) (out []string) {
	for _, m := range bracketed.FindAllStringSubmatch(toUTF8([]byte(field), ""), maxReferences*10) {
		if id := strings.TrimSpace(clean(m[1])); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// answered are the letters that this one follows: the beginning of the thread
// and the last ones before it, when there are too many.
func answered(h message.Header) []string {
	refs := messageIDs(h.Get("References"))
	if len(refs) > maxReferences {
		refs = append(refs[:1:1], refs[len(refs)-maxReferences+1:]...)
	}
	if id := messageID(h.Get("In-Reply-To")); id != "" {
		refs = append(refs, id)
	}
	return refs
}

// attachments says what a letter brought beside its words, in Indonesian; "" if
// nothing.
func (l *letter) attachments() string {
	var what []string
	if l.pictures > 0 {
		what = append(what, fmt.Sprintf("%d gambar", l.pictures))
	}
	if n := len(l.sounds); n > 0 {
		what = append(what, fmt.Sprintf("%d rekaman suara", n))
	}
	if l.files > 0 {
		what = append(what, fmt.Sprintf("%d berkas", l.files))
	}
	if len(what) == 0 {
		return ""
	}
	return "[Terlampir pada surat: " + listed(what) + "]"
}

// listed joins things as a sentence does.
func listed(what []string) string {
	if len(what) < 2 {
		return strings.Join(what, "")
	}
	return strings.Join(what[:len(what)-1], ", ") + " dan " + what[len(what)-1]
}

// shows ranks a part as a picture of the matter, 0 for none: what is attached before
// what stands among the words, where photographs (JPEG) are the citizen's more often
// than drawings, which are the logos of signatures when the words refer to them.
func shows(h message.Header, kind string) int {
	disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	switch attached := strings.EqualFold(disposition, "attachment"); {
	case !slices.Contains([]string{"image/jpeg", "image/jpg", "image/pjpeg", "image/png"}, kind):
		return 0
	case attached:
		return 3
	case kind != "image/png":
		return 2
	case h.Get("Content-Id") == "":
		return 1
	}
	return 0
}

// soundNames end the names of recordings that mail programs send without a kind.
var soundNames = []string{".ogg", ".oga", ".opus", ".m4a", ".mp3", ".wav", ".aac", ".amr", ".flac"}

// isSound reports whether a part is a recording.
func isSound(h message.Header, kind string) bool {
	if strings.HasPrefix(kind, "audio/") || kind == "application/ogg" {
		return true
	}
	_, disposition, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	_, params := mediaType(h)
	name := strings.ToLower(cmp.Or(disposition["filename"], params["name"]))
	return kind == "application/octet-stream" && slices.ContainsFunc(soundNames, func(end string) bool { return strings.HasSuffix(name, end) })
}
