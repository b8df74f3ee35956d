package simcity

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"time"
)

// Options say how a city is set up. Only Dir is required.
type Options struct {
	// Addr to listen on, loopback only; "" is 127.0.0.1:0.
	Addr string
	// Seed decides everything that happens; 0 is 1 for a new folder and the
	// folder's own seed for an old one.
	Seed int64
	// Speed is simulated seconds per second; 0 is 1 (real time).
	Speed float64
	// Start is where the simulated clock starts (after the backlog). With a
	// Start everything carries the simulated time, which at a Speed over 1
	// runs away from the wall clock. The zero Start is now, and everything
	// then carries the wall-clock time at which it came out, at any Speed,
	// never a future one; at a restart the time since is caught up. A folder
	// keeps the choice of its first run.
	Start time.Time
	// Dir holds journal, ledger, state and outbox; made when missing.
	Dir string
	// Backlog is how long citizens complained before Start; 0 is 60 days,
	// negative none.
	Backlog time.Duration
	// History is how much of the backlog the sensors remember; 0 is 14 days.
	History time.Duration
	// Pace multiplies the number of complaints; 0 is 1, about 75 a day.
	Pace float64
	// Faults that are on from the beginning.
	Faults Faults
	// Replay names recorded files that are played instead of the grammar.
	Replay []string
	// APIKey that POST /open311/v2/requests wants; "" is "simcity".
	APIKey string
	Log    *slog.Logger
	Now    func() time.Time
}

const (
	defaultBacklog = 60 * 24 * time.Hour
	defaultHistory = 14 * 24 * time.Hour
	maxSpeed       = 86400
)

// withDefaults checks the options and fills in what was left out.
func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("simcity: no folder given")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, fmt.Errorf("simcity: find folder: %w", err)
	}
	o.Dir = dir
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if err := loopbackOnly(o.Addr); err != nil {
		return o, err
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Pace == 0 {
		o.Pace = 1
	}
	if o.Speed < 0 || o.Speed > maxSpeed || o.Pace < 0 || o.Pace > 1000 {
		return o, fmt.Errorf("simcity: speed %g (0 to %d) or pace %g (0 to 1000) out of range", o.Speed, maxSpeed, o.Pace)
	}
	if o.Backlog == 0 {
		o.Backlog = defaultBacklog
	}
	o.Backlog = max(0, o.Backlog).Truncate(time.Minute)
	if o.History == 0 {
		o.History = defaultHistory
	}
	o.History = min(max(0, o.History), o.Backlog)
	if o.APIKey == "" {
		o.APIKey = "simcity"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o, o.Faults.check()
}

// loopbackOnly refuses an address that other machines could reach: simulated
// complaints must not be mistaken for a city's own.
func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("simcity: address %q: %w", addr, err)
	}
	if host == "localhost" {
		return nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return fmt.Errorf("simcity: address %q is not loopback; the simulated city speaks to this machine only", addr)
	}
	return nil
}
