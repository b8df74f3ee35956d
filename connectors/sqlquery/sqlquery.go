// Package sqlquery reads one query of another system's database (PostgreSQL,
// MySQL, MariaDB, SQL Server) with an account that may only read, in a transaction
// that may only read (SQL Server: is rolled back), and maps its rows. The SQL is the city's own, written in the source's
// configuration; none stands here. It may import connectors, connectors/mapping
// and backend/city.
package sqlquery

import (
	"strings"
	"time"

	"balaikota/backend/city"
	"balaikota/connectors"
	"balaikota/connectors/mapping"
)

// Config is the configuration of an sqlquery source.
type Config struct {
	System       string              `json:"system" required:"true" anew:"true" enum:"postgres,mysql,sqlserver" label:"Database system" label_id:"Sistem basis data" doc:"postgres for PostgreSQL, mysql for MySQL and MariaDB, sqlserver for Microsoft SQL Server." doc_id:"postgres untuk PostgreSQL, mysql untuk MySQL dan MariaDB, sqlserver untuk Microsoft SQL Server."`
	Host         string              `json:"host" required:"true" anew:"true" label:"Server" label_id:"Server" doc:"Name or address of the database's server." doc_id:"Nama atau alamat server basis data." example:"db.contoh.go.id"`
	Port         int                 `json:"port" label:"Port" label_id:"Port" doc:"5432, 3306 or 1433 if empty." doc_id:"Bila kosong 5432, 3306, atau 1433."`
	Database     string              `json:"database" required:"true" anew:"true" label:"Database" label_id:"Basis data" doc:"Its name." doc_id:"Nama basis data." example:"simrs"`
	User         string              `json:"user" required:"true" label:"User" label_id:"Nama pengguna" doc:"An account of its own that may read what the query reads, and nothing else." doc_id:"Akun khusus yang hanya boleh membaca data kueri ini." example:"balaikota_baca"`
	Password     string              `json:"password" required:"true" secret:"true" label:"Password" label_id:"Kata sandi" doc:"Of that account." doc_id:"Kata sandi akun itu." example:"env:SANDI_SIMRS"`
	TLS          string              `json:"tls" enum:"verify,off" default:"verify" label:"Encryption" label_id:"Enkripsi" doc:"off is for servers inside the city's own network." doc_id:"off hanya untuk server di jaringan kota sendiri."`
	CA           string              `json:"ca" secret:"true" label:"Own certificate authority" label_id:"Otoritas sertifikat sendiri" doc:"For a server whose certificate the city signed itself: file with the authority's certificate (PEM)." doc_id:"Untuk server dengan sertifikat buatan kota sendiri: berkas sertifikat otoritasnya (PEM)." example:"file:ca-basisdata.pem"`
	AllowPrivate bool                `json:"allow_private" label:"Allow private addresses" label_id:"Izinkan alamat jaringan dalam" doc:"Allow addresses of the inside network (10.x, 192.168.x, localhost). Only for systems the city runs itself." doc_id:"Izinkan alamat jaringan dalam (10.x, 192.168.x, localhost). Hanya untuk sistem milik kota sendiri."`
	Query        string              `json:"query" required:"true" anew:"true" label:"Query" label_id:"Kueri" doc:"One statement that only reads. Where :since stands goes the newest value of cursor that was read." doc_id:"Satu perintah yang hanya membaca. Pada :since diletakkan nilai cursor terbaru yang sudah dibaca." example:"select id, dibuat, isi from aduan where diubah > :since order by diubah"`
	Cursor       string              `json:"cursor" anew:"true" label:"Cursor" label_id:"Penanda" doc:"Column of the result by which it is ordered, such as the time of change; needed with :since." doc_id:"Kolom hasil yang menjadi urutannya, misalnya waktu perubahan; wajib bila memakai :since." example:"diubah"`
	Start        string              `json:"start" anew:"true" label:"Begin with" label_id:"Mulai dari" doc:"What stands for :since at the first reading; needed with :since." doc_id:"Nilai :since pada pembacaan pertama; wajib bila memakai :since." example:"2026-01-01 00:00:00"`
	PageSize     int                 `json:"page_size" default:"1000" label:"Rows a page" label_id:"Baris per halaman" doc:"With :since, rows that are read at once; without, the most that the query may give." doc_id:"Dengan :since, banyaknya baris sekali baca; tanpa :since, jumlah paling banyak."`
	Timeout      connectors.Duration `json:"timeout" default:"30s" label:"Time limit" label_id:"Batas waktu" doc:"After which their server ends the query." doc_id:"Setelah itu kueri dihentikan di server mereka." example:"45s"`
	Mapping      mapping.Rows        `json:"mapping" required:"true" anew:"true" label:"Mapping" label_id:"Pemetaan" doc:"What a row is and which columns become which fields. Times without zone are the mapping's zone's, the city's if it names none." doc_id:"Arti satu baris dan kolom mana menjadi bidang mana. Waktu tanpa zona memakai zona pemetaan, atau zona kota."`
}

const (
	mostRows    = 50_000
	mostTimeout = time.Minute // the runner gives a page 90 s
)

// Validate checks what tags cannot say.
func (c *Config) Validate() error {
	dialect, known := dialects[c.System]
	if !known {
		return city.InvalidField("system", "must be postgres, mysql or sqlserver")
	}
	s, err := readStatement(c.Query, dialect)
	switch {
	case err != nil:
		return err
	case strings.ContainsAny(c.Host, "/ :@\x00") && strings.Count(c.Host, ":") < 2:
		return city.InvalidField("host", "must be a name or an address alone, for example db.contoh.go.id")
	case strings.Contains(c.Host, `\`):
		return city.InvalidField("host", "names an instance; write the server alone, and the instance's port in port")
	case c.Port < 0 || c.Port > 65535:
		return city.InvalidField("port", "must be between 1 and 65535")
	case c.TLS == "off" && !c.AllowPrivate:
		return city.InvalidField("tls", "must be verify: password and data would travel in the open. off is for servers in the city's own network (allow_private)")
	case c.TLS == "off" && c.CA != "":
		return city.InvalidField("ca", "is for tls: verify only")
	case s.since && c.Cursor == "":
		return city.InvalidField("cursor", "is missing: the column whose newest value stands for :since")
	case s.since && c.Start == "":
		return city.InvalidField("start", "is missing: what stands for :since at the first reading, for example 2026-01-01 00:00:00, or 0 for a number")
	case !s.since && c.Cursor != "":
		return city.InvalidField("query", "does not say :since, though a cursor is named; add a condition such as where %s > :since order by %s", clip(c.Cursor, 40), clip(c.Cursor, 40))
	case c.PageSize < 1 || c.PageSize > mostRows:
		return city.InvalidField("page_size", "must be between 1 and %d", mostRows)
	case time.Duration(c.Timeout) < time.Second || time.Duration(c.Timeout) > mostTimeout:
		return city.InvalidField("timeout", "must be between 1s and %s", mostTimeout)
	}
	return c.Mapping.Check()
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// Spec declares the connector.
var Spec = connectors.Define(connectors.Spec{
	Name:  "sqlquery",
	Title: connectors.Text{ID: "Basis data lain (SQL)", EN: "Another database (SQL)"},
	Description: connectors.Text{
		ID: "Satu kueri pada basis data PostgreSQL, MySQL, MariaDB, atau SQL Server milik perangkat daerah, dengan akun yang hanya boleh membaca.",
		EN: "One query of an agency's PostgreSQL, MySQL, MariaDB or SQL Server, with an account that may only read.",
	},
	Schedule: "*/10 * * * *",
	Brings:   []string{"reports", "observations"},
}, newConnector)
