package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"balaikota/backend/city"
)

type verifyCommand struct {
	Numbers []string  `arg:"" optional:"" placeholder:"NUMBER" help:"Receipts to check, such as B-000123; all if none."`
	Since   time.Time `format:"2006-01-02" placeholder:"DATE" help:"Only receipts of answers given since this day."`
	JSON    bool      `name:"json" help:"Print each check as a JSON line."`
	Strict  bool      `help:"A figure that differs is a failure too."`
}

// Run walks the chain of receipts, runs the calls of each again under the same
// rights and from the same moment, and says which figures differ and why.
func (c *verifyCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		g, err := newGeography(in.ctx, d.Store)
		if err != nil {
			return err
		}
		a, err := newAssistant(in.ctx, d, g, in.log, assistantParts{AtRisk: &paceKeeper{db: d, log: in.log, now: time.Now}})
		if err != nil {
			return err
		}
		_, broken, err := d.CheckChain(in.ctx)
		if err != nil {
			return err
		}
		numbers, err := c.wanted(in, d)
		if err != nil {
			return err
		}
		differ, err := c.check(in, a, numbers)
		if err != nil {
			return err
		}
		if !c.JSON {
			if _, err := fmt.Fprintf(in.stdout, "%d bukti diperiksa, %d sama, %d berbeda\n", len(numbers), len(numbers)-differ, differ); err != nil {
				return fmt.Errorf("write the result: %w", err)
			}
		}
		return c.verdict(broken, differ)
	})
}

// verdict is an error when somebody changed the record.
func (c *verifyCommand) verdict(broken []int64, differ int) error {
	if len(broken) > 0 {
		names := make([]string, min(len(broken), 5))
		for i := range names {
			names[i] = city.ReceiptName(broken[i])
		}
		return city.Errorf(city.Conflict, "the chain of receipts is broken at %d places (%s): somebody changed, removed or added receipts past the program; compare with a backup",
			len(broken), strings.Join(names, ", "))
	}
	if c.Strict && differ > 0 {
		return city.Errorf(city.Conflict, "%d receipts give other figures now; the lines above say which and why", differ)
	}
	return nil
}

func (c *verifyCommand) wanted(in *invocation, d *database) (numbers []int64, err error) {
	if len(c.Numbers) == 0 {
		return d.ReceiptNumbers(in.ctx, c.Since)
	}
	for _, name := range c.Numbers {
		n, err := city.ParseReceiptName(name)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

func (c *verifyCommand) check(in *invocation, a *assisting, numbers []int64) (differ int, err error) {
	enc := json.NewEncoder(in.stdout)
	enc.SetEscapeHTML(false)
	for _, n := range numbers {
		check, err := a.CheckReceipt(in.ctx, city.System, n)
		if err != nil {
			return differ, err
		}
		if !check.Same {
			differ++
		}
		if c.JSON {
			if err := enc.Encode(check); err != nil {
				return differ, fmt.Errorf("write the result: %w", err)
			}
			continue
		}
		for _, d := range check.Differences {
			if _, err := fmt.Fprintf(in.stdout, "%s  %s\n", city.ReceiptName(n), d.Text); err != nil {
				return differ, fmt.Errorf("write the result: %w", err)
			}
		}
	}
	return differ, nil
}
