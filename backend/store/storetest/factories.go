package storetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/store"

	"github.com/jackc/pgx/v5"
)

// Codes of Samarinda that tests use. The two kelurahan lie in the two kecamatan.
const (
	CityCode       = "64.72"
	SamarindaUlu   = "64.72.03"      // kecamatan
	AirPutih       = "64.72.03.1004" // a kelurahan in it
	SamarindaUtara = "64.72.05"      // kecamatan
	Lempake        = "64.72.05.1003" // a kelurahan in it
)

// hash stands for an account's password where none is typed; no password has
// it.
const hash = "$argon2id$v=19$m=65536,t=2,p=1$bm90IGEgc2FsdCBub3Q$bm90IGEga2V5IG5vdCBhIGtleSBub3QgYSBrZXkgbm8"

// Source saves a source of the files connector that promises data every five
// minutes, and returns its number. change alters it first.
func Source(t testing.TB, s *store.Store, change ...func(*city.Source)) int64 {
	t.Helper()
	src := city.Source{
		Slug: "uji", Name: "Sumber uji", Connector: "files", Schedule: "@every 5m", ExpectEvery: 5 * time.Minute,
		Owner: "Diskominfo", Config: json.RawMessage(`{}`),
	}
	for _, c := range change {
		c(&src)
	}
	id, err := s.SaveSource(t.Context(), src)
	if err != nil {
		t.Fatalf("save a source: %v", err)
	}
	return id
}

// Report is an open report about a broken road in Samarinda Ulu of 12 March
// 2026, 09.00 WITA. change alters it.
func Report(externalID string, change ...func(*city.Report)) city.Report {
	r := city.Report{
		ExternalID: externalID, Channel: "whatsapp", CreatedAt: time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC),
		Text: "Jalan berlubang di depan pasar, sudah dua minggu", Stems: "jalan lubang depan pasar minggu",
		StatedArea: AirPutih, Category: "jalan-rusak", Status: city.Open,
		Raw: json.RawMessage(`{"id":"` + externalID + `"}`),
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

// Reports are n reports prefix-0 … prefix-(n-1), a minute apart.
func Reports(prefix string, n int, change ...func(*city.Report)) []city.Report {
	out := make([]city.Report, n)
	for i := range out {
		later := func(r *city.Report) { r.CreatedAt = r.CreatedAt.Add(time.Duration(i) * time.Minute) }
		out[i] = Report(fmt.Sprintf("%s-%d", prefix, i), append([]func(*city.Report){later}, change...)...)
	}
	return out
}

// Observation is a value of an indicator at a time; area "" is the whole city.
func Observation(indicator, area string, at time.Time, value float64) city.Observation {
	return city.Observation{Indicator: indicator, AreaCode: area, Time: at, Value: value}
}

// Ingest stores a delivery and fails the test if that does.
func Ingest(t testing.TB, s *store.Store, d city.Delivery) city.Tally {
	t.Helper()
	tally, err := s.Ingest(t.Context(), d)
	if err != nil {
		t.Fatalf("ingest: %v", err)
	}
	return tally
}

// Officer adds an account that need not change its password, and returns it.
// change may set area and office as the role needs.
func Officer(t testing.TB, s *store.Store, role city.Role, change ...func(*store.Officer)) store.Officer {
	t.Helper()
	o := store.Officer{Username: "uji-" + string(role), Name: "Pejabat Uji", Role: role, PasswordHash: hash}
	o.Username = plain(o.Username)
	switch role {
	case city.Camat:
		o.AreaCode = SamarindaUlu
	case city.Lurah:
		o.AreaCode = AirPutih
	case city.KepalaOPD:
		o.Office = "DPUPR"
	}
	for _, c := range change {
		c(&o)
	}
	if _, err := s.AddOfficer(t.Context(), store.CommandLine, o); err != nil {
		t.Fatalf("add an officer: %v", err)
	}
	got, err := s.Officer(t.Context(), o.Username)
	if err != nil {
		t.Fatalf("read an officer: %v", err)
	}
	return got
}

func plain(username string) string {
	out := []byte(username)
	for i, c := range out {
		if c == '_' {
			out[i] = '-'
		}
	}
	return string(out)
}

// Reporters opens who made the reports of db, in the order of their numbers, and
// fails the test where one cannot be opened.
func Reporters(t testing.TB, db DB) []city.Reporter {
	t.Helper()
	conn := Connect(t, db.SuperuserURL)
	type row struct {
		ReportID int64
		KeyID    string
		Sealed   []byte
	}
	rows, err := conn.Query(t.Context(), "SELECT report_id, key_id, sealed FROM reporters ORDER BY report_id")
	if err != nil {
		t.Fatalf("read reporters: %v", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		t.Fatalf("read reporters: %v", err)
	}
	out := make([]city.Reporter, len(all))
	for i, r := range all {
		if out[i], err = city.OpenReporter(Keys(t), r.ReportID, r.KeyID, r.Sealed); err != nil {
			t.Fatalf("open the reporter of report %d: %v", r.ReportID, err)
		}
	}
	return out
}
