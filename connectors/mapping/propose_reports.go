package mapping

import (
	"slices"
	"strings"

	"balaikota/backend/city"
)

// complaint are words for what a citizen wrote.
var complaint = []string{
	"laporan", "aduan", "keluhan", "pengaduan", "isi", "uraian", "deskripsi", "description", "pesan", "message", "complaint", "keterangan", "text", "teks", "detail", "judul",
	"title", "subject",
}

// tellsOfComplaints reports whether the records are citizens' words rather than
// figures.
func (p *proposer) tellsOfComplaints() bool {
	c := p.words()
	return c != nil && (c.says("laporan", "aduan", "keluhan", "pengaduan", "complaint", "description", "deskripsi") > 0 || c.length() >= 40)
}

// words finds the column of free text.
func (p *proposer) words() *column {
	return p.best(func(c *column) float64 {
		prose := c.share(func(s string) bool { return strings.Count(s, " ") >= 2 })
		if c.style() != notNumbers || c.layouts() != nil || prose < 0.5 || c.says("alamat", "address", "nama", "name") > 0 {
			return 0
		}
		return min(c.length(), 400)/400 + float64(c.distinct())/float64(len(c.texts)) + c.says(complaint...)
	})
}

// reports proposes the fields of citizens' reports.
func (p *proposer) reports() {
	p.take("text", p.words(), city.ProposedField{})
	p.take("external_id", p.identity(), city.ProposedField{})
	p.places()
	p.when("closed_at", "selesai", "closed", "tutup", "ditutup", "resolved")
	p.when("responded_at", "tanggapan", "ditanggapi", "respon", "responded", "jawaban", "dijawab")
	p.when("updated_at", "update", "updated", "diperbarui", "ubah", "diubah", "modified")
	p.when("created_at", "lapor", "dilaporkan", "masuk", "dibuat", "created", "requested", "tanggal", "tgl", "waktu", "date", "time", "datetime", "timestamp")
	short := func(c *column) bool { return c.style() == notNumbers && c.layouts() == nil }
	p.area(fairly)
	p.take("address", p.named(short, "alamat", "address", "lokasi", "location", "jalan", "tempat"), city.ProposedField{})
	p.category()
	p.status()
	person := func(more ...string) func(*column) bool {
		return func(c *column) bool {
			return c.says("pelapor", "reporter", "warga", "pemohon", "pengirim", "name", "nama", "phone", "telepon", "hp", "email") > 0 && c.says(more...) > 0
		}
	}
	p.take("reporter_phone", p.named(person("telepon", "telp", "hp", "phone", "wa", "whatsapp"), "telepon", "telp", "hp", "phone", "wa", "whatsapp"), city.ProposedField{})
	p.take("reporter_email", p.named(person("email"), "email"), city.ProposedField{})
	p.take("reporter_name", p.named(short, "pelapor", "reporter", "pemohon", "pengirim"), city.ProposedField{})
	p.take("media_url", p.best(func(c *column) float64 {
		return c.share(func(s string) bool { return webAddress(s) != "" }) * c.says("foto", "gambar", "photo", "image", "media", "lampiran", "bukti")
	}), city.ProposedField{})
	p.take("office", p.named(short, "opd", "dinas", "instansi", "skpd", "agency", "unit"), city.ProposedField{})
}

// identity finds the column that names each record once.
func (p *proposer) identity() *column {
	return p.best(func(c *column) float64 {
		if len(c.texts) < c.records || c.distinct() < len(c.texts) || c.length() > 80 || c.layouts() != nil {
			return 0
		}
		return c.says("id", "tiket", "ticket", "nomor", "no", "kode", "code", "uuid", "guid", "number", "token")
	})
}

// category translates the words of a column that mostly are the city's categories.
func (p *proposer) category() {
	ours := map[string]string{}
	for _, k := range p.env.Categories {
		for _, name := range append([]string{k.Slug, k.Name, k.NameEN}, k.Words...) {
			if w := strings.Join(words(name), " "); w != "" {
				ours[w] = k.Slug
			}
		}
	}
	p.translate("category", func(s string) string { return ours[strings.Join(words(s), " ")] }, "kategori", "category", "jenis", "topik", "klasifikasi", "service", "bidang")
}

// statusWords are what other systems call a report's state; the first that is said
// counts.
var statusWords = []struct {
	words []string
	is    city.ReportStatus
}{
	{[]string{"tolak", "ditolak", "rejected", "batal", "invalid", "spam", "bukan"}, city.Rejected},
	{[]string{"belum"}, city.Open}, // "belum selesai" is not done
	{[]string{"selesai", "closed", "tutup", "ditutup", "resolved", "tuntas", "done"}, city.Closed},
	{[]string{"proses", "diproses", "progress", "dikerjakan", "disposisi", "tindak", "ditindaklanjuti", "koordinasi", "verifikasi", "diverifikasi"}, city.InProgress},
	{[]string{"baru", "menunggu", "open", "terbuka", "new", "masuk", "diterima", "pending"}, city.Open},
}

func (p *proposer) status() {
	p.translate("status", func(s string) string {
		said := words(s)
		for _, w := range statusWords {
			if slices.ContainsFunc(w.words, func(word string) bool { return slices.Contains(said, word) }) {
				return string(w.is)
			}
		}
		return ""
	}, "status", "state", "tahap", "progress")
}

// translate takes a column of few words, most of which are known, with a table. The
// others become none; whoever reads the proposal may know better.
func (p *proposer) translate(field string, ours func(string) string, names ...string) {
	c := p.named(func(c *column) bool {
		return c.distinct() <= 40 && c.share(func(s string) bool { return ours(s) != "" }) >= 0.5
	}, names...)
	if c == nil {
		return
	}
	table, same := map[string]string{}, true
	for _, s := range c.texts {
		to := ours(s)
		same = same && to == s
		table[s] = to
	}
	if field == "category" {
		table["*"] = "" // a new one is left to the analysis of the words
	}
	if same {
		table = nil
	}
	p.take(field, c, city.ProposedField{Map: table})
}
