package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"balaikota/backend/city"
	"balaikota/backend/live"
	"balaikota/backend/live/livetest"
)

// The benchmark loads /live over a memory log, and the least that a hub can be
// (tools/limits/cmd/floor), with tools/wsload, each in a process of its own and
// by turns, because other work on the machine changes from minute to minute.
// Only the ratios of one run mean anything.

const benchServerEnv = "BALAIKOTA_BENCH_LIVE_SERVER"

// TestLiveBenchServer is the server that BenchmarkHub starts: /live, and
// /publish which commits its body as one report. It ends with its input.
func TestLiveBenchServer(t *testing.T) {
	addr := os.Getenv(benchServerEnv)
	if addr == "" {
		t.Skip("only BenchmarkHub runs it")
	}
	log := livetest.NewMemoryLog()
	hub := live.New(log, nil, live.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	session := live.Session{ID: "bench", Scope: city.Scope{Role: city.WaliKota}}
	e := echo.New()
	e.Use(middleware.Recover(), middleware.RequestID(), middleware.GzipWithConfig(middleware.GzipConfig{Skipper: SkipLive}))
	e.GET(LivePath, NewLive(hub, func(*http.Request) (live.Session, error) { return session, nil }, nil, slog.New(slog.DiscardHandler)).Handle)
	e.POST("/publish", func(c echo.Context) error {
		body, err := io.ReadAll(io.LimitReader(c.Request().Body, 1<<20))
		if err != nil {
			return err
		}
		key := strconv.FormatInt(hub.Stats().Seq%500, 10)
		log.Append(city.Event{Topic: city.TopicReports, Key: key, Op: "put", AreaCode: "64.72.01.1001", Data: body})
		return c.NoContent(http.StatusAccepted)
	})
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(listener) }()
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	s := hub.Stats()
	fmt.Printf("stats %+v\n", s)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	_ = srv.Close()
}

// toolFolder is where the load tools lie, "" when they are not there.
func toolFolder() string {
	dir, err := filepath.Abs("../../../shared/tools")
	if err != nil {
		return ""
	}
	for _, f := range []string{"wsload/main.go", "limits/cmd/floor/main.go"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			return ""
		}
	}
	return dir
}

// buildTool builds a tool from a copy of its folder and returns the program.
func buildTool(b *testing.B, module, pkg string) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(module)); err != nil {
		b.Fatal(err)
	}
	program := filepath.Join(b.TempDir(), "tool")
	cmd := exec.Command("go", "build", "-o", program, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Skipf("%s cannot be built: %v: %s", pkg, err, out)
	}
	return program
}

func freeAddr(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// target is a server under load.
type target struct {
	name string
	cmd  func(addr string) *exec.Cmd
	args []string // for wsload, besides -url and -pub-url
	path string
}

// load is what wsload found.
type load struct {
	CPU       float64 `json:"cpu_us_per_delivery_server"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Delivered float64 `json:"delivered"`
	PerSecond float64 `json:"delivered_per_s"`
	MB        float64 `json:"mb_per_s"`
	KB        float64 `json:"server_kb_per_conn"`
	KBLoaded  float64 `json:"server_kb_per_conn_loaded"`
	Gaps      float64 `json:"gaps"`
	Dups      float64 `json:"dups"`
	Errors    float64 `json:"errors"`
	Connected float64 `json:"connected"`
	Alive     float64 `json:"alive_at_end"`
	Cut       float64 `json:"cut"`
	PubErrors float64 `json:"pub_err"`
	FirstErr  string  `json:"first_error"`
	Other     float64 `json:"host_other_busy_s"`
}

// run starts the target, loads it and stops it.
func (s target) run(b *testing.B, wsload string, args ...string) load {
	b.Helper()
	addr := freeAddr(b)
	cmd := s.cmd(addr)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	statsLine := make(chan string, 1)
	go func() {
		line := ""
		for sc := bufio.NewScanner(stdout); sc.Scan(); {
			if strings.HasPrefix(sc.Text(), "stats") {
				line = sc.Text()
			}
		}
		statsLine <- line
	}()
	defer func() {
		_ = stdin.Close()
		if s.name == "floor" {
			_ = cmd.Process.Kill()
		}
		if line := <-statsLine; line != "" {
			printLine("       %s", line)
		}
		_ = cmd.Wait()
	}()
	for deadline := time.Now().Add(10 * time.Second); ; {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(deadline) {
			b.Fatalf("%s does not answer: %v", s.name, err)
		}
	}
	all := slices.Concat([]string{
		"-url", "ws://" + addr + s.path, "-pub-url", "http://" + addr + "/publish",
		"-server-pid", strconv.Itoa(cmd.Process.Pid), "-drain", "2s",
	}, s.args, args)
	out, err := exec.Command(wsload, all...).Output()
	if err != nil {
		b.Fatalf("wsload: %v: %s", err, out)
	}
	var l load
	if err := json.Unmarshal(out, &l); err != nil {
		b.Fatalf("wsload: %v: %s", err, out)
	}
	return l
}

// printLine prints a line of the table; the log of a benchmark is cut to ten lines.
func printLine(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func field(loads []load, f func(load) float64) []float64 {
	var list []float64
	for _, l := range loads {
		list = append(list, f(l))
	}
	return list
}

// BenchmarkHub prints the hub beside the floor. BALAIKOTA_BENCH_LIVE selects
// parts ("1000,5000,churn,slow"; all without it), BALAIKOTA_BENCH_LIVE_CHURN
// how long to churn (1m).
func BenchmarkHub(b *testing.B) {
	tools := toolFolder()
	if tools == "" {
		b.Skip("the load tools (../shared/tools) are not here")
	}
	wsload := buildTool(b, filepath.Join(tools, "wsload"), ".")
	floorProgram := buildTool(b, filepath.Join(tools, "limits"), "./cmd/floor")
	floor := target{
		name: "floor", path: "/ws",
		cmd:  func(addr string) *exec.Cmd { return exec.Command(floorProgram, "-mode", "coderbg", "-addr", addr) },
		args: []string{"-ts", "/ts", "-seq", "/seq", "-pub-size", "430"},
	}
	hub := target{
		name: "hub", path: LivePath,
		cmd: func(addr string) *exec.Cmd {
			cmd := exec.Command(os.Args[0], "-test.run=^TestLiveBenchServer$", "-test.timeout=0")
			cmd.Env = append(os.Environ(), benchServerEnv+"="+addr)
			return cmd
		},
		args: []string{"-sub", `{"subscribe":["reports"]}`, "-match", `"delta"`, "-ts", "/at", "-seq", "/seq", "-from", "/from", "-pub-size", "300"},
	}
	parts := os.Getenv("BALAIKOTA_BENCH_LIVE")
	part := func(name string) bool { return parts == "" || slices.Contains(strings.Split(parts, ","), name) }
	b.ResetTimer()
	if part("1000") {
		compare(b, wsload, floor, hub, 1000, "10")
	}
	if part("5000") {
		compare(b, wsload, floor, hub, 5000, "2")
	}
	if part("slow") {
		slow(b, wsload, hub)
	}
	if part("churn") {
		churn(b, wsload, hub)
	}
}

func compare(b *testing.B, wsload string, floor, hub target, n int, rate string) {
	b.Helper()
	var f, h []load
	args := []string{"-n", strconv.Itoa(n), "-rate", rate, "-dur", "8s"}
	for range 3 {
		f = append(f, floor.run(b, wsload, args...))
		h = append(h, hub.run(b, wsload, args...))
	}
	cpu := func(l load) float64 { return l.CPU }
	printLine("%-6s %5s %28s %6s %9s %9s %12s %6s %6s", "server", "n", "CPU µs/delivery (median)", "p50 ms", "p99 ms", "kB/conn", "loaded", "gaps", "errors")
	for name, loads := range map[string][]load{"floor": f, "hub": h} {
		printLine("%-6s %5d %17v %10.1f %6.1f %9.1f %9.1f %12.1f %6v %6v", name, n, field(loads, cpu), median(field(loads, cpu)),
			median(field(loads, func(l load) float64 { return l.P50 })), median(field(loads, func(l load) float64 { return l.P99 })),
			median(field(loads, func(l load) float64 { return l.KB })), median(field(loads, func(l load) float64 { return l.KBLoaded })),
			field(loads, func(l load) float64 { return l.Gaps + l.Dups }), field(loads, func(l load) float64 { return l.Errors }))
		printLine("       delivered/s %v, bytes each %.0f, others busy %v s", field(loads, func(l load) float64 { return l.PerSecond }),
			loads[0].MB*1e6/loads[0].PerSecond, field(loads, func(l load) float64 { return l.Other }))
	}
	ratio := median(field(h, cpu)) / median(field(f, cpu))
	printLine("n=%d: hub / floor = %.2f (must be at most 1.1)", n, ratio)
	b.ReportMetric(ratio, fmt.Sprintf("hub/floor@%d", n))
	b.ReportMetric(median(field(h, func(l load) float64 { return l.KBLoaded })), fmt.Sprintf("kB/conn@%d", n))
}

// slow compares the latency of those who read with and without fifty who do
// not. Frames are large, so that the fifty are soon full.
func slow(b *testing.B, wsload string, hub target) {
	b.Helper()
	var none, fifty []load
	args := []string{"-n", "1000", "-rate", "10", "-dur", "15s", "-pub-size", "4000"}
	for range 3 {
		none = append(none, hub.run(b, wsload, args...))
		fifty = append(fifty, hub.run(b, wsload, append(args, "-slow", "50")...))
	}
	p99 := func(l load) float64 { return l.P99 }
	ratio := median(field(fifty, p99)) / median(field(none, p99))
	printLine("p99 ms without slow clients %v, with 50 %v: ratio of medians %.2f (must be at most 1.2)", field(none, p99), field(fifty, p99), ratio)
	b.ReportMetric(ratio, "slow/none")
}

func churn(b *testing.B, wsload string, hub target) {
	b.Helper()
	dur := os.Getenv("BALAIKOTA_BENCH_LIVE_CHURN")
	if dur == "" {
		dur = "1m"
	}
	l := hub.run(b, wsload, "-n", "1000", "-rate", "10", "-dur", dur, "-churn", "50")
	printLine("churn 50/s for %s: %v cut and back, gaps %v, repeats %v, errors %v (%s), alive %v of %v, p99 %.1f ms, kB/conn %.1f → %.1f",
		dur, l.Cut, l.Gaps, l.Dups, l.Errors, l.FirstErr, l.Alive, l.Connected, l.P99, l.KB, l.KBLoaded)
	b.ReportMetric(l.Gaps+l.Dups, "churn-gaps")
}
