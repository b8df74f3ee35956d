package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"balaikota/backend/city"
	"balaikota/backend/i18n"
	"balaikota/connectors"
)

type sourceTryCommand struct {
	File string `arg:"" type:"existingfile" help:"The source, as for source add."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run pulls the source once, stores nothing, and prints what it would bring.
func (c *sourceTryCommand) Run(in *invocation) error {
	form, err := readSourceForm(c.File)
	if err != nil {
		return err
	}
	return withDatabase(in, func(d *database) error {
		areas, err := newGeography(in.ctx, d.Store)
		if err != nil {
			return err
		}
		secrets := &connectors.Secrets{Folders: secretFolders(in.db.Data)}
		env, err := d.connectorEnv(areas, secrets, in.log)
		if err != nil {
			return err
		}
		trial, err := d.newConnecting(env, secrets).try(in.ctx, form)
		if err != nil {
			return inFile(c.File, err)
		}
		if c.JSON {
			err = json.NewEncoder(in.stdout).Encode(trial)
		} else {
			loc := env.Location
			err = writeTrial(in.stdout, form, trial, loc)
		}
		if err == nil && taken(trial) == 0 && trial.RefusedCount > 0 {
			return city.InvalidField(c.File, "every row was refused, the first because of: %s (%s); correct the mapping and try again",
				trial.Refused[0].Reason, trial.Refused[0].Place)
		}
		return err
	})
}

// taken is how many rows of a trial would be kept.
func taken(t city.SourceTrial) int { return t.Reports + t.Observations + t.Alerts + t.Agenda }

// writeTrial prints a trial for a person.
func writeTrial(out io.Writer, form city.SourceForm, t city.SourceTrial, loc *time.Location) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %d laporan, %d pengamatan, %d peringatan, %d agenda; %d baris ditolak; %d halaman dibaca", form.Name, form.Connector,
		t.Reports, t.Observations, t.Alerts, t.Agenda, t.RefusedCount, t.Pages)
	if t.More {
		b.WriteString(", masih ada lagi")
	}
	b.WriteString(".\nTidak ada yang disimpan.\n")
	if taken(t)+t.RefusedCount+len(t.PassedOver) == 0 {
		b.WriteString("Sumber menjawab, tetapi tidak ada baris.\n")
	}
	section(&b, "Baris pertama: pengamatan", []string{"indikator", "wilayah", "pos", "waktu", "nilai", "satuan"}, len(t.FirstObservations), func(i int) []string {
		o := t.FirstObservations[i]
		return []string{o.Indicator, o.Area, o.Station, o.Time.In(loc).Format("2006-01-02 15.04 MST"), plainNumber(o.Value), o.Unit}
	})
	section(&b, "Baris pertama: laporan", []string{"id", "waktu", "status", "kategori", "wilayah", "titik", "isi"}, len(t.FirstReports), func(i int) []string {
		r := t.FirstReports[i]
		return []string{r.ExternalID, r.CreatedAt.In(loc).Format("2006-01-02 15.04 MST"), string(r.Status), r.Category, r.Area, map[bool]string{true: "ada", false: "-"}[r.Point], r.Text}
	})
	section(&b, "Baris pertama: peringatan", []string{"kunci", "isi"}, len(t.FirstAlerts), func(i int) []string {
		return []string{t.FirstAlerts[i].Key, t.FirstAlerts[i].Headline}
	})
	section(&b, "Baris pertama: agenda (judul tidak ditampilkan)", []string{"mulai", "selesai"}, len(t.FirstAgenda), func(i int) []string {
		return []string{t.FirstAgenda[i].Start.In(loc).Format("2006-01-02 15.04 MST"), t.FirstAgenda[i].End.In(loc).Format("2006-01-02 15.04 MST")}
	})
	section(&b, "Pemetaan pada baris pertama", []string{"bidang", "dari", "terbaca", "menjadi"}, len(t.Mapped), func(i int) []string {
		m := t.Mapped[i]
		return []string{m.Field, m.From, m.Read, m.Became}
	})
	section(&b, "Dilewati", []string{"jumlah", "sebab"}, len(t.PassedOver), func(i int) []string {
		p := t.PassedOver[i]
		return []string{strconv.Itoa(p.Count), i18n.Text(i18n.Indonesian, i18n.Key("source.trial.passed."+string(p.Why)), map[string]string{"n": strconv.Itoa(p.Count)})}
	})
	section(&b, "Ditolak", []string{"jumlah", "tempat", "alasan"}, len(t.Refused), func(i int) []string {
		r := t.Refused[i]
		return []string{strconv.Itoa(r.Times), r.Place, r.Reason}
	})
	section(&b, "Mencurigakan", []string{"jumlah", "dari", "tentang", "dugaan"}, len(t.Suspicions), func(i int) []string {
		s := t.Suspicions[i]
		return []string{strconv.Itoa(s.Count), strconv.Itoa(s.Of), s.Subject, i18n.Text(i18n.Indonesian, i18n.Key("source.doubt."+s.Kind), map[string]string{"value": plainNumber(s.Example)})}
	})
	_, err := io.WriteString(out, b.String())
	return err
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// section writes a heading and a table, nothing when it has no rows.
func section(b *strings.Builder, title string, heads []string, n int, row func(int) []string) {
	if n == 0 {
		return
	}
	b.WriteString("\n" + title + "\n")
	w := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "  "+strings.Join(heads, "\t")) // a Builder takes everything
	for i := range n {
		cells := row(i)
		for j, cell := range cells {
			cells[j] = strings.Join(strings.Fields(cell), " ")
		}
		_, _ = fmt.Fprintln(w, "  "+strings.Join(cells, "\t"))
	}
	_ = w.Flush()
}
