package planner

// cue is a wish, a measure or an operation that words name.
type cue int

const (
	noCue cue = iota
	cueHowMany
	cueTotal
	cueReport
	cueCase // kasus, masalah: perhaps reports, perhaps the thing itself
	cueClosed
	cueOpen
	cueProgress
	cueRejected
	cueUnanswered
	cueOverdue
	cueOnTime
	cueResponse
	cueClosing
	cueHandled
	cueHowLong
	cueMedian
	cueShare
	cueAbout
	cueIncident
	cueUrgent
	cueSimilar
	cueShow
	cueDetail
	cueMap
	cueDraft
	cueWeather
	cueRain
	cueForecast
	cueTrend
	cueByDay
	cueByWeek
	cueByMonth
	cueBy
	cueDistrict
	cueVillage
	cueSomeArea
	cueKinds
	cueOffices
	cueChannels
	cueStatuses
	cueWhich
	cueWhat
	cueWhere
	cueMost
	cueLeast
	cueSlow
	cueFast
	cueRank
	cueRise
	cueFall
	cueChange
	cueAgainst
	cueSteep
	cueMaximum
	cueMinimum
	cueMean
	cueLatest
	cueNow
	cueAbove
	cueBelow
	cueThreshold
	cueWatch  // siaga
	cueDanger // awas
	cueCare   // perhatian, waspada
	cueDays
	cueExplain
	cueFresh
	cueWhen
	cueSources
	cueProfile
	cueHow
	cueLoad
	cueAgenda
	cueDue
	cueWhy
	cueNear
	cueHere
	cueThis
	cueCity
	cueAnd
	cueWith
	cueAll
	cueGreeting
	cueHelp
	cueReporter
	cuePersonal
	cueWho
	cueVerify
	cueFollow
	cueUnit
	cueOther
	cueTimes  // berapa kali
	cuePeople // berapa orang
	cueDuty   // whose duty
)

// cuePhrases are the words of each cue, between bars. A word with ~ before it
// stands for every word of its root as well.
var cuePhrases = map[cue]string{
	cueHowMany:    "berapa|berapa banyak|ada berapa|ada berapa banyak|seberapa banyak|berapa kah|berapaan|banyaknya|banyak nya|hitung|hitungkan|jumlah|jumlahnya|berapa jumlah|barapa|angka|angkanya|berapa angka",
	cueTimes:      "berapa kali|sudah berapa kali|telah berapa kali|ada berapa kali|berapa kali warga",
	cuePeople:     "berapa orang|ada berapa orang|berapa orang warga|berapa warga|ada berapa warga|berapa banyak warga|berapa banyak orang|jumlah warga|jumlah orang|berapa masyarakat|berapa penduduk|berapa jiwa|berapa banyak masyarakat|sudah berapa warga|sudah berapa orang",
	cueDuty:       "bertanggung jawab|tanggung jawab|penanggung jawab|bertanggung jawab atas|berwenang|wewenang|kewenangan|membidangi|membawahi|yang punya urusan|bertugas mengurus|bertugas menangani",
	cueTotal:      "total|totalnya|akumulasi|jumlah total|berapa total|total berapa|jumlah keseluruhan|keseluruhan",
	cueReport:     "laporan|aduan|keluhan|pengaduan|komplain|komplen|complaint|tiket|curhatan|curhat|laporan warga|laporan masyarakat|aduan warga|aduan masyarakat|keluhan warga|keluhan masyarakat|laporan pengaduan|dilaporkan|diadukan|dikeluhkan|melapor|mengadu|mengeluh|ngeluh|ngadu|lapor|melaporkan|mengadukan|mengeluhkan|pelaporan|dikomplain|kiriman warga",
	cueCase:       "kasus|masalah|persoalan|permasalahan|problem|isu|gangguan|urusan",
	cueClosed:     "~selesai|ditutup|tuntas|dituntaskan|beres|dibereskan|rampung|dirampungkan|kelar|dikelarkan|tertangani|sudah ditangani|telah ditangani|berhasil ditangani|berhasil diselesaikan|berhasil dituntaskan|berhasil ditutup|berhasil dibereskan|sudah selesai|telah selesai|sudah tuntas|sudah beres|sudah ditutup|telah ditutup|terselesaikan|teratasi|sudah teratasi",
	cueOpen:       "backlog|belum selesai|belum tuntas|belum beres|belum ditangani|belum ditutup|belum rampung|belum kelar|belum diselesaikan|belum dituntaskan|belum terselesaikan|belum tertangani|belum dikerjakan|belum ditindaklanjuti|belum dibereskan|belum teratasi|belum diatasi|belum rampung|tidak selesai|tidak tuntas|tidak kunjung selesai|tak kunjung selesai|belum juga selesai|belum juga ditangani|belum juga beres|masih terbuka|terbuka|masih jalan|masih berjalan|masih aktif|masih menggantung|masih gantung|menggantung|mangkrak|nunggak|menunggak|tunggakan|masih menunggak|masih nunggak|terbengkalai|masih tersisa|tersisa|masih antre|menumpuk belum selesai|pending|outstanding|belum ada penyelesaian|belum ada penanganan|belum ada tindak lanjut|belum digarap|kada tuntas|masih belum selesai|masih belum beres|masih belum tuntas|masih belum ditangani|belum dikelarkan|belum sempat ditangani|masih mangkrak|tertunda",
	cueProgress:   "sedang ditangani|sedang diproses|dalam proses|sedang dikerjakan|lagi dikerjakan|lagi diproses|lagi ditangani|masih diproses|masih dikerjakan|dalam penanganan|dalam pengerjaan|diproses",
	cueRejected:   "ditolak|yang ditolak|tidak diterima",
	cueUnanswered: "belum direspons|belum direspon|belum dibalas|belum ditanggapi|belum dijawab|tidak direspons|tidak ditanggapi|tidak dijawab|tidak dibalas|belum ada respons|belum ada tanggapan|belum ada jawaban|tanpa respons|tanpa tanggapan",
	cueOverdue:    "lewat tenggat|lewat batas waktu|lewat batas|lewat waktu|lewat deadline|lewat jatuh tempo|lewat sla|kelewat tenggat|kelewatan tenggat|kelewat deadline|telat|terlambat|keterlambatan|melewati batas waktu|melewati batas waktu penyelesaian|melewati tenggat|melewati tenggat waktu|melewati tenggat penyelesaian|melewati batas penyelesaian|melewati batas|melewati deadline|melewati jatuh tempo|melampaui batas waktu|melampaui tenggat|melampaui batas waktu penyelesaian|melebihi batas waktu|melebihi batas waktu penyelesaian|melebihi tenggat|melebihi tenggat waktu|sudah jatuh tempo|overdue|melanggar sla|lewat batas waktu penyelesaian|lewat tenggat waktu|lewat tenggat penyelesaian|tenggatnya lewat|tenggatnya sudah lewat|tenggat lewat|tenggat sudah lewat|terlambat ditangani|telat ditangani|kedaluwarsa|kadaluarsa|melanggar tenggat|molor",
	cueOnTime:     "tepat waktu|sesuai tenggat|dalam tenggat|sebelum tenggat|on time|ontime|memenuhi sla|sesuai sla|sesuai batas waktu|dalam batas waktu|sebelum batas waktu|selesai tepat waktu|tidak terlambat|diselesaikan tepat waktu|ditutup tepat waktu|ketepatan waktu|sesuai target waktu|beres tepat waktu|tuntas tepat waktu",
	cueResponse:   "waktu respons|waktu respon|lama respons|lama respon|kecepatan respons|kecepatan respon|waktu tanggap|waktu tanggapan|waktu menanggapi|waktu jawab|waktu merespons|waktu merespon|respons|respon|ditanggapi|direspons|direspon|dibalas|dijawab|menanggapi|merespons|merespon|membalas|menjawab|tanggapan pertama|respons pertama|tanggapan|jawaban pertama|response time|dapat tanggapan|dapat respons|mendapat tanggapan|mendapat respons|mendapat jawaban|dapat jawaban|sampai ditanggapi|sampai direspons|tanggap",
	cueClosing:    "waktu selesai|waktu penyelesaian|lama penyelesaian|lama penanganan|waktu penanganan|lama pengerjaan|waktu pengerjaan|kecepatan penyelesaian|kecepatan penanganan|durasi penyelesaian|durasi penanganan|lama selesai|waktu tuntas|waktu ditutup|waktu penutupan|lama waktu penyelesaian",
	cueHandled:    "ditangani|penanganan|menangani|dikerjakan|tangani|diurus|mengurus",
	cueHowLong:    "berapa lama|seberapa cepat|seberapa lama|berapa cepat|seberapa lambat|berapa jam|butuh berapa lama|berapa lama waktu|lamanya|lama|cepat|perlu berapa lama|makan waktu berapa lama|berapa waktu|butuh waktu berapa lama|butuh waktu|makan waktu|durasi|butuh waktu berapa|waktunya berapa lama|waktu yang dibutuhkan|lambat",
	cueMedian:     "median|nilai tengah|mediannya",
	cueShare:      "berapa persen|persen|persentase|porsi|proporsi|prosentase|seberapa besar porsi|%|berapa bagian|presentase|persenan",
	cueAbout:      "tentang|soal|mengenai|terkait|perihal|menyangkut|seputar|berkaitan dengan|bertema|berkategori|masalah soal|dalam kategori|bertopik|hal|urusan",
	cueIncident:   "kejadian nomor|insiden nomor|nomor kejadian|kejadian no|insiden no|kejadian|insiden|peristiwa|kejadian aktif|insiden aktif",
	cueUrgent:     "paling mendesak|mendesak|paling gawat|gawat|paling parah|terparah|paling darurat|darurat|genting|paling genting|urgent|paling urgent|kritis|paling kritis|paling penting|terpenting|prioritas|terberat|paling berat|paling serius|serius|paling bahaya|paling berbahaya|parah",
	cueSimilar:    "serupa|mirip|yang mirip|yang serupa|kasus serupa|kasus mirip|kejadian serupa|kejadian mirip|pernah terjadi",
	cueShow:       "tampilkan|tunjukkan|tunjukan|lihat|lihatkan|perlihatkan|sebutkan|bacakan|kasih lihat|munculkan|keluarkan|buka|bukakan|cek|ditampilkan|diperlihatkan|tampilin|tunjukin|liatin|liat",
	cueDetail:     "daftar|list|rincian|rinciannya|detail|detailnya|apa saja|isinya|isi|daftarnya|listnya",
	cueMap:        "peta|di peta|dalam peta|petakan|sebaran|persebaran|peta sebaran|petanya|pada peta|di atas peta|sebarannya",
	cueDraft:      "disposisi|disposisikan|konsep disposisi|draf disposisi|draft disposisi|surat perintah|surat disposisi|nota dinas|lembar disposisi|rancangan disposisi",
	cueWeather:    "cuaca|pasang|pasang surut|rob|air pasang|risiko banjir|resiko banjir|potensi banjir|bakal banjir|akan banjir|banjir rob|ramalan cuaca|prakiraan cuaca|perkiraan cuaca|cuacanya|ancaman banjir|bahaya banjir|pasang tertinggi|kemungkinan banjir|rawan banjir|peringatan dini|surut|bisa banjir",
	cueRain:       "akan hujan|bakal hujan|turun hujan|hujan kah|mau hujan|bisa hujan|hujan tidak|hujan atau tidak|apakah hujan|akan turun hujan|bakal turun hujan|kemungkinan hujan|apakah akan hujan",
	cueForecast:   "prakiraan|perkiraan|prediksi|ramalan|proyeksi|diperkirakan|diprediksi|bakal|akan|perkirakan|prediksikan|ramalkan|prakirakan|perkiraannya|prediksinya|kira-kira nanti|estimasi",
	cueTrend:      "tren|trend|trennya|grafik|grafiknya|kurva|perkembangan|perkembangannya|pergerakan|dari waktu ke waktu|dinamika|trend nya|arah|pola|laju perkembangan|kecenderungan|riwayat",
	cueByDay:      "per hari|harian|tiap hari|setiap hari|dari hari ke hari|perhari|hari demi hari",
	cueByWeek:     "per minggu|mingguan|tiap minggu|setiap minggu|per pekan|tiap pekan|setiap pekan|dari minggu ke minggu|perminggu|minggu demi minggu",
	cueByMonth:    "per bulan|bulanan|tiap bulan|setiap bulan|dari bulan ke bulan|perbulan|bulan demi bulan",
	cueBy:         "per|menurut|berdasarkan|tiap|setiap|masing|dirinci per|dibagi per|dipecah per|dirinci menurut|di tiap|di setiap|di masing|tiap-tiap|dirinci",
	cueDistrict:   "kecamatan|distrik|camat|kapanewon|kemantren",
	cueVillage:    "kelurahan|desa|lurah|kampung|kalurahan",
	cueSomeArea:   "wilayah|daerah|kawasan|lokasi|tempat",
	cueKinds:      "kategori|jenis|topik|jenis masalah|jenis laporan|jenis aduan|jenis keluhan|kategori laporan|kategori aduan|kategori keluhan|topik keluhan|bidang|macam",
	cueOffices:    "dinas|opd|instansi|perangkat daerah|skpd|organisasi perangkat daerah|kantor|lembaga|badan|satker",
	cueChannels:   "kanal|saluran|kanal laporan|saluran aduan|kanal aduan|media pengaduan|jalur",
	cueStatuses:   "status|statusnya|status laporan",
	cueWhich:      "mana|yang mana|manakah|mana yang|manalah",
	cueWhat:       "apa|apakah|apa yang|apanya|napa",
	cueWhere:      "di mana|dimana|dimana yang|di mana yang|di wilayah mana|di daerah mana",
	cueMost:       "paling banyak|terbanyak|paling sering|tersering|paling besar|terbesar|paling ramai|banyakan|lebih banyak|teratas|paling tinggi|tertinggi|paling dominan|dominan|paling utama|utama|juaranya|paling dikeluhkan|lebih tinggi|lebih besar|lebih sering|tinggian|paling menonjol|paling kerap|nomor satu|tambanyak|paling umum|paling rame|paling",
	cueLeast:      "paling sedikit|tersedikit|paling jarang|paling minim|paling kecil|terkecil|paling rendah|terendah|lebih sedikit|sedikitan|lebih rendah|lebih kecil|paling dikit|terbawah",
	cueSlow:       "paling lambat|paling lama|terlama|paling lelet|paling lemot|lebih lambat|lebih lama|paling lamban|lelet",
	cueFast:       "paling cepat|tercepat|paling gesit|paling sigap|lebih cepat|paling responsif|paling tanggap|paling kilat",
	cueRank:       "peringkat|ranking|rangking|urutkan|urutan|urutannya|rangkingkan|peringkatnya|diurutkan|besar|top|pemeringkatan|klasemen",
	cueRise:       "naik|naik tidak|meningkat tidak|bertambah tidak|nambah tidak|meningkat|bertambah|melonjak|lonjakan|kenaikan|peningkatan|naiknya|bertambahnya|nambah|menanjak|memburuk",
	cueFall:       "turun tidak|menurun tidak|berkurang tidak|turun|menurun|berkurang|penurunan|turunnya|merosot|anjlok|membaik",
	cueChange:     "perubahan|berubah|berubahnya|naik atau turun|naik apa turun|naik turun|naik kah turun|naik atau malah turun|naik ataukah turun|turun atau naik|selisih|beda|bedanya|perbedaan|perbandingan|selisihnya|naik turunnya|meningkat atau menurun|naik atau tidak|perubahannya|naik berapa|turun berapa|bergeser|berbeda",
	cueAgainst:    "dibanding|dibandingkan|dibandingkan dengan|dibanding dengan|ketimbang|daripada|versus|vs|lawan|terhadap|lebih banyak dari|lebih banyak daripada|lebih sedikit dari|lebih sedikit daripada|bandingkan|bandingkan dengan|dibandingin|bandingin|banding|dari pada|lwn|dibanding sama|perbandingan dengan|jika dibandingkan|bandingannya",
	cueSteep:      "paling tajam|tertajam|paling drastis|paling melonjak|paling naik|paling meningkat|paling pesat|tajam|drastis|naik paling tajam|naik paling tinggi|naik paling banyak|paling banyak naik|paling banyak naiknya|lonjakan tertinggi|kenaikan tertinggi|kenaikan terbesar|kenaikan paling tinggi|kenaikan paling besar|peningkatan tertinggi|peningkatan terbesar|paling melonjak|lonjakan terbesar|naik paling drastis|meningkat paling tajam|paling tinggi kenaikannya|paling besar kenaikannya|lonjakan paling tinggi",
	cueMaximum:    "paling deras|terderas|paling lebat|terlebat|paling panas|terpanas|maksimum|maksimal|puncak|puncaknya|termahal|paling mahal|maksimumnya|rekor tertinggi|max|maks",
	cueMinimum:    "paling dingin|terdingin|minimum|minimal|termurah|paling murah|minimumnya|min",
	cueMean:       "rata|rata-rata|rerata|rataan|reratanya|rataannya|average|rata-ratanya|rata2",
	cueLatest:     "terakhir|terkini|terbaru|mutakhir|paling baru|paling akhir|teranyar",
	cueNow:        "sekarang|saat ini|sekarang ini|kini|detik ini|kekinian|wayahini|wayah iki|wayah ini|wayahni|wayah hini|masih ada|aktif|sedang berlangsung|berlangsung|per hari ini|per sekarang|sampai saat ini|hingga saat ini|hingga kini|sampai sekarang|sampai detik ini|hingga hari ini|sampai hari ini|per saat ini",
	cueAbove:      "di atas|diatas|lebih dari|melebihi|melampaui|>|lebih tinggi dari|lebih besar dari|tembus|menembus|lewat dari|di atasnya|melewati|lebih tinggi daripada|lebih dari pada",
	cueBelow:      "di bawah|dibawah|kurang dari|<|lebih rendah dari|lebih kecil dari|tidak sampai|lebih rendah daripada",
	cueThreshold:  "ambang|ambang batas|batas aman|ambangnya|batas ambang|nilai ambang|baku mutu|batas normal",
	cueWatch:      "siaga|status siaga|level siaga|ambang siaga|batas siaga",
	cueDanger:     "awas|status awas|level awas|ambang awas|batas awas|bahaya",
	cueCare:       "waspada|perhatian|ambang perhatian|status perhatian|level perhatian|batas perhatian",
	cueDays:       "berapa hari|jumlah hari|ada berapa hari|berapa hari saja|hitung hari|berapa banyak hari|total hari|banyak hari|berapa harian",
	cueExplain:    "apa itu|apa arti|arti|artinya|apa maksud|maksud|maksudnya|apa yang dimaksud|apa yang dimaksud dengan|dimaksud|definisi|definisinya|pengertian|apa artinya|jelaskan|jelaskan apa itu|cara menghitung|bagaimana menghitung|cara hitung|dihitung bagaimana|bagaimana dihitung|apa maksudnya|terangkan|apaan|itu apa|dihitung dari apa|cara ukur|cara mengukur|apa sih",
	cueFresh:      "diperbarui|diperbaharui|pembaruan|update|diupdate|terakhir diperbarui|terakhir masuk|segar|kesegaran|data terakhir|data terbaru|terupdate|apdet|terakhir diupdate|ter-update|pemutakhiran|dimutakhirkan|basi|data basi|terputus|terkoneksi|tersambung|masih segar",
	cueWhen:       "kapan|kapan terakhir|tanggal berapa|jam berapa|pukul berapa|bila",
	cueSources:    "sumber data|sumber|sumber-sumber data|sumbernya|data dari mana|asal data|dari mana data|sumber datanya",
	cueProfile:    "kondisi|situasi|keadaan|profil|ringkasan|rangkuman|gambaran|kabar|kondisinya|keadaannya|gambaran umum|profil wilayah|situasinya|ikhtisar",
	cueHow:        "bagaimana|seberapa berat|seberapa sibuk|seberapa besar|seberapa baik|bagaimana dengan|bagaimana kalau|gimana|seperti apa|macam apa|piye|kek apa|bagaimana kah|gimana dengan|kaya apa|kayapa",
	cueLoad:       "beban|kinerja|beban kerja|performa|kerjaan|kesibukan|beban laporan|kinerjanya|bebannya|rapor",
	cueAgenda:     "agenda|agenda prioritas|prioritas hari ini|prioritas saya|prioritas saya hari ini|agenda utama|harus saya prioritaskan|perlu saya prioritaskan|harus diprioritaskan|jadwal|perlu diputuskan|harus diputuskan|harus saya putuskan|perlu saya putuskan|harus saya kerjakan|perlu saya kerjakan|harus saya lakukan|perlu saya lakukan|perlu perhatian|butuh keputusan|yang harus dikerjakan|harus dikerjakan|harus dilakukan|perlu keputusan|menunggu keputusan|harus saya urus|agendanya|tugas saya|pekerjaan saya|yang perlu ditindaklanjuti|perlu ditindaklanjuti|perlu saya perhatikan|harus saya perhatikan|butuh perhatian|perlu tindakan|agenda saya",
	cueDue:        "jatuh tempo|tenggatnya|tenggat|deadline|batas waktunya|habis tenggat|bertenggat|berakhir",
	cueWhy:        "kenapa|mengapa|apa sebab|apa sebabnya|penyebab|penyebabnya|apa penyebabnya|sebabnya|kenapa bisa|kok bisa|napa|kanapa|sebab apa",
	cueNear:       "di sekitar|sekitar|di dekat|dekat|sekitaran|di sekitaran|seputaran|di depan|depan",
	cueHere:       "di sini|disini|sini|wilayah ini|daerah ini|area ini|kecamatan ini|kelurahan ini|wilayah saya|daerah saya|kecamatan saya|kelurahan saya|wilayah kami|kelurahan kami|kecamatan kami|tempat ini|kawasan ini",
	cueThis:       "kategori ini|indikator ini|kejadian ini|insiden ini|hal ini|angka ini|data ini|grafik ini",
	cueCity:       "kota ini|kota kita|sekota|se kota|seluruh kota|semua wilayah|seluruh wilayah|satu kota|tingkat kota|kota kami|seantero kota|di kota|seluruh kecamatan|semua kecamatan|seluruh kelurahan|semua kelurahan|keseluruhan kota|seisi kota|wilayah kota|dalam kota|se-kota|sekotaan",
	cueAnd:        "dan|serta|atau|maupun|plus",
	cueWith:       "sama|dengan|wan",
	cueAll:        "semua|seluruh|segala|semuanya|seluruhnya",
	cueGreeting:   "halo|hai|hei|selamat pagi|selamat siang|selamat sore|selamat malam|assalamualaikum|terima kasih|terimakasih|makasih|trims|salam|hi|hello|pagi pak|thanks|apa kabar|mantap|oke|ok|sip|baik|bagus|wassalam|permisi|mohon izin|mohon ijin|minta izin|izin bertanya|ijin bertanya|izin tanya|ijin tanya|izin menanyakan|ijin menanyakan|izin pak|izin bu|izin bapak|izin ibu|dengan hormat|yang terhormat|yth|maaf|mohon maaf|maaf mengganggu|mohon maaf mengganggu|bersama ini|berdasarkan data|berdasarkan data terkini|berdasarkan data terbaru|berdasarkan data terakhir|berdasarkan data yang ada|menurut data|menurut data terkini|menurut data terbaru|menurut data terakhir|mohon perkenan|perkenan|mohon kesediaan|kesediaan|berkenan",
	cueHelp:       "apa yang bisa kamu jawab|bisa apa|kamu bisa apa|apa yang bisa ditanyakan|bantuan|cara pakai|cara menggunakan|bisa tanya apa|tanya apa saja|apa yang bisa kamu lakukan|apa yang bisa saya tanyakan|bisa menjawab apa|bisa jawab apa|help|petunjuk|contoh pertanyaan|bisa bantu apa|apa yang bisa kamu bantu|kamu siapa|siapa kamu|apa yang kamu tahu|kemampuanmu|bisa ngapain|apa yang bisa anda jawab|apa yang bisa dijawab|apa yang bisa anda lakukan|anda siapa|siapa anda",
	cueReporter:   "pelapor|pengadu|pelapornya|yang melapor|yang melaporkan|yang lapor|yang mengadu|yang mengadukan|yang mengeluh|pengirim laporan|pengirim aduan|warga yang melapor|yang membuat laporan|yang bikin laporan|yang ngadu|pengirim|pengirimnya|yang mengirim laporan|pembuat laporan|warga pelapor|yang mengeluhkan",
	cuePersonal:   "nama|namanya|nomor telepon|nomor hp|nomor handphone|nomor ponsel|nomor wa|nomor whatsapp|nomor kontak|telepon|hp|no hp|nomor hape|hape|nik|alamat|alamatnya|alamat rumah|identitas|identitasnya|kontak|kontaknya|email|surel|data pribadi|data diri|nomor ktp|nomor kk|biodata|ponsel|rumahnya|nomor rekening|nomor induk|tanggal lahir|foto ktp|nama lengkap|nomornya",
	cueWho:        "siapa|siapa yang|siapa saja|siapakah|siapa saja yang",
	cueFollow:     "kalau|kalo|bagaimana kalau|terus|lalu|trus|lantas|nah kalau|dan kalau|lanjut|selanjutnya|amun|mun|kalo yang|kalau yang",
	cueOther:      "lainnya|yang lain|lain",
}

// ofCommand are the orders that would change something: the assistant only reads.
var ofCommand = wordSet(`hapus hapuskan hapusin delete musnahkan hilangkan ubah ubahlah rubah ganti gantikan edit sunting tutup tutupkan tandai batalkan kirim kirimkan kirimi teruskan
	setujui tetapkan selesaikan tuntaskan bereskan reset masukkan tambah tambahkan perbaiki koreksi pindahkan alihkan matikan nonaktifkan blokir perintahkan instruksikan jalankan
	tugaskan terbitkan publikasikan umumkan simpan catat daftarkan naikkan turunkan gabungkan gabung tolak cabut aktifkan setel atur kosongkan eksekusi drop`)

// fillers say nothing by themselves.
var fillers = wordSet(`yang di ke dari pada untuk itu ini ada saya aku kami kita dong sih ya yah deh pak bu bapak ibu min mas mbak bang kak om tuan wali walikota tolong coba mohon minta
	ingin mau pengen kepengen kasih beri berikan bisa boleh dapat sudah telah juga saja hanya cuma nih tuh kan kah lah pun pang nah adalah yaitu yakni merupakan buat buatkan punya dalam selama sepanjang periode waktu se
	pas ketika warga masyarakat terjadi tercatat terdata tercatatnya masuk diterima dibuat baru muncul kok loh lho eh ehm anu hmm em kira kiranya tahu tau mengetahui informasi info infokan informasikan beritahu
	kabari kasihkan bilang katakan cari carikan carilah jadi jadinya menjadi oleh secara seberapa sebenarnya sebetulnya sekiranya memang ternyata nya si sang para tersebut tadi begitu gitu gini begini
	data datanya nilai nilainya hasil hasilnya besarnya besaran handak ulun pian banar lah tingkat kondisinya level posisi sampai selalu seringkali sering beserta mohon tampil pertanyaan tanya bertanya dipunya punya
	indikator rekap rekapitulasi memiliki mempunyai mencatat tercatat dicatat berada menerima mendapat mendapatkan dipakai digunakan dapatkah bisakah bolehkah memperoleh menyampaikan menanyakan diinformasikan menginformasikan informasinya disampaikannya biasanya umumnya lazimnya biasa menunjukkan menampilkan disampaikan sampaikan diajukan dilayangkan dikirim dikirimkan berasal datang
	antara ngeceknya mengecek dicek mengetahuinya penasaran pengin kepingin sekalian dulu rupanya sesungguhnya sejumlah sebanyak adakah apakah kepada buatkanlah nomor terjadinya diketahui diperoleh peroleh dihitung
	paham dimiliki terdapat didapat didapatkan berjumlah jua samarinda_ kira-kira hai halo kamu anda bertanya silakan silahkan segera ulang nang nan gasan`)

// weak are words of names that say too little alone to name one thing.
var weak = wordSet(`umum harian utama rata tinggi harga jumlah tingkat kota warga daya layanan pelayanan fasilitas publik masyarakat indeks angka nilai kadar persentase rasio total air jalan rumah tempat
	bersih liar rusak medium premium merah baru lain lainnya dan administrasi bantuan sosial sarana prasarana pengelolaan penanganan kondisi lingkungan masalah gangguan kerusakan jumlah rawan mutu kualitas laju angka
	status volume kecil besar bahan pokok daerah per hari pusat kawasan data informasi pembangunan infrastruktur ketersediaan stok produksi kebutuhan tinggi lebar`)

// doubledWords are words that people double: speech leaves the hyphen out.
var doubledWords = wordSet(`rata masing tiap apa kira titik sumber`)

// countedWords take a number behind them that is no doubling: RT 2, SD 2.
var countedWords = wordSet(`rt rw sd sdn smp smpn sma sman smk km jalan jl gang gg nomor no blok tanggal tgl kejadian insiden laporan tiket simpang pasar jam triwulan kuartal semester top bulan tahun unit kelas`)

// spoken are spoken, Banjar and telephone forms in questions to officials,
// beside those that language.Normalise mends.
var spoken = map[string]string{
	"brp": "berapa", "brpa": "berapa", "brapa": "berapa", "berape": "berapa", "barapa": "berapa", "barapakah": "berapa", "bln": "bulan", "bulann": "bulan", "gmn": "bagaimana", "gimana": "bagaimana", "gmana": "bagaimana", "bgmn": "bagaimana", "kayapa": "bagaimana", "yg": "yang", "nang": "yang",
	"dgn": "dengan", "dg": "dengan", "sm": "sama", "jml": "jumlah", "jmlh": "jumlah", "lap": "laporan", "lapran": "laporan", "laporn": "laporan", "lprn": "laporan", "laporannya": "laporan", "kec": "kecamatan", "kcmtn": "kecamatan", "kel": "kelurahan", "klrhn": "kelurahan", "bnyk": "banyak", "byk": "banyak", "byknya": "banyaknya",
	"plg": "paling", "pling": "paling", "thn": "tahun", "th": "tahun", "mgg": "minggu", "mnggu": "minggu", "hr": "hari", "tgl": "tanggal", "tggl": "tanggal", "skrg": "sekarang", "skg": "sekarang", "wayahini": "sekarang", "wayahni": "sekarang", "saiki": "sekarang", "kmrn": "kemarin", "kemaren": "kemarin", "bsk": "besok", "isuk": "besok",
	"blm": "belum", "blom": "belum", "udah": "sudah", "udh": "sudah", "sdh": "sudah", "dmn": "di mana", "dimana": "di mana", "dimn": "di mana", "krn": "karena", "org": "orang", "msh": "masih", "tlg": "tolong", "tlng": "tolong", "trakhir": "terakhir", "trakir": "terakhir", "terahir": "terakhir", "terakir": "terakhir", "trkhr": "terakhir",
	"kpn": "kapan", "knp": "kenapa", "knapa": "kenapa", "kanapa": "kenapa", "napa": "kenapa", "ngapa": "kenapa", "kalo": "kalau", "klo": "kalau", "kl": "kalau", "amun": "kalau", "trs": "terus", "trus": "terus", "tros": "terus", "dr": "dari", "utk": "untuk", "pd": "pada", "dlm": "dalam", "tsb": "tersebut", "ttg": "tentang", "ttng": "tentang", "hrg": "harga",
	"adakah": "ada", "wan": "sama", "lawan": "lawan", "banding": "banding", "tinggian": "tinggian", "abah": "pak", "nggak": "tidak", "gak": "tidak", "ga": "tidak", "kada": "tidak", "kadak": "tidak", "hudah": "sudah", "balum": "belum", "ndak": "tidak", "persennya": "persen", "prosentasenya": "persen", "samarinde": "samarinda",
	"pira": "berapa", "piro": "berapa", "pinten": "berapa", "sing": "yang", "ingkang": "yang", "durung": "belum", "dereng": "belum", "sasi": "bulan", "wulan": "bulan", "iki": "ini", "niki": "ini", "dina": "hari", "wingi": "kemarin", "kamarian": "kemarin", "akeh": "banyak", "ning": "di", "karo": "sama", "taun": "tahun", "pean": "anda",
	"show": "tampilkan", "report": "laporan", "reports": "laporan", "by": "per", "tny": "tanya", "nanya": "tanya", "nnya": "tanya", "bnykan": "banyakan", "bykan": "banyakan", "blmm": "belum", "mn": "mana", "smpah": "sampah", "bpa": "bapak", "ijin": "izin", "lwat": "lewat", "msuk": "masuk", "msk": "masuk",
	"respond": "respons", "rspon": "respons", "jl": "jalan", "jln": "jalan", "gg": "gang", "skalian": "sekalian", "aja": "saja", "aj": "saja", "doang": "saja", "doank": "saja", "haja": "saja", "pian": "anda", "ulun": "saya", "gue": "saya", "gw": "saya", "liat": "lihat", "liatin": "lihat", "tampilin": "tampilkan", "tunjukin": "tunjukkan", "tunjukan": "tunjukkan",
	"kemarennya": "kemarin", "mingguan": "mingguan", "smlm": "semalam", "td": "tadi", "bupati": "pak", "walkot": "wali", "vs": "vs", "lwt": "lewat", "telpon": "telepon", "tlp": "telepon", "telp": "telepon", "nope": "nomor hp", "no": "nomor", "nmr": "nomor", "wa": "whatsapp", "rame": "ramai", "dikit": "sedikit", "banyakkan": "banyakan", "kecamatanmana": "kecamatan mana", "kelurahanmana": "kelurahan mana",
	"kesini": "ke sini", "perhari": "per hari", "perminggu": "per minggu", "perbulan": "per bulan", "perkecamatan": "per kecamatan", "perkelurahan": "per kelurahan", "perkategori": "per kategori", "peropd": "per opd", "jumlahin": "jumlah", "bikinin": "buatkan", "bikinkan": "buatkan", "bikin": "buat", "bikinan": "buat", "jam": "jam", "kes": "kesehatan", "ber": "ber", "masi": "masih", "belom": "belum", "beresin": "bereskan", "ad": "ada", "bpk": "bapak", "cb": "coba", "mslh": "masalah", "sy": "saya", "lg": "lagi", "jg": "juga", "sj": "saja", "spt": "seperti", "gt": "gitu", "bs": "bisa", "tau": "tahu", "mnt": "minta", "sampe": "sampai", "nyampe": "sampai", "smpe": "sampai", "slesai": "selesai", "selese": "selesai", "seleseai": "selesai", "beras'e": "beras", "palingan": "paling", "paleng": "paling", "plng": "paling", "sbulan": "sebulan", "smggu": "seminggu", "sminggu": "seminggu", "sthn": "setahun",
}
