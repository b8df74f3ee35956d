package simcity

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"balaikota/connectors/simcity/world"
)

// lockFolder keeps two cities out of one folder. The lock goes with the
// process, however it ends.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("simcity: lock folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("simcity: folder %s is in use by another simulated city: %w", dir, err), f.Close())
	}
	return f, nil
}

// open reads what the folder knows and brings the world to the same point.
func (c *City) open() error {
	var lines, entries [][]byte
	var err error
	if c.journal, lines, err = openLog(filepath.Join(c.opt.Dir, "journal.jsonl")); err != nil {
		return fmt.Errorf("simcity: %w", err)
	}
	if c.ledger, entries, err = openLog(filepath.Join(c.opt.Dir, "ledger.jsonl")); err != nil {
		return fmt.Errorf("simcity: %w", err)
	}
	if len(lines) == 0 {
		if len(entries) > 0 {
			return fmt.Errorf("simcity: folder %s has a ledger but no journal; it is not a simulated city's", c.opt.Dir)
		}
		return c.found()
	}
	history, err := c.readJournal(lines)
	if err != nil {
		return err
	}
	if err := c.loadLedger(entries); err != nil {
		return fmt.Errorf("simcity: %w", err)
	}
	if err := c.rerun(history); err != nil {
		return fmt.Errorf("simcity: run again: %w", err)
	}
	return c.resume()
}

// found starts a new city.
func (c *City) found() error {
	s := startLine{Seed: c.opt.Seed, Pace: c.opt.Pace, Wall: c.opt.Start.IsZero(), Begin: c.opt.Start}
	if s.Seed == 0 {
		s.Seed = 1
	}
	now := c.opt.Now()
	if s.Wall {
		s.Begin = now
	}
	s.Begin = s.Begin.Truncate(time.Minute)
	// Sensors are read on the full ten minutes of the clock.
	s.Zero = s.Begin.Add(-c.opt.Backlog).Truncate(world.FrameTicks * world.Tick)
	s.Frames = s.Begin.Add(-c.opt.History)
	h := fnv.New32a()
	fmt.Fprintf(h, "%d %d", s.Seed, s.Zero.Unix())
	s.Prefix = fmt.Sprintf("%04X", h.Sum32()&0xffff)
	c.start = s
	c.world = world.New(c.worldConfig())
	a := anchor{Sim: s.Begin, Wall: now, Speed: c.opt.Speed}
	if s.Wall {
		a.Wall = s.Begin // a little ago: both clocks read the same
	}
	c.clock = clock{wall: s.Wall, anchors: []anchor{a}}
	if err := c.commit([]line{{Kind: lineStart, Start: &s}, {Kind: lineAnchor, Anchor: &a}}); err != nil {
		return err
	}
	return c.chooseRecord(s.Begin)
}

func (c *City) worldConfig() world.Config {
	return world.Config{Seed: c.start.Seed, Start: c.start.Zero, Prefix: c.start.Prefix, Pace: c.start.Pace}
}

// readJournal fills memory from the journal.
func (c *City) readJournal(raw [][]byte) ([]line, error) {
	lines := make([]line, len(raw))
	for i, b := range raw {
		l := &lines[i]
		if err := json.Unmarshal(b, l); err != nil {
			return nil, fmt.Errorf("simcity: read journal line %d: %w", i+1, err)
		}
		switch l.Kind {
		case lineStart:
			c.start = *l.Start
			c.clock.wall = l.Start.Wall
		case lineAnchor:
			c.clock.anchors = append(c.clock.anchors, *l.Anchor)
		default:
			c.admit(l)
			if l.Kind == lineFrame {
				c.lastFrame = l.At
			}
		}
	}
	if c.start.Prefix == "" || len(c.clock.anchors) == 0 {
		return nil, fmt.Errorf("simcity: journal in %s does not begin as one", c.opt.Dir)
	}
	if c.opt.Seed != 0 && c.opt.Seed != c.start.Seed {
		return nil, fmt.Errorf("simcity: folder %s belongs to seed %d, not %d", c.opt.Dir, c.start.Seed, c.opt.Seed)
	}
	return lines, nil
}

// rerun brings the world from its last saved state to the journal's last tick.
// What it emits on the way is in the journal already, but for what a kill cut
// off, which is emitted now.
func (c *City) rerun(history []line) error {
	if err := c.loadState(); err != nil {
		return err
	}
	begin, last := c.world.TickNow(), int64(0)
	known := map[string]bool{}
	commands := map[int64][]*line{} // those the saved state has not seen yet
	seen := int64(0)
	for i := range history {
		l := &history[i]
		last = max(last, l.Tick)
		if l.Tick >= begin {
			known[l.key()] = true
		}
		if !l.isCommand() {
			continue
		}
		if seen++; seen > c.commands {
			commands[l.Tick] = append(commands[l.Tick], l)
		}
	}
	c.saved = begin
	for _, l := range commands[begin] {
		c.obey(l)
	}
	for c.world.TickNow() < last {
		out := c.world.Step()
		var missing []line
		for _, l := range c.linesOf(out) {
			if !known[l.key()] {
				missing = append(missing, l)
			}
		}
		for _, l := range commands[out.Tick] {
			c.obey(l)
		}
		if err := c.commit(append(missing, c.replayLines(out.Tick, out.Time)...)); err != nil {
			return err
		}
	}
	return nil
}

// obey repeats a command from the journal on the world.
func (c *City) obey(l *line) {
	c.commands++
	switch {
	case l.Kind == lineReplay:
		c.world.Silence(l.Set != "")
	case l.Kind == lineFlood:
		c.world.Flood(l.Area, l.MM, l.Minutes)
	case l.Report != nil:
		c.world.Adopt(l.Report.ID, l.Report.Category)
	}
}

// loadState restores state.json, or starts the world anew when there is none
// or it is of another version.
func (c *City) loadState() error {
	c.world = world.New(c.worldConfig())
	b, err := os.ReadFile(c.statePath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	var s savedState
	w := c.world
	if err = json.Unmarshal(b, &s); err == nil {
		w, err = world.Restore(c.worldConfig(), s.World)
	}
	if err != nil {
		c.log.Warn("saved state cannot be used; running the world again from its start", "error", err)
		return nil
	}
	c.world, c.commands = w, s.Commands
	return nil
}

// savedState is what state.json holds. Commands counts those the world has
// obeyed, because several may fall into one tick.
type savedState struct {
	Commands int64           `json:"commands"`
	World    json.RawMessage `json:"world"`
}

func (c *City) statePath() string { return filepath.Join(c.opt.Dir, "state.json") }

// resume ties the clock to now. In wall-clock time the pause is lived through
// at its own pace, so that no day is missing.
func (c *City) resume() error {
	now := c.opt.Now()
	sim := c.world.TimeOf(c.world.TickNow())
	began := sim
	list := []anchor{{Sim: sim, Wall: now, Speed: c.opt.Speed}}
	if stamped := c.clock.wallAt(sim); c.start.Wall && now.After(stamped) {
		list = []anchor{
			{Sim: sim, Wall: stamped, Speed: 1},
			{Sim: sim.Add(now.Sub(stamped)), Wall: now, Speed: c.opt.Speed},
		}
		began = list[1].Sim
	}
	if err := c.setAnchors(list); err != nil {
		return err
	}
	return c.chooseRecord(began)
}

func (c *City) setAnchors(list []anchor) error {
	var lines []line
	for i := range list {
		c.clock.anchors = append(c.clock.anchors, list[i])
		lines = append(lines, line{Kind: lineAnchor, Tick: c.world.TickNow(), Anchor: &list[i]})
	}
	return c.commit(lines)
}

// CatchUp runs the city up to now: the backlog at first, later the time for
// which it was off. Run does it by itself.
func (c *City) CatchUp() error {
	c.mu.Lock()
	began, from := time.Now(), c.world.TickNow()
	err := c.stepTo(c.clock.simAt(c.opt.Now()))
	if err == nil {
		err = c.recoverExports()
	}
	if err == nil && c.data.exports == 0 {
		err = c.export()
	}
	ticks := c.world.TickNow() - from
	c.mu.Unlock()
	c.log.Debug("caught up", "simulated", time.Duration(ticks)*world.Tick, "took", time.Since(began))
	return errors.Join(err, c.save(true))
}

// stateEvery is how often the world's state is saved, and how often the files
// are put on the disk for good.
const stateEvery = 5 * time.Second

// save syncs the journal and the ledger and writes state.json beside them, in
// that order: a state must never know more than the journal.
func (c *City) save(now bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil || c.journal == nil || (!now && time.Since(c.savedAt) < stateEvery) {
		return c.failed
	}
	c.savedAt = time.Now()
	if err := errors.Join(c.journal.sync(), c.ledger.sync()); err != nil {
		return fmt.Errorf("simcity: %w", err)
	}
	if c.saved == c.world.TickNow() && !now {
		return nil
	}
	snapshot, err := c.world.Snapshot()
	if err != nil {
		return fmt.Errorf("simcity: %w", err)
	}
	b, err := json.Marshal(savedState{Commands: c.commands, World: snapshot})
	if err != nil {
		return fmt.Errorf("simcity: save state: %w", err)
	}
	c.saved = c.world.TickNow()
	if err := writeFile(c.statePath(), b); err != nil {
		return fmt.Errorf("simcity: save state: %w", err)
	}
	return nil
}

// writeFile puts a file in its place in one move.
func writeFile(path string, data []byte) error {
	part := path + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, path)
}
