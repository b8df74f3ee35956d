package world

// The words of simcity's citizens are written for it; they quote nobody.
// Streets, landmarks and account names are invented or generic.

var streets = []string{
	"Jl. Kenanga", "Jl. Meranti", "Jl. Ulin", "Jl. Bangkirai", "Jl. Enggang", "Jl. Kapur Naga", "Jl. Teratai", "Jl. Anggrek Hitam",
	"Jl. Rotan", "Jl. Nipah", "Jl. Bakau", "Jl. Punai", "Jl. Belida", "Jl. Haruan", "Jl. Patin", "Jl. Lahung", "Jl. Kelubut",
	"Jl. Rawa Indah", "Jl. Bukit Damai", "Jl. Tepian Lama", "Jl. Lembah Hijau", "Jl. Poros Kebun", "Jl. Batu Cermin", "Jl. Padi",
	"Gang Rambutan", "Gang Cempedak", "Gang Langsat", "Gang Ketapi", "Gang Mufakat", "Gang Rukun", "Gang Sederhana", "Gang Keluarga",
	"Gang 5", "Gang 12", "Gang Buntu", "Gang Masjid", "Gang Kelapa", "Gang Sungai Kecil", "Perum Bumi Ulin", "Perum Griya Enggang",
	"Perum Rawa Asri", "Perum Bukit Meranti", "Blok C Perum Teratai", "Jl. Simpang Empat", "Jl. Dermaga Kayu", "Jl. Belakang Pasar",
}

var markKinds = []string{
	"langgar Al-…", "masjid Nurul …", "warung bu …", "toko …", "SD di ujung jalan", "jembatan kayu", "jembatan ulin", "pos kamling",
	"lapangan voli", "pasar kaget", "puskesmas pembantu", "kantor RT", "tower seluler", "bengkel motor", "minimarket", "tikungan",
	"turunan", "gardu listrik", "kuburan", "simpang tiga", "posyandu …", "depot air galon", "sekolah TK …", "kios pulsa", "dermaga kecil",
}

var markNames = []string{
	"Ikhlas", "Muhajirin", "Melur", "Sabar", "Berkah", "Taqwa", "Mawar", "Jaya", "Rezeki", "Huda", "Kasturi", "Ceria", "Hikmah",
}

var handleA = []string{"warga", "bubuhan", "anak", "orang", "kawan", "emak", "abah", "julak", "acil", "lapor"}
var handleB = []string{"ulin", "sungai", "tepian", "gang", "pesut", "amplang", "enggang", "meranti", "sarung", "rawa", "belida"}

var smileys = []string{"🙏", "🙏🙏", "😭", "😡", "😢😢", "🥲", "‼️", "🌊", "😤"}

var phrases = map[string][]string{
	"salam": {
		"Assalamualaikum", "Selamat pagi Bapak/Ibu", "Selamat siang admin", "Selamat sore", "Yth. pemerintah kota", "Permisi min",
		"Halo admin", "Mohon izin melapor", "Izin lapor pak", "Selamat malam", "Pak wali", "Yth. dinas terkait",
	},
	"sejak": {
		"sejak tadi malam", "sudah {hari} hari", "sejak {hari} hari lalu", "dari minggu lalu", "sejak subuh tadi", "sudah hampir sebulan",
		"dari kemarin", "sudah {jam} jam", "dari bulan puasa", "entah sudah berapa lama", "sejak hujan deras kemarin",
	},
	"mohon": {
		"Mohon segera ditindaklanjuti", "Tolong dicek ke lokasi", "Mohon bantuannya", "Kami harap ada petugas yang datang",
		"Mohon diperbaiki secepatnya", "Tolong ditangani ya pak", "Mohon perhatian dinas terkait", "Kapan ditangani?",
		"Tolong jangan cuma difoto saja", "Mohon solusi permanen, bukan tambal sulam", "Minta tolong diteruskan ke yang berwenang",
	},
	"marah": {
		"Sudah lapor tiga kali tidak ada tanggapan!", "Pajak dibayar terus, hasilnya mana?", "Apa harus viral dulu?", "Capek lapor terus!",
		"Sampai kapan begini?!", "Jangan tunggu ada korban!", "Tiap tahun begini terus!", "Katanya siap melayani?",
	},
	"kasih": {"Terima kasih", "Terima kasih banyak", "Matur nuwun", "Makasih min", "Sekian dan terima kasih", "Salam warga"},
	"tempat": {
		"di {jalan} RT {rt}", "di {jalan} dekat {dekat}", "di {jalan} RT {rt} {kel}", "di {kel}, {jalan}", "depan {dekat} {jalan}",
		"{jalan} {kel} RT {rt}", "sekitar {dekat}, {kel}", "di {jalan} samping {dekat} {kel}", "lokasi {jalan}", "di {kel} dekat {dekat}",
	},
	"minta": {"handak minta tolong", "mun kawa ditangani", "tolong pang dilihati", "kami handak batakun, kapan digarap", "mohon banar dibantui"},
}

var abbreviations = map[string][]string{
	"yang": {"yg"}, "tidak": {"tdk", "gak", "ga", "nggak", "ngga"}, "sudah": {"sdh", "udah", "udh"}, "dengan": {"dgn"}, "untuk": {"utk", "buat"},
	"karena": {"krn", "krna", "gara2"}, "jalan": {"jln", "jl"}, "tolong": {"tlg", "tlong"}, "saya": {"sy", "aku"}, "belum": {"blm", "blum"},
	"mohon": {"mhn"}, "kami": {"kmi"}, "rumah": {"rmh"}, "terus": {"trs", "trus"}, "banyak": {"byk"}, "dari": {"dr"}, "sampai": {"smp", "sampe"},
	"ada": {"ad"}, "depan": {"dpn"}, "orang": {"org"}, "anak": {"ank"}, "kalau": {"klo", "kalo"}, "tapi": {"tp"}, "bisa": {"bs"}, "lagi": {"lg"},
	"kemarin": {"kmrn"}, "segera": {"sgera"}, "malam": {"mlm"}, "lampu": {"lmpu"}, "dekat": {"dkt"}, "sama": {"sm"}, "terima": {"trima"},
	"kasih": {"ksh"}, "hari": {"hr"}, "warga": {"wrga"}, "bapak": {"bpk"}, "sekali": {"skali", "bgt"}, "setiap": {"tiap"}, "minggu": {"mgg"},
}

var voices = []voice{
	{share: 26, short: 0.12, typo: 0.015, shapes: []string{ // polite
		"{salam}, {inti} {tempat}. {akibat}. {mohon}. {kasih}.", "{salam}. Kami warga {kel} melaporkan {inti} {tempat}, {sejak}. {mohon}.",
		"Mohon bantuannya, {inti} {tempat} {sejak}. {akibat}. {kasih}.", "{salam}, {sejak} {inti} {tempat}. {akibat}. {mohon}, {kasih}.",
	}},
	{share: 22, short: 0.75, typo: 0.05, lower: true, shapes: []string{ // in a hurry
		"{inti} {tempat}", "{tempat} {inti} {sejak}", "{inti} {tempat} tolong", "lapor {inti} {tempat} {akibat}", "min {inti} {tempat} {sejak}",
	}},
	{share: 13, short: 0.3, typo: 0.03, drawl: 0.06, shout: 0.3, smiley: 0.35, shapes: []string{ // angry
		"{inti} {tempat}!! {marah}", "{marah} {inti} {tempat} {sejak}!", "Woy {inti} {tempat}. {akibat}. {marah} {marah}", "Heran, {inti} {tempat} {sejak} dibiarkan. {marah}",
	}},
	{share: 14, short: 0.35, typo: 0.02, drawl: 0.015, smiley: 0.15, shapes: []string{ // a story
		"Jadi begini min, {sejak} {inti} {tempat}. Awalnya kami kira sebentar, tapi ternyata {akibat}. Sudah lapor RT tapi belum ada hasil. {mohon}.",
		"Tadi saya lewat {jalan}, {inti} {tempat}. {akibat}. Kasihan warga {kel}. {mohon} ya.",
		"Saya tinggal {tempat}. {sejak} {inti}. {akibat}. Tetangga juga mengeluh hal yang sama. {mohon}.",
	}},
	{share: 9, banjar: true, short: 0.15, typo: 0.02, lower: true, drawl: 0.02, shapes: []string{ // Banjar
		"{inti} {tempat}, {minta}", "bapak ai, {inti} {tempat} {sejak}. {minta}", "ulun warga {kel}, {inti} {tempat}. {minta} lah", "{inti} di {kel}, kayapa ini pang? {minta}",
	}},
	{share: 10, short: 0.5, typo: 0.03, lower: true, smiley: 0.5, drawl: 0.04, shapes: []string{ // chat
		"min {inti} {tempat} ini gimana ya", "kak mau lapor {inti}, {tempat}. {akibat}", "info dong {inti} {tempat} lapor kemana ya? {sejak} loh",
		"{inti}.. {tempat}.. {akibat}..", "halo min {inti} {tempat} mohon dibantu ya",
	}},
	{share: 6, short: 0, typo: 0.004, shapes: []string{ // as the call centre writes it down
		"PELAPOR MENYAMPAIKAN {inti} {tempat}. {akibat}.", "Aduan: {inti}. Lokasi: {jalan} RT {rt}, {kel}. Keterangan: {akibat}, {sejak}.",
		"Warga melaporkan {inti} {tempat}; {akibat}; patokan {dekat}.",
	}},
}
