package importing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/city"
)

// fromSP4N knows an export of SP4N-LAPOR!'s admin pages by its headings: the
// tracking id, and one of those that nobody else has.
func fromSP4N(fields, names []string) bool {
	tracked, theirs := false, false
	for i, name := range names {
		folded := foldHeading(name)
		tracked = tracked || fields[i] == "external_id" && strings.Contains(folded, "tracking")
		theirs = theirs || fields[i] == "class" || fields[i] == "secrecy" || strings.Contains(folded, "disposisi")
	}
	return tracked && theirs
}

// sp4nStatuses are SP4N-LAPOR!'s words where they mean something else there than
// elsewhere: what is verified waits for the office still, and what is archived was
// not acted on, so that it must not count as done.
var sp4nStatuses = map[string]city.ReportStatus{
	"verifikasi": city.Open, "terverifikasi": city.Open, "belumterverifikasi": city.Open, "belumdiverifikasi": city.Open, "ditunda": city.Open,
	"prosestindaklanjut": city.InProgress, "sedangditindaklanjuti": city.InProgress,
	"ditutupolehadmin": city.Closed, "ditutupolehsistem": city.Closed, "ditutupolehpelapor": city.Closed,
	"arsip": city.Rejected, "diarsipkan": city.Rejected, "bukankewenangan": city.Rejected,
}

// notOurs are the words of a source for what another authority answers for.
var notOurs = map[string]bool{"bukanwewenang": true, "bukankewenangan": true}

// classes are SP4N-LAPOR!'s kinds of report. A column of that name that says
// anything else is the category of another system.
var classes = []string{"pengaduan", "pengaduanberkadarpengawasan", "pengaduantidakberkadarpengawasan", "aspirasi", "permintaaninformasi"}

// whistles are the words for reports of wrongdoing inside the administration.
var whistles = []string{"whistleblowing", "whistleblowingsystem", "wbs", "pelaporanpelanggaran", "pengaduanwhistleblowing"}

// secrecies are the words that tell how secret a report is; those of a column for
// anonymous alone count as anonim.
var secrecies = map[string]city.Secrecy{
	"": city.NotSecret, "tidak": city.NotSecret, "no": city.NotSecret, "false": city.NotSecret, "0": city.NotSecret, "normal": city.NotSecret, "biasa": city.NotSecret,
	"publik": city.NotSecret, "terbuka": city.NotSecret, "umum": city.NotSecret, "tidakrahasia": city.NotSecret, "tidakanonim": city.NotSecret,
	"anonim": city.Anonymous, "anonymous": city.Anonymous,
	"ya": city.Secret, "yes": city.Secret, "true": city.Secret, "1": city.Secret, "rahasia": city.Secret, "secret": city.Secret, "tertutup": city.Secret,
	"anonimrahasia": city.Secret, "rahasiaanonim": city.Secret, "anonimdanrahasia": city.Secret, "rahasiadananonim": city.Secret,
}

// secrecy is how secret the row's report is. Whistleblowing is refused, and so is
// a word that nobody knows: what it stands for may be a promise to somebody.
func (p *reader) secrecy() city.Secrecy {
	if class := foldName(p.text("class")); slices.Contains(whistles, class) {
		p.fail("class", "this is whistleblowing; it stays in SP4N-LAPOR!, where it is handled apart, and none of it is kept here")
		return city.Whistleblowing
	}
	s, known := secrecies[foldName(p.text("secrecy"))]
	a, said := secrecies[foldName(p.text("anonymous"))]
	if !known || !said {
		p.fail("secrecy", "the word for how secret the report is, is none of anonim, rahasia, publik (ya, tidak); none of the row is kept here until it is")
		p.refused.Withheld = true
		return city.Secret
	}
	if s == city.NotSecret && a != city.NotSecret {
		s = city.Anonymous
	}
	return s
}

// withhold takes the row's words out of a refusal.
func (p *reader) withhold() {
	p.refused.Withheld, p.refused.Raw = true, nil
	p.refused.Reason = strings.ToValidUTF8(p.refused.Reason, "")
	if p.refused.Field != "class" && p.refused.Field != "secrecy" {
		p.refused.Reason = fmt.Sprintf("%s is blank or cannot be understood; the row is secret, look it up in its source", p.refused.Field)
	}
}

// words are the report's title and text, the title once.
func (p *reader) words() string {
	title, text := p.text("title"), p.text("text")
	switch {
	case title == "" || strings.HasPrefix(strings.ToLower(text), strings.ToLower(title)):
		return text
	case text == "":
		return title
	}
	return title + "\n" + text
}

// category is the report's category; where only a column of classes is there, and
// says none of them, that.
func (p *reader) category() string {
	if c := p.text("category"); c != "" {
		return c
	}
	if class := p.text("class"); !slices.Contains(classes, foldName(class)) {
		return class
	}
	return ""
}

// created is when the citizen reported: one column, or a day and an hour apart.
func (p *reader) created() time.Time {
	day, hour := p.text("created_at"), p.text("created_time")
	if day == "" || hour == "" {
		return p.time("created_at")
	}
	if t, err := ParseTime(day+" "+hour, p.env.Zone); err == nil {
		return t
	}
	// A sheet writes both as numbers: days, and the part of a day.
	if d, err := ParseNumber(day); err == nil {
		if part, err := ParseNumber(hour); err == nil && part >= 0 && part < 1 {
			if t, err := ParseTime(fmt.Sprintf("%.9f", float64(int(d))+part), p.env.Zone); err == nil {
				return t
			}
		}
	}
	return p.time("created_at")
}
