package sqlquery

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// complaints makes a table of n complaints, changed a minute apart from 1
// November 2026, 08:00 UTC.
func (db theirs) complaints(t *testing.T, n int) {
	t.Helper()
	db.do(t, "CREATE TABLE data (nomor bigint, dibuat timestamp NULL, isi varchar(200), diubah timestamptz NULL)", "GRANT SELECT ON data TO baca")
	for i := range n {
		db.do(t, fmt.Sprintf("INSERT INTO data VALUES (%d, '2026-11-01 07:00:00', 'laporan %d', %s)", i, i, db.moment(i)))
	}
}

// moment is the i-th minute, written so that the server's own zone says nothing.
func (db theirs) moment(i int) string {
	at := time.Date(2026, 11, 1, 8, i, 0, 0, time.UTC)
	if db.system == "mysql" { // the server's zone is seven hours ahead
		return "'" + at.Add(7*time.Hour).Format(time.DateTime) + "'"
	}
	return "'" + at.Format(time.RFC3339) + "'"
}

func TestReadingGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.complaints(t, 25)
			config := db.config(t, "page_size: 10")
			got, pages, cursor, err := run(t, config, nil)
			if err != nil || len(got) != 25 || pages != 3 {
				t.Fatalf("got %d rows in %d pages, %v", len(got), pages, err)
			}
			// A timestamp without a zone (MariaDB's has one, and its server's) is the city's.
			if got[3] != map[string]string{"postgres": "3 2026-11-01T07:00:00+08:00 laporan 3", "mysql": "3 2026-11-01T08:00:00+08:00 laporan 3", "sqlserver": "3 2026-11-01T07:00:00+08:00 laporan 3"}[db.system] {
				t.Errorf("row 3 is %s", got[3])
			}
			if again, _, _, err := run(t, config, cursor); err != nil || len(again) != 0 {
				t.Errorf("read again: %q, %v", again, err)
			}
			db.do(t, "UPDATE data SET isi = 'baru', diubah = "+db.moment(59)+" WHERE nomor = 4")
			if again, _, _, err := run(t, config, cursor); err != nil || len(again) != 1 || !strings.HasSuffix(again[0], "baru") {
				t.Errorf("after a change: %q, %v", again, err)
			}
			// Another query starts anew.
			if again, _, _, err := run(t, db.config(t, "page_size: 10", "query: select nomor, dibuat, isi, diubah from data where diubah > :since order by diubah, nomor"), cursor); err != nil || len(again) != 25 {
				t.Errorf("another query: %d rows, %v", len(again), err)
			}
		})
	}
}

func TestQueryMayLookBack(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.complaints(t, 20)
			back := map[string]string{"postgres": "cast(:since as timestamptz) - interval '5 minutes'", "mysql": "timestamp(:since) - interval 5 minute", "sqlserver": "cast(:since as timestamptz) - interval '5 minutes'"}[db.system]
			config := db.config(t, "page_size: 10", "query: select nomor, dibuat, isi, diubah from data where diubah > "+back+" order by diubah")
			ids := map[string]bool{}
			got, _, cursor, err := run(t, config, nil)
			for _, line := range got {
				ids[strings.Fields(line)[0]] = true
			}
			if err != nil || len(ids) != 20 {
				t.Fatalf("of 20 rows came %q, %v", got, err)
			}
			db.do(t, "INSERT INTO data VALUES (77, '2026-11-01 07:00:00', 'terlambat', "+db.moment(17)+")")
			if got, _, _, err := run(t, config, cursor); err != nil || len(got) != 6 || !strings.Contains(strings.Join(got, "\n"), "terlambat") {
				t.Errorf("after a late row came %q, %v", got, err)
			}
		})
	}
}

func TestClockAheadHidesNothing(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			for _, kind := range []string{"timestamptz", "date"} {
				db.do(t, "DROP TABLE IF EXISTS data", "CREATE TABLE data (nomor int, diubah "+kind+" NULL)", "GRANT SELECT ON data TO baca",
					"INSERT INTO data VALUES (1, '2026-11-20')", "INSERT INTO data VALUES (2, '2036-11-21')")
				config := db.config(t, "query: select nomor, diubah as dibuat, 'x' as isi, diubah from data where diubah > :since order by diubah")
				_, _, cursor, err := run(t, config, nil)
				if err != nil {
					t.Fatal(err)
				}
				db.do(t, "INSERT INTO data VALUES (3, '2026-11-23')") // after the moment that the test plays in
				got, _, _, err := run(t, config, cursor)
				if err != nil || len(got) != 2 || !strings.HasPrefix(got[0], "3 ") {
					t.Errorf("%s: behind %s came %q, %v", kind, cursor, got, err)
				}
			}
		})
	}
}

func TestRowsOfOneMomentAreNotTornApart(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.complaints(t, 0)
			for i := range 12 { // three rows a moment
				db.do(t, fmt.Sprintf("INSERT INTO data VALUES (%d, '2026-11-01 07:00:00', 'x', %s)", i, db.moment(i/3)))
			}
			got, _, _, err := run(t, db.config(t, "page_size: 4"), nil)
			ids := map[string]bool{}
			for _, line := range got {
				ids[strings.Fields(line)[0]] = true
			}
			if err != nil || len(got) != 12 || len(ids) != 12 {
				t.Errorf("of 12 rows came %q, %v", got, err)
			}
			_, _, _, err = run(t, db.config(t, "page_size: 2"), nil)
			if e := connectors.Explain(err); e == nil || e.Field != "page_size" {
				t.Errorf("more rows of one moment than a page holds: %v", err)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			fields := map[string]string{
				"postgres":  "id int, harga numeric(20,4), hari date, jam timestamp, zona timestamptz, ya boolean, kosong text, dok jsonb, biner bytea, f double precision, panjang bigint",
				"sqlserver": "id int, harga numeric(20,4), hari date, jam timestamp, zona timestamptz, ya boolean, kosong text, dok text, biner bytea, f double precision, panjang bigint",
				"mysql":     "id int, harga decimal(20,4), hari date, jam datetime(3), zona timestamp(3) NULL, ya boolean, kosong text, dok json, biner blob, f double, panjang bigint unsigned",
			}
			rows := map[string]string{
				"postgres":  `1, 12345678901234.5600, '2026-11-21', '2026-11-21 08:30:00.25', '2026-11-21 08:30:00+07', true, NULL, '{"a": [1.50]}', '\xff00', 0.1, 9007199254740993`,
				"sqlserver": `1, 12345678901234.5600, '2026-11-21', '2026-11-21 08:30:00.25', '2026-11-21 08:30:00+07', true, NULL, '{"a": [1.50]}', '\xff00', 0.1, 9007199254740993`,
				"mysql":     `1, 12345678901234.5600, '2026-11-21', '2026-11-21 08:30:00.25', '2026-11-21 08:30:00', true, NULL, '{"a": [1.50]}', x'ff00', 0.1, 9007199254740993`,
			}
			db.do(t, "CREATE TABLE data ("+fields[db.system]+")", "GRANT SELECT ON data TO baca", "INSERT INTO data VALUES ("+rows[db.system]+")")
			for _, where := range []string{"", " where id > :since order by id"} { // MySQL's two ways of sending rows
				more := []string{"query: select * from data" + where, `{start: "0", cursor: id}`}
				if where == "" {
					more[1] = `{start: "", cursor: ""}`
				}
				c := open(t, db.config(t, more...))
				got, err := c.read(t.Context(), "0")
				_ = c.Close()
				if err != nil {
					t.Fatal(err)
				}
				text, err := json.Marshal(got.rows[0].record)
				if err != nil {
					t.Fatal(err)
				}
				want := `{"biner":null,"dok":{"a":[1.50]},"f":0.1,"harga":12345678901234.5600,"hari":"2026-11-21T00:00:00+08:00","id":1,` +
					`"jam":"2026-11-21T08:30:00.25+08:00","kosong":null,"panjang":9007199254740993,"ya":` +
					map[string]string{"postgres": "true", "mysql": "1", "sqlserver": "true"}[db.system] + `,"zona":"2026-11-21T01:30:00Z"}`
				if db.system != "postgres" { // MariaDB's json is text under another name, SQL Server has none
					want = strings.Replace(want, `{"a":[1.50]}`, `"{\"a\": [1.50]}"`, 1)
				}
				if diff := cmp.Diff(want, string(text)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestZoneOfTheMappingIsThatOfTimesWithoutOne(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.do(t, "CREATE TABLE data (id int, tgl date, nilai decimal(6,2))", "GRANT SELECT ON data TO baca", "INSERT INTO data VALUES (1, '2026-11-20', 7.5)", "INSERT INTO data VALUES (2, '2026-11-21', NULL)")
			c := open(t, db.config(t, "query: select id, tgl, nilai from data order by id", `{start: "", cursor: ""}`, `mapping:
  kind: observations
  zone: Asia/Jakarta
  fields: {indicator: {const: muka-air-benanga}, time: .tgl, value: .nilai}`))
			page, err := c.Pull(t.Context(), nil)
			_ = c.Close()
			if err != nil || len(page.Observations) != 1 || len(page.Refused) != 0 {
				t.Fatalf("got %+v, %v", page, err)
			}
			if o := page.Observations[0]; o.Value != 7.5 || !o.Time.Equal(time.Date(2026, 11, 19, 17, 0, 0, 0, time.UTC)) {
				t.Errorf("got %+v", o)
			}
		})
	}
}

// TestNothingIsWritten gives the account rights that it should not have, and
// takes the look at the query away: what is left is the transaction; with SQL
// Server, that such an account is refused.
func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.complaints(t, 1)
			db.do(t, "GRANT INSERT, UPDATE, DELETE ON data TO baca")
			for _, query := range []string{
				"delete from data", "insert into data (nomor) values (7)", "update data set isi = 'x'",
				"with x as (delete from data returning nomor) select * from x", // Postgres alone knows it
				"select 1; delete from data", "commit; delete from data", "drop table data", "create table lain (x int)",
			} {
				c := open(t, db.config(t, "query: select nomor from data", `{start: "", cursor: ""}`))
				c.statement = statement{text: query}
				_, err := c.Pull(t.Context(), nil)
				_ = c.Close()
				if e := connectors.Explain(err); err == nil || e.Key != string(connectors.FailConfig) && e.Key != string(connectors.FailTold) {
					t.Errorf("%s: told %+v", query, e)
				}
			}
			db.do(t, "REVOKE INSERT, UPDATE, DELETE ON data FROM baca")
			got, _, _, err := run(t, db.config(t), nil)
			if err != nil || len(got) != 1 || !strings.HasSuffix(got[0], "laporan 0") {
				t.Errorf("left is %q, %v", got, err)
			}
		})
	}
}

func TestMistakesAreTold(t *testing.T) {
	t.Parallel()
	for name, database := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			db.complaints(t, 3)
			db.do(t, "CREATE TABLE gaji (x int)")
			slow := map[string]string{"postgres": "select pg_sleep(20)", "mysql": "select sleep(20) from data", "sqlserver": "select 1 as x from pg_sleep(20)"}[db.system]
			whole := `{start: "", cursor: ""}`
			for name, tc := range map[string]struct {
				lines      []string
				key, field string
			}{
				"password": {[]string{"password: env:LAIN"}, "source.failure.key", ""},
				"closed":   {[]string{"port: 1"}, "source.failure.refused", ""},
				"right":    {[]string{"query: select * from gaji", whole}, "source.failure.config", "user"},
				"syntax":   {[]string{"query: select from where", whole}, "source.failure.config", "query"},
				"table":    {[]string{"query: select * from tiada", whole}, "source.failure.config", "query"},
				"slow":     {[]string{"query: " + slow, whole, "timeout: 1s"}, "source.failure.config", "timeout"},
				"open":     {[]string{"tls: verify"}, "source.failure.config", "tls"},
				"inside":   {[]string{"{allow_private: false, tls: verify}"}, "source.failure.private", ""},
				"order":    {[]string{"query: select nomor, dibuat, isi, diubah from data where diubah > :since order by diubah desc"}, "source.failure.config", "query"},
				"column":   {[]string{"cursor: lain"}, "source.failure.config", "cursor"},
				"no value": {[]string{"query: select nomor, dibuat, isi, null as diubah from data where diubah > :since"}, "source.failure.config", "cursor"},
				"again":    {[]string{"query: select nomor, dibuat, isi, diubah from data where diubah > '2026-01-01' or diubah > :since order by diubah", "page_size: 2"}, "source.failure.config", "query"},
				"too many": {[]string{"query: select nomor, dibuat, isi from data", whole, "page_size: 2"}, "source.failure.config", "query"},
				"start":    {[]string{`start: "bukan waktu"`}, "", ""},
			} {
				began := time.Now()
				_, _, _, err := run(t, db.config(t, tc.lines...), nil)
				switch {
				case db.system == "mysql" && name == "start":
					continue // it compares anything with anything
				case db.system == "postgres" && name == "password":
					continue // the tests' server asks for none
				case db.system == "sqlserver" && name == "start":
					tc.key, tc.field = "source.failure.config", "query" // told without the value
				case db.system == "mysql" && name == "open":
					tc.key, tc.field = "source.failure.tls", "" // it encrypts, and vouches for itself
				case db.system == "mysql" && name == "table":
					tc.field = "user" // it does not tell strangers which tables there are
				}
				e := connectors.Explain(err)
				if e == nil || tc.key != "" && e.Key != tc.key || e.Field != tc.field || strings.Contains(fmt.Sprint(err, e), "nilai-") {
					t.Errorf("%s: told %+v", name, e)
				}
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("%s: took %v", name, took)
				}
			}
		})
	}
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	db := mariadb(t)
	db.complaints(t, 1)
	for name, tc := range map[string]struct{ ca, key string }{
		"trusted": {maria.authority, ""}, "untrusted": {"", "source.failure.tls"}, "no PEM": {"bukan sertifikat", "source.failure.config"},
	} {
		lines := []string{"tls: verify"}
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
		c, err := Spec.New(db.config(t, lines...), env)
		if err == nil {
			_, err = c.Pull(t.Context(), nil)
			_ = c.(*connector).Close()
		}
		if e := connectors.Explain(err); (e == nil) != (tc.key == "") || e != nil && e.Key != tc.key {
			t.Errorf("%s: told %+v, %v", name, e, err)
		}
	}
}

func TestQueriesThatAreNoReadingAreRefused(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"select 1": "", "SELECT 1;": "", "with a as (select 1) select * from a": "", "(select 1) union (select 2)": "", "values (1)": "",
		"select ';' as x": "", "select \"a;b\" from t": "", "-- a; b\nselect 1": "", "/* ; */ select 1": "", "select 'it''s; into t'": "",
		"delete from t": "begin", "select 1; select 2": "more than one", "select * into baru from t": "writes", "select 1 into outfile '/tmp/x'": "writes",
		"select * from t for update": "writes", "/*!50000 delete from t */": "MySQL would run", "select 'x": "not closed", "call hapus()": "begin", "": "begin", "explain analyze delete from t": "begin",
	} {
		for name, d := range dialects {
			_, err := readStatement(query, d)
			if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || city.CodeOf(err) != city.Invalid) {
				t.Errorf("%s: %q: %v", name, query, err)
			}
		}
	}
	for query, want := range map[string][2]string{
		"select a::text from t where b > :since":                {"select a::text from t where b > $1", "select a::text from t where b > ?"},
		"select ':since' from t where a > :since or b > :since": {"select ':since' from t where a > $1 or b > $1", "select ':since' from t where a > ? or b > ?"},
		"select :sincere from t":                                {"select :sincere from t", "select :sincere from t"},
	} {
		if s, serr := readStatement(query, dialects["sqlserver"]); serr != nil || s.text != strings.ReplaceAll(want[0], "$1", "@p1") {
			t.Errorf("%s: %+v %v", query, s, serr)
		}
		p, err := readStatement(query, dialects["postgres"])
		m, merr := readStatement(query, dialects["mysql"])
		if err != nil || merr != nil || p.text != want[0] || m.text != want[1] || m.times != strings.Count(want[1], "?") {
			t.Errorf("%s: %+v %+v %v %v", query, p, m, err, merr)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	db := theirs{system: "postgres", address: "127.0.0.1:5432", database: "x"}
	for line, field := range map[string]string{
		"system: oracle": "system", "host: a/b": "host", "port: 70000": "port", "password: rahasia": "password", "allow_private: false": "tls",
		"ca: file:x": "ca", `cursor: ""`: "cursor", `start: ""`: "start", "query: select 1": "query", "query: drop table x": "query",
		"page_size: 0": "page_size", "timeout: 2h": "timeout", "mapping: {kind: reports, fields: {text: .x}}": "mapping.fields.external_id",
	} {
		err := Spec.Check(db.config(t, line))
		if e := connectors.Explain(err); e == nil || e.Field != field {
			t.Errorf("%s: %+v", line, e)
		}
	}
	text, err := os.ReadFile("testdata/aduan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := Spec.Check(connectortest.YAML(t, string(text))); err != nil {
		t.Errorf("the configuration of the README: %v", err)
	}
}

// FuzzStatement: whatever is written, what passes has no second statement, and
// quotations stay as they are.
func FuzzStatement(f *testing.F) {
	for _, s := range []string{"select 1", "select ':since', \"x\" from t where a > :since -- y\n", "select $a$;$a$, 'x\\'' # y", "/* */select 1;;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, name := range slices.Sorted(func(yield func(string) bool) { _ = yield("mysql") && yield("postgres") && yield("sqlserver") }) {
			s, err := readStatement(query, dialects[name])
			if err != nil {
				if city.CodeOf(err) != city.Invalid {
					t.Errorf("%v", err)
				}
				continue
			}
			if s.since != (s.times > 0) || !s.since && s.text != strings.TrimSuffix(strings.TrimSpace(query), ";") {
				t.Errorf("%q became %+v", query, s)
			}
		}
	})
}

func TestNumbersOfServers(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]any{
		"0042": json.Number("42"), "00": json.Number("0"), "-007.50": json.Number("-7.50"), "+.5": json.Number("0.5"), "12.": json.Number("12"),
		"123456789012345678901.25": json.Number("123456789012345678901.25"), "1E+3": json.Number("1E+3"),
		"": nil, ".": nil, "NaN": nil, "-Infinity": nil, "0x10": nil, "true": nil, "1x": nil,
	} {
		got := number(s)
		if got != want {
			t.Errorf("%q is %v, want %v", s, got, want)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("%q is no JSON: %v", s, err)
		}
	}
}

// FuzzValue reads what a server may send as text.
func FuzzValue(f *testing.F) {
	for _, kind := range []string{"DATETIME", "DECIMAL", "JSON", "BLOB", "TEXT", "DATE"} {
		f.Add([]byte("2026-11-21 08:30:00.25"), kind)
		f.Add([]byte("0000-00-00"), kind)
		f.Add([]byte("1e999"), kind)
		f.Add([]byte("00"), kind)
		f.Add([]byte{0xff}, kind)
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind string) {
		for _, d := range dialects {
			for _, v := range []any{raw, string(raw)} {
				got, err := d.value(v, kind, connectortest.WITA)
				if err != nil {
					continue
				}
				if _, err := json.Marshal(got); err != nil {
					t.Errorf("%q of %s gives %v: %v", raw, kind, got, err)
				}
			}
		}
	})
}
