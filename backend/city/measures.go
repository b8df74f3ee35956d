package city

import "slices"

// Measures returns all measures in the order in which catalogues show them.
// The definitions are those of docs/architecture.md, Periods.
func Measures() []Measure { return append(measuresOfReports(), measuresOfIndicators()...) }

// MeasureBySlug returns a measure, and false for an unknown slug.
func MeasureBySlug(slug string) (Measure, bool) {
	all := Measures()
	i := slices.IndexFunc(all, func(m Measure) bool { return m.Slug == slug })
	if i < 0 {
		return Measure{}, false
	}
	return all[i], true
}

// Divides reports whether the measure may be divided by d.
func (m Measure) Divides(d Dimension) bool { return d == ByNothing || slices.Contains(m.Dimensions, d) }

// Times reports whether d is a dimension of time.
func (d Dimension) Times() bool { return d == ByDay || d == ByWeek || d == ByMonth }

var (
	reportDimensions    = []Dimension{ByKecamatan, ByKelurahan, ByCategory, ByOffice, ByChannel, ByStatus, ByDay, ByWeek, ByMonth}
	workDimensions      = []Dimension{ByKecamatan, ByKelurahan, ByCategory, ByOffice, ByChannel, ByDay, ByWeek, ByMonth}
	incidentDimensions  = []Dimension{ByKecamatan, ByKelurahan, ByCategory, ByOffice, ByDay, ByWeek, ByMonth}
	indicatorDimensions = []Dimension{ByKecamatan, ByKelurahan, ByDay, ByWeek, ByMonth}
	daysDimensions      = []Dimension{ByKecamatan, ByKelurahan, ByWeek, ByMonth}
)

func measuresOfReports() []Measure {
	return []Measure{
		{
			Slug: MeasureReceived, Name: "Laporan masuk", NameEN: "Reports received", Unit: "laporan", Of: OfReports, Additive: true, Better: "none",
			Dimensions: reportDimensions,
			Definition: "Banyaknya laporan warga yang dibuat dalam periode, termasuk yang kemudian ditolak.",
			Words: []string{
				"laporan", "aduan", "pengaduan", "keluhan", "laporan warga", "laporan masuk", "laporan baru", "jumlah laporan", "banyaknya laporan", "komplain",
				"laporan diterima", "pelaporan", "aspirasi", "pengaduan warga", "aduan masyarakat", "keluhan warga", "laporan yang masuk", "tiket", "masukan warga",
			},
		},
		{
			Slug: MeasureClosed, Name: "Laporan selesai", NameEN: "Reports closed", Unit: "laporan", Of: OfReports, Additive: true, Better: "up",
			Dimensions: workDimensions,
			Definition: "Banyaknya laporan yang diselesaikan (ditutup) dalam periode, kapan pun dibuat.",
			Words: []string{
				"selesai", "laporan selesai", "diselesaikan", "terselesaikan", "ditutup", "tuntas", "beres", "rampung", "sudah selesai", "sudah ditangani",
				"sudah beres", "kelar", "penyelesaian laporan", "laporan tuntas", "laporan yang selesai",
			},
		},
		{
			Slug: MeasureOpen, Name: "Laporan belum selesai", NameEN: "Reports not yet closed", Unit: "laporan", Of: OfReports, Additive: false, Better: "down", Moment: true,
			Dimensions: workDimensions,
			Definition: "Banyaknya laporan yang dibuat sebelum akhir periode, tidak ditolak, dan belum ditutup pada akhir periode.",
			Words: []string{
				"belum selesai", "belum diselesaikan", "belum beres", "belum tuntas", "belum ditangani", "masih terbuka", "terbuka", "tertunda", "tunggakan",
				"menunggu", "menumpuk", "antrean", "outstanding", "pending", "belum kelar", "belum rampung", "masih berjalan", "sisa laporan", "belum ditutup", "mangkrak",
			},
		},
		{
			Slug: MeasureOverdue, Name: "Laporan lewat tenggat", NameEN: "Reports overdue", Unit: "laporan", Of: OfReports, Additive: false, Better: "down", Moment: true,
			Dimensions: workDimensions,
			Definition: "Banyaknya laporan belum selesai yang batas waktu penyelesaiannya (akhir hari kerja ke-N sesudah hari diterima) sudah lewat pada akhir periode.",
			Words: []string{
				"lewat tenggat", "lewat batas waktu", "melewati batas waktu", "melewati tenggat", "terlambat", "telat", "melampaui batas waktu", "lewat waktu",
				"jatuh tempo", "overdue", "molor", "lewat batas", "melebihi batas waktu", "kedaluwarsa", "melewati batas waktu penyelesaian", "lewat SLA", "melanggar SLA",
			},
		},
		{
			Slug: MeasureResponse, Name: "Median waktu respons", NameEN: "Median time to first response", Unit: "jam", Decimals: 1, Of: OfReports, Better: "down", LeastN: 10,
			Dimensions: workDimensions,
			Definition: "Nilai tengah selisih waktu dibuat sampai tanggapan pertama, dari laporan yang dibuat dalam periode dan sudah ditanggapi.",
			Words: []string{
				"waktu respons", "median waktu respons", "waktu respon", "waktu tanggap", "waktu tanggapan", "kecepatan respons", "lama respons", "lama tanggapan",
				"lama ditanggapi", "cepat ditanggapi", "rata-rata waktu respons", "respons", "waktu balas", "response time", "kecepatan tanggapan", "berapa lama direspons",
			},
		},
		{
			Slug: MeasureClosing, Name: "Median waktu selesai", NameEN: "Median time to close", Unit: "jam", Decimals: 1, Of: OfReports, Better: "down", LeastN: 10,
			Dimensions: workDimensions,
			Definition: "Nilai tengah selisih waktu dibuat sampai ditutup, dari laporan yang ditutup dalam periode.",
			Words: []string{
				"waktu selesai", "waktu penyelesaian", "lama penyelesaian", "median waktu selesai", "lama selesai", "lama penanganan", "waktu penanganan",
				"kecepatan penyelesaian", "berapa lama selesai", "berapa lama diselesaikan", "durasi penyelesaian", "lama pengerjaan", "rata-rata waktu penyelesaian",
			},
		},
		{
			Slug: MeasureShare, Name: "Porsi laporan", NameEN: "Share of reports", Unit: "%", Decimals: 1, Of: OfReports, Better: "none", LeastN: 20,
			Dimensions: reportDimensions,
			Definition: "Bagian laporan dari kategori (atau perangkat daerah, kanal, status) yang disebut, dari semua laporan yang dibuat di wilayah dan periode yang sama.",
			Words: []string{
				"porsi", "persentase", "persen", "proporsi", "bagian", "andil", "pangsa", "berapa persen", "prosentase", "sumbangan", "kontribusi", "porsi laporan", "persen laporan",
			},
		},
		{
			Slug: MeasureOnTime, Name: "Tepat waktu", NameEN: "Closed on time", Unit: "%", Decimals: 1, Of: OfReports, Better: "up", LeastN: 20,
			Dimensions: workDimensions,
			Definition: "Bagian laporan yang ditutup sebelum batas waktunya, dari laporan yang ditutup dalam periode dan mempunyai batas waktu.",
			Words: []string{
				"tepat waktu", "persen tepat waktu", "persentase tepat waktu", "kepatuhan", "kepatuhan SLA", "sesuai tenggat", "sesuai SLA", "ketepatan waktu",
				"selesai tepat waktu", "tidak terlambat", "kepatuhan waktu",
			},
		},
		{
			Slug: MeasureIncidents, Name: "Kejadian aktif", NameEN: "Running incidents", Unit: "kejadian", Of: OfReports, Additive: false, Better: "down", Moment: true,
			Dimensions: incidentDimensions,
			Definition: "Banyaknya kejadian (laporan-laporan tentang satu perkara) yang mulai sebelum akhir periode dan belum ditutup pada akhir periode, menurut pengelompokan sekarang.",
			Words:      []string{"kejadian", "kejadian aktif", "insiden", "perkara", "kasus", "kejadian berjalan", "kasus aktif", "insiden aktif", "kejadian belum selesai"},
		},
	}
}

func measuresOfIndicators() []Measure {
	const own = -1
	return []Measure{
		{
			Slug: MeasureLatest, Name: "Nilai terakhir", NameEN: "Latest value", Decimals: own, Of: OfIndicator, Better: "none", Moment: true, Dimensions: indicatorDimensions,
			Definition: "Pengamatan terbaru sampai akhir periode; beberapa tempat pengamatan digabung menurut cara indikatornya.",
			Words:      []string{"terakhir", "terkini", "terbaru", "sekarang", "saat ini", "kini", "posisi terakhir", "nilai terakhir", "hari ini", "kondisi", "update", "data terakhir"},
		},
		{
			Slug: MeasureMax, Name: "Nilai tertinggi", NameEN: "Highest value", Decimals: own, Of: OfIndicator, Better: "none", Dimensions: indicatorDimensions,
			Definition: "Nilai terbesar dalam periode, dengan waktunya.",
			Words:      []string{"tertinggi", "maksimum", "maksimal", "paling tinggi", "terbesar", "paling besar", "puncak", "termahal", "paling mahal", "terbanyak", "terparah", "terderas", "tercepat"},
		},
		{
			Slug: MeasureMin, Name: "Nilai terendah", NameEN: "Lowest value", Decimals: own, Of: OfIndicator, Better: "none", Dimensions: indicatorDimensions,
			Definition: "Nilai terkecil dalam periode, dengan waktunya.",
			Words:      []string{"terendah", "minimum", "minimal", "paling rendah", "terkecil", "paling kecil", "termurah", "paling murah", "paling sedikit", "tersedikit"},
		},
		{
			Slug: MeasureMean, Name: "Rata-rata", NameEN: "Mean", Decimals: own, Of: OfIndicator, Better: "none", Dimensions: indicatorDimensions,
			Definition: "Rata-rata nilai dalam periode; beberapa tempat pengamatan pada waktu yang sama lebih dulu digabung menurut cara indikatornya.",
			Words:      []string{"rata-rata", "rerata", "rata rata", "rataan", "rata2", "mean", "average", "umumnya", "biasanya"},
		},
		{
			Slug: MeasureSum, Name: "Jumlah", NameEN: "Sum", Decimals: own, Of: OfIndicator, Better: "none", Additive: true, Dimensions: indicatorDimensions,
			Definition: "Jumlah semua nilai dalam periode; beberapa tempat pengamatan pada waktu yang sama lebih dulu digabung menurut cara indikatornya.",
			Words:      []string{"jumlah", "total", "akumulasi", "keseluruhan", "seluruhnya", "kumulatif", "total keseluruhan"},
		},
		{
			Slug: MeasureDaysAbove, Name: "Hari di atas batas", NameEN: "Days above a limit", Unit: "hari", Of: OfIndicator, Better: "none", Additive: true, Dimensions: daysDimensions,
			Definition: "Banyaknya hari dalam periode yang nilai hariannya (digabung menurut cara indikatornya) lebih besar daripada batas.",
			Words:      []string{"hari di atas", "di atas", "melebihi", "lebih dari", "melampaui", "lebih tinggi dari", "berapa hari di atas", "lebih besar dari", "diatas", "lewat dari"},
		},
		{
			Slug: MeasureDaysBelow, Name: "Hari di bawah batas", NameEN: "Days below a limit", Unit: "hari", Of: OfIndicator, Better: "none", Additive: true, Dimensions: daysDimensions,
			Definition: "Banyaknya hari dalam periode yang nilai hariannya (digabung menurut cara indikatornya) lebih kecil daripada batas.",
			Words:      []string{"hari di bawah", "di bawah", "kurang dari", "lebih rendah dari", "berapa hari di bawah", "lebih kecil dari", "dibawah"},
		},
	}
}
