// Package config declares once what can be configured: kong reads flags and
// environment from these structs, prints --help from them, and docs/config.md
// is written from them. It imports kong and backend/city only.
package config

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balaikota/backend/city"
)

// Database says which database to use. Every command takes it.
type Database struct {
	DatabaseURL     string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"Postgres to use (postgres://user@host/name). Its user must be able to create roles, or be a member of balaikota_app with the schema already migrated. Without it a private Postgres below --data is used."`
	DatabaseURLFile string `name:"database-url-file" env:"DATABASE_URL_FILE" placeholder:"FILE" help:"A file that holds the database URL, instead of --database-url."`
	Data            string `name:"data" env:"BALAIKOTA_DATA" default:"./var" placeholder:"DIR" help:"Folder of the private Postgres and of everything else kept on disk."`
	IdentityKeyFile string `name:"identity-key-file" env:"BALAIKOTA_IDENTITY_KEY_FILE" placeholder:"FILE" help:"The keys under which citizens' identities lie in the database; rahasia/identitas.json below --data if not given, made at the first start. No backup holds it: keep a copy apart. Nodes of one city need the same file."`
	City            string `name:"city" env:"BALAIKOTA_CITY" default:"samarinda" help:"City pack that an empty database is laid out with."`
}

// Logging says what is logged and how. Logs go to standard error.
type Logging struct {
	LogLevel  string `name:"log-level" env:"BALAIKOTA_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"Least level that is logged: ${enum}."`
	LogFormat string `name:"log-format" env:"BALAIKOTA_LOG_FORMAT" enum:"text,json" default:"text" help:"Form of the log: ${enum}."`
}

// Serve is what the server takes beyond Database and Logging.
type Serve struct {
	AI         AI            `embed:""`
	Voice      Voice         `embed:""`
	Notices    Notices       `embed:""`
	Map        Map           `embed:""`
	Backup     Backup        `embed:""`
	Privacy    Privacy       `embed:""`
	Addr       string        `name:"addr" env:"BALAIKOTA_ADDR" default:"127.0.0.1:8080" help:"Address to listen on. Anything but loopback must be asked for here, and wants HTTPS in front."`
	Secure     bool          `name:"secure-cookies" env:"BALAIKOTA_SECURE_COOKIES" help:"Send the session cookie over HTTPS only. Set it wherever HTTPS is in front."`
	Origins    []string      `name:"origin" env:"BALAIKOTA_ORIGINS" placeholder:"URL" help:"Other origins whose pages may open /live (https://host), comma separated."`
	TrustProxy bool          `name:"trust-proxy" env:"BALAIKOTA_TRUST_PROXY" help:"Believe X-Forwarded-For: only behind a proxy of your own."`
	Simulate   bool          `name:"simulate" env:"BALAIKOTA_SIMULATE" help:"Run the simulated city beside the server and connect its sources. Screens say so."`
	SimSpeed   float64       `name:"sim-speed" env:"BALAIKOTA_SIM_SPEED" default:"20" help:"Simulated seconds in a second."`
	SimSeed    int64         `name:"sim-seed" env:"BALAIKOTA_SIM_SEED" default:"0" help:"Seed of the simulated city; 0 keeps the folder's own."`
	KeepEvents time.Duration `name:"keep-events" env:"BALAIKOTA_KEEP_EVENTS" default:"192h" help:"How long numbered events are kept for screens that come back and for the map's replay."`
}

// IdentityKeys are the file of the keys of identities, and the folder in which
// others may lie beside it.
func (d Database) IdentityKeys() (file, folder string) {
	folder = filepath.Join(d.Data, "rahasia")
	if d.IdentityKeyFile != "" {
		return d.IdentityKeyFile, folder
	}
	return filepath.Join(folder, "identitas.json"), folder
}

// URL returns the configured database URL, "" for the private Postgres.
func (d Database) URL() (string, error) {
	if d.DatabaseURLFile == "" {
		return d.DatabaseURL, nil
	}
	if d.DatabaseURL != "" {
		return "", city.Errorf(city.Invalid, "DATABASE_URL and DATABASE_URL_FILE are both set; keep one")
	}
	raw, err := os.ReadFile(d.DatabaseURLFile)
	if err != nil {
		return "", fmt.Errorf("read the database URL: %w", err)
	}
	url := strings.TrimSpace(string(raw))
	if url == "" {
		return "", city.Errorf(city.Invalid, "%s, named by DATABASE_URL_FILE, is empty", d.DatabaseURLFile)
	}
	return url, nil
}

// Logger returns the configured logger on standard error.
func (l Logging) Logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opt := &slog.HandlerOptions{Level: level}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, opt))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opt))
}
