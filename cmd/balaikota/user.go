package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"balaikota/backend/account"
	"balaikota/backend/city"
)

type userCommand struct {
	Add     userAddCommand     `cmd:"" help:"Make an account; prints its first password."`
	List    userListCommand    `cmd:"" help:"List the accounts."`
	Change  userChangeCommand  `cmd:"" help:"Change an account's role, area and office."`
	Reset   userResetCommand   `cmd:"" help:"Give an account a new first password and end its sessions."`
	Disable userDisableCommand `cmd:"" help:"Close an account and end its sessions."`
	Enable  userEnableCommand  `cmd:"" help:"Open a closed account again."`
	Token   userTokenCommand   `cmd:"" help:"Print a short-lived bearer token for scripts."`
}

// rights are the flags that say what an account or token may see.
type rights struct {
	Role   string `required:"" enum:"wali_kota,sekda,kepala_opd,camat,lurah,operator,auditor" help:"One of: ${enum}."`
	Area   string `placeholder:"CODE" help:"Area code, for camat and lurah."`
	Office string `placeholder:"NAME" help:"Office's short name, for kepala_opd."`
}

func (r rights) check() error {
	err := city.AccountRights{Role: city.Role(r.Role), AreaCode: r.Area, Office: r.Office}.Check()
	if e, ok := errors.AsType[*city.Error](err); ok {
		e.Field = map[string]string{"role": "--role", "area_code": "--area", "office": "--office"}[e.Field]
	}
	return err
}

type userAddCommand struct {
	Username string `arg:"" help:"Lower case letters, digits, dot, dash."`
	Name     string `placeholder:"NAME" help:"Name as screens show it; the username if empty."`
	rights   `embed:""`
}

// Run makes the account.
func (c *userAddCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Name == "" {
		c.Name = c.Username
	}
	return withDatabase(in, func(d *database) error {
		password, err := d.addOfficer(in.ctx, city.Officer{
			Username: c.Username, Name: c.Name, Role: city.Role(c.Role), AreaCode: c.Area, Office: c.Office,
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.stdout, "%s %s\n", c.Username, password)
		return err
	})
}

type userListCommand struct{}

// Run lists the accounts.
func (c *userListCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		officers, err := d.Officers(in.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(in.stdout, 0, 8, 2, ' ', 0)
		for _, o := range officers {
			state := "aktif"
			if o.DisabledAt != nil {
				state = "ditutup"
			} else if o.MustChange {
				state = "belum masuk"
			}
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s%s\t%s\t%s\n", o.Username, o.Role, o.AreaCode, o.Office, state, o.Name); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

type userChangeCommand struct {
	Username string `arg:""`
	rights   `embed:""`
}

// Run changes the account's rights.
func (c *userChangeCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	return withDatabase(in, func(d *database) error {
		return d.ChangeOfficer(in.ctx, city.CommandLine, c.Username, city.Role(c.Role), c.Area, c.Office)
	})
}

type userResetCommand struct {
	Username string `arg:""`
}

// Run gives the account a new first password.
func (c *userResetCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error {
		o, err := d.Officer(in.ctx, c.Username)
		if err != nil {
			return err
		}
		password, err := account.NewPassword()
		if err != nil {
			return err
		}
		hash, err := account.Hash(password)
		if err != nil {
			return err
		}
		if err := d.SetPassword(in.ctx, city.CommandLine, o.ID, hash, true, 0); err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.stdout, "%s %s\n", o.Username, password)
		return err
	})
}

type userDisableCommand struct {
	Username string `arg:""`
}

// Run closes the account.
func (c *userDisableCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error { return d.DisableOfficer(in.ctx, city.CommandLine, c.Username, true) })
}

type userEnableCommand struct {
	Username string `arg:""`
}

// Run opens the account again.
func (c *userEnableCommand) Run(in *invocation) error {
	return withDatabase(in, func(d *database) error { return d.DisableOfficer(in.ctx, city.CommandLine, c.Username, false) })
}

type userTokenCommand struct {
	rights `embed:""`
	For    time.Duration `default:"1h" help:"How long it holds, at most 24h."`
}

// Run prints a token and nothing else.
func (c *userTokenCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.For <= 0 || c.For > 24*time.Hour {
		return city.InvalidField("--for", "must be between 1s and 24h")
	}
	return withDatabase(in, func(d *database) error {
		asker := city.Asker{Role: city.Role(c.Role), AreaCode: c.Area}
		if c.Office != "" {
			id, err := d.OfficeID(in.ctx, c.Office)
			if err != nil {
				return err
			}
			asker.OfficeID = id
		}
		secret, hash, err := account.NewSecret()
		if err != nil {
			return err
		}
		if err := d.OpenToken(in.ctx, city.CommandLine, asker, hash, time.Now().Add(c.For)); err != nil {
			return err
		}
		_, err = fmt.Fprintln(in.stdout, secret)
		return err
	})
}
