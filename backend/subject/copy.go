// Package subject writes the copy of their own data that a person gets: a ZIP with
// data.json for machines, salinan.html to read and print, and the pictures and
// recordings they sent. It may import backend/city alone, and is handed everything it writes.
package subject

import (
	"archive/zip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"balaikota/backend/city"
)

// photosMost bounds how many pictures one copy fetches from where sources keep
// them; the others are named with their address.
const photosMost = 200

// Source hands out what is copied.
type Source interface {
	// Copy calls head once, then each for each report.
	Copy(ctx context.Context, head func(city.SubjectCopyHead) error, each func(city.SubjectData) error) error
	// Picture is the picture of a report of theirs, as JPEG.
	Picture(ctx context.Context, report int64) ([]byte, error)
	// Sound is a recording that a report of theirs came with, as it was sent.
	Sound(ctx context.Context, report, note int64) ([]byte, error)
}

//go:embed copy.html
var pageText string

// Write writes the copy. begin is called once, when it is certain that there is
// something to write: an error before that has written nothing. Reports are written
// as they come; kept in memory are at most city.SubjectReportsMost of them, for the
// page that goes last.
func Write(ctx context.Context, from Source, controller, contact string, begin func(city.SubjectCopyHead) io.Writer) error {
	var z *zip.Writer
	var data io.Writer
	var top city.SubjectCopyHead
	reports := []city.SubjectData{}
	err := from.Copy(ctx, func(h city.SubjectCopyHead) (err error) {
		h.Controller, h.Contact = controller, contact
		if h.Controller == "" {
			h.Controller = "Pemerintah " + h.City
		}
		if h.Contact == "" {
			h.Contact = "belum ditetapkan"
		}
		top = h
		z = zip.NewWriter(begin(h))
		if data, err = create(z, "data.json", h.MadeAt); err != nil {
			return err
		}
		return opening(data, h)
	}, func(d city.SubjectData) error {
		d.Photo = photoName(d, len(reports))
		for i := range d.Voices {
			d.Voices[i].File = soundName(d, i, len(reports))
		}
		reports = append(reports, d)
		return next(data, d, len(reports) == 1)
	})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(data, "\n]}\n"); err != nil {
		return fmt.Errorf("write a copy: %w", err)
	}
	if err := pictures(ctx, z, from, reports, top.MadeAt); err != nil {
		return err
	}
	if err := sounds(ctx, z, from, reports, top.MadeAt); err != nil {
		return err
	}
	page, err := create(z, "salinan.html", top.MadeAt)
	if err != nil {
		return err
	}
	if err := write(page, top, reports); err != nil {
		return fmt.Errorf("write a copy's page: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write a copy: %w", err)
	}
	return nil
}

func create(z *zip.Writer, name string, at time.Time) (io.Writer, error) {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return nil, fmt.Errorf("write a copy: %w", err)
	}
	return w, nil
}

// opening writes the head and begins the list of reports.
func opening(w io.Writer, h city.SubjectCopyHead) error {
	body, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		return fmt.Errorf("encode a copy's head: %w", err)
	}
	_, err = fmt.Fprintf(w, "{\"tentang\": %s,\n\"laporan\": [\n", body)
	return err
}

func next(w io.Writer, d city.SubjectData, first bool) error {
	body, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return fmt.Errorf("encode report %d: %w", d.ID, err)
	}
	if !first {
		body = append([]byte(",\n"), body...)
	}
	_, err = w.Write(body)
	return err
}

var unsafeName = regexp.MustCompile(`[^A-Za-z0-9-]+`)

func photoName(d city.SubjectData, n int) string {
	if d.MediaURL == "" || n >= photosMost {
		return ""
	}
	return fmt.Sprintf("foto/%03d-%s.jpg", n+1, strings.Trim(unsafeName.ReplaceAllString(d.Ticket, "-"), "-"))
}

// soundName is the file of a report's recording in the copy, "" for one that is not
// kept.
func soundName(d city.SubjectData, voice, n int) string {
	ending := city.SoundEnding(d.Voices[voice].Kind)
	if ending == "" {
		return ""
	}
	return fmt.Sprintf("suara/%03d-%d-%s%s", n+1, voice+1, strings.Trim(unsafeName.ReplaceAllString(d.Ticket, "-"), "-"), ending)
}

// sounds adds the recordings that are kept.
func sounds(ctx context.Context, z *zip.Writer, from Source, reports []city.SubjectData, at time.Time) error {
	for i := range reports {
		for j := range reports[i].Voices {
			v := &reports[i].Voices[j]
			if v.File == "" {
				continue
			}
			body, err := from.Sound(ctx, reports[i].ID, v.NoteID)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				v.File = "" // it was erased meanwhile
				continue
			}
			if err := put(z, v.File, body, at); err != nil {
				return fmt.Errorf("write a recording: %w", err)
			}
		}
	}
	return nil
}

// put adds a file that no packing makes smaller.
func put(z *zip.Writer, name string, body []byte, at time.Time) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at})
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// pictures adds those that can be had; of the others the page says that they could not.
func pictures(ctx context.Context, z *zip.Writer, from Source, reports []city.SubjectData, at time.Time) error {
	for i := range reports {
		r := &reports[i]
		if r.Photo == "" {
			continue
		}
		body, err := from.Picture(ctx, r.ID)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.Photo = ""
			continue
		}
		if err := put(z, r.Photo, body, at); err != nil {
			return fmt.Errorf("write a picture: %w", err)
		}
	}
	return nil
}

var (
	states   = map[city.ReportStatus]string{city.Open: "Terbuka", city.InProgress: "Dikerjakan", city.Closed: "Selesai", city.Rejected: "Ditolak"}
	kinds    = map[city.SubjectKind]string{city.SubjectCopy: "salinan data", city.SubjectCorrect: "perbaikan data", city.SubjectErase: "penghapusan identitas"}
	said     = map[string]string{"jawaban": "Jawaban petugas", "pertanyaan": "Pertanyaan singkat", "penutup": "Jawaban penutup", "tanya_beres": "Pertanyaan apakah sudah beres", "kata_pelapor": "Kata Anda", "sumber": "Jawaban dari sistem asal"}
	whose    = map[string]string{"source": "sistem asal", "analysis": "analisis otomatis", "officer": "petugas"}
	changed  = map[string]string{"identity": "identitas", "erased": "identitas dihapus", "text": "isi", "address": "alamat", "point": "titik lokasi"}
	channels = map[string]string{"surel": "surel", "telegram": "Telegram", "whatsapp": "WhatsApp", "sendiri": "langsung", "sama": "bersama surat lain", "tanpa": "tidak ada kanal"}
)

// write writes the page.
func write(w io.Writer, h city.SubjectCopyHead, reports []city.SubjectData) error {
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	word := func(from map[string]string, key string) string {
		if v := from[key]; v != "" {
			return v
		}
		return key
	}
	page, err := template.New("salinan").Funcs(template.FuncMap{
		"when": func(v any) string {
			switch t := v.(type) {
			case time.Time:
				return city.FormatMoment(t, zone, h.Label)
			case *time.Time:
				if t != nil {
					return city.FormatMoment(*t, zone, h.Label)
				}
			}
			return ""
		},
		"status": func(s city.ReportStatus) string { return states[s] },
		"kind":   func(k city.SubjectKind) string { return kinds[k] },
		"said":   func(k string) string { return word(said, k) },
		"whose":  func(k string) string { return word(whose, k) },
		"via":    func(k string) string { return word(channels, k) },
		"held": func(all []string) string {
			out := []string{}
			for _, f := range all {
				out = append(out, word(changed, f))
			}
			return strings.Join(out, ", ")
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(w, map[string]any{"Head": h, "Reports": reports})
}
