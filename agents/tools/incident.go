package tools

import (
	"cmp"
	"context"
	_ "embed"
	"slices"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed incident.md
var incidentText string

func (d Deps) incident() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolIncident, Description: incidentText}, func(ctx context.Context, c tool.Call, in city.IncidentInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		var err error
		if in.ID == 0 && c.Screen != nil && c.Screen.Incident != 0 && in.Area == "" && in.Category == "" {
			in.ID = c.Screen.Incident
		}
		if in.ID != 0 {
			err = a.oneIncident(in.ID)
		} else {
			err = a.gravest(in)
		}
		if err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

const usualIncidents = 5

// running are the statuses of incidents that are not over.
var running = []city.IncidentStatus{city.IncidentNew, city.IncidentWatched, city.IncidentHandled}

var incidentStatusNames = map[city.IncidentStatus]string{
	city.IncidentNew: "baru", city.IncidentWatched: "dipantau", city.IncidentHandled: "ditangani", city.IncidentClosed: "selesai", city.IncidentDismissed: "diabaikan",
}

// matterOf names an incident by what we worked out ourselves, its category and
// area: a title may be an officer's or quote a citizen.
func (a *answer) matterOf(i city.Incident) string {
	n := "kejadian " + itoa(i.ID)
	a.name(n, upper(n))
	what := ""
	if i.Category != "" {
		what = " (" + a.categoryWord(i.Category) + ")"
	}
	where := ""
	if i.AreaCode != "" {
		where = " " + a.place(i.AreaCode)
	}
	return n + what + where
}

func (a *answer) oneIncident(id int64) error {
	d, err := a.d.Incidents.Incident(a.ctx, a.asker, id)
	if err != nil {
		return asField(err, "id")
	}
	i := d.Incident
	a.chip("id", itoa(id), "Kejadian "+itoa(id))
	a.r.Area, a.r.Category = i.AreaCode, i.Category
	a.head(a.incidentFigure(i, "Laporan", i.Voices))
	first, last := a.clock(i.FirstAt), a.clock(i.LastAt)
	a.name(first, last)
	s := upper(a.matterOf(i)) + ": " + city.FormatNumber(float64(i.Voices), 0) + " laporan sejak " + first
	if i.Voices > 1 {
		s += ", terakhir " + last
	}
	a.say(s + ".")
	a.figure(a.incidentFigure(i, "Laporan belum selesai", i.Unfinished))
	s = "Statusnya " + incidentStatusNames[i.Status] + ", " + city.FormatNumber(float64(i.Unfinished), 0) + " laporan belum selesai"
	if i.Urgency.Rank() > 0 {
		s += ", tingkat " + severityName(i.Urgency)
	}
	if i.Office != "" {
		o, _ := a.office(i.Office)
		a.name(i.Office, o.Name)
		s += ", usulan penanganan oleh " + i.Office
	}
	a.say(s + ".")
	a.incidentRemarks(i, d.Hidden)
	a.r.Blocks = append(a.r.Blocks, city.Block{Kind: "incidents", Title: "Kejadian " + itoa(id), IDs: []int64{id}})
	a.r.Data.Simulated = i.Simulated
	a.present()
	a.ask("Apa kasus serupa dengan kejadian " + itoa(id) + "?")
	a.ask("Buatkan konsep disposisi untuk kejadian " + itoa(id) + ".")
	return nil
}

func (a *answer) incidentFigure(i city.Incident, what string, n int) city.Figure {
	first, last := i.FirstAt, i.LastAt
	return city.Figure{
		Label: what + ", kejadian " + itoa(i.ID), Value: float64(n), Unit: "laporan", Area: i.AreaCode, Category: i.Category, Office: i.Office,
		From: &first, To: &last, N: i.Voices,
	}
}

func (a *answer) incidentRemarks(i city.Incident, hidden int) {
	if i.Recurrence > 0 {
		a.say("Kejadian serupa di tempat yang sama sudah " + a.count(i.Recurrence, "kali", "Terulang dalam 90 hari, kejadian "+itoa(i.ID)) + " kali dalam " +
			a.count(90, "hari", "Rentang hitungan kejadian berulang") + " hari sebelumnya.")
	}
	if slices.Contains(i.Flags, city.IncidentCampaign) {
		a.caveat("Banyak laporannya hampir sama bunyinya dalam waktu singkat; jumlah suara perlu dibaca hati-hati.")
	}
	if slices.Contains(i.Flags, city.IncidentOneVoice) {
		a.caveat("Sebagian besar laporannya dari satu pelapor.")
		a.name("satu pelapor")
	}
	if i.Doubtful > 0 {
		a.caveat(a.count(i.Doubtful, "laporan", "Laporan yang diragukan, kejadian "+itoa(i.ID)) + " laporan diragukan termasuk kejadian ini.")
	}
	if hidden > 0 {
		a.caveat(a.count(hidden, "laporan", "Laporan milik wilayah atau perangkat daerah lain") + " laporannya milik wilayah atau perangkat daerah lain.")
	}
	if i.Simulated {
		a.caveat("Kejadian ini berasal dari data simulasi.")
	}
}

// gravest lists the running incidents, gravest first, of equal ones the one
// with more voices.
func (a *answer) gravest(in city.IncidentInput) error {
	if in.Top < 0 || in.Top > 10 {
		return city.InvalidField("top", "must be 1 to 10")
	}
	q := a.scoped(city.MeasureQuery{Area: in.Area, Category: in.Category})
	if err := a.mine(q.Area, q.Office); err != nil {
		return err
	}
	found, total, err := a.pressing(q)
	if err != nil {
		return err
	}
	if in.Category != "" {
		c, _ := a.category(in.Category)
		a.chip("category", in.Category, c.Name)
	}
	a.stated("area", in.Area, q.Area, a.fullArea(q.Area))
	a.r.Area, a.r.Category = cmp.Or(q.Area, a.d.CityCode), in.Category
	a.present()
	noun := "kejadian aktif"
	if in.Category != "" {
		noun += " tentang " + a.categoryWord(in.Category)
	}
	at := a.c.At
	a.head(city.Figure{Label: upper(noun) + ", " + a.shortArea(q.Area), Value: float64(total), Unit: "kejadian", Area: a.r.Area, Category: in.Category, To: &at})
	if total == 0 {
		a.say("Tidak ada " + noun + " " + a.place(q.Area) + ": 0.")
		return nil
	}
	a.say("Ada " + city.FormatNumber(float64(total), 0) + " " + noun + " " + a.place(q.Area) + ".")
	a.nameGravest(found, in.Top)
	return nil
}

// pressing are the running incidents of a scope, gravest first, and how many
// there are in all.
func (a *answer) pressing(q city.MeasureQuery) ([]city.Incident, int, error) {
	found, total, err := a.d.Incidents.Incidents(a.ctx, a.asker, city.IncidentFilter{Status: running, AreaCode: q.Area, Category: q.Category, Office: q.Office, Limit: 200, Sort: "voices"})
	if err != nil {
		return nil, 0, err
	}
	slices.SortStableFunc(found, func(x, y city.Incident) int {
		return cmp.Or(cmp.Compare(y.Urgency.Rank(), x.Urgency.Rank()), cmp.Compare(y.Voices, x.Voices), y.LastAt.Compare(x.LastAt), cmp.Compare(x.ID, y.ID))
	})
	return found, total, nil
}

func (a *answer) nameGravest(found []city.Incident, top int) {
	if top == 0 {
		top = usualIncidents
	}
	found = found[:min(top, len(found))]
	table := city.Block{Kind: "table", Title: "Kejadian paling mendesak", Columns: []string{"Kejadian", "Tingkat", "Laporan"}}
	var ids []int64
	for n, i := range found {
		a.figure(a.incidentFigure(i, "Laporan", i.Voices))
		voices := city.FormatNumber(float64(i.Voices), 0)
		level := "biasa"
		if i.Urgency.Rank() > 0 {
			level = severityName(i.Urgency)
		}
		matter := a.matterOf(i)
		if n == 0 {
			a.say("Paling mendesak: " + matter + ", tingkat " + level + ", " + voices + " laporan.")
			a.ask("Ada apa dengan kejadian " + itoa(i.ID) + "?")
			a.ask("Apa kasus serupa dengan kejadian " + itoa(i.ID) + "?")
		}
		table.Rows = append(table.Rows, []string{upper(matter), upper(level), voices})
		ids = append(ids, i.ID)
	}
	a.r.Blocks = append(a.r.Blocks, city.Block{Kind: "incidents", Title: "Kejadian paling mendesak", IDs: ids}, table)
}
