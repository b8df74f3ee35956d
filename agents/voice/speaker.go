package voice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Speaker has espeak-ng say texts in Indonesian. The zero value says nothing;
// NewSpeaker looks for the program.
type Speaker struct {
	program string
	turns   chan struct{}
}

// Limits of one utterance.
const (
	LongestText   = 1500 // characters
	speakDeadline = 10 * time.Second
	largestSound  = 16 << 20
)

// NewSpeaker finds espeak-ng on this machine. At most two speak at a time.
func NewSpeaker() *Speaker {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		return &Speaker{}
	}
	return &Speaker{program: program, turns: make(chan struct{}, 2)}
}

// Able reports whether there is a voice here.
func (s *Speaker) Able() bool { return s.program != "" }

// Say returns the text, written as Spoken has it, as a WAV file. Errors:
// NotFound when there is no voice here, Invalid for a text that is empty or
// longer than LongestText.
func (s *Speaker) Say(ctx context.Context, text string) ([]byte, error) {
	if !s.Able() {
		return nil, city.Errorf(city.NotFound, "this server has no voice; install espeak-ng")
	}
	text = Spoken(text)
	if text == "" {
		return nil, city.InvalidField("body.text", "there is nothing to say")
	}
	if len([]rune(text)) > 4*LongestText {
		return nil, city.InvalidField("body.text", "the text is longer than %d characters", LongestText)
	}
	ctx, cancel := context.WithTimeout(ctx, speakDeadline)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a turn to speak: %w", ctx.Err())
	}
	// The text goes in by standard input, never as an argument: it could begin
	// like an option.
	cmd := exec.CommandContext(ctx, s.program, "-v", "id", "-s", "150", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text)
	out := &bounded{left: largestSound}
	cmd.Stdout = out
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("have espeak-ng speak: %w", errors.Join(err, ctx.Err()))
	}
	return mendSizes(out.Bytes()), nil
}

// mendSizes writes the real lengths into a WAV file that was streamed:
// espeak-ng, which cannot know them, writes the greatest there are, and some
// players wait for the rest.
func mendSizes(wav []byte) []byte {
	if len(wav) < 44 || string(wav[36:40]) != "data" {
		return wav
	}
	put := func(at, n int) {
		wav[at], wav[at+1], wav[at+2], wav[at+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	}
	put(4, len(wav)-8)
	put(40, len(wav)-44)
	return wav
}

// bounded is a buffer that refuses what is too much.
type bounded struct {
	bytes.Buffer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the sound is larger than expected")
	}
	return b.Buffer.Write(p)
}
