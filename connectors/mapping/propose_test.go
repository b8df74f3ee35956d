package mapping

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/connectortest"
)

// TestWhatIsProposed: tables as cities keep them, with what an officer would fill in,
// and every row of them taken by the proposal.
func TestWhatIsProposed(t *testing.T) {
	t.Parallel()
	env := connectortest.Env(t, connectortest.TwoHalves(), connectortest.Moment())
	env.Indicators = []city.Indicator{
		{Slug: "muka-air", Name: "Muka air", Unit: "m", Grain: "city"}, {Slug: "curah-hujan", Name: "Curah hujan", Unit: "mm", Grain: "village"},
	}
	env.Categories = []city.Category{{Slug: "jalan-rusak", Name: "Jalan rusak", Words: []string{"jalan berlubang"}}, {Slug: "sampah", Name: "Sampah"}}
	areas := env.Areas.Areas(city.Kelurahan)
	first, second := areas[0], areas[1]
	type f = city.ProposedField
	inside := [2]float64{117.2, -0.5} // lon, lat
	for name, tc := range map[string]struct {
		records []any
		want    city.ProposedMapping
		taken   int
	}{
		"satu data, codes and a row of totals": {
			records: rowsOf("_id,Kode Wilayah,Kelurahan,Tanggal,Rumah Tidak Layak Huni",
				"1,"+first.Code+","+first.Name+",2026-09-01T00:00:00,140", "2,"+second.Code+","+second.Name+",2026-09-01T00:00:00,121",
				"3,"+first.Code+","+first.Name+",2026-10-01T00:00:00,141", "4,"+second.Code+","+second.Name+",2026-10-01T00:00:00,118"),
			want: city.ProposedMapping{Kind: "observations", Fields: map[string]f{
				"area": {Get: `."Kode Wilayah"`}, "time": {Get: ".Tanggal", Time: []string{"2006-01-02T15:04:05"}}, "value": {Get: `."Rumah Tidak Layak Huni"`, Number: "plain"},
			}},
			taken: 4,
		},
		"year and month, thousands with points, none as a dash": {
			records: rowsOf("No;Kelurahan;Tahun;Bulan;Jumlah Penduduk",
				"1;"+first.Name+";2026;Januari;12.345", "2;"+second.Name+";2026;Januari;9.876", "3;"+first.Name+";2026;Februari;12.400", "4;"+second.Name+";2026;Februari;-"),
			want: city.ProposedMapping{Kind: "observations", Fields: map[string]f{
				"area": {Get: ".Kelurahan"}, "time": {Get: `"\(.Tahun) \(.Bulan)"`, Time: []string{"2006 January"}},
				"value": {Get: `."Jumlah Penduduk"`, Number: "id", Missing: []string{"-"}},
			}},
			taken: 3,
		},
		"gauges: day and clock, commas, latitude and longitude exchanged": {
			records: rowsOf("pos;tanggal;jam;lat;lng;tinggi_muka_air;satuan",
				fmt.Sprintf("Benanga;23/11/2026;09.10;%g;%g;1,25;m", inside[0], inside[1]), fmt.Sprintf("Sungai Dama;23/11/2026;09.10;%g;%g;0,80;m", inside[0], inside[1])),
			want: city.ProposedMapping{Kind: "observations", Fields: map[string]f{
				"station": {Get: ".pos"}, "time": {Get: `"\(.tanggal) \(.jam)"`, Time: []string{"2/1/2006 15.04"}}, "value": {Get: ".tinggi_muka_air", Number: "id"},
				"unit": {Get: ".satuan"}, "lon": {Get: ".lat", Number: "plain"}, "lat": {Get: ".lng", Number: "plain"},
			}},
			taken: 2,
		},
		"called after an indicator, seconds since 1970": {
			records: []any{
				map[string]any{"sensor": "a1", "ts": 1795000000, "curah_hujan": 1.5}, map[string]any{"sensor": "a2", "ts": 1795000000, "curah_hujan": 0},
			},
			want: city.ProposedMapping{Kind: "observations", Fields: map[string]f{
				"indicator": {Const: "curah-hujan"}, "station": {Get: ".sensor"}, "time": {Get: ".ts", Time: []string{"unix"}}, "value": {Get: ".curah_hujan"},
			}},
			taken: 2,
		},
		"indicators in a column, within an object": {
			records: []any{
				map[string]any{"data": map[string]any{"indikator": "muka-air", "nilai": "1.5", "waktu": "2026-11-23T01:00:00Z"}},
				map[string]any{"data": map[string]any{"indikator": "curah-hujan", "nilai": "12", "waktu": "2026-11-23T01:00:00Z"}},
			},
			want: city.ProposedMapping{Kind: "observations", Fields: map[string]f{
				"indicator": {Get: ".data.indikator"}, "time": {Get: ".data.waktu", Time: []string{"2006-01-02T15:04:05Z07:00"}}, "value": {Get: ".data.nilai", Number: "plain"},
			}},
			taken: 2,
		},
		"messages of sensors, by topic": {
			records: []any{
				map[string]any{"topic": "muka-air/a/data", "levels": map[string]any{"id": "a"}, "payload": map[string]any{"nilai": 7.2, "waktu": "2026-11-23T09:00:00+08:00", "lon": inside[0], "lat": inside[1]}},
				map[string]any{"topic": "muka-air/b/data", "levels": map[string]any{"id": "b"}, "payload": map[string]any{"nilai": 1.1, "waktu": "2026-11-23T09:00:00+08:00", "lon": inside[0], "lat": inside[1] + 0.01}},
			},
			want: city.ProposedMapping{Kind: "observations", Fields: map[string]f{
				"station": {Get: ".levels.id"}, "time": {Get: ".payload.waktu", Time: []string{"2006-01-02T15:04:05Z07:00"}}, "value": {Get: ".payload.nilai"},
				"lon": {Get: ".payload.lon"}, "lat": {Get: ".payload.lat"},
			}},
			taken: 2,
		},
		"complaints": {
			records: rowsOf("Nomor Tiket|Tanggal Masuk|Kategori|Isi Aduan|Alamat|Kelurahan|Status|Nama Pelapor|No HP Pelapor|OPD",
				"SP-1|14 November 2026 09.15|Jalan Berlubang|Jalan di depan sekolah berlubang dan membahayakan anak|Jl. Uji 1|"+first.Name+"|Sedang diproses|Warga Satu|0800000001|DPUPR",
				"SP-2|15 November 2026 10.20|Sampah|Sampah menumpuk sejak tiga hari yang lalu|Jl. Uji 2|"+second.Name+"|Selesai|Warga Dua|0800000002|DLH",
				"SP-3|15 November 2026 11.00|Jalan rusak|Aspal terkelupas di tikungan dekat pasar|Jl. Uji 3|"+second.Name+"|Belum diverifikasi|Warga Tiga|0800000003|DPUPR"),
			want: city.ProposedMapping{Kind: "reports", Fields: map[string]f{
				"external_id": {Get: `."Nomor Tiket"`}, "created_at": {Get: `."Tanggal Masuk"`, Time: []string{"2 January 2006 15.04"}}, "text": {Get: `."Isi Aduan"`},
				"category": {Get: ".Kategori", Map: map[string]string{"Jalan Berlubang": "jalan-rusak", "Sampah": "sampah", "Jalan rusak": "jalan-rusak", "*": ""}},
				"address":  {Get: ".Alamat"}, "area": {Get: ".Kelurahan"}, "office": {Get: ".OPD"}, "reporter_name": {Get: `."Nama Pelapor"`}, "reporter_phone": {Get: `."No HP Pelapor"`},
				"status": {Get: ".Status", Map: map[string]string{"Sedang diproses": "in_progress", "Selesai": "closed", "Belum diverifikasi": "open"}},
			}},
			taken: 3,
		},
	} {
		both := Propose(env, tc.records)
		if len(both) != 2 || both[0].Kind == both[1].Kind {
			t.Errorf("%s: proposed are %+v", name, both)
			continue
		}
		got := &both[0]
		if d := cmp.Diff(tc.want, *got); d != "" {
			t.Errorf("%s: %s", name, d)
			continue
		}
		page := byProposal(t, env, got, tc.records)
		if n := len(page.Reports) + len(page.Observations); n != tc.taken || len(page.Refused) > 0 {
			t.Errorf("%s: %d taken, refused %+v", name, n, page.Refused)
		}
	}
	if Propose(env, nil) != nil || Propose(env, []any{"x", 3.0}) != nil {
		t.Error("something is proposed for what holds no columns")
	}
}

// byProposal reads records by a proposal, as an officer would who fills in no more
// than the indicator.
func byProposal(t *testing.T, env connectors.Env, p *city.ProposedMapping, records []any) connectors.Page {
	t.Helper()
	rows := Rows{Kind: p.Kind, Fields: map[string]Field{}}
	for name, f := range p.Fields {
		rows.Fields[name] = Field{Get: f.Get, Const: f.Const, Missing: f.Missing, Map: f.Map, Time: f.Time, Number: f.Number}
	}
	if _, has := rows.Fields["indicator"]; !has && p.Kind == "observations" {
		rows.Fields["indicator"] = Field{Const: "muka-air"}
	}
	reader, err := rows.Reader(env)
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	var page connectors.Page
	if err := reader.Convert(t.Context(), records, &page); err != nil {
		t.Fatal(err)
	}
	return page
}

// rowsOf are the records of a table of texts.
func rowsOf(header string, lines ...string) (out []any) {
	separator := ","
	for _, s := range []string{";", "|"} {
		if strings.Contains(header, s) {
			separator = s
		}
	}
	names := strings.Split(header, separator)
	for _, line := range lines {
		record := map[string]any{}
		for i, cell := range strings.Split(line, separator) {
			record[names[i]] = cell
		}
		out = append(out, record)
	}
	return out
}

// FuzzPropose: whatever the records hold, what is proposed is a mapping that can be
// read, but for what the officer has to say.
func FuzzPropose(f *testing.F) {
	for _, seed := range []string{
		`[{"Kelurahan":"Karang Mumus","Tahun":2026,"Bulan":"Mei","Jumlah":"1.234"}]`, `[{"a b":{"\"":[1]},"x":117.2,"y":-0.5}]`,
		`[{"isi aduan":"satu dua tiga empat","no":1,"tgl":"1/2/2026"},{"isi aduan":null}]`, `[1,"x",null,{}]`,
	} {
		f.Add(seed)
	}
	env := connectortest.Env(f, connectortest.TwoHalves(), connectortest.Moment())
	f.Fuzz(func(t *testing.T, text string) {
		var records []any
		if json.Unmarshal([]byte(text), &records) != nil {
			t.Skip()
		}
		for _, p := range Propose(env, records) {
			for _, name := range requiredFields[p.Kind] {
				if _, has := p.Fields[name]; !has {
					p.Fields[name] = city.ProposedField{Const: "1"}
				}
			}
			byProposal(t, env, &p, records)
		}
	})
}
