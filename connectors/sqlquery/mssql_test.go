package sqlquery

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestSQLServerAccountMayOnlyRead: there is no transaction that only reads, so an
// account that may write is refused before anything is asked.
func TestSQLServerAccountMayOnlyRead(t *testing.T) {
	t.Parallel()
	for grant, word := range map[string]string{
		"GRANT INSERT ON data TO baca": "data", "GRANT UPDATE ON data TO baca": "data", "GRANT DELETE ON data TO baca": "data",
		"GRANT CREATE ON SCHEMA public TO baca": "CREATE TABLE",
	} {
		db := sqlserver(t)
		db.complaints(t, 1)
		if _, _, _, err := run(t, db.config(t), nil); err != nil {
			t.Fatalf("an account that only reads: %v", err)
		}
		db.do(t, grant)
		_, _, _, err := run(t, db.config(t), nil)
		if e := connectors.Explain(err); e == nil || e.Field != "user" || e.Key != string(connectors.FailConfig) || !strings.Contains(e.Message, word) || !strings.Contains(e.Message, "ask its owner") {
			t.Errorf("%s: told %+v", grant, e)
		}
	}
}

// TestSQLServerIsRolledBack: were the account's question and the look at the query
// not there, what is written would still be taken back.
func TestSQLServerIsRolledBack(t *testing.T) {
	t.Parallel()
	db := sqlserver(t)
	db.complaints(t, 2)
	db.do(t, "GRANT DELETE, INSERT ON data TO baca")
	for _, query := range []string{"delete from data", "insert into data (nomor) values (7)"} {
		c := open(t, db.config(t, "query: select nomor from data", `{start: "", cursor: ""}`))
		c.statement, c.allowed = statement{text: query}, true
		_, _ = c.Pull(t.Context(), nil)
		_ = c.Close()
	}
	db.do(t, "REVOKE DELETE, INSERT ON data FROM baca")
	if got, _, _, err := run(t, db.config(t), nil); err != nil || len(got) != 2 {
		t.Errorf("left is %q, %v", got, err)
	}
}

// TestSQLServerEncryption: it is asked, under TLS, for a copy that only reads; a
// server that cannot encrypt, or vouches for itself, is left.
func TestSQLServerEncryption(t *testing.T) {
	t.Parallel()
	pair, authority := certified(t)
	db, double := sqlserverWith(t, func(d *tdsDouble) { d.certificate, d.forced = pair, true })
	db.complaints(t, 300) // more than a packet holds
	plain := sqlserver(t)
	for name, tc := range map[string]struct {
		db      theirs
		ca, key string
		lines   []string
	}{
		"trusted":     {db, authority, "", nil},
		"untrusted":   {db, "", "source.failure.tls", nil},
		"no PEM":      {db, "bukan sertifikat", "source.failure.config", nil},
		"unencrypted": {plain, authority, "source.failure.config", nil},
	} {
		lines := append([]string{"tls: verify"}, tc.lines...)
		if tc.ca != "" {
			lines = append(lines, "ca: file:ca.pem")
		}
		env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
		known := env.Secret
		env.Secret = func(ref string) (string, error) {
			if ref == "file:ca.pem" {
				return tc.ca, nil
			}
			return known(ref)
		}
		c, err := Spec.New(tc.db.config(t, lines...), env)
		if err == nil {
			_, err = c.Pull(t.Context(), nil)
			_ = c.(*connector).Close()
		}
		if e := connectors.Explain(err); (e == nil) != (tc.key == "") || e != nil && e.Key != tc.key {
			t.Errorf("%s: told %+v, %v", name, e, err)
		}
	}
	if double.readOnly.Load() == 0 {
		t.Error("no login said that it only reads")
	}
}

// TestSQLServerIsToldToStop: a query beyond its limit ends at their side too.
func TestSQLServerIsToldToStop(t *testing.T) {
	t.Parallel()
	db, double := sqlserverWith(t, func(*tdsDouble) {})
	db.complaints(t, 1)
	_, _, _, err := run(t, db.config(t, "query: select 1 as x from pg_sleep(30)", `{start: "", cursor: ""}`, "timeout: 1s"), nil)
	if e := connectors.Explain(err); e == nil || e.Field != "timeout" {
		t.Errorf("told %+v", e)
	}
	if double.attentions.Load() != 1 {
		t.Errorf("they were told %d times", double.attentions.Load())
	}
}

// TestSQLServerRefusals: who is refused is told so, without the password.
func TestSQLServerRefusals(t *testing.T) {
	t.Parallel()
	db := sqlserver(t)
	db.complaints(t, 1)
	for line, want := range map[string][2]string{
		"password: env:LAIN": {"source.failure.key", ""}, "database: tiada": {"source.failure.config", "database"}, `host: server\contoh`: {"source.failure.config", "host"},
	} {
		var err error
		if err = Spec.Check(db.config(t, line)); err == nil {
			_, _, _, err = run(t, db.config(t, line), nil)
		}
		e := connectors.Explain(err)
		if e == nil || e.Key != want[0] || e.Field != want[1] || strings.Contains(fmt.Sprint(err, e), "nilai-") {
			t.Errorf("%s: told %+v", line, e)
		}
	}
}

// TestSQLServerTypes are those that the others do not have.
func TestSQLServerTypes(t *testing.T) {
	t.Parallel()
	db := sqlserver(t)
	db.do(t, "CREATE TABLE data (nomor uuid, lama timestamp(3), nama varchar(40), panjang text, minus numeric(9,2), kecil smallint, biner bytea)", "GRANT SELECT ON data TO baca",
		"INSERT INTO data VALUES ('6f9619ff-8b86-d011-b42d-00c04fc964ff', '2026-11-01 08:30:00.007', 'Kelurahan Wüster 水', repeat('é', 9000), -12.50, -3, '\\x00ff')",
		"INSERT INTO data VALUES (NULL, '2026-11-01 08:30:00.010', NULL, '', 0, NULL, NULL)")
	c := open(t, db.config(t, "query: select * from data where lama > :since order by [lama]", "cursor: lama"))
	got, err := c.read(t.Context(), "2026-01-01 00:00:00")
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
	record := got.rows[0].record
	if s, _ := record["panjang"].(string); s != strings.Repeat("é", 9000) {
		t.Errorf("a long text has %d bytes", len(s))
	}
	delete(record, "panjang")
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"biner":null,"kecil":-3,"lama":"2026-11-01T08:30:00.007+08:00","minus":-12.50,"nama":"Kelurahan Wüster 水","nomor":"6F9619FF-8B86-D011-B42D-00C04FC964FF"}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	// The old datetime counts in thirds of a hundredth, and is told in milliseconds.
	if got.rows[0].mark != "2026-11-01T08:30:00.007" || got.rows[1].mark != "2026-11-01T08:30:00.010" {
		t.Errorf("marks %q and %q", got.rows[0].mark, got.rows[1].mark)
	}
}

// TestSQLServerStatements: T-SQL takes a second statement without a semicolon, and
// names in brackets.
func TestSQLServerStatements(t *testing.T) {
	t.Parallel()
	d := dialects["sqlserver"]
	for query, want := range map[string]string{
		"select [update], [a ]] delete] from [set]": "", "select updated_at from t with (nolock)": "", "select 'drop table x' as x -- delete": "",
		"select $action from t": "", "select 1 as a from #sementara": "",
		"select 1 delete from t": "says delete", "select 1 exec hapus": "says exec", "with x as (select 1 a) delete from x": "says delete",
		"select next value for urut": "says next value for", "select * from openquery(lain, 'delete from t')": "says openquery",
		"select * from t with (updlock)": "says updlock", "select 1 commit": "says commit", "select [a": "not closed",
		"/* /* */ ' */ delete from t --'": "says delete", "/* /* */ */ select 1": "comment within", "select * into baru from t": "writes",
	} {
		_, err := readStatement(query, d)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), "comment within") {
			t.Errorf("%q: %v", query, err)
		}
	}
	if s, err := readStatement("select [:since] from t where a > :since", d); err != nil || s.text != "select [:since] from t where a > @p1" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSQLServerGoesBackToAMoment(t *testing.T) {
	t.Parallel()
	db := sqlserver(t)
	db.do(t, "CREATE TABLE data (nomor int, dibuat timestamptz, isi text, diubah timestamp)", "GRANT SELECT ON data TO baca",
		"INSERT INTO data VALUES (1, now(), 'a', '2026-11-01 08:00:00'), (2, now(), 'b', '2026-11-20 08:00:00.1234567')")
	config := db.config(t)
	got, _, cursor, err := run(t, config, nil)
	if err != nil || len(got) != 2 {
		t.Fatalf("%q, %v", got, err)
	}
	back, err := open(t, config).Rewind(cursor, time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _, err := run(t, config, back); err != nil || len(got) != 1 || got[0][:1] != "2" {
		t.Errorf("%q, %v", got, err)
	}
	_, err = open(t, config).Rewind(connectortest.With(t, cursor, "since", "17"), time.Now())
	if e, ok := errors.AsType[*city.Error](err); !ok || e.Code != city.Conflict {
		t.Errorf("a number goes back to a moment: %v", err)
	}
}
