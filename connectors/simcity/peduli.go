package simcity

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"balaikota/connectors/simcity/world"
)

// peduliRow is a report of DPUPR's "Jalan Peduli" as its list gives it.
type peduliRow struct {
	ID      string `json:"id_laporan"`
	Address string `json:"alamat_singkat"`
	Kind    string `json:"jenis_kerusakan"`
	Level   string `json:"tingkat_kerusakan"`
	Status  string `json:"status"`
	Created string `json:"created_at"`
	Detail  string `json:"detail_url"`
}

// peduliDetail adds what one report's page shows.
type peduliDetail struct {
	peduliRow
	Text     string   `json:"deskripsi_laporan"`
	Lat      *float64 `json:"latitude"`
	Lon      *float64 `json:"longitude"`
	District string   `json:"kecamatan"`
	Village  string   `json:"kelurahan"`
	Note     string   `json:"keterangan_petugas"`
	Rating   int      `json:"rating_kepuasan"`
	Updated  string   `json:"updated_at"`
}

var fullMonths = []string{"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"}

// localDate writes a time the way that application does.
func localDate(t time.Time) string {
	t = t.In(zone)
	return fmt.Sprintf("%02d %s %d, %02d:%02d WITA", t.Day(), fullMonths[t.Month()-1], t.Year(), t.Hour(), t.Minute())
}

// peduliList answers all reports at once, newest first; there is no paging.
func (c *City) peduliList(w http.ResponseWriter, r *http.Request) {
	v := viewOf(r)
	rows := []peduliRow{}
	counts := map[string]int{}
	c.mu.RLock()
	for _, k := range slices.Backward(c.data.byTime) {
		if k.Channel == world.ByPeduli {
			row := peduliOf(k, v, baseOf(r))
			counts[row.Status]++
			rows = append(rows, row)
		}
	}
	c.mu.RUnlock()
	writeJSON(w, http.StatusOK, map[string]any{"success": true, "message": "Daftar laporan (SIMULASI)",
		"statistik": map[string]any{"total_semua_laporan": len(rows), "rincian_per_status": counts}, "data": distort(v, rows)})
}

// peduliOne answers one report.
func (c *City) peduliOne(w http.ResponseWriter, r *http.Request) {
	c.mu.RLock()
	k, ok := c.data.complaints[r.PathValue("id")]
	if !ok || k.Channel != world.ByPeduli {
		c.mu.RUnlock()
		writeJSON(w, http.StatusNotFound, map[string]any{"success": false, "message": "Laporan tidak ditemukan"})
		return
	}
	v := viewOf(r)
	d := peduliDetail{peduliRow: peduliOf(k, v, baseOf(r)), Text: k.Text, Lat: k.Lat, Lon: k.Lon, Village: areaText(k.Area),
		District: world.DistrictOf(k.Area).Name, Note: k.Note, Rating: 1 + len(k.Text)%5, Updated: localDate(k.Updated.Add(v.shift))}
	c.mu.RUnlock()
	writeJSON(w, http.StatusOK, map[string]any{"success": true, "message": "Detail laporan (SIMULASI)", "data": d})
}

func peduliOf(k *complaint, v view, base string) peduliRow {
	n := len(k.Text)
	return peduliRow{ID: k.ID, Address: k.Address, Kind: []string{"Lubang-lubang", "Retak Buaya", "Longsor"}[n%3],
		Level: []string{"Ringan", "Sedang", "Berat"}[n/3%3], Status: peduliStatus(k), Created: localDate(k.At.Add(v.shift)),
		Detail: base + "/jalan-peduli/api/laporan/" + escapePath(k.ID)}
}

// peduliStatus is the finer status of that application.
func peduliStatus(k *complaint) string {
	switch k.Status {
	case world.Closed:
		return "telah_dikerjakan"
	case world.Rejected:
		return "reject"
	case world.InProgress:
		return []string{"disposisi", "telah_disurvei", "sedang_dikerjakan"}[len(k.Note)%3]
	}
	if len(k.Text)%9 == 0 {
		return "belum_dikerjakan"
	}
	return "pending"
}
