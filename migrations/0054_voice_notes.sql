-- +goose Up

-- What a machine wrote down of the recordings that a report came with, and its search
-- words: beside the citizen's own words, never among them.
ALTER TABLE reports
    ADD COLUMN spoken        text NOT NULL DEFAULT '',
    ADD COLUMN spoken_search tsvector NOT NULL DEFAULT ''::tsvector;

-- Recordings that reports came with (pesan suara): where the source's connector finds
-- them, the sound, and what was heard in it.
CREATE TABLE voice_notes (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id     bigint NOT NULL REFERENCES reports,
    address       text NOT NULL,
    at            timestamptz NOT NULL, -- when it was sent
    received_at   timestamptz NOT NULL,
    awaited_until timestamptz,          -- until when questions to the reporter wait for its words
    state         text NOT NULL DEFAULT 'menunggu',
    sound         bytea,
    media_type    text NOT NULL DEFAULT '',
    seconds       real NOT NULL DEFAULT 0, -- 0: not known
    failures      integer NOT NULL DEFAULT 0,
    problem       text NOT NULL DEFAULT '',
    next_at       timestamptz,
    heard         text NOT NULL DEFAULT '', -- as the machine wrote it
    text          text NOT NULL DEFAULT '', -- as it stands: an officer may have put it right
    model         text NOT NULL DEFAULT '',
    heard_at      timestamptz,
    corrected_at  timestamptz,
    corrected_by  text NOT NULL DEFAULT '',
    erased_at     timestamptz,
    CONSTRAINT voice_notes_come_once UNIQUE (report_id, address),
    CONSTRAINT voice_notes_have_an_address CHECK (address <> ''),
    CONSTRAINT voice_notes_state_is_known CHECK (state IN ('menunggu', 'ditulis', 'tanpa_kata', 'gagal', 'dihapus')),
    CONSTRAINT voice_notes_problem_is_known CHECK (problem IN ('', 'sumber', 'bukan_suara', 'panjang', 'layanan', 'luar', 'ditolak')),
    CONSTRAINT voice_notes_are_bounded CHECK (octet_length(sound) <= 8 * 1024 * 1024 AND char_length(text) <= 20000 AND char_length(heard) <= 20000),
    CONSTRAINT voice_notes_sound_has_a_kind CHECK ((sound IS NULL) = (media_type = '')),
    CONSTRAINT voice_notes_written_have_words CHECK ((state = 'ditulis') = (text <> '')),
    CONSTRAINT voice_notes_failures_are_counted CHECK (failures >= 0),
    CONSTRAINT voice_notes_corrections_name_who CHECK ((corrected_at IS NULL) = (corrected_by = '')),
    CONSTRAINT voice_notes_erased_are_silent CHECK (erased_at IS NULL OR (sound IS NULL AND heard = '' AND state <> 'menunggu'))
);
CREATE INDEX voice_notes_due ON voice_notes (id) WHERE state = 'menunggu';

GRANT SELECT, INSERT, UPDATE ON voice_notes TO balaikota_writer;
GRANT SELECT ON voice_notes TO balaikota_reader, balaikota_city_reader;
ALTER TABLE voice_notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY voice_notes_are_written ON voice_notes TO balaikota_writer USING (true) WITH CHECK (true);
CREATE POLICY voice_notes_of_the_city ON voice_notes FOR SELECT TO balaikota_city_reader USING (true);
CREATE POLICY voice_notes_of_seen_reports ON voice_notes FOR SELECT TO balaikota_reader
    USING (EXISTS (SELECT FROM reports r WHERE r.id = voice_notes.report_id));
