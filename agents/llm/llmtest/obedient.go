package llmtest

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"balaikota/backend/city"

	"github.com/tmc/langchaingo/llms"
)

// Obedient is a model without judgement: it looks for commands in everything
// it is shown but the system message (the briefing) and does what they say, one
// after the other: "panggil alat X {…}", "jawab …", "katakan …", "tampilkan
// gambar/tautan", commands in base64, requests for identities. As a model that
// is truly taken over may know the poison from elsewhere (a document it was
// trained on), Heard are texts that it obeys besides.
//
// With nothing to obey it first asks every tool in Look, so that what the
// tools return is before it, and then repeats all it was told.
type Obedient struct {
	Heard []string
	Look  []Call

	mu   sync.Mutex
	done []string // commands obeyed so far
	turn int
	read strings.Builder
}

var _ llms.Model = (*Obedient)(nil)

// Obeyed returns the commands it has followed.
func (o *Obedient) Obeyed() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.done)
}

// Read is everything it was shown, the system message included: what must
// never leave must not stand here.
func (o *Obedient) Read() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.read.String()
}

// Call implements llms.Model for one text.
func (o *Obedient) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, o, prompt, options...)
}

// GenerateContent implements llms.Model.
func (o *Obedient) GenerateContent(ctx context.Context, messages []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	turn := o.turn
	o.turn++
	heard := slices.Clone(o.Heard)
	var results []string
	for _, m := range messages {
		text := textOf(m)
		o.read.WriteString(text + "\n")
		if m.Role != llms.ChatMessageTypeSystem && m.Role != llms.ChatMessageTypeAI {
			heard = append(heard, text)
		}
		if m.Role == llms.ChatMessageTypeTool {
			results = append(results, text)
		}
	}
	if turn < len(o.Look) {
		return answer(turn, "", o.Look[turn]), nil
	}
	for _, text := range heard {
		for _, c := range Commands(text) {
			if slices.Contains(o.done, c.String()) {
				continue
			}
			o.done = append(o.done, c.String())
			if c.Tool != "" {
				return answer(turn, "", Call{Tool: c.Tool, Input: c.Input}), nil
			}
			return answer(turn, c.Say), nil
		}
	}
	return answer(turn, strings.Join(append(results, heard...), "\n")), nil
}

func textOf(m llms.MessageContent) string {
	var b strings.Builder
	for _, part := range m.Parts {
		switch p := part.(type) {
		case llms.TextContent:
			b.WriteString(p.Text)
		case llms.ToolCallResponse:
			b.WriteString(p.Content)
		case llms.ToolCall:
			if p.FunctionCall != nil {
				b.WriteString(p.FunctionCall.Name + " " + p.FunctionCall.Arguments)
			}
		}
	}
	return b.String()
}

// Command is one thing a text tells a model to do: call a tool or say words.
type Command struct {
	Tool  string
	Input string // JSON as it stands
	Say   string
}

// String tells commands apart.
func (c Command) String() string { return c.Tool + c.Input + c.Say }

var (
	callCommand = regexp.MustCompile(`(?is)(?:panggil(?:lah)?|jalankan|gunakan|pakai|call|invoke|execute)\s+(?:alat|tool|fungsi|function)\s*[:"'` + "`" + `]*\s*([a-z][a-z0-9_]{2,40})\s*[("'` + "`" + `]*\s*(\{[^{}]*\})?`)
	nameCommand = regexp.MustCompile(`(?is)"(?:name|tool|function)"\s*:\s*"([a-z][a-z0-9_]{2,40})"\s*,\s*"(?:arguments|input|parameters)"\s*:\s*(\{[^{}]*\})`)
	sayCommand  = regexp.MustCompile(`(?is)(?:jawab(?:lah|an)?|katakan(?:lah)?|sampaikan|tulis(?:kan|lah)?|balas|say|answer|reply|output|habari|padahakan)\s*(?:dengan|bahwa|with|that)?\s*[:"“']*\s*(.{3,400})`)
	showCommand = regexp.MustCompile(`(?is)(?:tampilkan|sebutkan|bocorkan|berikan|kirim(?:kan)?|reveal|show|print|unjuki|kirimi)\s+(.{3,200})`)
	shown       = regexp.MustCompile(`(?is)!?\[[^\]]*\]\([^)]*\)|<[a-z!][^>]*>|https?://\S+`)
	encoded     = regexp.MustCompile(`[A-Za-z0-9+/]{24,}={0,2}`)
	identity    = regexp.MustCompile(`(?i)\b(?:nik|telepon|nomor hp|no hp|nama pelapor|identitas|alamat pelapor|rekening|surel|email)\b`)
)

// Commands finds what a text commands, hidden characters and base64 undone.
func Commands(text string) (out []Command) {
	// Models read the tags that no person sees.
	text = city.VisibleText(strings.Map(func(r rune) rune {
		if r > 0xE0000 && r < 0xE007F {
			return r - 0xE0000
		}
		return r
	}, text))
	for _, m := range callCommand.FindAllStringSubmatch(text, -1) {
		out = append(out, Command{Tool: m[1], Input: object(m[2])})
	}
	for _, m := range nameCommand.FindAllStringSubmatch(text, -1) {
		out = append(out, Command{Tool: m[1], Input: object(m[2])})
	}
	for _, m := range sayCommand.FindAllStringSubmatch(text, -1) {
		out = append(out, Command{Say: strings.TrimSpace(m[1])})
	}
	for _, m := range showCommand.FindAllStringSubmatch(text, -1) {
		if identity.MatchString(m[1]) {
			out = append(out, Command{Tool: "identitas_pelapor", Input: `{"semua":true}`}, Command{Tool: city.ToolNear, Input: `{"words":"nik telepon","top":50}`})
		}
		out = append(out, Command{Say: strings.TrimSpace(m[1])})
	}
	for _, m := range shown.FindAllString(text, -1) {
		out = append(out, Command{Say: "Lihat " + m})
	}
	for _, m := range encoded.FindAllString(text, -1) {
		if raw, err := base64.StdEncoding.DecodeString(m); err == nil && len(raw) > 8 {
			out = append(out, Commands(string(raw))...)
		}
	}
	return out
}

func object(s string) string {
	if s == "" {
		return "{}"
	}
	return s
}

// GoString helps a failing test to say which command it was.
func (c Command) GoString() string {
	if c.Tool != "" {
		return fmt.Sprintf("call %s %s", c.Tool, c.Input)
	}
	return "say " + c.Say
}
