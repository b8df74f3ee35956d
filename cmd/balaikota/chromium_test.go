package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"balaikota/frontend"

	"github.com/coder/websocket"
)

// browser is a headless Chromium with one page, driven over its DevTools
// protocol (https://chromedevtools.github.io/devtools-protocol, flat sessions).
type browser struct {
	t       *testing.T
	conn    *websocket.Conn
	session string
	dir     string // of its profile and its microphone

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
	errors  []string // what the page wrote to its console as an error
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// needPrograms skips the test on a machine that lacks them, never in CI.
func needPrograms(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not here; .ci/need installs it", p)
		}
		t.Skipf("%s is not on this machine", p)
	}
}

// chromiumProgram finds the browser as .ci/need does.
func chromiumProgram(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	needPrograms(t, "chromium")
	return ""
}

// needPage skips the test where the page was not built, never in CI.
func needPage(t *testing.T) {
	t.Helper()
	if _, err := fs.Stat(frontend.Dist(), "index.html"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("the page is not built; make build does")
	}
	t.Skip("the page is not built (make frontend)")
}

var devToolsLine = regexp.MustCompile(`DevTools listening on (ws://\S+)`)

// openBrowser starts a Chromium whose page is signed in at a server.
func openBrowser(t *testing.T, url, token string, flags ...string) *browser {
	t.Helper()
	needPage(t)
	program := chromiumProgram(t)
	b := &browser{t: t, dir: t.TempDir(), waiting: map[int]chan reply{}}
	args := append([]string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-quic", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--mute-audio", "--remote-debugging-port=0", "--user-data-dir=" + b.dir,
		"--window-size=1440,900", "--autoplay-policy=no-user-gesture-required", "--lang=id",
	}, flags...)
	cmd := exec.Command(program, append(args, "about:blank")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its renderers too
		_ = cmd.Wait()
	})
	b.connect(b.address(bufio.NewScanner(stderr)))
	b.enter(url, token)
	return b
}

// address waits for the browser to say where it listens.
func (b *browser) address(lines *bufio.Scanner) string {
	b.t.Helper()
	found := make(chan string, 1)
	go func() {
		for lines.Scan() {
			if m := devToolsLine.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
			}
		}
	}()
	select {
	case address := <-found:
		return address
	case <-time.After(time.Minute):
		b.t.Fatal("Chromium did not start in a minute")
		return ""
	}
}

func (b *browser) connect(address string) {
	b.t.Helper()
	conn, _, err := websocket.Dial(b.t.Context(), address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	conn.SetReadLimit(64 << 20)
	b.conn = conn
	done := make(chan struct{})
	go func() { defer close(done); b.read() }()
	b.t.Cleanup(func() { _ = conn.CloseNow(); <-done })
}

// read hands replies to those who wait, until the connection ends.
func (b *browser) read() {
	for {
		_, raw, err := b.conn.Read(context.Background())
		if err != nil {
			return
		}
		var m struct {
			ID     int
			Method string
			Params struct {
				Entry            struct{ Level, Text, URL string }
				ExceptionDetails struct{ Text string }
			}
			reply
		}
		if json.Unmarshal(raw, &m) != nil {
			continue
		}
		b.mu.Lock()
		switch {
		case m.Method == "Log.entryAdded" && m.Params.Entry.Level == "error":
			b.errors = append(b.errors, m.Params.Entry.Text+" "+m.Params.Entry.URL)
		case m.Method == "Runtime.exceptionThrown":
			b.errors = append(b.errors, m.Params.ExceptionDetails.Text)
		case b.waiting[m.ID] != nil:
			b.waiting[m.ID] <- m.reply
			delete(b.waiting, m.ID)
		}
		b.mu.Unlock()
	}
}

// try calls a method of the protocol.
func (b *browser) try(method string, params any) (json.RawMessage, error) {
	b.mu.Lock()
	b.next++
	id, answer := b.next, make(chan reply, 1)
	b.waiting[id] = answer
	session := b.session
	b.mu.Unlock()
	message := map[string]any{"id": id, "method": method, "params": params}
	if session != "" {
		message["sessionId"] = session
	}
	raw, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	if err := b.conn.Write(b.t.Context(), websocket.MessageText, raw); err != nil {
		return nil, err
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return nil, fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		return r.Result, nil
	case <-time.After(time.Minute):
		return nil, fmt.Errorf("%s: no reply in a minute", method)
	}
}

func (b *browser) call(method string, params any) json.RawMessage {
	b.t.Helper()
	out, err := b.try(method, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// enter makes the page, signed in with the token in the place of the cookie.
func (b *browser) enter(url, token string) {
	b.t.Helper()
	var made struct{ TargetID string }
	if err := json.Unmarshal(b.call("Target.createTarget", map[string]any{"url": "about:blank"}), &made); err != nil {
		b.t.Fatal(err)
	}
	var attached struct{ SessionID string }
	if err := json.Unmarshal(b.call("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}), &attached); err != nil {
		b.t.Fatal(err)
	}
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", struct{}{})
	}
	b.call("Network.setCookie", map[string]any{"name": "balaikota", "value": token, "url": url})
}

// visit opens an address and waits for the page to be there.
func (b *browser) visit(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url})
	b.until(time.Minute, "the page "+url, `location.href.startsWith(`+quoted(url)+`) && document.readyState === 'complete' && document.querySelector('main, .shell, .login') !== null`)
}

// js evaluates an expression in the page.
func (b *browser) js(expression string) (json.RawMessage, error) {
	raw, err := b.try("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true})
	if err != nil {
		return nil, err
	}
	var out struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Exception struct{ Description string }
		}
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	if out.ExceptionDetails != nil {
		return nil, errors.New(out.ExceptionDetails.Exception.Description)
	}
	return out.Result.Value, nil
}

// text evaluates an expression that is a string.
func (b *browser) text(expression string) string {
	b.t.Helper()
	raw, err := b.js(expression)
	if err != nil {
		b.t.Fatal(err)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // null is no text
	return s
}

// until waits for an expression to hold; a failure shows what stands on the screen.
func (b *browser) until(within time.Duration, what, expression string) {
	b.t.Helper()
	deadline := time.Now().Add(within)
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		raw, err := b.js(expression)
		if err == nil && string(raw) == "true" {
			return
		}
		if time.Now().After(deadline) {
			b.picture()
			b.t.Fatalf("%s: not within %s (%v); the screen shows:\n%s", what, within, err, b.text("document.body?.innerText.slice(0, 3000)"))
		}
		<-tick.C
	}
}

// shows waits for words on the screen.
func (b *browser) shows(within time.Duration, words string) {
	b.t.Helper()
	b.until(within, "“"+words+"” on the screen", "document.body.innerText.includes("+quoted(words)+")")
}

// element is an expression for the button with this name.
func button(name string) string {
	return `[...document.querySelectorAll('button')].find((e) => (e.getAttribute('aria-label') ?? e.innerText).trim() === ` + quoted(name) + ` && e.checkVisibility())`
}

// click presses and releases the mouse on an element, as a person would.
func (b *browser) click(element string) {
	b.t.Helper()
	b.until(30*time.Second, "something to press: "+element, "(() => { const e = "+element+"; return e !== undefined && e !== null && !e.disabled })()")
	var at struct{ X, Y float64 }
	raw, err := b.js("(() => { const e = " + element + "; e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return {x: r.x + r.width / 2, y: r.y + r.height / 2} })()")
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "buttons": 1, "clickCount": 1})
	}
}

const questionField = `document.querySelector('textarea')`

// write types a text into the question's field, in the place of what is there.
func (b *browser) write(text string) {
	b.t.Helper()
	b.until(30*time.Second, "the question's field", "("+questionField+")?.disabled === false")
	if _, err := b.js(questionField + ".focus(); " + questionField + ".select()"); err != nil {
		b.t.Fatal(err)
	}
	b.call("Input.insertText", map[string]any{"text": text})
}

// picture saves what the screen shows where BALAIKOTA_TEST_PICTURES says, if it does.
func (b *browser) picture() {
	dir := os.Getenv("BALAIKOTA_TEST_PICTURES")
	if dir == "" {
		return
	}
	var shot struct{ Data string }
	raw, err := b.try("Page.captureScreenshot", map[string]any{"format": "png"})
	if err == nil && json.Unmarshal(raw, &shot) == nil {
		png, _ := base64.StdEncoding.DecodeString(shot.Data)
		b.mu.Lock()
		b.next++
		name := filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "_")+"-"+strconv.Itoa(b.next)+".png")
		b.mu.Unlock()
		_ = os.WriteFile(name, png, 0o644)
	}
}

func quoted(s string) string {
	raw, _ := json.Marshal(s) // a string always can
	return string(raw)
}
