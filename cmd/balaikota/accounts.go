package main

import (
	"context"

	"balaikota/backend/account"
	"balaikota/backend/city"
)

// firstAccount is an account made for an empty database.
type firstAccount struct{ username, password, name string }

// ensureFirstAccounts makes the first accounts of an empty database and
// returns their passwords, which are shown once and must be changed.
func (d *database) ensureFirstAccounts(ctx context.Context) ([]firstAccount, error) {
	n, err := d.CountOfficers(ctx)
	if err != nil || n > 0 {
		return nil, err
	}
	var out []firstAccount
	for _, a := range []struct {
		username, name string
		role           city.Role
	}{{"walikota", "Wali Kota", city.WaliKota}, {"operator", "Operator Diskominfo", city.Operator}} {
		password, err := d.addOfficer(ctx, city.Officer{Username: a.username, Name: a.name, Role: a.role})
		if city.CodeOf(err) == city.Conflict {
			continue // another node was first
		}
		if err != nil {
			return nil, err
		}
		out = append(out, firstAccount{a.username, password, a.name})
	}
	return out, nil
}

// addOfficer makes an account with a random first password and returns it.
func (d *database) addOfficer(ctx context.Context, o city.Officer) (string, error) {
	password, err := account.NewPassword()
	if err != nil {
		return "", err
	}
	if o.PasswordHash, err = account.Hash(password); err != nil {
		return "", err
	}
	o.MustChange = true
	_, err = d.AddOfficer(ctx, city.CommandLine, o)
	return password, err
}
