package web

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// minutesSheet is a meeting as its minutes print it, in Indonesian: they are an
// official record.
type minutesSheet struct {
	City, Title, Number, Week, At string
	// Held is the day of the meeting, Period the week that it talks about.
	Held, Period   string
	Draft          bool
	Closed, SHA256 string
	Present        []string
	Summary        string
	Parts          []minutesPart
	Style          template.CSS
}

// minutesPart is a heading with its lines.
type minutesPart struct {
	Heading, Nothing string
	Lines            []minutesLine
}

// minutesLine is one matter: what, whose, and what became of it.
type minutesLine struct{ Number, Subject, Office, Text string }

var pointKinds = map[string]string{"topic": "Pokok bahasan", "decision": "Keputusan", "question": "Pertanyaan"}

var pointStatuses = map[string]string{"open": "terbuka", "decided": "diputuskan", "dropped": "dicabut"}

func newMinutesSheet(set city.Setting, m city.Meeting) (*minutesSheet, error) {
	zone, err := time.LoadLocation(set.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load the city's time zone: %w", err)
	}
	sheet := &minutesSheet{
		City: set.Name, Title: "Rancangan notulen rapat Senin", Week: m.Week, Draft: true, Summary: m.Summary.Text, Style: minutesStyle,
		Held: "Senin, " + city.FormatDay(m.Until, zone), Period: city.FormatDay(m.From, zone) + " – " + city.FormatDay(m.Until.AddDate(0, 0, -1), zone), At: city.FormatMoment(m.At, zone, set.ZoneLabel),
	}
	if n := m.Minutes; n != nil {
		sheet.Title, sheet.Draft, sheet.Present, sheet.SHA256 = "Notulen rapat Senin", false, n.Present, n.SHA256
		sheet.Number = fmt.Sprintf("%d/%d", n.Number, n.ClosedAt.In(zone).Year())
		sheet.Closed = city.FormatMoment(n.ClosedAt, zone, set.ZoneLabel) + " oleh " + n.ClosedBy
	}
	sheet.Parts = []minutesPart{
		{Heading: "Selesai", Nothing: "Tidak ada yang selesai pekan lalu.", Lines: dispositionLines(m.Done)},
		{Heading: "Belum selesai dan sebabnya", Nothing: "Tidak ada yang tertunda.", Lines: dispositionLines(m.NotDone)},
		{Heading: "Diputuskan pekan lalu", Nothing: "Tidak ada disposisi baru pekan lalu.", Lines: decidedLines(m)},
		{Heading: "Rekomendasi yang menunggu keputusan", Nothing: "Tidak ada yang menunggu.", Lines: waitingLines(m.Advice)},
		{Heading: "Rekomendasi yang ditolak atau ditunda", Nothing: "Tidak ada.", Lines: adviceLines(m.Refused, true)},
		{Heading: "Pokok rapat", Nothing: "Tidak ada pokok rapat.", Lines: pointLines(m.Points)},
	}
	return sheet, nil
}

func dispositionLines(list []city.MeetingDisposition) (out []minutesLine) {
	for _, d := range list {
		text := d.Account.Text
		if d.Effect != nil && d.Effect.Text.Text != "" {
			text += " Dampak: " + d.Effect.Text.Text
		}
		out = append(out, minutesLine{d.Number, d.Subject, d.OfficeName, text})
	}
	return out
}

// decidedLines are the dispositions that were sent; what became of those that
// stand above already is not said twice.
func decidedLines(m city.Meeting) []minutesLine {
	above := map[int64]bool{}
	for _, d := range slices.Concat(m.Done, m.NotDone) {
		above[d.ID] = true
	}
	lines := dispositionLines(m.Decided)
	for i, d := range m.Decided {
		if above[d.ID] {
			lines[i].Text = "Keadaannya di atas."
		}
	}
	return lines
}

// waitingPrinted is how much of the advice that waits a sheet names, the best
// first: a meeting decides on few. The record of the minutes holds all.
const waitingPrinted = 10

func waitingLines(list []city.Recommendation) []minutesLine {
	lines := adviceLines(list[:min(len(list), waitingPrinted)], false)
	if rest := len(list) - waitingPrinted; rest > 0 {
		lines = append(lines, minutesLine{Subject: fmt.Sprintf("dan %d rekomendasi lain", rest), Text: "Semuanya tersimpan dalam rekaman rapat ini."})
	}
	return lines
}

func adviceLines(list []city.Recommendation, why bool) (out []minutesLine) {
	for _, r := range list {
		text := r.Why.Text
		if why {
			text = map[city.RecommendationStatus]string{city.RecommendationDeclined: "Ditolak", city.RecommendationPostponed: "Ditunda"}[r.Status] + ": " + r.Reason
		}
		out = append(out, minutesLine{"", r.Title, r.Office, text})
	}
	return out
}

func pointLines(list []city.MeetingPoint) (out []minutesLine) {
	for _, p := range list {
		text := pointStatuses[p.Status]
		if p.Reason != "" {
			text += ": " + p.Reason
		}
		out = append(out, minutesLine{pointKinds[p.Kind], p.Text, p.Owner, text})
	}
	return out
}

// markdown writes the sheet as CommonMark; what people wrote is escaped.
func (m *minutesSheet) markdown() string {
	var b strings.Builder
	line := func(format string, args ...string) {
		escaped := make([]any, len(args))
		for i, a := range args {
			escaped[i] = escapeMarkdown(a)
		}
		fmt.Fprintf(&b, format+"\n", escaped...)
	}
	line("# %s — %s", m.Title, m.City)
	line("")
	if m.Number != "" {
		line("- Nomor: %s", m.Number)
	}
	line("- Rapat: %s (pekan %s)", m.Held, m.Week)
	line("- Membahas: %s", m.Period)
	line("- Keadaan data: %s", m.At)
	if m.Closed != "" {
		line("- Ditutup: %s", m.Closed)
		line("- Hadir: %s", strings.Join(m.Present, ", "))
		line("- SHA-256: %s", m.SHA256)
	}
	line("")
	line("%s", m.Summary)
	for _, p := range m.Parts {
		line("")
		line("## %s", p.Heading)
		line("")
		if len(p.Lines) == 0 {
			line("%s", p.Nothing)
		}
		for _, l := range p.Lines {
			head := l.Subject
			if l.Number != "" {
				head = l.Number + " · " + head
			}
			if l.Office != "" {
				head += " (" + l.Office + ")"
			}
			line("- **%s** — %s", head, l.Text)
		}
	}
	return b.String()
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "!", `\!`, "&", `\&`, "~", `\~`,
	"\r", " ", "\n", " ",
)

func escapeMarkdown(text string) string { return markdownEscapes.Replace(text) }

// minutesStyle is for A4 paper and for a screen.
const minutesStyle = `@page{size:A4;margin:18mm 16mm 20mm}
*{box-sizing:border-box}
body{margin:0 auto;max-width:180mm;padding:8mm 6mm;font:11pt/1.45 "Inter","Helvetica Neue",Arial,sans-serif;color:#111;background:#fff}
header{border-bottom:2px solid #111;padding-bottom:4mm;margin-bottom:5mm}
h1{font-size:16pt;margin:0 0 2mm}
h2{font-size:12.5pt;margin:7mm 0 2mm;break-after:avoid}
p{margin:0 0 2mm}
dl{display:grid;grid-template-columns:max-content 1fr;gap:1mm 5mm;margin:0}
dt{color:#444}dd{margin:0;overflow-wrap:anywhere}
ol{margin:0;padding-left:7mm}
li{margin-bottom:2.5mm;break-inside:avoid}
.number{color:#444;font-variant-numeric:tabular-nums}
.office{color:#444}
.draft{border:1px solid #111;padding:1mm 3mm;display:inline-block;margin-bottom:3mm;font-weight:600}
.sign{display:flex;justify-content:flex-end;margin-top:14mm;break-inside:avoid}
.sign div{width:70mm;text-align:center}
.sign .line{margin-top:22mm;border-top:1px solid #111;padding-top:1mm}
@media print{body{padding:0;max-width:none}}
`

var minutesStyleHash = func() string {
	sum := sha256.Sum256([]byte(minutesStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}()

var minutesPage = template.Must(template.New("minutes").Parse(`<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}} {{.Week}} — {{.City}}</title>
<style>{{.Style}}</style>
</head>
<body>
<header>
{{if .Draft}}<p class="draft">Rancangan: rapat belum ditutup</p>{{end}}
<h1>{{.Title}} — {{.City}}</h1>
<dl>
{{if .Number}}<dt>Nomor</dt><dd>{{.Number}}</dd>{{end}}
<dt>Rapat</dt><dd>{{.Held}} (pekan {{.Week}})</dd>
<dt>Membahas</dt><dd>{{.Period}}</dd>
<dt>Keadaan data</dt><dd>{{.At}}</dd>
{{if .Closed}}<dt>Ditutup</dt><dd>{{.Closed}}</dd>
<dt>Hadir</dt><dd>{{range $i, $n := .Present}}{{if $i}}, {{end}}{{$n}}{{else}}—{{end}}</dd>
<dt>SHA-256</dt><dd>{{.SHA256}}</dd>{{end}}
</dl>
</header>
<main>
<p>{{.Summary}}</p>
{{range .Parts}}<section>
<h2>{{.Heading}}</h2>
{{if .Lines}}<ol>
{{range .Lines}}<li>{{if .Number}}<span class="number">{{.Number}}</span> · {{end}}<strong>{{.Subject}}</strong>{{if .Office}} <span class="office">({{.Office}})</span>{{end}}<br>{{.Text}}</li>
{{end}}</ol>{{else}}<p>{{.Nothing}}</p>{{end}}
</section>
{{end}}{{if not .Draft}}<div class="sign"><div>Pimpinan rapat<div class="line">{{.Closed}}</div></div></div>{{end}}
</main>
</body>
</html>
`))
