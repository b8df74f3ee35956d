package world

// cores state a matter, one list for each of Categories.
var cores = [][]string{
	{ // jalan-rusak
		"jalan berlubang besar", "aspal mengelupas dan bergelombang", "lubang menganga di tengah jalan", "jalan amblas separuh badan",
		"cor jalan pecah, besinya keluar", "bekas galian pipa tidak ditutup lagi", "jalan longsor di sisi turunan", "jalan becek penuh kubangan",
		"plat jembatan terbuka", "jalan retak-retak mau putus", "semenisasi gang hancur", "tambalan jalan terkelupas lagi",
	},
	{ // banjir-drainase
		"parit mampet penuh lumpur", "selokan meluap tiap hujan", "gorong-gorong tersumbat sampah", "air tergenang tidak turun-turun",
		"drainase jebol", "tutup parit hilang", "air parit hitam dan berbau", "got dangkal karena sedimen", "air selokan masuk halaman",
		"parit ditutup bangunan jadi air tidak mengalir", "langganan banjir tiap hujan setengah jam",
	},
	{ // sampah
		"sampah menumpuk di TPS", "sampah tidak diangkut", "ada yang buang sampah sembarangan", "bak sampah penuh sampai ke jalan",
		"sampah dibakar warga, asapnya masuk rumah", "sampah hanyut di sungai", "kasur bekas dibuang di pinggir jalan", "TPS liar muncul lagi",
		"truk sampah tidak datang", "bau sampah menyengat", "bangkai anjing di pinggir jalan belum diangkat",
	},
	{ // lampu-jalan
		"lampu jalan padam", "PJU mati semua", "lampu penerangan kedip-kedip", "tiang lampu miring mau roboh", "gelap gulita karena lampu jalan mati",
		"lampu merah mati", "kabel PJU menjuntai", "lampu gang belum pernah dipasang", "lampu tepian mati satu deret", "lampu jalan menyala siang, mati malam",
	},
	{ // air-bersih
		"air PDAM mati", "air ledeng tidak mengalir", "air keruh seperti teh", "air keluar cuma menetes", "air PDAM bau besi", "pipa bocor, air terbuang",
		"meteran air berputar padahal kran ditutup", "tagihan air melonjak", "air hidup cuma tengah malam", "pipa induk pecah menyembur",
	},
	{ // pohon-tumbang
		"pohon tumbang menutup jalan", "dahan pohon patah kena kabel", "pohon besar miring mau roboh", "ranting menutupi rambu", "pohon tua keropos",
		"pohon tumbang menimpa pagar", "dahan jatuh hampir kena motor", "pohon menutup lampu jalan",
	},
	{ // parkir-liar
		"parkir liar di bahu jalan", "juru parkir minta bayar tanpa karcis", "mobil parkir di trotoar", "truk parkir berhari-hari", "parkir dua lapis bikin macet",
		"tarif parkir semaunya", "travel ngetem sembarangan", "mobil parkir depan pagar orang",
	},
	{ // ketertiban
		"balap liar tiap malam", "karaoke ribut sampai subuh", "anak-anak ngelem", "pedagang menutup trotoar", "pengemis dan pak ogah makin banyak",
		"spanduk liar di pohon", "orkes ribut lewat tengah malam", "bangunan liar di tepi sungai", "remaja tawuran", "warung remang-remang buka lagi",
	},
	{ // adminduk
		"KTP belum jadi-jadi", "blangko KTP habis katanya", "antrean KK lama sekali", "akta lahir salah nama", "pindah domisili ditolak terus",
		"aplikasi kependudukan error", "petugas loket tidak ada di tempat", "diminta bayar untuk urus KK", "nama di KK tidak padan dengan BPJS", "rekam KTP alatnya rusak",
	},
	{ // kesehatan
		"obat di puskesmas kosong", "antre di puskesmas dari subuh", "banyak jentik, ada yang kena DBD", "posyandu tidak ada timbangan", "ambulans lama datang",
		"minta fogging", "dokter puskesmas sering tidak ada", "pasien BPJS ditolak kamar penuh", "banyak anak diare", "kapus tutup sebelum jam",
	},
	{ // pendidikan
		"atap sekolah bocor", "pungutan uang perpisahan", "guru kelas kosong", "bangku sekolah kurang", "PPDB zonasi tidak jelas", "seragam wajib beli di sekolah",
		"WC sekolah rusak", "anak putus sekolah tidak terdata", "kelas kebanjiran", "dana beasiswa belum cair",
	},
	{ // bantuan-sosial
		"bansos salah sasaran", "PKH belum cair", "nama hilang dari daftar penerima", "lansia sebatang kara belum dapat bantuan", "beras bantuan berkutu",
		"rumah tidak layak huni belum disurvei", "KIS tidak aktif", "bantuan banjir tidak merata", "ODGJ telantar butuh ditangani", "data DTKS tidak berubah-ubah",
	},
}

// coresBanjar are the same in the Banjar of the city's streets.
var coresBanjar = [][]string{
	{"jalannya rusak banar", "lubangnya ganal-ganal", "jalanan hancur kada karuan"}, {"parit mampat kada mangalir", "banyu parit malimpas", "gotnya babau banar"},
	{"ratik batumpuk kada diangkut", "ratik bahamburan", "bau ratik kada katahanan"}, {"lampu jalan mati, kadap banar", "lampunya pajah saban malam"},
	{"banyu leding kada mangalir", "banyunya karuh banar", "banyu PDAM pajah tarus"}, {"puhun rabah di tangah jalan", "dahan puhun handak gugur"},
	{"mutur parkir sambarangan", "tukang parkir maminta kada bakarcis"}, {"kakanakan balapan saban malam", "ribut banar sampai subuh"},
	{"maulah KTP kada tuntung-tuntung", "baurusan KK dilambat-lambatakan"}, {"ubat di puskesmas kada ada", "antri di puskesmas lawas banar"},
	{"hatap sakulahan bocor", "bangku sakulahan kada cukup"}, {"bantuan kada sampai ka kami", "ngaran kami hilang dari daftar"},
}

// floodNow and floodBanjar speak of water that stands there now.
var floodNow = []string{
	"banjir {dalam}", "air sudah {dalam}", "kebanjiran lagi, air {dalam}", "banjir masuk rumah", "air naik cepat, {dalam}", "jalan terendam {dalam}",
	"air terus naik", "motor mogok semua karena banjir {dalam}", "banjir parah", "rumah kami terendam {dalam}", "banjir, butuh perahu",
	"air sungai meluap ke jalan", "genangan {dalam} tidak bisa dilewati", "perlu evakuasi, air {dalam}", "banjir lagi padahal baru surut",
}

var floodBanjar = []string{
	"banjir {dalam}, banyu kada surut-surut", "banyu naik tarus pang", "kami kabanjiran lagi", "banyu masuk ka rumah", "calap barataan, banyu {dalam}",
}

// effects say what it does to people, one list for each of Categories.
var effects = [][]string{
	{"Sudah ada yang jatuh", "Motor sering oleng", "Bahaya kalau malam", "Ban mobil pecah kemarin", "Anak sekolah susah lewat", "Macet tiap pagi"},
	{"Air masuk rumah", "Nyamuk banyak sekali", "Kami tidak bisa keluar", "Perabot rusak semua", "Anak-anak gatal-gatal", "Jualan tidak bisa buka", "Lansia sulit dievakuasi"},
	{"Baunya sampai ke dalam rumah", "Lalat banyak", "Takut jadi penyakit", "Jadi sarang tikus", "Malu kalau ada tamu", "Menutup separuh jalan"},
	{"Rawan jambret", "Gelap sekali", "Ibu-ibu takut pulang kerja", "Kemarin ada yang tabrakan", "Jamaah subuh kesulitan"},
	{"Terpaksa beli air tandon", "Tidak bisa mandi dan masak", "Bayi butuh air bersih", "Bayar jalan terus", "Baju jadi kuning"},
	{"Kabel ikut putus", "Jalan tertutup", "Takut menimpa rumah", "Anak-anak sering main di bawahnya"},
	{"Macet panjang", "Pejalan kaki turun ke jalan", "Kendaraan darurat tidak bisa lewat", "Pemilik rumah tidak bisa keluar"},
	{"Kami tidak bisa tidur", "Warga resah", "Bikin macet", "Anak-anak ikut-ikutan", "Sering adu mulut"},
	{"Sudah bolak-balik empat kali", "Tidak bisa urus BPJS", "Sudah antre dari pagi", "Padahal berkas lengkap"},
	{"Ibu saya tidak tertolong cepat", "Disuruh beli sendiri", "Anak tetangga sudah dirawat", "Kasihan lansia"},
	{"Anak-anak belajar tidak nyaman", "Orang tua keberatan", "Kasihan muridnya", "Sudah ditanyakan ke sekolah"},
	{"Padahal benar-benar tidak mampu", "Yang mampu malah dapat", "Sudah lapor RT", "Sangat membutuhkan", "Anak tiga masih kecil"},
}
