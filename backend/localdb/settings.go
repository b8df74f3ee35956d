package localdb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	settingsName = "balaikota.conf"
	superuser    = "postgres" // the bootstrap superuser, under the name that every tool expects
	mapName      = "balaikota"
	port         = "5432" // only part of the socket's name: there is no network
)

// writeSettings rewrites our settings and the rules of who may connect, as
// they belong to the program and not to the data.
func (s *server) writeSettings() error {
	root, err := os.OpenRoot(s.data())
	if err != nil {
		return fmt.Errorf("write the database's settings: %w", err)
	}
	defer root.Close()
	for name, content := range map[string]string{
		settingsName:    s.settings(),
		"pg_hba.conf":   s.accessRules(),
		"pg_ident.conf": s.identities(),
	} {
		if err := s.keep(root, name, []byte(content)); err != nil {
			return err
		}
	}
	return s.include(root)
}

// keep writes a file only if it says something else: each write costs an fsync.
func (s *server) keep(root *os.Root, name string, content []byte) error {
	if old, err := root.ReadFile(name); err == nil && bytes.Equal(old, content) {
		return nil
	}
	return replaceFile(root, name, content, 0o600, &s.account)
}

// include makes postgresql.conf read our settings, last so that they win.
func (s *server) include(root *os.Root) error {
	const main, line = "postgresql.conf", "include = '" + settingsName + "'"
	old, err := root.ReadFile(main)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the database's settings: %w", err)
	}
	for text := range strings.Lines(string(old)) {
		if strings.TrimSpace(text) == line {
			return nil
		}
	}
	return replaceFile(root, main, append(bytes.TrimRight(old, "\n"), "\n\n"+line+"\n"...), 0o600, &s.account)
}

const settingsHead = `# Written by balaikota at every start: changes here are lost. To set something
# of your own, use ALTER SYSTEM, which is read after this file.
`

// settings suit one city on a small server that it shares with our process.
// The log must not hold citizens' texts, which PostgreSQL would quote from
// failing statements and rows: hence terse errors without their statement.
func (s *server) settings() string {
	text := settingsHead + fmt.Sprintf(`
listen_addresses = ''
port = %s
unix_socket_directories = %s
unix_socket_permissions = 0700
huge_pages = off
random_page_cost = 1.1
jit = off
timezone = 'UTC'
default_text_search_config = 'pg_catalog.simple'

logging_collector = on
log_directory = %s
log_filename = 'postgres-%%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_timezone = 'UTC'
log_line_prefix = '%%m [%%p] %%q%%u@%%d '
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_checkpoints = off
`, port, quoted(s.socketDir), quoted(filepath.Join(s.home, logName)))
	if s.mark.Throwaway {
		return text + throwawaySettings
	}
	return text + durableSettings
}

const durableSettings = `
max_connections = 100
shared_buffers = 256MB
work_mem = 8MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = on
max_wal_size = 2GB
checkpoint_completion_target = 0.9
`

// A throw-away cluster is lost after a crash, and in return does not wait for
// the disk; many test processes share it.
const throwawaySettings = `
max_connections = 200
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 1h
`

// quoted writes a string for postgresql.conf.
func quoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(text) + "'"
}

// accessRules let in our roles for those whom identities names. Tests connect
// as any role they like: only their account and root reach their socket.
func (s *server) accessRules() string {
	if s.mark.Throwaway {
		return settingsHead + "local all all trust\n"
	}
	return settingsHead + fmt.Sprintf("local all %s,%s,%s peer map=%s\n", ownerRole, appRole, superuser, mapName)
}

// identities maps root and the server's account, which can do anything to the
// cluster anyway, to our roles. Our own process runs as one of the two.
func (s *server) identities() string {
	var text strings.Builder
	text.WriteString(settingsHead)
	for _, name := range []string{"root", s.account.name} {
		for _, role := range []string{ownerRole, appRole, superuser} {
			fmt.Fprintf(&text, "%s \"%s\" %s\n", mapName, strings.ReplaceAll(name, `"`, `""`), role)
		}
	}
	return text.String()
}
