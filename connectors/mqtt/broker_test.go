package mqtt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// Accounts of the test's broker: sensors may write and read all, kota may read
// what lies below sensor.
const (
	sensorPassword = "sandi-sensor"
	cityPassword   = "nilai-env:SANDI_MQTT" // what connectortest's Env makes of env:SANDI_MQTT
)

// broker is a mosquitto of the test's own.
type broker struct {
	t       *testing.T
	server  string // the program
	dir     string
	address string
	cmd     *exec.Cmd
}

// startBroker starts one with the given lines in its configuration besides.
func startBroker(t *testing.T, lines ...string) *broker {
	t.Helper()
	server, hash := program(t, "mosquitto"), program(t, "mosquitto_passwd")
	b := &broker{t: t, server: server, dir: t.TempDir(), address: freeAddress(t)}
	_, port, err := net.SplitHostPort(b.address)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(b.dir, "acl"), "user sensor\ntopic readwrite #\nuser kota\ntopic read sensor/#\n")
	passwords := filepath.Join(b.dir, "passwords")
	write(t, passwords, "")
	for user, password := range map[string]string{"sensor": sensorPassword, "kota": cityPassword} {
		if out, err := exec.CommandContext(t.Context(), hash, "-b", passwords, user, password).CombinedOutput(); err != nil {
			t.Fatalf("mosquitto_passwd: %v\n%s", err, out)
		}
	}
	conf := []string{
		"listener " + port + " 127.0.0.1", "allow_anonymous false", "password_file " + passwords, "acl_file " + filepath.Join(b.dir, "acl"),
		"persistence true", "persistence_location " + b.dir + "/", "log_dest file " + filepath.Join(b.dir, "log"), "max_queued_messages 0",
	}
	if os.Geteuid() == 0 {
		conf = append(conf, "user root") // its folder is ours alone
	}
	write(t, filepath.Join(b.dir, "conf"), strings.Join(append(conf, lines...), "\n")+"\n")
	b.start()
	t.Cleanup(func() {
		b.stop(syscall.SIGKILL)
		if t.Failed() {
			text, _ := os.ReadFile(filepath.Join(b.dir, "log"))
			t.Logf("the broker's log:\n%s", text)
		}
	})
	return b
}

// program finds a program of the broker's package, which Debian puts where only
// root's PATH looks. Without it the test is skipped, never in CI.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/opt/homebrew/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not here; .ci/need installs it", name)
	}
	t.Skipf("%s is not on this machine", name)
	return ""
}

func (b *broker) start() {
	b.t.Helper()
	b.cmd = exec.Command(b.server, "-c", filepath.Join(b.dir, "conf"))
	if err := b.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	until(b.t, "the broker answers", func() bool {
		conn, err := net.DialTimeout("tcp", b.address, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func (b *broker) stop(how syscall.Signal) {
	if b.cmd == nil {
		return
	}
	_ = b.cmd.Process.Signal(how)
	_ = b.cmd.Wait()
	b.cmd = nil
}

// until waits for a condition for at most half a minute.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within half a minute: %s", what)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sensor is a client that publishes.
type sensor struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	next uint16
}

// sensor connects one; will is "topic text" for its last will, "" for none.
func (b *broker) sensor(name, will string) *sensor {
	b.t.Helper()
	conn, err := net.DialTimeout("tcp", b.address, 10*time.Second)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	s := &sensor{t: b.t, conn: conn, in: bufio.NewReader(conn)}
	c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	c.ProtocolName, c.ProtocolVersion, c.CleanSession, c.ClientIdentifier = "MQTT", 4, true, name
	c.UsernameFlag, c.Username, c.PasswordFlag, c.Password = true, "sensor", true, []byte(sensorPassword)
	if topic, text, ok := strings.Cut(will, " "); ok {
		c.WillFlag, c.WillQos, c.WillTopic, c.WillMessage = true, 1, topic, []byte(text)
	}
	s.do(c.Write(conn))
	if ack, ok := s.read().(*packets.ConnackPacket); !ok || ack.ReturnCode != 0 {
		b.t.Fatalf("the sensor was not let in: %v", ack)
	}
	return s
}

func (s *sensor) do(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *sensor) read() packets.ControlPacket {
	s.t.Helper()
	s.do(s.conn.SetReadDeadline(time.Now().Add(30 * time.Second)))
	p, err := packets.ReadPacket(s.in)
	s.do(err)
	return p
}

// publish sends a message and returns when the broker has it. From QoS 0 the
// broker sends no word; an answered ping says that it has read so far.
func (s *sensor) publish(qos byte, retain bool, topic, text string) {
	s.t.Helper()
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Payload, p.Qos, p.Retain = topic, []byte(text), qos, retain
	if qos > 0 {
		s.next++
		p.MessageID = s.next
	}
	s.do(p.Write(s.conn))
	if qos == 0 {
		s.do(packets.NewControlPacket(packets.Pingreq).Write(s.conn))
	}
	if got := s.read(); qos > 0 && got.Details().MessageID != p.MessageID {
		s.t.Fatalf("the broker answered %v", got)
	}
}

// reading is a measurement of the level of the water at a minute of the morning
// of 21 November 2026.
func reading(minute int, level float64) string {
	return fmt.Sprintf(`{"waktu": "2026-11-21T08:%02d:00+08:00", "tma": %g}`, minute, level)
}

// silent is a broker that takes connections and says nothing, or what it is told.
func silent(t *testing.T, say string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) || err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.WriteString(conn, say)
				_, _ = io.Copy(io.Discard, conn)
			}()
		}
	}()
	return l.Addr().String()
}
