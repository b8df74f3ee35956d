package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/config"

	"github.com/alecthomas/kong"
)

func TestDatabaseURLComesFromFlagOrFileNotBoth(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgres://a@b/c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := (config.Database{DatabaseURLFile: file}).URL(); err != nil || got != "postgres://a@b/c" {
		t.Errorf("from a file: %q, %v", got, err)
	}
	if _, err := (config.Database{DatabaseURLFile: file, DatabaseURL: "postgres://x"}).URL(); city.CodeOf(err) != city.Invalid {
		t.Errorf("both: %v", err)
	}
	if _, err := (config.Database{DatabaseURLFile: file + "-tidak-ada"}).URL(); err == nil {
		t.Error("a missing file is no error")
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (config.Database{DatabaseURLFile: file}).URL(); city.CodeOf(err) != city.Invalid {
		t.Errorf("an empty file: %v", err)
	}
}

func TestReferenceNamesEverySetting(t *testing.T) {
	t.Parallel()
	var c struct {
		config.Database
		config.Logging
		Serve config.Serve `cmd:"" help:"Run the server."`
	}
	parser, err := kong.New(&c, kong.Name("balaikota"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := config.WriteReference(&b, parser.Model); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"`DATABASE_URL`", "`BALAIKOTA_DATA`", "`./var`", "## balaikota serve", "`--addr`", "`127.0.0.1:8080`", "debug,info,warn,error"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page does not name %s", want)
		}
	}
}
