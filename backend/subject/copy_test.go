package subject_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/subject"
)

// kept is a test double of the store: one report with three recordings, of which one
// was erased and one cannot be had.
type kept struct{}

func (kept) Copy(_ context.Context, head func(city.SubjectCopyHead) error, each func(city.SubjectData) error) error {
	if err := head(city.SubjectCopyHead{City: "Kota Uji", Reports: 1, Zone: time.UTC, Label: "UTC"}); err != nil {
		return err
	}
	return each(city.SubjectData{ID: 7, Ticket: "wa-abc", Text: "[pesan suara]", Voices: []city.SubjectVoice{
		{NoteID: 1, Text: "Pohon tumbang", Heard: "Pohon tombak", Kind: "audio/ogg", CorrectedAt: new(time.Now())},
		{NoteID: 2, Text: "di depan sekolah"},
		{NoteID: 3, Kind: "audio/wav"},
	}})
}

func (kept) Picture(context.Context, int64) ([]byte, error) { return nil, errors.New("none") }

func (kept) Sound(_ context.Context, report, note int64) ([]byte, error) {
	if report != 7 || note != 1 {
		return nil, errors.New("it is gone")
	}
	return []byte("OggS"), nil
}

// TestACopyHoldsWhatThePersonSaidAloud: the sound as it was sent, the words as they
// stand and as the machine wrote them; and says where the sound is no more.
func TestACopyHoldsWhatThePersonSaidAloud(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := subject.Write(t.Context(), kept{}, "", "", func(city.SubjectCopyHead) io.Writer { return &out }); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(body)
	}
	if files["suara/001-1-wa-abc.ogg"] != "OggS" || len(files) != 3 {
		t.Errorf("the copy holds %d files, %q", len(files), files["suara/001-1-wa-abc.ogg"])
	}
	for _, want := range []string{`"isi": "Pohon tumbang"`, `"isi_dari_mesin": "Pohon tombak"`, `"berkas": "suara/001-1-wa-abc.ogg"`} {
		if !strings.Contains(files["data.json"], want) {
			t.Errorf("data.json lacks %s", want)
		}
	}
	page := files["salinan.html"]
	for _, want := range []string{`href="suara/001-1-wa-abc.ogg"`, "ditulis petugas: “Pohon tumbang”", "Mesin semula menulis: “Pohon tombak”", "(suaranya tidak disimpan lagi), ditulis mesin: “di depan sekolah”"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Count(page, "suaranya tidak disimpan lagi") != 2 {
		t.Error("the page does not say which sounds are no more")
	}
}
