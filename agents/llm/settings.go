package llm

import (
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"balaikota/backend/city"

	"github.com/goccy/go-yaml"
)

// Settings are what a city configures (backend/config.AI has the same fields,
// so that one converts to the other). File and the others exclude each other;
// all empty: no provider, the offline planner answers.
type Settings struct {
	File     string
	URL      string
	Model    string
	Key      string
	KeyFile  string
	PriceIn  float64
	PriceOut float64
}

// Provider is one configured provider, as an entry of BALAIKOTA_AI_FILE gives
// it. Every provider is spoken to as an OpenAI-compatible endpoint.
type Provider struct {
	// Name stands in the ledger, in receipts and on screen.
	Name    string `yaml:"name"`
	BaseURL string `yaml:"base_url"` // up to and with /v1
	Model   string `yaml:"model"`
	// CheapModel, when set, does the easy turns (Use.Hard).
	CheapModel string `yaml:"cheap_model"`
	// The key comes from an environment variable or a file; neither: none is sent.
	KeyEnv  string `yaml:"key_env"`
	KeyFile string `yaml:"key_file"`
	// KeyHeader is the header that takes the key as it is; empty for
	// Authorization: Bearer.
	KeyHeader string `yaml:"key_header"`
	// Rupiah per million tokens; the cheap model's default to the model's.
	InputRupiah       float64 `yaml:"input_rupiah_per_million"`
	OutputRupiah      float64 `yaml:"output_rupiah_per_million"`
	CheapInputRupiah  float64 `yaml:"cheap_input_rupiah_per_million"`
	CheapOutputRupiah float64 `yaml:"cheap_output_rupiah_per_million"`
	// Timeout bounds one call (default 30s), MaxOutputTokens one answer
	// (default 1000).
	Timeout         time.Duration `yaml:"timeout"`
	MaxOutputTokens int           `yaml:"max_output_tokens"`
	// TopP is sent when it is not 0.
	TopP float64 `yaml:"top_p"`
	// LegacyMaxTokens sends max_tokens to servers that do not know
	// max_completion_tokens.
	LegacyMaxTokens bool              `yaml:"legacy_max_tokens"`
	Headers         map[string]string `yaml:"headers"`

	key string
}

// Load reads the configured providers, in the order they are tried; none when
// nothing is configured. getenv and readFile are os.Getenv and os.ReadFile
// when nil. Errors say where and what to do, and never show a key.
func Load(s Settings, getenv func(string) string, readFile func(string) ([]byte, error)) ([]Provider, error) {
	if getenv == nil {
		getenv = os.Getenv
	}
	if readFile == nil {
		readFile = os.ReadFile
	}
	providers, where, err := listed(s, readFile)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range providers {
		p := &providers[i]
		if err := p.complete(where, getenv, readFile); err != nil {
			return nil, err
		}
		if seen[p.Name] {
			return nil, city.InvalidField(where, "two providers are called %q; give each a name of its own", p.Name)
		}
		seen[p.Name] = true
	}
	return providers, nil
}

func listed(s Settings, readFile func(string) ([]byte, error)) ([]Provider, string, error) {
	short := s.URL != "" || s.Model != "" || s.Key != "" || s.KeyFile != ""
	switch {
	case s.File != "" && short:
		return nil, "", city.Errorf(city.Invalid, "BALAIKOTA_AI_FILE and BALAIKOTA_AI_URL, _MODEL or _KEY are both set; keep the file or the short form")
	case s.File != "":
		raw, err := readFile(s.File)
		if err != nil {
			return nil, "", city.Wrap(city.Invalid, err, "the providers' file named by BALAIKOTA_AI_FILE cannot be read; check its name and rights")
		}
		var providers []Provider
		if err := yaml.UnmarshalWithOptions(raw, &providers, yaml.Strict()); err != nil {
			return nil, "", city.InvalidField("BALAIKOTA_AI_FILE", "the file must be a list of providers (docs/security.md has an example): %s", firstLine(yaml.FormatError(err, false, false)))
		}
		if len(providers) == 0 {
			return nil, "", city.InvalidField("BALAIKOTA_AI_FILE", "the file lists no provider; take the setting away to answer without one")
		}
		return providers, "BALAIKOTA_AI_FILE", nil
	case !short:
		return nil, "", nil
	case s.Key != "" && s.KeyFile != "":
		return nil, "", city.Errorf(city.Invalid, "BALAIKOTA_AI_KEY and BALAIKOTA_AI_KEY_FILE are both set; keep one")
	}
	p := Provider{BaseURL: s.URL, Model: s.Model, KeyFile: s.KeyFile, InputRupiah: s.PriceIn, OutputRupiah: s.PriceOut, key: s.Key}
	if u, err := url.Parse(s.URL); err == nil {
		p.Name = strings.ToLower(u.Hostname())
	}
	return []Provider{p}, "BALAIKOTA_AI_URL", nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

func (p *Provider) complete(where string, getenv func(string) string, readFile func(string) ([]byte, error)) error {
	wrong := func(field, format string, args ...any) error {
		name := p.Name
		if name == "" {
			name = "provider without a name"
		}
		return city.InvalidField(where+", "+name+", "+field, format, args...)
	}
	u, err := url.Parse(p.BaseURL)
	switch {
	case p.BaseURL == "":
		return wrong("base_url", "is missing; write the address of an OpenAI-compatible endpoint, such as https://api.example.org/v1")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "":
		return wrong("base_url", "must be an http or https address without user name or query, such as https://api.example.org/v1")
	case u.Scheme == "http" && !near(u.Hostname()):
		return wrong("base_url", "http would send questions and the key readable through the network; use https (http is taken for loopback and private addresses)")
	case p.Name == "":
		return wrong("name", "is missing; it stands in receipts and in the ledger")
	case len(p.Name) > 60:
		return wrong("name", "is longer than 60 characters")
	case p.Model == "":
		return wrong("model", "is missing; write the model's name as the provider lists it")
	case p.InputRupiah < 0 || p.OutputRupiah < 0 || p.CheapInputRupiah < 0 || p.CheapOutputRupiah < 0:
		return wrong("input_rupiah_per_million", "a price is negative")
	case p.Timeout < 0 || p.Timeout > 10*time.Minute:
		return wrong("timeout", "must be between 1s and 10m")
	case p.MaxOutputTokens < 0 || p.MaxOutputTokens > 100_000:
		return wrong("max_output_tokens", "must be between 1 and 100000")
	case p.TopP < 0 || p.TopP > 1:
		return wrong("top_p", "must be between 0 and 1")
	case p.KeyEnv != "" && p.KeyFile != "":
		return wrong("key_env", "key_env and key_file are both set; keep one")
	}
	p.BaseURL = strings.TrimRight(p.BaseURL, "/")
	if p.Timeout == 0 {
		p.Timeout = 30 * time.Second
	}
	if p.MaxOutputTokens == 0 {
		p.MaxOutputTokens = 1000
	}
	if p.CheapInputRupiah == 0 && p.CheapOutputRupiah == 0 {
		p.CheapInputRupiah, p.CheapOutputRupiah = p.InputRupiah, p.OutputRupiah
	}
	if p.KeyEnv != "" {
		if p.key = strings.TrimSpace(getenv(p.KeyEnv)); p.key == "" {
			return wrong("key_env", "the environment variable %s is empty; set it, or leave key_env out where no key is needed", p.KeyEnv)
		}
	}
	if p.KeyFile != "" {
		raw, err := readFile(p.KeyFile)
		if p.key = strings.TrimSpace(string(raw)); err != nil || p.key == "" {
			return wrong("key_file", "the file cannot be read or is empty; it holds the key and nothing else")
		}
	}
	if strings.ContainsFunc(p.key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return wrong("key", "the key holds blanks or characters that no HTTP header takes")
	}
	return nil
}

// near reports whether a host is this machine or in a private network, where
// http does not pass strangers.
func near(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsPrivate()
	}
	return host == "localhost" || !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
}

// modelFor is the model that does a turn, with its prices.
func (p *Provider) modelFor(use Use) (model string, input, output float64) {
	if p.CheapModel != "" && !use.Hard {
		return p.CheapModel, p.CheapInputRupiah, p.CheapOutputRupiah
	}
	return p.Model, p.InputRupiah, p.OutputRupiah
}
