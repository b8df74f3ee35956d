package sqlquery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// SQL Server knows no transaction that may only read. What keeps the other side's
// data safe there is the account, which is asked first what it may do and refused
// when it may write; then the look at the query; then a transaction that is always
// rolled back.

// openMSSQL prepares a connection that asks for a copy that only reads, where the
// server has one, and encrypts from the login on.
func openMSSQL(a account) (*sql.DB, error) {
	cfg := msdsn.Config{
		Host: a.host, Port: uint64(a.port), Database: a.database, User: a.user, Password: a.password,
		AppName: "balaikota", ReadOnlyIntent: true, DisableRetry: true, NoTraceID: true,
		Protocols: []string{"tcp"}, ProtocolParameters: map[string]any{}, Parameters: map[string]string{},
		Encryption: msdsn.EncryptionDisabled, TLSConfig: a.tls,
		DialTimeout: 10 * time.Second, ConnTimeout: a.limit + 10*time.Second,
		Encoding: msdsn.EncodeParameters{Timezone: time.UTC},
	}
	if a.tls != nil {
		cfg.Encryption = msdsn.EncryptionRequired
	}
	connector := mssql.NewConnectorConfig(cfg)
	connector.Dialer = connectors.NewDialer(a.allowPrivate)
	return sql.OpenDB(connector), nil
}

// limitMSSQL sets what the query is read under: dates in text are year-month-day
// whatever the account's language, nobody's lock is waited for longer than the
// limit, and where two block each other it is we who give way.
func limitMSSQL(ctx context.Context, conn *sql.Conn, limit time.Duration) error {
	_, err := conn.ExecContext(ctx, "SET DATEFORMAT ymd; SET LOCK_TIMEOUT "+strconv.FormatInt(limit.Milliseconds(), 10)+"; SET DEADLOCK_PRIORITY LOW; SET XACT_ABORT ON")
	return err
}

// What the account may do beyond reading, in the database as a whole and to its
// tables. Both are questions that every account may ask about itself.
const (
	mayWriteDatabase = `select min(permission_name) from fn_my_permissions(null, 'DATABASE')
where permission_name in ('INSERT', 'UPDATE', 'DELETE', 'EXECUTE', 'ALTER', 'CONTROL', 'TAKE OWNERSHIP')
or permission_name like 'ALTER %' or permission_name like 'CREATE %'`
	mayWriteTable = `select min(o.name) from sys.objects o where o.type in ('U', 'V') and (
has_perms_by_name(concat(quotename(schema_name(o.schema_id)), '.', quotename(o.name)), 'OBJECT', 'INSERT') = 1 or
has_perms_by_name(concat(quotename(schema_name(o.schema_id)), '.', quotename(o.name)), 'OBJECT', 'UPDATE') = 1 or
has_perms_by_name(concat(quotename(schema_name(o.schema_id)), '.', quotename(o.name)), 'OBJECT', 'DELETE') = 1)`
)

// onlyReads refuses an account that may write.
func onlyReads(ctx context.Context, conn *sql.Conn) error {
	for query, where := range map[string]string{mayWriteDatabase: "in the database", mayWriteTable: "to the table"} {
		var found sql.NullString
		if err := conn.QueryRowContext(ctx, query).Scan(&found); err != nil {
			return fmt.Errorf("ask what the account may do: %w", err)
		}
		if found.Valid {
			return mayWrite(where, found.String)
		}
	}
	return nil
}

func mayWrite(where, what string) error {
	what = clip(line(what), 80)
	if where == "in the database" {
		return city.InvalidField("user", "may do more than read in the database (%s), and SQL Server has no transaction that only reads: ask its owner for an account with select on what the query reads, and nothing else", what)
	}
	return city.InvalidField("user", "may write to the table %s, and SQL Server has no transaction that only reads: ask its owner for an account with select on what the query reads, and nothing else", what)
}

// mssqlValue turns what the driver gives into a value for the mapping; kind is the
// column's type. What has no zone of its own is the zone's.
func mssqlValue(raw any, kind string, zone *time.Location) (any, error) {
	switch v := raw.(type) {
	case time.Time:
		switch kind {
		case "DATETIMEOFFSET":
			return v.UTC().Format(time.RFC3339Nano), nil
		case "TIME":
			return v.Format("15:04:05.9999999"), nil
		}
		return inZone(v, zone), nil
	case string:
		return text(v, kind)
	case []byte:
		switch kind {
		case "DECIMAL", "MONEY", "SMALLMONEY":
			return number(string(v)), nil
		case "UNIQUEIDENTIFIER":
			var id mssql.UniqueIdentifier
			if err := id.Scan(v); err != nil {
				return nil, fmt.Errorf("holds a uniqueidentifier that is none")
			}
			return id.String(), nil
		case "VARCHAR", "NVARCHAR", "CHAR", "NCHAR", "TEXT", "NTEXT", "XML":
			return text(string(v), kind)
		}
		return nil, nil // bytes, which a mapping could not use
	}
	return plain(raw)
}

// How SQL Server reads a time without a zone whatever the language: datetime knows
// milliseconds, datetime2 a ten-millionth.
const (
	isoZoneless = "2006-01-02T15:04:05.9999999"
	isoMillis   = "2006-01-02T15:04:05.000"
)

// momentMSSQL is t as a column of a kind would say it, "" for one that holds no
// moments.
func momentMSSQL(t time.Time, kind string, zone *time.Location) string {
	switch kind {
	case "DATETIMEOFFSET":
		return t.UTC().Format("2006-01-02T15:04:05.9999999Z07:00")
	case "DATETIME", "SMALLDATETIME":
		return t.In(zone).Format(isoMillis)
	case "DATETIME2":
		return t.In(zone).Format(isoZoneless)
	case "DATE":
		return t.In(zone).Format(dayOnly)
	}
	return ""
}

func explainMSSQL(err error) error {
	e, ok := errors.AsType[mssql.Error](err)
	if !ok {
		return explainHandshake(err)
	}
	code := strconv.Itoa(int(e.Number))
	switch e.Number {
	case 18456, 18452, 18470, 18486, 18487, 18488:
		return refusedKey(code)
	case 4060, 911:
		return noDatabase()
	case 229, 230, 262, 297, 300, 916:
		return noRight(e.Message)
	case 3906, 3908:
		return writing()
	case 1222, 1205, 10928, 10929, 17809, 18461, 233:
		return busy(code)
	case 102, 105, 156, 170, 195, 207, 208, 209, 241, 319, 4104, 8120, 8117:
		return notUnderstood(e.Message)
	}
	return &connectors.ToldError{Detail: "SQL Server " + code}
}

// explainHandshake finds in the words of the driver, which does not wrap them, that
// encryption failed.
func explainHandshake(err error) error {
	words := err.Error()
	failed := connectors.FailTLS
	switch {
	case strings.Contains(words, "certificate has expired"):
		failed = connectors.FailExpired
	case strings.Contains(words, "server does not support encryption"):
		return unencrypted()
	case !strings.Contains(words, "TLS Handshake failed"):
		return err
	}
	return &city.Error{Code: city.Internal, Key: string(failed), Message: connectors.FailureTexts[failed].EN, Err: err}
}
