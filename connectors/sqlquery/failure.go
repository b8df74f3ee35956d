package sqlquery

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"balaikota/backend/city"
	"balaikota/connectors"
)

// What the servers' errors mean to whoever set the source up. Their own words go
// on only where they speak of the query; errors about data quote the data.

func explainPostgres(err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		if strings.Contains(err.Error(), "server refused TLS connection") { // the driver has no value for it
			return unencrypted()
		}
		return err
	}
	switch class := e.Code[:min(2, len(e.Code))]; {
	case class == "28": // invalid authorization
		return refusedKey(e.Code)
	case e.Code == "3D000":
		return noDatabase()
	case e.Code == "42501":
		return noRight(e.Message)
	case e.Code == "25006":
		return writing()
	case e.Code == "57014":
		return tooSlow()
	case e.Code == "53300", class == "57":
		return busy(e.Code)
	case class == "42":
		return notUnderstood(e.Message)
	}
	return &connectors.ToldError{Detail: "SQLSTATE " + e.Code}
}

func explainMySQL(err error) error {
	e, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		if errors.Is(err, mysql.ErrNoTLS) {
			return unencrypted()
		}
		return err
	}
	code := strconv.Itoa(int(e.Number))
	switch e.Number {
	case 1045, 1698:
		return refusedKey(code)
	case 1049, 1044:
		return noDatabase()
	case 1142, 1143, 1227, 1370:
		return noRight(e.Message)
	case 1792, 1290:
		return writing()
	case 1969, 3024, 1317:
		return tooSlow()
	case 1040, 1203, 1053:
		return busy(code)
	case 1064, 1146, 1054, 1052, 1305, 1109:
		return notUnderstood(e.Message)
	}
	return &connectors.ToldError{Detail: "MySQL " + code}
}

func refusedKey(code string) error {
	return &city.Error{Code: city.Internal, Key: string(connectors.FailKey), Params: map[string]string{"status": code},
		Message: "The database refused user and password (code " + code + "). Ask its owner for new ones."}
}

func busy(code string) error {
	return &city.Error{Code: city.Internal, Key: string(connectors.FailBusy), Params: map[string]string{"status": code},
		Message: "The database takes no more connections just now (code " + code + "). It is tried again by itself."}
}

func noDatabase() error {
	return city.InvalidField("database", "does not exist on this server, or the account may not use it")
}

func noRight(words string) error {
	return city.InvalidField("user", "may not read what the query reads; ask the owner to grant select (%s)", clip(line(words), 160))
}

func unencrypted() error {
	return city.InvalidField("tls", "asks for an encrypted connection, which their server does not offer; its owner must switch it on, or choose off where it stands in the city's own network")
}

func writing() error {
	return city.InvalidField("query", "writes something, and their server has refused it: a source only reads")
}

func tooSlow() error {
	return city.InvalidField("timeout", "has passed before the query was done; make the query lighter (an index on the cursor's column), or the limit longer")
}

func notUnderstood(words string) error {
	return city.InvalidField("query", "is not understood by their server: %s", clip(line(words), 160))
}

func line(s string) string { return strings.Join(strings.Fields(s), " ") }
