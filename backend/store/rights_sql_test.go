package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// as runs SQL by hand in a transaction that has first run settings, and rolls
// it back.
func as(t *testing.T, conn *pgx.Conn, settings, sql string) (int64, error) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) // nothing was to stay
	if _, err := conn.PgConn().Exec(t.Context(), settings).ReadAll(); err != nil {
		t.Fatalf("%s: %v", settings, err)
	}
	tag, err := tx.Exec(t.Context(), sql)
	return tag.RowsAffected(), err
}

func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

// ourTables are all tables but those of the job queue and of goose.
func ourTables(t *testing.T, f *fixture) []string {
	t.Helper()
	return all[string](t, f.sql, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'river\_%' AND tablename <> 'goose_db_version' ORDER BY 1`)
}

func TestTheServersOwnRoleMayDoNothing(t *testing.T) {
	t.Parallel()
	f, _ := newCityOfMany(t)
	app := storetest.Connect(t, f.db.AppURL)
	tables := ourTables(t, f)
	if len(tables) < 20 {
		t.Fatalf("tables %v", tables)
	}
	for _, table := range tables {
		for _, sql := range []string{"SELECT FROM ", "DELETE FROM ", "TRUNCATE "} {
			if _, err := as(t, app, "", sql+table); !denied(err) {
				t.Errorf("%s%s: %v", sql, table, err)
			}
		}
	}
	for _, sql := range []string{"SET ROLE balaikota_owner", "SET ROLE postgres", "CREATE TABLE mine (a int)", "SET session_authorization = balaikota_owner"} {
		if _, err := as(t, app, "", sql); err == nil {
			t.Errorf("may %s", sql)
		}
	}
}

// TestEveryTableHasItsReaders spells out which role may read what: a table
// added without a thought fails here.
func TestEveryTableHasItsReaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	public := []string{"balaikota_city_reader", "balaikota_identity_reader", "balaikota_reader", "balaikota_writer"}
	officers := []string{"balaikota_city_reader", "balaikota_reader", "balaikota_writer"}
	// A paired screen's role sees what stands on the wall, and of reports and
	// their analyses (below) only columns.
	shown := append(slices.Clone(officers[:2]), "balaikota_wall_reader", "balaikota_writer")
	public = append(slices.Clone(public[:3]), "balaikota_wall_reader", "balaikota_writer")
	want := map[string][]string{
		"areas": public, "categories": public, "city_setting": public, "holidays": public, "indicators": public, "offices": public, "thresholds": public, "norms": public,
		"alerts": shown, "event_head": shown, "indicator_states": shown, "observations": shown, "report_daily": shown,
		"report_monthly": shown, "reports": officers, "source_hourly": officers, "source_newest": shown, "source_runs": officers, "source_told": {"balaikota_writer"}, "source_state": shown, "sources": shown, "station_states": shown,
		"audit": {"balaikota_city_reader", "balaikota_writer"}, "refused_rows": {"balaikota_city_reader", "balaikota_writer"},
		"events": {"balaikota_writer"}, "login_throttle": {"balaikota_writer"}, "officers": {"balaikota_writer"}, "sessions": {"balaikota_writer"},
		"reporters":        {"balaikota_identity_reader"},
		"hazard_exposures": shown, "hazard_history": officers, "hazard_inputs": shown, "hazard_levels": shown, "hazard_messages": officers,
		"hazard_recipients": shown, "hazard_risks": shown, "hazard_states": shown, "hazard_weights": shown,
		"incidents": officers, "report_analyses": officers, "incident_rulings": officers, "corrections": officers, "report_answers": officers, "report_pauses": shown,
		"forecasts": officers, "cameras": {"balaikota_city_reader", "balaikota_writer"}, "camera_stills": {"balaikota_city_reader", "balaikota_writer"}, "source_listed": {"balaikota_writer"}, "report_photos": officers, "voice_notes": officers, "patterns": officers, "reporter_salt": {},
		"report_segments": officers, "report_sealed_months": officers,
		"analysis_queue": officers, "analysis_state": officers, "report_blocks": {"balaikota_writer"},
		"pattern_checks": officers, "photo_placeholders": {"balaikota_writer"}, "report_remarks": {"balaikota_writer"},
		"ai_calls": officers, "ai_ceilings": officers, "ai_spending": officers,
		"ai_invoices": {"balaikota_city_reader", "balaikota_writer"}, "ai_switches": {"balaikota_city_reader", "balaikota_writer"},
		"conversations": officers, "questions": officers, "question_steps": officers, "receipts": officers, "pins": officers,
		"action_kinds": officers, "action_rules": shown, "action_rule_versions": officers, "recommendations": shown, "recommendation_changes": officers,
		"attachments": officers, "dispositions": shown, "disposition_attachments": officers, "disposition_steps": officers, "stand_ins": officers,
		"effects": officers, "effect_ledger": officers, "season_months": officers, "city_index_parts": officers, "city_indexes": officers,
		"meeting_points": officers, "meeting_point_changes": officers, "meeting_minutes": {"balaikota_city_reader", "balaikota_writer"},
		"briefings":      {"balaikota_city_reader", "balaikota_writer"},
		"agenda_entries": {"balaikota_city_reader", "balaikota_writer"}, "agenda_spans": {"balaikota_city_reader", "balaikota_writer"},
		"notices": officers, "notice_deliveries": officers, "notice_preferences": officers, "notice_queue": {"balaikota_writer"}, "push_subscriptions": {"balaikota_writer"},
		"escalation_rules": officers, "answer_times": officers, "escalations": officers,
		"proofs": officers, "proof_checks": officers, "proof_reviews": officers, "proof_queue": officers, "reporter_asks": officers, "reporter_words": officers,
		"proof_tokens": {"balaikota_writer"}, "proof_prints": {"balaikota_writer"}, "proof_words": {"balaikota_writer"}, "reporter_ask_links": {"balaikota_writer"},
		"reporter_letters": {"balaikota_writer"}, // others: how far a question came, not why it failed
		"walls":            {"balaikota_city_reader", "balaikota_writer"}, "wall_pairings": {"balaikota_writer"}, "threshold_versions": officers,
		"long_jobs": {"balaikota_city_reader", "balaikota_writer"}, "backups": {"balaikota_city_reader", "balaikota_writer"},
		"model_changes": {"balaikota_city_reader", "balaikota_writer"}, "retention_rules": {"balaikota_city_reader", "balaikota_writer"},
		"retention_runs":  {"balaikota_city_reader", "balaikota_writer"},
		"office_contacts": officers, "report_parts": {"balaikota_writer"}, "hook_inbox": {"balaikota_writer"}, "sealed_records": {"balaikota_writer"},
		"open311_keys": {"balaikota_writer"}, "open311_filed": {"balaikota_writer"}, "open311_updates": {"balaikota_writer"}, // others, and askers from outside: columns
		"open311_services": {"balaikota_city_reader", "balaikota_writer"}, "open311_sources": {"balaikota_city_reader", "balaikota_writer"},
		"open311_withheld": {"balaikota_city_reader", "balaikota_writer"},
		"officer_contacts": officers, "officer_chat_rules": officers, "officer_handles": {}, "officer_codes": {"balaikota_writer"}, "officer_words": {"balaikota_writer"},
		"chat_greetings": {"balaikota_writer"}, // others: how many there are
		"question_rules": {"balaikota_city_reader", "balaikota_writer"}, "question_looks": {"balaikota_writer"},
		"receipt_head": {"balaikota_writer"}, "remembered_answers": {"balaikota_writer"},
		"answer_templates": officers, "answer_template_versions": officers, "reporter_messages": officers,
		"subject_norms": {"balaikota_city_reader", "balaikota_writer"}, "subject_limits": {"balaikota_city_reader", "balaikota_writer"}, "subject_reports": {"balaikota_city_reader", "balaikota_identity_reader", "balaikota_writer"},
		"subject_requests": {"balaikota_writer"}, "subject_corrections": {"balaikota_writer"}, "subject_messages": {"balaikota_writer"}, // others: nothing that is sealed
		"quality_rules": officers, "quality_findings": shown, "quality_decisions": officers,
		"quality_series": {"balaikota_writer"}, "quality_read": {"balaikota_writer"}, "quality_due": {"balaikota_writer"},
		"models": {"balaikota_city_reader", "balaikota_writer"}, "labelled_texts": {"balaikota_city_reader", "balaikota_writer"},
	}
	for _, table := range ourTables(t, f) {
		got := all[string](t, f.sql, `SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'balaikota\_%' AND rolname NOT LIKE 'balaikota\_owner%'
			AND has_table_privilege(oid, $1, 'SELECT') ORDER BY 1`, table)
		equal(t, table, got, want[table])
	}
	// Whatever differs by asker is behind row-level security.
	for table := range want {
		if !slices.Equal(want[table], officers) && !slices.Equal(want[table], shown) || table == "event_head" || table == "analysis_queue" || table == "analysis_state" {
			continue
		}
		if !one[bool](t, f.sql, "SELECT relrowsecurity FROM pg_class WHERE oid = $1::regclass", table) {
			t.Errorf("%s has no row-level security", table)
		}
	}
}

func TestHandWrittenQueriesMeetTheSecondWall(t *testing.T) {
	t.Parallel()
	f, office := newCityOfMany(t)
	app := storetest.Connect(t, f.db.AppURL)
	camat := store.AskerSettings(city.Asker{Role: city.Camat, AreaCode: storetest.SamarindaUlu}, "")
	wall := store.AskerSettings(city.Asker{Role: city.Layar}, "")
	for _, c := range []struct {
		asker string
		sql   string
		want  int64 // -1: refused
	}{
		{camat, "SELECT FROM reports", 9},
		{camat, "SELECT FROM reports WHERE area_code = '64.72.05.1003'", 0},
		{camat, "SELECT FROM reports WHERE area_code LIKE '%' OR true", 9},
		{camat, "SELECT FROM report_daily WHERE NOT starts_with(area_code, '64.72.03')", 0},
		{camat, "SELECT FROM report_monthly WHERE received > 0", 9},
		{camat, "SELECT FROM reporters", -1},
		{camat, "SELECT FROM events", -1},
		{camat, "SELECT FROM audit", -1},
		{camat, "SELECT FROM officers", -1},
		{camat, "SELECT raw FROM refused_rows", -1},
		{camat, "UPDATE reports SET status = 'closed'", -1},
		{camat, "DELETE FROM alerts", -1},
		{camat, "INSERT INTO audit (actor, action) VALUES ('x', 'x')", -1},
		{store.AskerSettings(city.Asker{Role: city.KepalaOPD, OfficeID: office}, ""), "SELECT FROM reports", 7},
		{store.AskerSettings(city.Asker{Role: city.KepalaOPD, OfficeID: office}, ""), "SELECT FROM report_daily", 0},
		{store.AskerSettings(city.Asker{}, ""), "SELECT FROM reports", 0},
		{store.AskerSettings(city.Asker{Role: city.Publik, AreaCode: storetest.CityCode}, ""), "SELECT FROM reports", 0},
		{store.AskerSettings(city.Asker{Role: city.Publik}, ""), "SELECT FROM sources", 0},
		{store.AskerSettings(city.Asker{Role: city.Publik}, ""), "SELECT FROM source_state", 0},
		{store.AskerSettings(city.Asker{Role: city.Publik}, ""), "SELECT FROM source_runs", 0},
		{store.AskerSettings(city.Asker{Role: city.Publik}, ""), "SELECT FROM alerts", 0},
		{store.AskerSettings(city.Asker{Role: city.Publik}, ""), "SELECT FROM observations WHERE indicator = 'rahasia'", 0},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT FROM reports", 21},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT FROM reporters", -1},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT FROM audit", 0},
		{store.AskerSettings(city.Asker{Role: city.Operator}, ""), "SELECT FROM reporters", -1},
		{store.AskerSettings(city.Asker{Role: city.Operator}, "alasan yang cukup"), "SELECT sealed FROM reporters", 21},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, "alasan yang cukup"), "SELECT sealed FROM reporters", 0},
		{store.AskerSettings(city.Asker{Role: city.Operator}, "alasan yang cukup"), "SELECT text FROM reports", -1},
		{store.AskerSettings(city.Asker{Role: city.Operator}, "alasan yang cukup"), "SELECT FROM audit", -1},
		{wall, "SELECT area_code FROM reports", 21},
		{wall, "SELECT text FROM reports", -1},
		{wall, "SELECT raw FROM reports", -1},
		{wall, "SELECT address FROM reports", -1},
		{wall, "SELECT id FROM reports WHERE search @@ 'jalan'", -1},
		{wall, "SELECT FROM reporters", -1},
		{wall, "SELECT FROM incidents", -1},
		{wall, "SELECT FROM audit", -1},
		{wall, "SELECT FROM officers", -1},
		{wall, "SELECT FROM agenda_entries", -1},
		{wall, "SELECT FROM conversations", -1},
		{wall, "SELECT FROM disposition_steps", -1},
		{wall, "SELECT paired_by FROM walls", -1},
		{wall, "SELECT FROM observations WHERE indicator = 'rahasia'", 0},
		{wall, "UPDATE walls SET paused = true", -1},
		{wall, "UPDATE alerts SET ended_at = now()", -1},
		{wall, "INSERT INTO audit (actor, action) VALUES ('x', 'x')", -1},
		{"SET LOCAL ROLE balaikota_wall_reader", "SELECT area_code FROM reports", 0},
		{store.AskerSettings(city.Asker{Role: city.Layar}, "alasan yang cukup"), "SELECT FROM reporters", -1},
		{"SET LOCAL ROLE balaikota_identity_reader", "SELECT FROM reporters", 0},
		{"SET LOCAL ROLE balaikota_writer", "SELECT name FROM reporters", -1},
		{"SET LOCAL ROLE balaikota_writer", "SELECT email FROM reporters", -1},
		{"SET LOCAL ROLE balaikota_writer", "SELECT sealed FROM reporters", -1},
		{"SET LOCAL ROLE balaikota_writer", "SELECT mail_box FROM reporters", -1},
		{"SET LOCAL ROLE balaikota_identity_reader", "SELECT reporter_letter_sealed(1, 'x', now())", -1},
		{"SET LOCAL ROLE balaikota_writer", "SELECT reporter_sealed(1, 'surel')", -1},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT * FROM reporter_ways(ARRAY[1::bigint])", -1},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT error, leased_by FROM reporter_letters", -1},
		{camat, "SELECT channel FROM reporter_letters", 0},
		{camat, "SELECT id FROM subject_requests", -1},
		{store.AskerSettings(city.Asker{Role: city.WaliKota}, ""), "SELECT id FROM subject_requests", 0},
		{store.AskerSettings(city.Asker{Role: city.Operator}, ""), "SELECT sealed FROM subject_requests", -1},
		{store.AskerSettings(city.Asker{Role: city.Operator}, ""), "SELECT code_box FROM subject_requests", -1},
		{store.AskerSettings(city.Asker{Role: city.Operator}, ""), "SELECT sealed FROM subject_messages", -1},
		{store.AskerSettings(city.Asker{Role: city.Operator}, ""), "SELECT * FROM subject_link('x')", -1},
		{store.AskerSettings(city.Asker{Role: city.Auditor}, "alasan yang cukup"), "SELECT * FROM subject_ways(ARRAY[1::bigint])", 0},
		{"SET LOCAL ROLE balaikota_writer", "SELECT * FROM subject_search('{}', '{}', '{}', '{}')", -1},
		{"SET LOCAL ROLE balaikota_writer", "DELETE FROM reports", -1},
		{"SET LOCAL ROLE balaikota_reader", "SELECT FROM reports", 0},
	} {
		n, err := as(t, app, c.asker, c.sql)
		switch {
		case c.want < 0 && !denied(err):
			t.Errorf("%s; %s: %d rows, %v", c.asker, c.sql, n, err)
		case c.want >= 0 && (err != nil || n != c.want):
			t.Errorf("%s; %s: %d rows, want %d, %v", c.asker, c.sql, n, c.want, err)
		}
	}
}

func TestAuditAndReportsStay(t *testing.T) {
	t.Parallel()
	f, _ := newCityOfMany(t)
	if err := f.Record(t.Context(), store.CommandLine, "uji", "x", "", nil); err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, f.db.OwnerURL)
	for _, sql := range []string{
		"UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit", "TRUNCATE audit, officers CASCADE",
		"DELETE FROM reports", "TRUNCATE reports CASCADE", "DELETE FROM reports WHERE false",
	} {
		nobodyMay(t, f, owner, sql)
	}
}

// nobodyMay checks that a statement is denied to every role there is, the
// tables' owner and the superuser included.
func nobodyMay(t *testing.T, f *fixture, owner *pgx.Conn, sql string) {
	t.Helper()
	for name, conn := range map[string]*pgx.Conn{"owner": owner, "superuser": f.sql} {
		if _, err := as(t, conn, "", sql); !denied(err) {
			t.Errorf("the %s may %s: %v", name, sql, err)
		}
	}
	for _, role := range []string{"writer", "reader", "city_reader", "identity_reader", "wall_reader", "open311_reader"} {
		if _, err := as(t, f.sql, "SET LOCAL ROLE balaikota_"+role, sql); !denied(err) {
			t.Errorf("balaikota_%s may %s: %v", role, sql, err)
		}
	}
}

// TestSearchUsesItsIndex: row-level security must not keep the planner from the
// index over words where everything may be seen, nor from the index over areas
// where only an area may.
func TestSearchUsesItsIndex(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if _, err := f.sql.Exec(t.Context(), `INSERT INTO reports (source_id, external_id, content_hash, channel, created_at, text, stated_area, status, search)
		SELECT $1, 'x' || n, n, 'web', '2026-01-01'::timestamptz + n * interval '5 minutes', repeat('teks ', 50),
			(ARRAY(SELECT code FROM areas WHERE level = 'kelurahan' ORDER BY code))[1 + n % 59], 'open',
			('umum kata' || n % 500 || CASE WHEN n % 1000 = 0 THEN ' jarang' ELSE '' END)::text::tsvector
		FROM generate_series(1, 20000) n`, f.source); err != nil {
		t.Fatal(err)
	}
	if _, err := f.sql.Exec(t.Context(), "VACUUM ANALYZE reports"); err != nil {
		t.Fatal(err)
	}
	app := storetest.Connect(t, f.db.AppURL)
	lurah := city.Asker{Role: city.Lurah, AreaCode: storetest.AirPutih}
	for _, c := range []struct {
		asker city.Asker
		stems []string
		index string
	}{
		{city.Asker{Role: city.WaliKota}, []string{"jarang"}, "reports_search"},
		{city.Asker{Role: city.Auditor}, []string{"jarang", "umum"}, "reports_search"},
		{city.System, []string{"jarang"}, "reports_search"},
		{lurah, []string{"jarang"}, "reports_by_area"},
	} {
		plan := explain(t, app, c.asker, city.ReportFilter{Stems: c.stems})
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "Seq Scan on reports") {
			t.Errorf("%s looks for %v without %s:\n%s", c.asker.Role, c.stems, c.index, plan)
		}
		got, err := f.Reports(t.Context(), c.asker, city.ReportFilter{Stems: c.stems, Limit: 500})
		want := one[int](t, f.sql, `SELECT count(*)::int FROM reports WHERE search @@ 'jarang' AND ($1 = '' OR area_code = $1)`, c.asker.AreaCode)
		if err != nil || len(got) != want {
			t.Errorf("%s finds %d, want %d: %v", c.asker.Role, len(got), want, err)
		}
	}
	if got, err := f.Reports(t.Context(), lurah, city.ReportFilter{Stems: []string{"umum"}}); err != nil || len(got) != 50 {
		t.Errorf("a lurah finds %d, %v", len(got), err)
	}
	// Words that tsquery would read as operators are words.
	for _, stems := range [][]string{{"a & b"}, {"!"}, {"'"}, {`\`}, {"umum:*"}, {"(", ")"}, {"\x00umum"}} {
		if _, err := f.Reports(t.Context(), city.System, city.ReportFilter{Stems: stems}); err != nil {
			t.Errorf("%q: %v", stems, err)
		}
	}
}

func explain(t *testing.T, conn *pgx.Conn, asker city.Asker, f city.ReportFilter) string {
	t.Helper()
	settings, sql, args := store.ListReportsSQL(asker, f)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) // nothing was to stay
	if _, err := conn.PgConn().Exec(t.Context(), settings).ReadAll(); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(t.Context(), "EXPLAIN "+sql, args)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(fmt.Errorf("explain %s: %w", sql, err))
	}
	return strings.Join(lines, "\n")
}

// TestReportsReferToWhatIsThere holds the statement triggers to what foreign
// keys would guarantee, from both sides and under concurrency.
func TestReportsReferToWhatIsThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.ingest(t, storetest.Report("r"))
	for sql, rule := range map[string]string{
		"UPDATE reports SET category = 'tidak-ada'":         "reports_category_is_known",
		"UPDATE reports SET office_id = 9999":               "reports_office_is_known",
		"UPDATE reports SET source_id = 9999":               "reports_source_is_known",
		"DELETE FROM sources":                               "reports_keep_sources",
		"DELETE FROM categories WHERE slug = 'jalan-rusak'": "reports_keep_categories",
		"UPDATE categories SET slug = slug || '-x'":         "reports_keep_categories",
		"DELETE FROM offices WHERE short_name = 'DPUPR'":    "", // the category's own foreign key speaks first
		"TRUNCATE sources, source_state, source_runs, refused_rows, observations, alerts, station_states, indicator_states, agenda_entries, agenda_spans, source_hourly, report_parts, chat_greetings, hook_inbox, open311_sources, quality_findings, quality_decisions, officer_codes, officer_contacts, officer_handles, officer_words, cameras, camera_stills, source_listed, source_newest, source_told": "",
		`INSERT INTO reports (source_id, external_id, content_hash, channel, created_at, text, status, search, category)
			SELECT source_id, 'x', 1, '', created_at, '', status, '', 'tidak-ada' FROM reports`: "reports_category_is_known",
	} {
		var pg *pgconn.PgError
		_, err := as(t, f.sql, "", sql)
		if !errors.As(err, &pg) || pg.Code != "23503" || (rule != "" && pg.ConstraintName != rule) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := as(t, f.sql, "", "UPDATE categories SET name = name || ' x'; UPDATE sources SET name = 'x'"); err != nil {
		t.Error(err)
	}
	if n, err := as(t, f.sql, "", "DELETE FROM categories WHERE slug = 'sampah'"); n != 1 || err != nil {
		t.Errorf("an unused category: %d, %v", n, err)
	}
	// One that is being removed at this moment.
	tx, err := f.sql.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "DELETE FROM categories WHERE slug = 'sampah'"); err != nil {
		t.Fatal(err)
	}
	done := make(chan city.Tally)
	go func() {
		tally, err := f.Ingest(t.Context(), city.Delivery{SourceID: f.source, Reports: []city.Report{storetest.Report("s", func(r *city.Report) { r.Category = "sampah" })}})
		if err != nil {
			t.Error(err)
		}
		done <- tally
	}()
	watcher := storetest.Connect(t, f.db.SuperuserURL)
	until(t, "the ingest waits", func() bool {
		return one[int](t, watcher, "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND usename = 'balaikota_app' AND wait_event_type = 'Lock'") == 1
	})
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "tally", <-done, city.Tally{Read: 1, Refused: 1})
	equal(t, "dangling reports", one[int](t, f.sql, "SELECT count(*)::int FROM reports r WHERE category IS NOT NULL AND NOT EXISTS (SELECT FROM categories c WHERE c.slug = r.category)"), 0)
}
