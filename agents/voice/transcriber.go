package voice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Endpoint is an OpenAI-compatible transcription service (POST
// {BaseURL}/audio/transcriptions): whisper.cpp's server, Speaches, LocalAI, or
// a provider's.
type Endpoint struct {
	BaseURL string // with /v1 or whatever stands before /audio
	Model   string
	Key     string // "" for none
	Timeout time.Duration
}

// Transcriber turns recordings into text.
type Transcriber struct {
	at     Endpoint
	client *http.Client
	// Names, when set, gives the names to listen for; the endpoint gets the
	// first of them as a hint, and all mend the transcript.
	Names func() *Lexicon
}

// NewTranscriber checks the endpoint. Errors are Invalid.
func NewTranscriber(at Endpoint, names func() *Lexicon) (*Transcriber, error) {
	u, err := url.Parse(at.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, city.Errorf(city.Invalid, "the address of the transcription service (BALAIKOTA_VOICE_URL) must be like http://host/v1, not %q", at.BaseURL)
	}
	if at.Timeout <= 0 {
		at.Timeout = 30 * time.Second
	}
	// A service that sends us elsewhere does not get the recording there.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Transcriber{at: at, client: client, Names: names}, nil
}

// Transcript is what was heard, with its names put right.
type Transcript struct {
	Text        string       `json:"text"`
	Corrections []Correction `json:"corrections" nullable:"false"`
}

const largestTranscript = 64 << 10

// Transcribe has a recording (see CheckRecording) turned into text. Errors:
// Invalid for the recording, Internal with a key that names the text on screen
// for the service; a failed service loses nothing but the try.
func (t *Transcriber) Transcribe(ctx context.Context, wav []byte) (Transcript, error) {
	if err := CheckRecording(wav); err != nil {
		return Transcript{}, err
	}
	return t.hear(ctx, "pertanyaan.wav", wav, "Pertanyaan kepada balai kota tentang ", t.at.Timeout)
}

// hear sends a file of sound; what leads stands before the names to listen for.
func (t *Transcriber) hear(ctx context.Context, file string, sound []byte, leads string, patience time.Duration) (Transcript, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := t.request(ctx, file, sound, leads)
	if err != nil {
		return Transcript{}, err
	}
	resp, err := t.client.Do(req)
	if errors.Is(err, ErrOutside) {
		return Transcript{}, err
	}
	if err != nil {
		return Transcript{}, serviceFailed("error.voice_unreachable", err, "the transcription service was not reached")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, largestTranscript+1))
	if err != nil {
		return Transcript{}, serviceFailed("error.voice_unreachable", err, "the transcription service broke off")
	}
	if resp.StatusCode != http.StatusOK || len(body) > largestTranscript {
		// The body is not logged: it may repeat what was said.
		return Transcript{}, serviceFailed("error.voice_refused", &RefusedError{resp.StatusCode}, "the transcription service answered %s with %d bytes", resp.Status, len(body))
	}
	var heard struct {
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(body, &heard); err != nil || heard.Text == nil {
		return Transcript{}, serviceFailed("error.voice_refused", nil, "the transcription service did not answer with JSON that holds text")
	}
	return t.mend(*heard.Text)
}

func (t *Transcriber) mend(heard string) (Transcript, error) {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(heard, "")), " ")
	if text == "" {
		return Transcript{}, refuse("error.voice_silent", "no words were heard in the recording")
	}
	out := Transcript{Text: text, Corrections: []Correction{}}
	if t.Names != nil {
		if lex := t.Names(); lex != nil {
			out.Text, out.Corrections = lex.Correct(text)
		}
	}
	return out, nil
}

func (t *Transcriber) request(ctx context.Context, file string, sound []byte, leads string) (*http.Request, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := [][2]string{{"model", t.at.Model}, {"language", "id"}, {"response_format", "json"}, {"temperature", "0"}}
	if t.Names != nil {
		if lex := t.Names(); lex != nil {
			fields = append(fields, [2]string{"prompt", lex.hint(leads)})
		}
	}
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return nil, fmt.Errorf("write the transcription request: %w", err)
		}
	}
	part, err := form.CreateFormFile("file", file)
	if err == nil {
		_, err = part.Write(sound)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("write the transcription request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(t.at.BaseURL, "/")+"/audio/transcriptions", &body)
	if err != nil {
		return nil, fmt.Errorf("write the transcription request: %w", err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	if t.at.Key != "" {
		req.Header.Set("Authorization", "Bearer "+t.at.Key)
	}
	return req, nil
}

func serviceFailed(key string, err error, format string, args ...any) error {
	e := city.Errorf(city.Internal, format, args...)
	e.Key, e.Err = key, err
	return e
}

// longestHint is about what recognisers read of a prompt (224 tokens of Whisper).
const longestHint = 600

// hint is a sentence with as many of the names as fit, which makes a
// recogniser expect them.
func (l *Lexicon) hint(leads string) string {
	var b strings.Builder
	b.WriteString(leads)
	for i, n := range l.names[:l.said] {
		if b.Len()+len(n.written) > longestHint {
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(n.written)
	}
	b.WriteString(".")
	return b.String()
}
