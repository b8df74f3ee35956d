package importing

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"balaikota/backend/city"
)

// Kind is what the rows of a file are.
type Kind string

// Kinds of rows. Areas are GeoJSON and read by backend/geo.
const (
	Reports      Kind = "reports"
	Observations Kind = "observations"
	Indicators   Kind = "indicators"
	Categories   Kind = "categories"
	Holidays     Kind = "holidays"
	Invoices     Kind = "invoice"
)

// Kinds in the order a new city is filled.
var Kinds = []Kind{Holidays, Categories, Indicators, Observations, Reports, Invoices}

// Column is one field of a kind, with the headings it is found under.
type Column struct {
	Name     string
	Required bool
	Also     []string
}

var columns = map[Kind][]Column{
	Reports: {
		{Name: "external_id", Required: true, Also: []string{"id", "id_laporan", "nomor", "no_laporan", "nomor_laporan", "no_tiket", "nomor_tiket", "kode_laporan", "ticket", "ticket_id", "service_request_id", "tracking_id", "id_tracking", "trackingid", "nomor_tracking", "kode_tracking"}},
		{Name: "channel", Also: []string{"kanal", "saluran", "sumber", "melalui", "laporan_melalui", "sumber_laporan", "media"}},
		{Name: "created_at", Required: true, Also: []string{"tanggal", "tanggal_laporan", "tgl_laporan", "waktu", "waktu_laporan", "tanggal_masuk", "tanggal_laporan_masuk", "tanggal_pengaduan", "tanggal_aduan", "posting_date", "dibuat", "dibuat_pada", "requested_datetime", "created", "date"}},
		{Name: "created_time", Also: []string{"waktu_laporan_masuk", "jam_laporan_masuk", "jam_laporan", "jam"}},
		{Name: "title", Also: []string{"judul", "judul_laporan", "judul_aduan", "judul_pengaduan", "perihal", "subjek"}},
		{Name: "text", Required: true, Also: []string{"isi", "isi_laporan", "isi_laporan_awal", "isi_laporan_akhir", "isi_pengaduan", "laporan", "keluhan", "aduan", "isi_aduan", "uraian", "deskripsi", "description", "pesan", "teks"}},
		{Name: "lon", Also: []string{"long", "lng", "longitude", "bujur", "x"}},
		{Name: "lat", Also: []string{"latitude", "lintang", "y"}},
		{Name: "area_code", Also: []string{"kode_wilayah", "wilayah", "area", "kode_kelurahan", "kode_area", "adm4"}},
		{Name: "kelurahan", Also: []string{"nama_kelurahan", "kel", "desa"}},
		{Name: "kecamatan", Also: []string{"nama_kecamatan", "kec"}},
		{Name: "address", Also: []string{"alamat", "lokasi", "alamat_lokasi", "lokasi_kejadian", "tempat"}},
		{Name: "class", Also: []string{"klasifikasi", "klasifikasi_laporan", "jenis_laporan", "laporan_jenis"}},
		{Name: "category", Also: []string{"kategori", "kategori_laporan", "jenis", "topik", "sektor"}},
		{Name: "office", Also: []string{"opd", "dinas", "instansi", "perangkat_daerah", "skpd", "instansi_terkait", "instansi_terdisposisi", "instansi_terdisposisi_skpd", "unit_disposisi", "disposisi", "instansi_tujuan", "unit_kerja", "agency", "agency_responsible"}},
		{Name: "status", Also: []string{"status_laporan", "keterangan_status"}},
		{Name: "secrecy", Also: []string{"rahasia", "laporan_rahasia", "kerahasiaan", "sifat_laporan", "tipe_laporan", "tipe_laporan_anonim_rahasia"}},
		{Name: "anonymous", Also: []string{"anonim", "laporan_anonim", "pelapor_anonim"}},
		{Name: "responded_at", Also: []string{"tanggal_respons", "tanggal_respon", "waktu_respons", "waktu_respon", "direspons", "tanggal_tanggapan", "ditanggapi"}},
		{Name: "closed_at", Also: []string{"tanggal_selesai", "tgl_selesai", "waktu_selesai", "diselesaikan", "selesai_pada", "closed"}},
		{Name: "updated_at", Also: []string{"diubah", "diperbarui", "tanggal_update", "updated_datetime", "updated"}},
		{Name: "media_url", Also: []string{"foto", "lampiran", "gambar", "url_foto"}},
		{Name: "reporter_name", Also: []string{"nama_pelapor", "pelapor"}},
		{Name: "reporter_phone", Also: []string{"telepon_pelapor", "telepon", "no_hp", "nomor_hp", "hp", "phone"}},
		{Name: "reporter_email", Also: []string{"surel_pelapor", "email_pelapor", "email", "surel"}},
	},
	Observations: {
		{Name: "indicator", Required: true, Also: []string{"indikator", "slug", "indicator_slug"}},
		{Name: "area_code", Also: []string{"kode_wilayah", "wilayah", "area", "kode_area", "kecamatan", "kelurahan"}},
		{Name: "time", Required: true, Also: []string{"waktu", "tanggal", "jam", "date", "timestamp", "observed_at"}},
		{Name: "value", Required: true, Also: []string{"nilai", "angka", "harga"}},
		{Name: "unit", Also: []string{"satuan"}},
		{Name: "station", Also: []string{"stasiun", "pos", "sensor", "pasar", "lokasi"}},
	},
	Indicators: {
		{Name: "slug", Required: true, Also: []string{"indikator", "kode"}},
		{Name: "name", Required: true, Also: []string{"nama"}},
		{Name: "unit", Required: true, Also: []string{"satuan"}},
		{Name: "grain", Required: true, Also: []string{"tingkat", "tingkat_wilayah"}},
		{Name: "name_en", Also: []string{"nama_inggris"}},
		{Name: "direction", Also: []string{"arah"}},
		{Name: "aggregation", Also: []string{"agregasi"}},
		{Name: "min", Also: []string{"minimum"}},
		{Name: "max", Also: []string{"maksimum"}},
		{Name: "decimals", Also: []string{"desimal"}},
		{Name: "rank", Also: []string{"urutan"}},
		{Name: "fresh_for_seconds", Also: []string{"segar_detik"}},
		{Name: "definition", Also: []string{"definisi"}},
	},
	Categories: {
		{Name: "slug", Required: true, Also: []string{"kategori", "kode"}},
		{Name: "name", Required: true, Also: []string{"nama"}},
		{Name: "office", Required: true, Also: []string{"opd", "dinas", "instansi", "perangkat_daerah"}},
		{Name: "working_days_to_close", Required: true, Also: []string{"hari_kerja", "batas_hari_kerja", "batas_waktu"}},
		{Name: "name_en", Also: []string{"nama_inggris"}},
		{Name: "words", Also: []string{"kata", "kata_kunci"}},
	},
	Holidays: {
		{Name: "date", Required: true, Also: []string{"tanggal", "tgl"}},
		{Name: "name", Also: []string{"nama", "keterangan", "hari_libur", "libur"}},
		{Name: "kind", Also: []string{"jenis"}},
		{Name: "source", Also: []string{"sumber", "dasar"}},
	},
	Invoices: {
		{Name: "month", Required: true, Also: []string{"bulan", "periode", "period"}},
		{Name: "provider", Required: true, Also: []string{"penyedia", "vendor"}},
		{Name: "model", Required: true, Also: []string{"layanan", "sku", "item"}},
		{Name: "input_tokens", Also: []string{"token_masuk", "prompt_tokens", "input"}},
		{Name: "output_tokens", Also: []string{"token_keluar", "completion_tokens", "output"}},
		{Name: "rupiah", Required: true, Also: []string{"jumlah", "biaya", "amount", "idr", "total"}},
	},
}

// refusedColumns are what a file of refused rows adds; an import of the mended
// file passes over them silently.
var refusedColumns = []string{"refused_row", "refused_field", "refused_reason"}

// Columns lists the fields of a kind in their usual order.
func Columns(kind Kind) []Column { return slices.Clone(columns[kind]) }

// foldHeading makes headings comparable: "Tanggal  Laporan " → tanggal_laporan.
func foldHeading(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "_")
}

// meaning maps headings to fields: result[i] is the field of names[i], "" for
// a heading that means nothing here.
func meaning(kind Kind, names []string) ([]string, error) {
	fields := make([]string, len(names))
	by := map[string]int{}
	give := func(field string, i int) error {
		if j, twice := by[field]; twice {
			return city.InvalidField(names[i], "columns %q and %q both mean %s; keep one of them", names[j], names[i], field)
		}
		by[field], fields[i] = i, field
		return nil
	}
	folded := make([]string, len(names))
	for i, n := range names {
		folded[i] = foldHeading(n)
		if slices.ContainsFunc(columns[kind], func(c Column) bool { return c.Name == folded[i] }) {
			if err := give(folded[i], i); err != nil {
				return nil, err
			}
		}
	}
	for i := range names {
		if fields[i] != "" {
			continue
		}
		for _, c := range columns[kind] {
			if _, taken := by[c.Name]; taken || !slices.Contains(c.Also, folded[i]) {
				continue
			}
			if err := give(c.Name, i); err != nil {
				return nil, err
			}
			break
		}
	}
	return fields, nil
}

// bind is meaning for a file: all required columns must be there. It also
// returns the headings that are passed over.
func bind(kind Kind, file string, names []string) (fields, ignored []string, err error) {
	if columns[kind] == nil {
		return nil, nil, city.Errorf(city.Invalid, "there is no import of %q; there are %v", kind, Kinds)
	}
	fields, err = meaning(kind, names)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	var missing []string
	for _, c := range columns[kind] {
		if c.Required && !slices.Contains(fields, c.Name) {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) > 0 {
		return nil, nil, city.InvalidField(file, "the file of %s has no column %s; its columns are %s", kind, strings.Join(missing, ", "), strings.Join(clip(names, 30), ", "))
	}
	for i, f := range fields {
		if f == "" && strings.TrimSpace(names[i]) != "" && !slices.Contains(refusedColumns, foldHeading(names[i])) {
			ignored = append(ignored, names[i])
		}
	}
	return fields, ignored, nil
}

func clip(names []string, n int) []string {
	out := make([]string, 0, min(n, len(names)))
	for i, name := range names {
		if i == n {
			return append(out, "…")
		}
		if r := []rune(name); len(r) > 40 {
			name = string(r[:40]) + "…"
		}
		out = append(out, strings.Join(strings.Fields(name), " "))
	}
	return out
}
