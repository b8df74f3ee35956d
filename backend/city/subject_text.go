package city

import (
	"fmt"
	"strings"
	"time"
)

// SubjectResult words what became of a request, for who asked.
func SubjectResult(kind SubjectKind, state SubjectState, number int64, reason string) string {
	what := map[SubjectKind]string{
		SubjectCopy: "salinan data pribadi", SubjectCorrect: "perbaikan data pribadi", SubjectErase: "penghapusan identitas",
	}[kind]
	if state == SubjectRefused {
		return fmt.Sprintf("Permintaan Anda nomor %d tentang %s tidak dapat kami penuhi.\nAlasan: %s\nBila keberatan, silakan hubungi kami kembali dengan menyebut nomor permintaan ini.", number, what, reason)
	}
	done := map[SubjectKind]string{
		SubjectCopy:    "Salinannya sudah dibuat dan diserahkan kepada Anda.",
		SubjectCorrect: "Data Anda sudah diperbaiki. Perbaikan ini tetap berlaku walaupun sistem asal laporan mengirim data lama.",
		SubjectErase:   "Nama, nomor telepon, alamat surel, dan akun Anda sudah dihapus dari laporan. Isi laporan dan catatan penanganannya tetap disimpan tanpa identitas sebagai arsip pelayanan; cadangan lama terhapus sesuai jadwalnya.",
	}[kind]
	return fmt.Sprintf("Permintaan Anda nomor %d tentang %s sudah selesai.\n%s", number, what, done)
}

// SubjectWritten is a letter to who asked: a code, or a result.
type SubjectWritten struct {
	Key, City string
	Number    int64
	Code      string // "" for a result
	Until     time.Time
	Text      string
}

// Letter words it for a zone with its label ("WITA"). It leads nowhere.
func (w SubjectWritten) Letter(zone *time.Location, label string) ReporterLetter {
	l := ReporterLetter{Key: w.Key, Subject: fmt.Sprintf("Permintaan data pribadi nomor %d", w.Number), After: "Dikirim oleh Balaikota, " + w.City + "."}
	said := w.Text
	if w.Code != "" {
		l.Subject = fmt.Sprintf("Kode bukti diri untuk permintaan nomor %d", w.Number)
		said = strings.Join([]string{
			"Seseorang meminta data pribadi yang tercatat pada alamat ini. Bila itu Anda, bacakan kode berikut kepada petugas: " + w.Code,
			"Kode berlaku sampai " + FormatMoment(w.Until, zone, label) + ". Bila bukan Anda, abaikan pesan ini dan jangan berikan kodenya kepada siapa pun.",
		}, "\n\n")
	}
	l.Before = "Yth. Pelapor,\n\n" + said
	return l
}

// SubjectNotice tells an operator of a request whose time ends soon, or has ended.
func SubjectNotice(number int64, due time.Time, late bool, zone *time.Location, label string) Wording {
	when := FormatMoment(due, zone, label)
	said := Said{
		Text:   fmt.Sprintf("Permintaan data pribadi nomor %d harus selesai sebelum %s.", number, when),
		TextEN: fmt.Sprintf("Personal data request %d must be met before %s.", number, due.In(zone).Format("2 Jan 2006 15:04")+" "+label),
	}
	if late {
		said = Said{
			Text:   fmt.Sprintf("Permintaan data pribadi nomor %d melewati batas waktunya (%s). Selesaikan sekarang.", number, when),
			TextEN: fmt.Sprintf("Personal data request %d is past its time. Meet it now.", number),
		}
	}
	return Wording{Kind: "job", Path: "/pengaturan", Urgent: late, Said: said}
}
