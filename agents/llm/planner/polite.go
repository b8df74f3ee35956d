package planner

import "slices"

// openers begin a clause of courtesy or of the occasion of a question.
var openers = wordSet("mohon izin ijin dengan yth maaf bersama menindaklanjuti menindak sesuai sehubungan guna untuk dalam sebagai berdasarkan menurut atas berkenaan salam hormat terima terimakasih makasih demikian kepada selamat bapak ibu pak bu")

// alone are openers that may be a clause by themselves.
var alone = wordSet("yth maaf izin ijin salam demikian makasih terimakasih hormat")

// courtesy are the words of such clauses. None of them names a time, a place
// or a matter, so that nothing that narrows a question is lost with them.
var courtesy = wordSet(`hormat izin ijin maaf arahan pimpinan bapak ibu pak bu wali walikota sekda rapat koordinasi keperluan pelaporan laporan bahan paparan evaluasi surat perintah permintaan pembahasan monitoring penyusunan kebutuhan
	data terkini terbaru terakhir hal tersebut hasil kunjungan kerja diskusi rangka tindak lanjut menindaklanjuti ini itu kami saya yang terhormat mengganggu waktunya waktu ketidaknyamanannya perhatian perhatiannya kerja samanya kerjasamanya sama bantuannya bantuan
	dengan dan di pada dari untuk atas ada yth kasih mohon terima demikian menyampaikan disampaikan sebelumnya bertanya menanyakan mengenai akan bertugas tugas pertemuan acara internal resmi kegiatan sekiranya kiranya`)

// occasions are meetings: a clause about one may say when it is held.
var occasions = wordSet("rapat paparan pertemuan acara kunjungan")

var occasionTimes = wordSet("besok pagi siang sore malam nanti hari ini lusa")

// preambles returns the clauses that only are courtesy: "Mohon izin, Bapak,",
// "Sesuai arahan pimpinan,", "Terima kasih atas perhatiannya." A clause ends
// at a punctuation mark, and one of the question must be left.
func (l *lexicon) preambles(ts []token) []match {
	var out []match
	left := false
	for from := 0; from < len(ts); {
		to := from + 1
		for to < len(ts) && !ts[to].stop {
			to++
		}
		if openers[ts[from].word] && onlyCourtesy(ts[from:to]) {
			out = append(out, match{from: from, to: to, kind: isFiller})
		} else {
			left = left || slices.ContainsFunc(ts[from:to], func(t token) bool { return !fillers[t.word] })
		}
		from = to
	}
	if !left {
		return nil
	}
	return out
}

func onlyCourtesy(clause []token) bool {
	occasion := slices.ContainsFunc(clause, func(t token) bool { return occasions[t.word] })
	for i, t := range clause {
		wali := t.word == "kota" && i > 0 && clause[i-1].word == "wali" // "untuk kota" narrows, or widens
		if i > 0 && !wali && !courtesy[t.word] && !courtesy[t.raw] && !(occasion && occasionTimes[t.word]) {
			return false
		}
	}
	return len(clause) > 1 || alone[clause[0].word]
}

// vocatives are how people call the one they ask.
var vocatives = wordSet("bos boss bosku cil gan bro sis cak kang mang lur kakak kak om tante mas mbak min admin pakde bude bang abang")

// call reads a vocative at the end or the beginning of a question as one: "ada
// berapa, bos". Where the word before it takes a subject it stays what it is.
func (l *lexicon) call(ts []token) {
	for i := range ts {
		last := i == len(ts)-1
		if !vocatives[ts[i].raw] || !last && !(i == 0 && ts[1].stop) {
			continue
		}
		if i > 0 && !ts[i].stop && l.cues[ts[i].word] == noCue && l.vocabulary[ts[i].raw] && !fillers[ts[i-1].word] && l.cues[ts[i-1].word] != cueHowMany {
			continue
		}
		ts[i].word, ts[i].stem = "pak", "pak"
	}
}
