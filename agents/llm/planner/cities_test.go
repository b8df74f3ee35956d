package planner_test

import (
	"strings"
	"testing"
	"time"

	"balaikota/agents/llm/planner"
	"balaikota/backend/analysis/language"
	"balaikota/backend/city"
	"balaikota/backend/pack"
)

var words = planner.Language{Normalise: language.Normalise, Stem: language.Stem}

// wita is the zone of both cities; tests do without the time zone database.
var wita = time.FixedZone("WITA", 8*3600)

// now is the moment the questions of the files are asked from, a Thursday.
var now = time.Date(2026, 6, 18, 20, 0, 0, 0, wita)

func samarinda(t testing.TB) planner.Catalogue {
	t.Helper()
	p, err := pack.Load("samarinda")
	if err != nil {
		t.Fatal(err)
	}
	return planner.Catalogue{
		CityName: p.Name, CityCode: p.Code, Areas: p.Areas, Categories: p.Categories, Indicators: p.Indicators, Offices: p.Offices, Measures: city.Measures(), Zone: wita,
		Channels: channels("whatsapp", "call-112", "lapor", "loket", "web"),
	}
}

func channels(slugs ...string) []planner.Channel {
	var out []planner.Channel
	for _, s := range slugs {
		out = append(out, planner.Channel{Slug: s, Name: s})
	}
	return out
}

// harapan is a made-up city that has nothing but what import files give:
// names, slugs and units, no aliases, words or thresholds.
func harapan() planner.Catalogue {
	c := planner.Catalogue{CityName: "Kota Tanjung Harapan", CityCode: "91.71", Measures: city.Measures(), Zone: wita, Channels: channels("aplikasi", "telepon")}
	area := func(code, name string, level city.Level) {
		c.Areas = append(c.Areas, city.Area{Code: code, Name: name, Level: level, ParentCode: city.ParentCode(code)})
	}
	area("91.71", "Kota Tanjung Harapan", city.Kota)
	for row := range strings.SplitSeq(strings.TrimSpace(`
91.71.01 Lembah Hijau: 1001 Lembah Hijau, 1002 Suka Damai, 1003 Suka Maju, 1004 Suka Makmur, 1005 Cempaka
91.71.02 Batu Putih: 1001 Batu Putih Atas, 1002 Batu Putih Bawah, 1003 Gerbang Sari
91.71.03 Muara Raya: 1001 Muara Kecil, 1002 Pantai Panjang, 1003 Ranca Indah
91.71.04 Tanjung Baru: 1001 Tanjung Baru, 1002 Kebun Jeruk, 1003 Wanasari
91.71.05 Kota Lama: 1001 Kampung Lama, 1002 Pasar Lama, 1003 Cempaka, 1004 Bintaro`), "\n") {
		head, tail, _ := strings.Cut(row, ": ")
		code, name, _ := strings.Cut(head, " ")
		area(code, name, city.Kecamatan)
		for k := range strings.SplitSeq(tail, ", ") {
			n, kel, _ := strings.Cut(k, " ")
			area(code+"."+n, kel, city.Kelurahan)
		}
	}
	for row := range strings.SplitSeq(`trotoar,Trotoar dan jembatan penyeberangan,DPU
kemacetan,Kemacetan lalu lintas,Dishub
listrik,Listrik padam,PLN
kebakaran,Kebakaran lahan,Damkar
air-minum,Layanan air minum,PDAM Tirta Ranca
sampah,Persampahan,DKLH
penerangan,Penerangan jalan umum,Dishub
jalan,Kerusakan jalan,DPU
izin,Perizinan usaha,DPMPTSP
hewan-liar,Hewan liar,DKP
genangan,Genangan dan saluran air,DPU
kebisingan,Kebisingan,Satpol PP
ktp,Dokumen kependudukan,Disdukcapil
puskesmas,Pelayanan puskesmas,Dinkes`, "\n") {
		f := strings.Split(row, ",")
		c.Categories = append(c.Categories, city.Category{Slug: f[0], Name: f[1], Office: f[2], WorkingDaysToClose: 5})
		c.Offices = append(c.Offices, city.Office{ShortName: f[2], Name: f[2], Kind: "opd"})
	}
	for row := range strings.SplitSeq(`suhu-udara,Suhu udara,°C,district
harga-cabai,Harga cabai rawit,Rp/kg,city
tinggi-sungai,Tinggi muka air Sungai Ranca,m,city
antrean-rs,Waktu antrean rumah sakit,menit,city
ispu,Indeks standar pencemar udara,poin,district
penumpang-bus,Jumlah penumpang bus kota,orang,city
debit-air,Debit air baku,liter/detik,city
kasus-dbd,Kasus demam berdarah,kasus,district`, "\n") {
		f := strings.Split(row, ",")
		c.Indicators = append(c.Indicators, city.Indicator{Slug: f[0], Name: f[1], Unit: f[2], Grain: f[3], Aggregation: "mean"})
	}
	return c
}

// kandaraya is a third city, with categories and indicators named otherwise.
func kandaraya() planner.Catalogue {
	c := planner.Catalogue{CityName: "Kota Kandaraya", CityCode: "92.01", Measures: city.Measures(), Zone: wita}
	area := func(code, name string, level city.Level) {
		c.Areas = append(c.Areas, city.Area{Code: code, Name: name, Level: level, ParentCode: city.ParentCode(code)})
	}
	area("92.01", "Kota Kandaraya", city.Kota)
	for i, row := range []string{"Kandaraya Timur: Sumber Rejo, Sumber Agung, Oro Bulu", "Kandaraya Barat: Mulyorejo, Tegalsari, Patemon", "Gadingmas: Gadingmas, Wringin Anom, Bandulan", "Klojen Baru: Rampal, Kasin, Sumber Waras"} {
		head, tail, _ := strings.Cut(row, ": ")
		code := "92.01.0" + string(rune('1'+i))
		area(code, head, city.Kecamatan)
		for k, name := range strings.Split(tail, ", ") {
			area(code+".100"+string(rune('1'+k)), name, city.Kelurahan)
		}
	}
	for row := range strings.SplitSeq("kebersihan,Kebersihan dan persampahan,DLH\ninfrastruktur,Infrastruktur jalan dan jembatan,DPUPRPKP\npdam,Air PDAM,Perumda Tugu Tirta\npju,Penerangan jalan (PJU),Dishub\nlalin,Lalu lintas dan parkir,Dishub\ntrantib,Ketenteraman dan ketertiban,Satpol PP\nkependudukan,Layanan kependudukan,Dispendukcapil\nbansos,Bantuan sosial warga,Dinsos\nkesehatan-hewan,Kesehatan hewan,Dispangtan\nsekolah,Fasilitas sekolah,Disdikbud\nlainnya,Lainnya,Setda", "\n") {
		f := strings.Split(row, ",")
		c.Categories = append(c.Categories, city.Category{Slug: f[0], Name: f[1], Office: f[2]})
		c.Offices = append(c.Offices, city.Office{ShortName: f[2], Name: f[2], Kind: "opd"})
	}
	for row := range strings.SplitSeq("bor,Tingkat hunian rumah sakit (BOR),%\npm25,Kadar PM2.5,µg/m³\nharga-telur,Harga telur ayam,Rp/kg\nvolume-sampah,Volume sampah harian,ton\nmacet,Indeks kemacetan,poin\nhujan,Curah hujan,mm", "\n") {
		f := strings.Split(row, ",")
		c.Indicators = append(c.Indicators, city.Indicator{Slug: f[0], Name: f[1], Unit: f[2], Grain: "district"})
	}
	return c
}
