package city

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What is written to officers in a chat, in Indonesian as all letters are.
const (
	ChatHelp = "Ini asisten Balaikota untuk pejabat.\n\n" +
		"• Tulis pertanyaan seperti di halaman Tanya, misalnya: Berapa laporan sampah minggu ini?\n" +
		"• lapor … : mengirim pengaduan, misalnya: lapor lampu jalan mati di Jalan Juanda\n" +
		"• keluar : melepas nomor ini dari akun Anda\n" +
		"• bantuan : pesan ini"
	ChatWrongCode = "Kode tidak dikenal atau sudah habis waktunya. Buka Pengaturan, bagian Pemberitahuan, di Balaikota untuk meminta kode baru."
	ChatCodesOver = "Terlalu banyak kode yang salah. Coba lagi satu jam lagi dengan kode baru."
	ChatLeft      = "Nomor ini sudah dilepas dari akun Balaikota. Pesan berikutnya diterima sebagai pengaduan warga."
	ChatNoText    = "Asisten hanya membaca teks. Kirim pertanyaan Anda sebagai teks; untuk pengaduan, awali dengan: lapor"
	ChatNoVoice   = "Pesan suara belum dapat dibaca di sini. Kirim sebagai teks."
	ChatTooMany   = "Pertanyaan terlalu banyak dalam waktu singkat. Tunggu sepuluh menit, lalu tanyakan lagi."
	ChatClosed    = "Nomor ini tidak terhubung dengan akun yang aktif di Balaikota, jadi pertanyaan tidak dapat dijawab. Untuk mengirim pengaduan, awali dengan: lapor"
	ChatStale     = "Nomor ini perlu dikonfirmasi lagi. Buka Pengaturan, bagian Pemberitahuan, di Balaikota, minta kode baru, lalu kirim ke sini. Pengaduan tetap dapat dikirim: awali dengan: lapor"
	ChatSignIn    = "Masuk dahulu ke Balaikota dan ganti kata sandi Anda, lalu tanyakan lagi di sini."
	MailSubject   = "Jawaban asisten Balaikota"
	MailNoLeave   = "Alamat surel untuk pemberitahuan dan pertanyaan diatur di Balaikota: buka Pengaturan, bagian Pemberitahuan."
	ChatFailed    = "Pertanyaan ini tidak dapat dijawab karena gangguan pada sistem. Silakan tanyakan lagi beberapa saat lagi."
)

// ChatBound tells an officer that a chat is bound, to which account, and until when.
func ChatBound(username string, until time.Time, zone *time.Location) string {
	return "Terhubung dengan akun " + username + ". Pemberitahuan dapat dikirim ke sini, dan pertanyaan Anda dijawab dengan hak akun itu. Berlaku sampai " +
		FormatDay(until, zone) + ". Bila akun itu bukan milik Anda, balas: keluar\n\n" + ChatHelp
}

const (
	chatFigures = 6
	// chatPart is how long one message may be, in characters: both services take
	// 4096, and a part says which of how many it is.
	chatPart = 3900
)

// ChatAnswer words an answer for a chat: text, figures with their evidence in short,
// what is not known, where the numbers came from, and the address of its page (""
// for none). Each part fits one message.
func ChatAnswer(a Answer, sources []string, page string, zone *time.Location, label string) []string {
	out := []string{a.Text}
	var lines []string
	for _, o := range a.Options {
		lines = append(lines, "? "+o.Text)
	}
	for i, f := range a.Figures {
		if i == chatFigures {
			lines = append(lines, "… dan "+strconv.Itoa(len(a.Figures)-chatFigures)+" angka lagi")
			break
		}
		lines = append(lines, "• "+FormatValue(f.Value, f.Decimals, f.Unit)+" · "+f.Label)
	}
	if len(lines) > 0 {
		out = append(out, strings.Join(lines, "\n"))
	}
	if len(a.Caveats) > 0 {
		out = append(out, "Catatan: "+strings.Join(a.Caveats, " "))
	}
	if a.FellBack != "" {
		out = append(out, a.FellBack)
	}
	if a.Receipt != "" {
		proof := "Bukti " + a.Receipt
		if len(sources) > 0 {
			proof += " · sumber: " + strings.Join(sources, ", ")
		}
		out = append(out, proof+" · data per "+FormatMoment(a.At, zone, label))
	}
	if page != "" {
		out = append(out, page)
	}
	return ChatParts(strings.Join(out, "\n\n"))
}

// ChatParts splits a text into messages that a chat takes, at line ends where it
// can.
func ChatParts(text string) (out []string) {
	for utf8.RuneCountInString(text) > chatPart {
		head := string([]rune(text)[:chatPart])
		at := strings.LastIndexByte(head, '\n')
		if at < len(head)/2 {
			if at = strings.LastIndexByte(head, ' '); at < len(head)/2 {
				at = len(head)
			}
		}
		out = append(out, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	return append(out, text)
}
