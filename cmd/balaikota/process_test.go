package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary builds the program once for all tests that start it as a process.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "balaikota-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "balaikota")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X main.version=uji", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// installation is a data folder with the program's processes on it.
type installation struct {
	t    testing.TB
	path string
	data string
	env  []string // more of the environment
}

func newInstallation(t testing.TB) *installation {
	t.Helper()
	if testing.Short() {
		t.Skip("starts whole processes")
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	// As the evaluation does: a folder that other accounts may enter.
	data, err := os.MkdirTemp("", "balaikota-data-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	return &installation{t: t, path: path, data: data}
}

func (i *installation) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, i.path, args...)
	cmd.Env = append(os.Environ(), "BALAIKOTA_DATA="+i.data, "DATABASE_URL=", "TZ=UTC")
	cmd.Env = append(cmd.Env, i.env...)
	return cmd
}

// must runs a command to its end and returns what it printed.
func (i *installation) must(args ...string) string {
	i.t.Helper()
	out, errs, err := i.try("", args...)
	if err != nil {
		i.t.Fatalf("balaikota %s: %v\n%s", strings.Join(args, " "), err, errs)
	}
	return out
}

func (i *installation) try(stdin string, args ...string) (stdout, stderr string, err error) {
	ctx, cancel := context.WithTimeout(i.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := i.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// process is a running server or simulated city.
type process struct {
	*exec.Cmd
	t    testing.TB
	url  string
	done chan error
	mu   sync.Mutex
	log  bytes.Buffer
}

var addressLine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs a command that prints its address and waits for that.
func (i *installation) start(args ...string) *process {
	i.t.Helper()
	p := &process{Cmd: i.command(context.Background(), args...), t: i.t, done: make(chan error, 1)}
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := p.StdoutPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	p.Stderr = writerFunc(p.write)
	if err := p.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(p.kill)
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(io.TeeReader(stdout, writerFunc(p.write)))
		for lines.Scan() {
			if a := addressLine.FindString(lines.Text()); a != "" {
				select {
				case address <- a:
				default:
				}
			}
		}
		p.done <- p.Wait()
	}()
	select {
	case p.url = <-address:
	case err := <-p.done:
		i.t.Fatalf("balaikota %s ended before it was ready: %v\n%s", strings.Join(args, " "), err, p.output())
	case <-time.After(2 * time.Minute):
		i.t.Fatalf("balaikota %s was not ready in two minutes\n%s", strings.Join(args, " "), p.output())
	}
	return p
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func (p *process) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// kill ends the process as kill -9 does; it may have ended already.
func (p *process) kill() {
	_ = p.Process.Kill()
	select {
	case err := <-p.done:
		p.done <- err
	case <-time.After(10 * time.Second):
		p.t.Error("a killed process did not end")
	}
}

// stop asks the process to end and returns its exit error.
func (p *process) stop() error {
	p.t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.done:
		p.done <- err
		return err
	case <-time.After(40 * time.Second):
		p.t.Fatalf("the process did not stop\n%s", p.output())
		return nil
	}
}

// fetch gets JSON from the server with a token.
func fetch[T any](t *testing.T, token, url string) T {
	t.Helper()
	out, err := tryFetch[T](t.Context(), token, url)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryFetch[T any](ctx context.Context, token, url string) (out T, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return out, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return out, err
	}
	if resp.StatusCode != http.StatusOK {
		return out, fmt.Errorf("GET %s: %d %s", url, resp.StatusCode, raw)
	}
	return out, json.Unmarshal(raw, &out)
}

// eventually asks until ok says yes or the time is up.
func eventually(t *testing.T, within time.Duration, what string, ok func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v", what, within, err)
		case <-tick.C:
		}
	}
}
