package city

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// SourceFault is how a source's promise is broken.
type SourceFault string

// Faults.
const (
	FaultNever   SourceFault = "belum"    // it never answered
	FaultBroken  SourceFault = "terputus" // it does not answer
	FaultStale   SourceFault = "basi"     // it last answered too long ago
	FaultOld     SourceFault = "umur"     // it answers with old data
	FaultRefused SourceFault = "ditolak"  // it answers with rows that are all refused
)

// SourceTrouble is a source as operators are told of it. The name is an
// operator's own; what the source itself answered is not in it.
type SourceTrouble struct {
	Slug, Name string
	Simulated  bool
	Fault      SourceFault
	Since      *time.Time // nil: never answered
}

// Trouble says how the source's promise is broken; Fault is "" where it is not.
func (h SourceHealth) Trouble() SourceTrouble {
	t := SourceTrouble{Slug: h.Slug, Name: h.Name, Simulated: h.Simulated, Since: h.LastSuccess}
	switch {
	case h.Freshness == Broken && h.LastSuccess == nil:
		t.Fault = FaultNever
	case h.Freshness == Broken:
		t.Fault = FaultBroken
	case h.Freshness != Stale:
	case !h.Data.Worse(h.Pull):
		t.Fault = FaultStale
	case h.Data.Why == DataRefused:
		t.Fault, t.Since = FaultRefused, h.Data.RefusedSince
	default:
		t.Fault, t.Since = FaultOld, h.Data.Last
	}
	return t
}

// faultLines say one source's fault: {name} and {since}.
var faultLines = map[SourceFault]Said{
	FaultNever:   {"Sumber {name} belum pernah terbaca. Periksa di halaman sumber.", "Source {name} was never read. See the source's page."},
	FaultBroken:  {"Sumber {name} terputus sejak {since}. Periksa di halaman sumber.", "Source {name} is cut off since {since}. See the source's page."},
	FaultStale:   {"Sumber {name} basi, terakhir terbaca {since}. Periksa di halaman sumber.", "Source {name} is stale, last read {since}. See the source's page."},
	FaultOld:     {"Data sumber {name} lama, terakhir {since}. Periksa di halaman sumber.", "Data of source {name} are old, last {since}. See the source's page."},
	FaultRefused: {"Semua baris sumber {name} ditolak sejak {since}. Periksa di halaman sumber.", "All rows of source {name} are refused since {since}. See its page."},
}

var (
	wellLine     = Said{"Sumber {name} mengirim data lagi; terganggu sejak {since}.", "Source {name} sends data again; troubled since {since}."}
	wellAtLast   = Said{"Sumber {name} sudah mengirim data.", "Source {name} sends data now."}
	brokenHeads  = Said{"{n} sumber bermasalah: {names}. Periksa di halaman Sumber.", "{n} sources in trouble: {names}. See the Sources page."}
	wellAgains   = Said{"{n} sumber mengirim data lagi: {names}.", "{n} sources send data again: {names}."}
	sourcesNamed = 3 // of many
)

// SourcesBrokenNotice tells operators of sources whose promise is broken: of one
// since when, of several how many and the first. all is not empty.
func SourcesBrokenNotice(all []SourceTrouble, zone *time.Location, label string) Wording {
	if len(all) == 1 {
		return oneSource(faultLines[all[0].Fault], all[0], zone, label)
	}
	return manySources(brokenHeads, all)
}

// SourcesWellNotice tells operators of sources that are well again, Since being
// since when they were told to be broken. all is not empty.
func SourcesWellNotice(all []SourceTrouble, zone *time.Location, label string) Wording {
	switch {
	case len(all) > 1:
		return manySources(wellAgains, all)
	case all[0].Since == nil:
		return oneSource(wellAtLast, all[0], zone, label)
	}
	return oneSource(wellLine, all[0], zone, label)
}

func oneSource(line Said, s SourceTrouble, zone *time.Location, label string) Wording {
	since, sinceEN := "", ""
	if s.Since != nil {
		local := s.Since.In(zone)
		since, sinceEN = FormatDay(local, zone)+" "+clock(local)+" "+label, local.Format("2 January 2006 15:04")+" "+label
	}
	return Wording{Kind: "source", Path: "/sumber/" + s.Slug, Said: Said{
		Text: nameIn(strings.ReplaceAll(line.Text, "{since}", since), s, "simulasi"), TextEN: nameIn(strings.ReplaceAll(line.TextEN, "{since}", sinceEN), s, "simulation"),
	}}
}

// nameIn puts the source's name into a line, as much of it as fits.
func nameIn(line string, s SourceTrouble, simulated string) string {
	room := noticeLength - utf8.RuneCountInString(line) + len("{name}")
	return strings.Replace(line, "{name}", sourceNamed(s, simulated, room), 1)
}

// sourceNamed is a source's name on one line of at most so many characters;
// that it is a simulation is never left out.
func sourceNamed(s SourceTrouble, simulated string, most int) string {
	mark := ""
	if s.Simulated {
		mark = " (" + simulated + ")"
	}
	return clip(strings.Join(strings.Fields(s.Name), " "), most-len(mark)) + mark
}

func manySources(line Said, all []SourceTrouble) Wording {
	return Wording{Kind: "source", Path: "/sumber", Said: Said{
		Text: namesIn(line.Text, all, "simulasi", " dan ", " lainnya"), TextEN: namesIn(line.TextEN, all, "simulation", " and ", " more"),
	}}
}

// namesIn counts the sources and names the first, as many as fit.
func namesIn(line string, all []SourceTrouble, simulated, and, more string) string {
	line = strings.Replace(line, "{n}", strconv.Itoa(len(all)), 1)
	for named := min(sourcesNamed, len(all)); ; named-- {
		var names []string
		for _, s := range all[:named] {
			names = append(names, sourceNamed(s, simulated, 36))
		}
		last := strconv.Itoa(len(all)-named) + more
		if named == len(all) {
			last, names = names[named-1], names[:named-1]
		}
		out := strings.Replace(line, "{names}", strings.Join(names, ", ")+and+last, 1)
		if utf8.RuneCountInString(out) <= noticeLength || named == 1 {
			return clip(out, noticeLength)
		}
	}
}
