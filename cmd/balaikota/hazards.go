package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"balaikota/backend/analysis/hazard"
	capxml "balaikota/backend/cap"
	"balaikota/backend/city"
	"balaikota/backend/store"
)

// renewBefore is how long before a running message expires it is renewed;
// messageLasts is how long one holds.
const (
	renewBefore  = time.Hour
	messageLasts = 6 * time.Hour
)

// floodDesk is what an assessment of floods is put together from.
type floodDesk struct {
	db         *database
	at         time.Time
	declared   city.HazardDeclarations
	areas      []city.Area
	names      map[string]string
	offices    []city.Office
	setting    city.Setting
	location   *time.Location
	simulated  bool
	risks      []city.HazardRisk
	recipients []city.HazardAddressees
}

// assessFlood assesses the whole city at a time: it keeps risks, history and
// recipients, raises or ends the alerts, and issues the CAP messages that
// follow. A city that declares no inputs is left alone.
func (d *database) assessFlood(ctx context.Context, at time.Time) error {
	declared, err := d.HazardDeclarations(ctx, city.System, city.HazardFlood)
	if err != nil || len(declared.Inputs) == 0 {
		return err
	}
	desk := &floodDesk{db: d, at: at, declared: declared, names: map[string]string{}}
	in, err := desk.inputs(ctx)
	if err != nil {
		return err
	}
	assessed := hazard.Assess(in, at)
	desk.risks = assessed.Risks
	picture := city.HazardPicture{At: at, Hazard: city.HazardFlood, Risks: desk.risks, Inputs: assessed.Inputs, Simulated: desk.simulated}
	fresh := slices.Clone(assessed.Risks)
	err = d.SaveHazardRisks(ctx, picture, func(before, now []city.HazardRisk) []city.HazardAddressees {
		copy(now, fresh) // this may be run again
		hazard.Steady(before, now, declared.Levels, at)
		desk.recipients = desk.addressees()
		return desk.recipients
	})
	if err != nil {
		return fmt.Errorf("keep the flood risks: %w", err)
	}
	alerts := city.FloodAlerts(desk.risks, desk.names, desk.firstOffice(), desk.setting.ZoneLabel, desk.location, desk.simulated)
	if err := d.RaiseAlerts(ctx, city.AlertFlood, alerts); err != nil {
		return err
	}
	return desk.issue(ctx, alerts)
}

// inputs reads everything an assessment looks at.
func (f *floodDesk) inputs(ctx context.Context) (in hazard.Inputs, err error) {
	if f.setting, err = f.db.Setting(ctx); err != nil {
		return in, err
	}
	if f.location, err = time.LoadLocation(f.setting.Timezone); err != nil {
		return in, fmt.Errorf("load the city's time zone: %w", err)
	}
	if f.areas, err = f.db.Areas(ctx); err != nil {
		return in, err
	}
	for _, a := range f.areas {
		f.names[a.Code] = a.Name
	}
	if f.offices, err = f.db.Offices(ctx); err != nil {
		return in, err
	}
	indicators, err := f.db.Indicators(ctx, city.System)
	if err != nil {
		return in, err
	}
	m, err := f.db.HazardMatter(ctx, f.declared, f.at)
	if err != nil {
		return in, fmt.Errorf("read what the flood risk is assessed from: %w", err)
	}
	f.simulated = m.AnySimulated
	in = hazard.Inputs{
		Declared: f.declared, Areas: f.areas, Indicators: indicators, Rain: gauges(m.Rain), Levels: gauges(m.Levels), Warnings: m.Warnings,
		Past: hazard.Past{Days: m.PastDays, Areas: map[string]hazard.PastCount{}}, Location: f.location, ZoneLabel: f.setting.ZoneLabel,
	}
	for _, p := range m.Past {
		in.Past.Areas[p.AreaCode] = hazard.PastCount{Hazard: p.Hazard, All: p.All}
	}
	for _, v := range m.Voices {
		in.Voices = append(in.Voices, hazard.Voice{AreaCode: v.AreaCode, At: v.CreatedAt})
	}
	f.foreseen(&in, m.Forecast)
	for to, from := range map[*time.Time]*time.Time{&in.WarningsRead: m.WarningsRead, &in.VoicesNewest: m.VoicesNewest} {
		if from != nil {
			*to = *from
		}
	}
	return in, nil
}

// foreseen divides forecasts into rain and tide by the role of their
// indicator.
func (f *floodDesk) foreseen(in *hazard.Inputs, values []store.ForecastValue) {
	rain := map[string]bool{}
	for _, d := range f.declared.Inputs {
		rain[d.Slug] = rain[d.Slug] || d.Role == city.RoleForecast
	}
	for _, v := range values {
		if !rain[v.Indicator] {
			in.TideForecast = append(in.TideForecast, hazard.Gauge{Slug: v.Indicator, AreaCode: v.AreaCode, Readings: []hazard.Reading{{At: v.Time, Value: v.Value}}})
			continue
		}
		in.Forecast = append(in.Forecast, hazard.Slot{Slug: v.Indicator, AreaCode: v.AreaCode, Start: v.Time, MM: v.Value})
		if v.IssuedAt.After(in.ForecastIssued) {
			in.ForecastIssued = v.IssuedAt
		}
	}
}

// gauges sorts readings, newest first, by station.
func gauges(rows []store.StationReading) []hazard.Gauge {
	at := map[[3]string]int{}
	var out []hazard.Gauge
	for _, r := range rows {
		k := [3]string{r.Indicator, r.AreaCode, r.Station}
		n, ok := at[k]
		if !ok {
			n = len(out)
			at[k] = n
			out = append(out, hazard.Gauge{Slug: r.Indicator, AreaCode: r.AreaCode, Station: r.Station})
		}
		out[n].Readings = append(out[n].Readings, hazard.Reading{At: r.Time, Value: r.Value})
	}
	return out
}

// addressees are the recipients of each area at perhatian or above, by its
// graver horizon.
func (f *floodDesk) addressees() []city.HazardAddressees {
	worst := map[string]city.HazardRisk{}
	for _, r := range f.risks {
		if have, ok := worst[r.AreaCode]; r.Level != city.Info && (!ok || r.Level.Rank() > have.Level.Rank()) {
			worst[r.AreaCode] = r
		}
	}
	out := []city.HazardAddressees{}
	for code, r := range worst {
		out = append(out, city.HazardAddressees{AreaCode: code, Level: r.Level, Recipients: hazard.Recipients(f.declared.Recipients, f.offices, r)})
	}
	slices.SortFunc(out, func(a, b city.HazardAddressees) int { return strings.Compare(a.AreaCode, b.AreaCode) })
	return out
}

// firstOffice is who acts: the first office by the recipients' rows.
func (f *floodDesk) firstOffice() string {
	for _, r := range f.declared.Recipients {
		if r.Office != "" && r.Office != "kelurahan" && r.Office != "kecamatan" {
			return r.Office
		}
	}
	return ""
}

// issue writes the CAP messages that follow from the running alerts: a first
// Alert, an Update when level or areas changed or the last one will soon
// expire, a Cancel when it is over.
func (f *floodDesk) issue(ctx context.Context, alerts []city.Alert) error {
	running, err := f.db.RunningHazardMessages(ctx, city.System)
	if err != nil {
		return err
	}
	last := map[string]city.HazardMessage{}
	for _, m := range running {
		last[districtOf(m.Event)] = m
	}
	var out []city.HazardMessage
	for _, a := range alerts {
		district := strings.TrimPrefix(a.Key, "flood:")
		before, ok := last[district]
		delete(last, district)
		digest := string(a.Severity) + " " + strings.Join(a.AreaCodes, ",")
		if ok && before.Digest == digest && before.Expires.Sub(f.at) > renewBefore {
			continue
		}
		m, err := f.message(ctx, district, before, a, digest, false)
		if err != nil {
			return err
		}
		out = append(out, m)
	}
	for district, before := range last {
		over := city.Alert{
			Severity: city.Info, AreaCodes: before.AreaCodes, Headline: "Risiko banjir berakhir di " + f.names[district],
			HeadlineEN: "Flood risk is over in " + f.names[district], Evidence: "Skor kembali di bawah siaga.", EvidenceEN: "The score is below standby again.",
		}
		m, err := f.message(ctx, district, before, over, "", true)
		if err != nil {
			return err
		}
		out = append(out, m)
	}
	return f.db.AddHazardMessages(ctx, out)
}

// districtOf reads the area of "banjir-64.72.08-20260312T0810".
func districtOf(event string) string {
	_, rest, _ := strings.Cut(event, "-")
	district, _, _ := strings.Cut(rest, "-")
	return district
}

// message writes the next message of an event; before is the zero message for
// a new one.
func (f *floodDesk) message(ctx context.Context, district string, before city.HazardMessage, a city.Alert, digest string, over bool) (city.HazardMessage, error) {
	m := city.HazardMessage{
		Event: before.Event, Version: before.Version + 1, MsgType: capxml.Update, Sent: f.at.Truncate(time.Second), Expires: f.at.Add(messageLasts).Truncate(time.Second),
		Level: a.Severity, AreaCodes: a.AreaCodes, Digest: digest,
	}
	if before.Version == 0 {
		m.MsgType = capxml.Alert
		m.Event = city.HazardFlood + "-" + district + "-" + f.at.In(f.location).Format("20060102T1504")
	}
	if over {
		m.MsgType = capxml.Cancel
	}
	w, err := f.wire(ctx, m, a, over)
	if err != nil {
		return m, err
	}
	m.Identifier = capxml.Identifier(w.Sender, w.Event, w.Version)
	m.Body, err = capxml.Write(w)
	return m, err
}

// wire fills a CAP message in both languages.
func (f *floodDesk) wire(ctx context.Context, m city.HazardMessage, a city.Alert, over bool) (capxml.Message, error) {
	to := f.tell(m.AreaCodes)
	names, offices := []string{}, []string{}
	for _, r := range to {
		names = append(names, r.Name)
		offices = append(offices, cmp.Or(r.Office, r.Name))
	}
	w := capxml.Message{
		Sender: "balaikota." + f.setting.Code, SenderName: "Balaikota " + f.setting.Name, Event: m.Event, Version: m.Version, Sent: m.Sent.In(f.location),
		MsgType: m.MsgType, Simulated: f.simulated, Addressees: offices, Note: "Penilaian otomatis, belum diumumkan. Kepada: " + strings.Join(names, ", ") + ".",
	}
	if f.simulated {
		w.Note = "SIMULASI, bukan keadaan sebenarnya. " + w.Note
	}
	chain, err := f.db.HazardChain(ctx, city.System, m.Event)
	if err != nil {
		return w, err
	}
	for _, c := range chain {
		w.References = append(w.References, capxml.Reference{Sender: w.Sender, Identifier: c.Identifier, Sent: c.Sent.In(f.location)})
	}
	var areas []capxml.Area
	for _, area := range f.areas {
		if slices.Contains(m.AreaCodes, area.Code) {
			areas = append(areas, capxml.Area{Description: "Kelurahan " + area.Name, Outline: area.Outline, Code: area.Code})
		}
	}
	info := capxml.Info{
		Language: "id", Event: "Banjir", Level: a.Severity, Over: over, Observed: f.seen(m.AreaCodes), Effective: m.Sent, Onset: m.Sent, Expires: m.Expires,
		Headline: a.Headline, Description: a.Evidence, Instruction: a.Advice, Areas: areas, Parameters: f.scores(m.AreaCodes),
	}
	english := info
	english.Language, english.Event, english.Headline, english.Description, english.Instruction = "en-US", "Flood", a.HeadlineEN, a.EvidenceEN, a.AdviceEN
	w.Infos = []capxml.Info{info, english}
	return w, nil
}

// tell is everybody who is to be told of any of the areas; when it is over,
// those who are told from the lowest level on.
func (f *floodDesk) tell(codes []string) (out []city.HazardRecipient) {
	seen := map[string]bool{}
	add := func(rs []city.HazardRecipient) {
		for _, r := range rs {
			if !seen[r.Name] {
				seen[r.Name] = true
				out = append(out, r)
			}
		}
	}
	for _, a := range f.recipients {
		if slices.Contains(codes, a.AreaCode) {
			add(a.Recipients)
		}
	}
	for _, code := range codes {
		add(hazard.Recipients(f.declared.Recipients, f.offices, city.HazardRisk{AreaCode: code, Level: city.Siaga}))
	}
	return out
}

// seen reports whether citizens already report water in one of the areas; an
// alarm without them is a forecast.
func (f *floodDesk) seen(codes []string) bool {
	return slices.ContainsFunc(f.risks, func(r city.HazardRisk) bool {
		return slices.Contains(codes, r.AreaCode) && slices.ContainsFunc(r.Reasons, func(x city.HazardReason) bool { return x.Factor == "laporan" && x.Value >= 2 })
	})
}

// scores are the areas' scores as CAP parameters.
func (f *floodDesk) scores(codes []string) (out []capxml.Value) {
	for _, r := range f.risks {
		if slices.Contains(codes, r.AreaCode) {
			out = append(out, capxml.Value{Name: fmt.Sprintf("skor %s %d jam", r.AreaCode, r.HorizonHours), Value: fmt.Sprintf("%.3f", r.Score)})
		}
	}
	slices.SortFunc(out, func(a, b capxml.Value) int { return strings.Compare(a.Name, b.Name) })
	return out
}
