package pack

import "strings"

// CityName returns the name of an Indonesian city (kota) by its Kemendagri
// code, such as "Kota Balikpapan" for 64.71, and "" for a code that is none.
// The list is that of Keputusan Menteri Dalam Negeri 300.2.2-2138 of 2025 as
// far as cities go; it names a city whose border file does not.
func CityName(code string) string {
	for line := range strings.Lines(cityNames) {
		province, names, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest, ok := strings.CutPrefix(code, province+".7")
		if !ok || len(rest) != 1 {
			continue
		}
		all := strings.Split(names, ", ")
		if i := int(rest[0]) - '1'; i >= 0 && i < len(all) && all[i] != "-" {
			return "Kota " + all[i]
		}
	}
	return ""
}

// cityNames are the cities of each province in the order of their codes: the
// first is .71. A dash is a code that no city has.
const cityNames = `11 Banda Aceh, Sabang, Lhokseumawe, Langsa, Subulussalam
12 Medan, Pematangsiantar, Sibolga, Tanjungbalai, Binjai, Tebing Tinggi, Padangsidimpuan, Gunungsitoli
13 Padang, Solok, Sawahlunto, Padang Panjang, Bukittinggi, Payakumbuh, Pariaman
14 Pekanbaru, Dumai
15 Jambi, Sungai Penuh
16 Palembang, Pagar Alam, Lubuklinggau, Prabumulih
17 Bengkulu
18 Bandar Lampung, Metro
19 Pangkalpinang
21 Batam, Tanjungpinang
31 Jakarta Pusat, Jakarta Utara, Jakarta Barat, Jakarta Selatan, Jakarta Timur
32 Bogor, Sukabumi, Bandung, Cirebon, Bekasi, Depok, Cimahi, Tasikmalaya, Banjar
33 Magelang, Surakarta, Salatiga, Semarang, Pekalongan, Tegal
34 Yogyakarta
35 Kediri, Blitar, Malang, Probolinggo, Pasuruan, Mojokerto, Madiun, Surabaya, Batu
36 Tangerang, Cilegon, Serang, Tangerang Selatan
51 Denpasar
52 Mataram, Bima
53 Kupang
61 Pontianak, Singkawang
62 Palangka Raya
63 Banjarmasin, Banjarbaru
64 Balikpapan, Samarinda, -, Bontang
65 Tarakan
71 Manado, Bitung, Tomohon, Kotamobagu
72 Palu
73 Makassar, Parepare, Palopo
74 Kendari, Baubau
75 Gorontalo
81 Ambon, Tual
82 Ternate, Tidore Kepulauan
91 Jayapura
96 Sorong
`
