package mqtt

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

const (
	pageSize = 500
	// trialListen is for how long a trial listens: half of what it may take.
	trialListen = 20 * time.Second
	// settle is how long a pull listens after what it took was stored: only then
	// does a broker that holds a backlog send on.
	settle = time.Second
)

// prepared is a configuration with its patterns and expressions made ready.
type prepared struct {
	topics []pattern
	items  *mapping.Program // nil for the content itself
	status pattern
	word   *mapping.Program
}

// read makes patterns and expressions ready. Errors are *city.Error Invalid.
func (c *Config) read() (r prepared, err error) {
	for i, text := range c.Topics {
		p, err := readPattern(fmt.Sprintf("topics[%d]", i), text)
		if err != nil {
			return r, err
		}
		r.topics = append(r.topics, p)
	}
	if c.Items != "" {
		if r.items, err = mapping.Compile("items", c.Items); err != nil {
			return r, err
		}
	}
	if c.Status == nil {
		return r, nil
	}
	if r.status, err = readPattern("status.topic", c.Status.Topic); err != nil {
		return r, err
	}
	r.word, err = mapping.Compile("status.value", c.Status.Value)
	return r, err
}

// connector is one run of an mqtt source, or one wait for its news.
type connector struct {
	cfg      Config
	env      connectors.Env
	r        prepared
	rows     *mapping.Reader
	settings settings
	session  *session
	taken    []message // handed over by the last Pull and not known to be stored
	pulled   bool
}

func newConnector(cfg Config, env connectors.Env) (connectors.Connector, error) {
	c := &connector{cfg: cfg, env: env}
	var err error
	if c.r, err = cfg.read(); err != nil {
		return nil, err
	}
	if c.rows, err = cfg.Mapping.Reader(env); err != nil {
		return nil, err
	}
	c.settings = settings{
		broker: cfg.Broker, version: cfg.Version, allowPrivate: cfg.AllowPrivate,
		hello: hello{clientID: cfg.ClientID, user: cfg.User, keep: cfg.Session == kept},
	}
	for _, p := range c.r.topics {
		c.settings.filters = append(c.settings.filters, p.filter)
	}
	if cfg.Status != nil {
		c.settings.filters = append(c.settings.filters, c.r.status.filter)
	}
	for _, secret := range []struct {
		name, ref string
		to        *string
	}{{"password", cfg.Password, &c.settings.hello.password}, {"ca", cfg.CA, &c.settings.ca}} {
		if secret.ref == "" {
			continue
		}
		if *secret.to, err = env.Secret(secret.ref); err != nil {
			return nil, fmt.Errorf("%s: %w", secret.name, err)
		}
	}
	if env.Trial {
		// The source itself may be listening, and what waits for it is not ours.
		c.settings.hello.clientID += "-coba-" + rand.Text()[:8]
		c.settings.hello.keep = false
	}
	return c, nil
}

// Mapped implements connectors.Mapper.
func (c *connector) Mapped(ctx context.Context) []city.MappedField { return c.rows.Mapped(ctx) }

// cursor tells how far a source has come; the place itself is the broker's to
// remember.
type cursor struct {
	Messages int64 `json:"messages"` // handed to the store since the beginning
}

// Pull hands over what came since, at most 500 messages. Without any it waits for
// the time that the configuration says, unless somebody waits for news anyway.
func (c *connector) Pull(ctx context.Context, raw json.RawMessage) (connectors.Page, error) {
	var cur cursor
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &cur); err != nil {
			return connectors.Page{}, fmt.Errorf("read the cursor: %w", err)
		}
	}
	c.join()
	var page connectors.Page
	messages, err := c.session.take(ctx, pageSize, c.patience())
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return page, err
	case c.pulled, c.session.wasGreeted():
		// The broker let us in, and then the connection ended: most likely another
		// node of ours that listens took over, or the broker is restarted. If a
		// fault lasts, the next run is not let in and tells.
		c.env.Log.Info("The connection to the broker ended during the pull", "error", err)
	default:
		return page, err
	}
	c.pulled = true
	c.taken = messages
	for _, m := range messages {
		if err := c.convert(ctx, m, &page); err != nil {
			return connectors.Page{}, err
		}
	}
	cur.Messages += int64(len(messages))
	page.More = len(messages) > 0
	if page.Cursor, err = json.Marshal(cur); err != nil {
		return connectors.Page{}, fmt.Errorf("write the cursor: %w", err)
	}
	return page, nil
}

func (c *connector) join() {
	if c.session == nil {
		c.session = ours.join(c.settings, c.env.Log)
	}
}

// patience is how long a pull waits for a message.
func (c *connector) patience() time.Duration {
	switch {
	case c.env.Trial && !c.pulled:
		return trialListen
	case c.pulled:
		return settle
	case c.session.isWaited():
		return 0
	}
	return time.Duration(c.cfg.Listen)
}

// Kept implements connectors.Keeper: the store has the messages, so the broker
// may forget them.
func (c *connector) Kept(context.Context) {
	if c.settings.hello.keep {
		if err := c.session.acknowledge(c.taken); err != nil {
			c.env.Log.Info("Messages that are stored will come once more", "error", err)
		}
	}
	c.taken = nil
}

// Wait implements connectors.Waiter.
func (c *connector) Wait(ctx context.Context, _ json.RawMessage) error {
	c.join()
	c.session.setWaited(true)
	err := c.session.await(ctx)
	if err == nil {
		return nil
	}
	c.session.setWaited(false)
	return err
}

// Close leaves the session. What was taken and not stored goes back to it.
func (c *connector) Close() error {
	if c.session != nil {
		c.session.giveBack(c.taken)
		c.session.leave()
		c.session, c.taken = nil, nil
	}
	return nil
}
