package sqlquery

import (
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"balaikota/connectors/connectortest"
)

// TestReasonsAreThoseTheScreenKnows: what is wrong with a source most often.
func TestReasonsAreThoseTheScreenKnows(t *testing.T) {
	t.Parallel()
	var said []string
	add := func(err error) {
		t.Helper()
		said = append(said, connectortest.Said(t, err))
	}
	db := theirs{system: "postgres", address: "127.0.0.1:5432", database: "x"}
	for _, line := range []string{`cursor: ""`, `start: ""`, "query: select 1", "query: drop table x", "allow_private: false"} {
		add(Spec.Check(db.config(t, line)))
	}
	c := Config{PageSize: 1000, Cursor: "diubah"}
	add((&result{more: true}).whole(c, false, ""))
	add((&result{more: true}).whole(c, true, ""))
	for _, code := range []string{"3D000", "42501", "42601"} {
		add(explainPostgres(&pgconn.PgError{Code: code, Message: "gaji"}))
	}
	add(explainMySQL(fmt.Errorf("ask the database: %w", mysql.ErrNoTLS)))
	connectortest.Reasons(t, said...)
}
