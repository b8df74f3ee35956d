package world

// basin is the water a kelurahan drains to.
type basin int

const (
	inland  basin = iota // hills and small ditches
	upper                // above the Benanga dam and its tributaries
	mumus                // Karang Mumus
	asam                 // Karang Asam Besar
	mahakam              // bank of the Mahakam, tidal
)

// Area is one kelurahan of the simulated city.
//
// Code, Name, Lon, Lat and Km2 restate facts: codes and names as in
// Kepmendagri 300.2.2-2138/2025, label point and area computed from the BIG
// 2022 boundaries (TASWIL1000020221227). Low, Basin and People are this
// simulation's own assumptions and measure nothing.
type Area struct {
	Code, Name string
	Lon, Lat   float64 // label point, degrees
	Km2        float64
	Low        float64 // 0 never floods … 1 floods first
	Basin      basin
	People     float64 // relative number of people who complain
}

// District is one kecamatan.
type District struct{ Code, Name string }

// Districts are the 10 kecamatan (Kepmendagri 300.2.2-2138/2025).
var Districts = []District{
	{"64.72.01", "Palaran"},
	{"64.72.02", "Samarinda Seberang"},
	{"64.72.03", "Samarinda Ulu"},
	{"64.72.04", "Samarinda Ilir"},
	{"64.72.05", "Samarinda Utara"},
	{"64.72.06", "Sungai Kunjang"},
	{"64.72.07", "Sambutan"},
	{"64.72.08", "Sungai Pinang"},
	{"64.72.09", "Samarinda Kota"},
	{"64.72.10", "Loa Janan Ilir"},
}

// Areas are the 59 kelurahan, in code order.
var Areas = []Area{
	{"64.72.01.1001", "Rawa Makmur", 117.177495, -0.572194, 12.178, 0.1, mahakam, 2.21},
	{"64.72.01.1002", "Handil Bakti", 117.166829, -0.618401, 58.761, 0.1, inland, 1.16},
	{"64.72.01.1003", "Bukuan", 117.219929, -0.591727, 30.817, 0.1, mahakam, 1.34},
	{"64.72.01.1004", "Simpang Pasir", 117.138249, -0.577642, 24.275, 0.1, inland, 2.01},
	{"64.72.01.1005", "Bantuas", 117.203660, -0.652171, 65.935, 0.1, inland, 1.12},
	{"64.72.02.1001", "Sungai Keledang", 117.128149, -0.516377, 3.948, 0.1, mahakam, 2.16},
	{"64.72.02.1002", "Baqa", 117.139750, -0.509246, 1.743, 0.35, mahakam, 1.87},
	{"64.72.02.1003", "Mesjid", 117.151564, -0.518618, 0.967, 0.4, mahakam, 1.63},
	{"64.72.02.1009", "Mangkupalas", 117.149707, -0.530860, 1.753, 0.4, inland, 1.87},
	{"64.72.02.1010", "Tenun Samarinda", 117.148409, -0.513282, 0.419, 0.1, mahakam, 1.3},
	{"64.72.02.1011", "Gunung Panjang", 117.121651, -0.534902, 3.119, 0.1, inland, 2.09},
	{"64.72.03.1001", "Teluk Lerong Ilir", 117.132536, -0.495978, 1.081, 0.1, mahakam, 1.67},
	{"64.72.03.1002", "Jawa", 117.138262, -0.497819, 0.922, 0.1, inland, 1.61},
	{"64.72.03.1004", "Air Putih", 117.120697, -0.480007, 6.008, 0.85, asam, 2.24},
	{"64.72.03.1005", "Sidodadi", 117.141584, -0.480994, 2.127, 0.85, mumus, 1.95},
	{"64.72.03.1006", "Air Hitam", 117.120220, -0.440445, 19.540, 0.35, asam, 2.08},
	{"64.72.03.1007", "Dadi Mulya", 117.145216, -0.488415, 0.986, 0.45, inland, 1.64},
	{"64.72.03.1008", "Gunung Kelua", 117.146609, -0.466676, 3.060, 0.45, mumus, 2.08},
	{"64.72.03.1009", "Bukit Pinang", 117.096897, -0.451105, 17.856, 0.1, asam, 2.11},
	{"64.72.04.1001", "Selili", 117.158992, -0.519100, 2.085, 0.1, mahakam, 1.94},
	{"64.72.04.1002", "Sungai Dama", 117.161768, -0.507521, 0.687, 0.1, inland, 1.49},
	{"64.72.04.1003", "Sidomulyo", 117.164500, -0.494836, 1.156, 0.4, inland, 1.7},
	{"64.72.04.1013", "Sidodamai", 117.168665, -0.499773, 1.258, 0.1, inland, 1.74},
	{"64.72.04.1014", "Pelita", 117.158250, -0.488157, 0.663, 0.5, mumus, 1.48},
	{"64.72.05.1002", "Sempaja Selatan", 117.158015, -0.459240, 4.711, 0.55, mumus, 2.2},
	{"64.72.05.1003", "Lempake", 117.196311, -0.405383, 34.684, 0.8, upper, 1.31},
	{"64.72.05.1004", "Sungai Siring", 117.266460, -0.389982, 36.483, 0.1, upper, 1.29},
	{"64.72.05.1010", "Sempaja Utara", 117.160902, -0.373998, 73.136, 0.1, upper, 1.09},
	{"64.72.05.1011", "Tanah Merah", 117.234222, -0.439569, 49.109, 0.1, upper, 1.21},
	{"64.72.05.1012", "Sempaja Barat", 117.147835, -0.445728, 1.825, 0.45, mumus, 1.89},
	{"64.72.05.1013", "Sempaja Timur", 117.163799, -0.438350, 5.992, 0.9, mumus, 2.24},
	{"64.72.05.1014", "Budaya Pampang", 117.221201, -0.353870, 28.097, 0.1, upper, 1.37},
	{"64.72.06.1001", "Loa Bakung", 117.084034, -0.526240, 11.938, 0.45, mahakam, 2.21},
	{"64.72.06.1002", "Loa Buah", 117.072328, -0.559923, 12.384, 0.1, mahakam, 2.21},
	{"64.72.06.1003", "Karang Asam Ulu", 117.107118, -0.520592, 5.436, 0.45, asam, 2.23},
	{"64.72.06.1004", "Lok Bahu", 117.080009, -0.484784, 33.114, 0.35, asam, 1.32},
	{"64.72.06.1005", "Teluk Lerong Ulu", 117.124528, -0.499531, 1.265, 0.1, mahakam, 1.74},
	{"64.72.06.1006", "Karang Asam Ilir", 117.111398, -0.508547, 2.120, 0.5, asam, 1.95},
	{"64.72.06.1007", "Karang Anyar", 117.116690, -0.500143, 1.617, 0.1, mahakam, 1.84},
	{"64.72.07.1001", "Sungai Kapih", 117.174636, -0.532436, 7.284, 0.4, mahakam, 2.25},
	{"64.72.07.1002", "Sambutan", 117.204851, -0.505619, 30.391, 0.1, inland, 1.34},
	{"64.72.07.1003", "Makroman", 117.243270, -0.517197, 32.863, 0.1, inland, 1.32},
	{"64.72.07.1004", "Sindang Sari", 117.258228, -0.543909, 4.871, 0.1, inland, 2.21},
	{"64.72.07.1005", "Pulau Atas", 117.207963, -0.551029, 17.333, 0.1, mahakam, 2.12},
	{"64.72.08.1001", "Temindung Permai", 117.160811, -0.472714, 1.592, 0.95, mumus, 1.83},
	{"64.72.08.1002", "Sungai Pinang Dalam", 117.171759, -0.479615, 5.926, 0.7, mumus, 2.24},
	{"64.72.08.1003", "Gunung Lingai", 117.179061, -0.447162, 5.904, 0.85, mumus, 2.24},
	{"64.72.08.1004", "Mugirejo", 117.199443, -0.477706, 14.268, 0.5, mumus, 2.17},
	{"64.72.08.1005", "Bandara", 117.154433, -0.484114, 0.685, 0.9, mumus, 1.49},
	{"64.72.09.1001", "Karang Mumus", 117.155726, -0.505240, 0.588, 0.6, mumus, 1.43},
	{"64.72.09.1002", "Pelabuhan", 117.151691, -0.502275, 0.973, 0.1, mahakam, 1.63},
	{"64.72.09.1003", "Pasar Pagi", 117.146429, -0.501738, 0.533, 0.1, mahakam, 1.39},
	{"64.72.09.1004", "Bugis", 117.145079, -0.496631, 0.762, 0.1, mumus, 1.53},
	{"64.72.09.1005", "Sungai Pinang Luar", 117.154093, -0.493836, 0.761, 0.6, mumus, 1.53},
	{"64.72.10.1001", "Simpang Tiga", 117.103086, -0.572348, 4.737, 0.35, inland, 2.2},
	{"64.72.10.1002", "Tani Aman", 117.106028, -0.586512, 6.371, 0.1, inland, 2.25},
	{"64.72.10.1003", "Sengkotek", 117.093778, -0.553596, 5.953, 0.1, mahakam, 2.24},
	{"64.72.10.1004", "Harapan Baru", 117.113809, -0.554443, 8.367, 0.1, mahakam, 2.25},
	{"64.72.10.1005", "Rapak Dalam", 117.135502, -0.535915, 6.584, 0.4, inland, 2.25},
}

// areaIndex finds a kelurahan's place in Areas by code.
var areaIndex = func() map[string]int {
	m := make(map[string]int, len(Areas))
	for i, a := range Areas {
		m[a.Code] = i
	}
	return m
}()

// AreaByCode returns the kelurahan with a Kemendagri code.
func AreaByCode(code string) (Area, bool) {
	i, ok := areaIndex[code]
	if !ok {
		return Area{}, false
	}
	return Areas[i], true
}

// DistrictOf returns the kecamatan of a kelurahan or kecamatan code.
func DistrictOf(code string) District {
	if len(code) >= 8 {
		for _, d := range Districts {
			if d.Code == code[:8] {
				return d
			}
		}
	}
	return District{}
}
