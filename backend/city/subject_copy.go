package city

import "time"

// SubjectCopyHead is what stands before the reports in the copy that a person gets.
type SubjectCopyHead struct {
	Request    int64       `json:"nomor_permintaan"`
	Kind       SubjectKind `json:"jenis"`
	ReceivedAt time.Time   `json:"diterima"`
	MadeAt     time.Time   `json:"dibuat"`
	City       string      `json:"kota"`
	// Controller, Contact and Basis are who answers for the data, how the officer
	// for data protection is reached, and on what ground it is processed.
	Controller string `json:"pengendali"`
	Contact    string `json:"kontak_pelindungan_data"`
	Basis      string `json:"dasar_pemrosesan"`
	// KeepMonths is how long after closing who reported is kept, and by which rule.
	KeepMonths int    `json:"identitas_disimpan_bulan"`
	KeepSource string `json:"dasar_penyimpanan"`
	Reports    int    `json:"jumlah_laporan"`
	// Unproven is how many more were found that the proof does not cover.
	Unproven int `json:"laporan_tanpa_bukti"`
	// Zone and Label are the city's, for times on paper.
	Zone  *time.Location `json:"-"`
	Label string         `json:"zona"`
	// Trail is what was done for this request.
	Trail []SubjectTrace `json:"jejak_permintaan"`
}

// SubjectData is one report of theirs in full: their own words as stored, nothing
// masked; of others nothing but the posts that handled it.
type SubjectData struct {
	ID          int64           `json:"-"`
	Ticket      string          `json:"nomor"`
	Source      string          `json:"sumber"`
	Channel     string          `json:"kanal"`
	Status      ReportStatus    `json:"status"`
	CreatedAt   time.Time       `json:"dibuat"`
	ReceivedAt  time.Time       `json:"diterima"`
	RespondedAt *time.Time      `json:"dijawab,omitempty"`
	DueAt       *time.Time      `json:"tenggat,omitempty"`
	ClosedAt    *time.Time      `json:"ditutup,omitempty"`
	RemovedAt   *time.Time      `json:"dihapus_sumber,omitempty"`
	Text        string          `json:"isi"`
	Address     string          `json:"alamat,omitempty"`
	Lon         *float64        `json:"bujur,omitempty"`
	Lat         *float64        `json:"lintang,omitempty"`
	Area        string          `json:"wilayah,omitempty"`
	Category    string          `json:"kategori,omitempty"`
	CategoryBy  string          `json:"kategori_dari,omitempty"` // source, analysis or officer
	Urgency     string          `json:"kegentingan,omitempty"`
	Office      string          `json:"perangkat_daerah,omitempty"`
	MediaURL    string          `json:"foto_di_sumber,omitempty"`
	Photo       string          `json:"foto,omitempty"` // file in the copy, or why it is not there
	Voices      []SubjectVoice  `json:"pesan_suara,omitempty"`
	Who         *Reporter       `json:"identitas,omitempty"`
	WhoLocked   bool            `json:"identitas_terkunci,omitempty"`
	Held        []string        `json:"diperbaiki,omitempty"`
	Grouped     bool            `json:"digabung_dalam_kejadian"`
	SourceKept  bool            `json:"rekaman_sumber_disimpan"`
	ErasedAfter *time.Time      `json:"identitas_dihapus_setelah,omitempty"`
	Answers     []SubjectAnswer `json:"jawaban_dan_pesan"`
	Trail       []SubjectTrace  `json:"jejak_pemrosesan"`
}

// SubjectAnswer is something that went to the person, or that they said back.
type SubjectAnswer struct {
	Kind    string     `json:"jenis"` // jawaban, pertanyaan, penutup, tanya_beres, kata_pelapor, sumber
	Text    string     `json:"isi,omitempty"`
	At      *time.Time `json:"pada,omitempty"`
	Channel string     `json:"kanal,omitempty"`
	// State is terkirim, menunggu, gagal, or "" where it goes nowhere.
	State string `json:"keadaan,omitempty"`
}

// SubjectVoice is a recording that they sent: its words as they stand, as a machine
// wrote them first, and the file in the copy ("" where the sound is not kept).
type SubjectVoice struct {
	NoteID      int64      `json:"-"`
	At          time.Time  `json:"dikirim"`
	Text        string     `json:"isi,omitempty"`
	Heard       string     `json:"isi_dari_mesin,omitempty"`
	CorrectedAt *time.Time `json:"dibetulkan_petugas,omitempty"`
	Kind        string     `json:"jenis_berkas,omitempty"`
	File        string     `json:"berkas,omitempty"`
}

// SubjectTrace is one time that something was done with the data: what, by which
// post, and why where a reason was given (personal data masked). No officer is
// named.
type SubjectTrace struct {
	At     time.Time `json:"pada"`
	What   string    `json:"apa"`
	By     string    `json:"oleh"`
	Reason string    `json:"alasan,omitempty"`
}

// SubjectBasis is the ground on which reports of citizens are processed (UU 27/2022
// Pasal 20 ayat (2) names the grounds; the letter is from memory).
const SubjectBasis = "Pelaksanaan tugas demi kepentingan umum dan pelayanan publik (UU 27/2022 Pasal 20 ayat (2) huruf e)"

var traceWords = map[string]string{
	"reporter.read":             "Identitas pelapor dibuka",
	"reporter.answer":           "Jawaban terkirim ke pelapor",
	"reporter.ask":              "Pertanyaan terkirim ke pelapor",
	"report.reply":              "Jawaban ditulis",
	"report.question":           "Pertanyaan singkat ditulis",
	"report.desk":               "Laporan dicatat petugas",
	"report.pause":              "Tenggat dihentikan sementara",
	"report.resume":             "Tenggat berjalan lagi",
	"report.voice":              "Pesan suara ditulis mesin menjadi kata",
	"report.voice_correct":      "Kata-kata pesan suara dibetulkan petugas",
	"report.correct":            "Kategori, wilayah, perangkat daerah, atau kegentingan diubah petugas",
	"report.subject_correction": "Diperbaiki atas permintaan pemilik data",
	"report.subject_erasure":    "Identitas dihapus atas permintaan pemilik data",
	"subject.note":              "Permintaan dicatat",
	"subject.search":            "Laporan milik pemohon dicari",
	"subject.code":              "Kode bukti diri diminta",
	"subject.code_sent":         "Kode bukti diri terkirim",
	"subject.code_wrong":        "Kode bukti diri salah",
	"subject.proof":             "Bukti diri diterima",
	"subject.copy":              "Salinan dibuat",
	"subject.correct":           "Perbaikan dilakukan",
	"subject.erase":             "Identitas dihapus",
	"subject.met":               "Permintaan selesai",
	"subject.refused":           "Permintaan ditolak",
	"subject.result_sent":       "Pemberitahuan hasil terkirim",
}

// TraceWords says in Indonesian what an action of the audit trail was; the
// action's own name where no words are known.
func TraceWords(action string) string {
	if w := traceWords[action]; w != "" {
		return w
	}
	return action
}

// PostWords names a post in Indonesian: its role and office, no person.
func PostWords(role Role, office string) string {
	words := map[Role]string{
		WaliKota: "Wali Kota", Sekda: "Sekretaris Daerah", Operator: "Operator", Auditor: "Auditor", KepalaOPD: "Kepala perangkat daerah", Camat: "Camat", Lurah: "Lurah",
	}[role]
	switch {
	case words == "":
		return "Sistem Balaikota"
	case office == "":
		return words
	}
	return words + ", " + office
}
