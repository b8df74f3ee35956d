package world

import (
	"math"
	"math/rand/v2"
	"sort"
	"time"
)

// Status of a complaint, as the import files and GeoReport clients know it.
const (
	Open       = "open"
	InProgress = "in_progress"
	Closed     = "closed"
	Rejected   = "rejected"
)

// job is something an office will do to a complaint at a later tick.
type job struct {
	At     int64
	Report string
	Office string
	Status string
	Note   string
}

// Change is what an office did to a complaint.
type Change struct {
	Report string
	At     time.Time // simulated
	Status string
	Note   string
}

// Adopt gives a complaint that came from outside (a POST, a recorded file) to
// the office of its category, with the same delays as any other.
func (w *World) Adopt(id, category string) {
	c, ok := CategoryBySlug(category)
	if !ok {
		c = Categories[0]
	}
	w.s.Adopted++
	w.assign(chance(w.cfg.Seed, streamCrews, w.s.Adopted), id, c, false)
}

// assign plans what happens to a complaint.
func (w *World) assign(r *rand.Rand, id string, c Category, flood bool) {
	busy := 1 + float64(w.s.Open[c.Office])/160
	if flood || c.Slug == Categories[catTree].Slug {
		busy /= 3
	}
	urgent := flood || c.AnswerHours < 6
	answer := w.s.Tick + int64(60*lognormal(r, c.AnswerHours*busy, 0.8))
	if !urgent {
		answer = w.officeHour(answer)
	}
	fate := r.Float64()
	if fate < 0.03 || fate >= 0.1 {
		w.s.Open[c.Office]++
	}
	switch {
	case fate < 0.03:
		w.plan(job{answer, id, c.Office, Rejected, pick(r, notesRejected)})
		return
	case fate < 0.07: // nobody ever takes it up
		return
	}
	w.plan(job{answer, id, c.Office, InProgress, pick(r, notesProgress)})
	if fate < 0.1 { // taken up, never finished
		return
	}
	done := answer + int64(1440*lognormal(r, c.WorkDays*math.Min(busy, 2.5), 0.7))
	if flood {
		done = answer + int64(60*lognormal(r, 14, 0.6))
	}
	w.plan(job{max(w.officeHour(done), answer+5), id, c.Office, Closed, pick(r, notesClosed)})
}

// plan keeps jobs in order of their time; of equal times, first planned first.
func (w *World) plan(j job) {
	j.At = max(j.At, w.s.Tick+1)
	i := sort.Search(len(w.s.Jobs), func(k int) bool { return w.s.Jobs[k].At > j.At })
	w.s.Jobs = append(w.s.Jobs, job{})
	copy(w.s.Jobs[i+1:], w.s.Jobs[i:])
	w.s.Jobs[i] = j
}

// officeHour moves a tick into the next working time, Monday to Friday 07:30
// to 16:00, spread over its first two hours.
func (w *World) officeHour(tick int64) int64 {
	t := w.TimeOf(tick)
	for range 10 {
		h := hourOf(t)
		weekday := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
		if weekday && h >= 7.5 && h < 16 {
			break
		}
		day := time.Date(t.Year(), t.Month(), t.Day(), 7, 30, 0, 0, Zone)
		if h >= 7.5 {
			day = day.AddDate(0, 0, 1)
		}
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			t = day.Add(9 * time.Hour) // after work: the next turn goes on to tomorrow
			continue
		}
		t = day.Add(time.Duration(tick%120) * time.Minute)
	}
	return int64(t.Sub(w.cfg.Start) / Tick)
}

// work does the jobs that are due.
func (w *World) work(now time.Time) []Change {
	n := 0
	var list []Change
	for n < len(w.s.Jobs) && w.s.Jobs[n].At <= w.s.Tick {
		j := w.s.Jobs[n]
		n++
		if j.Status != InProgress {
			w.s.Open[j.Office] = max(0, w.s.Open[j.Office]-1)
		}
		list = append(list, Change{Report: j.Report, At: now, Status: j.Status, Note: j.Note})
	}
	w.s.Jobs = append(w.s.Jobs[:0], w.s.Jobs[n:]...)
	return list
}

var notesProgress = []string{
	"Sedang ditindaklanjuti petugas lapangan.", "Sudah didisposisikan ke bidang teknis.",
	"Petugas sudah meninjau lokasi, menunggu alat.", "Dijadwalkan minggu ini.", "Tim sudah menuju lokasi.",
	"Laporan diterima dan sedang dikerjakan.",
}

var notesClosed = []string{
	"Sudah selesai dikerjakan.", "Telah ditangani, terima kasih atas laporannya.", "Selesai. Mohon lapor lagi bila berulang.",
	"Pekerjaan selesai, foto sesudah terlampir di berkas dinas.", "Sudah dibersihkan bersama warga setempat.",
}

var notesRejected = []string{
	"Bukan wewenang pemerintah kota.", "Laporan tidak memuat lokasi, mohon lapor ulang.", "Sudah dilaporkan dengan nomor lain.",
}
