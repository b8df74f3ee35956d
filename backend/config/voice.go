package config

import (
	"fmt"
	"os"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Voice says where recordings are turned into text. Without an address the
// microphone is off, and the screen says why.
type Voice struct {
	VoiceURL     string        `name:"voice-url" env:"BALAIKOTA_VOICE_URL" placeholder:"URL" help:"OpenAI-compatible service that turns speech into text, up to what stands before /audio/transcriptions (http://127.0.0.1:9000/v1 of a whisper.cpp server of your own, or a provider's). What officers say goes there. Without it the microphone is off."`
	VoiceModel   string        `name:"voice-model" env:"BALAIKOTA_VOICE_MODEL" default:"whisper-1" help:"Model named to the service."`
	VoiceKey     string        `name:"voice-key" env:"BALAIKOTA_VOICE_KEY" placeholder:"KEY" help:"Key of the service."`
	VoiceKeyFile string        `name:"voice-key-file" env:"BALAIKOTA_VOICE_KEY_FILE" placeholder:"FILE" help:"A file that holds the key, instead of --voice-key."`
	VoiceTimeout time.Duration `name:"voice-timeout" env:"BALAIKOTA_VOICE_TIMEOUT" default:"30s" help:"How long a minute of recording may take to become text."`
	VoiceReports string        `name:"voice-reports" env:"BALAIKOTA_VOICE_REPORTS" enum:"never,inside,always" default:"inside" help:"Whether recordings that citizens send as reports (WhatsApp, Telegram, e-mail) go to that service, one of ${enum}: inside is only to one at a loopback or private address, looked up each time; always lets citizens' voices leave the city, which is for the city to decide; with never they are kept and played only."`
}

// Key returns the service's key, "" when there is none.
func (v Voice) Key() (string, error) {
	if v.VoiceKeyFile == "" {
		return v.VoiceKey, nil
	}
	if v.VoiceKey != "" {
		return "", city.Errorf(city.Invalid, "BALAIKOTA_VOICE_KEY and BALAIKOTA_VOICE_KEY_FILE are both set; keep one")
	}
	raw, err := os.ReadFile(v.VoiceKeyFile)
	if err != nil {
		return "", fmt.Errorf("read the key of the transcription service: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}
