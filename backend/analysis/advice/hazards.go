package advice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"balaikota/backend/city"
)

// floods are the kelurahan at perhatian or above: grouped by kecamatan, and
// each for itself for rules that address the lurah.
func (b *book) floods() []matter {
	worst := map[string]city.HazardRisk{}
	for _, r := range b.Flood.Risks {
		have, ok := worst[r.AreaCode]
		if past(b.Flood.At, time.Duration(r.HorizonHours)*time.Hour, b.now) {
			continue // the hours it spoke of are over
		}
		if r.Level.Rank() >= city.Perhatian.Rank() && (!ok || city.GraverRisk(r, have) < 0) {
			worst[r.AreaCode] = r
		}
	}
	by := map[string][]city.HazardRisk{}
	for _, r := range worst {
		by[city.ParentCode(r.AreaCode)] = append(by[city.ParentCode(r.AreaCode)], r)
	}
	var out []matter
	for district, risks := range by {
		slices.SortFunc(risks, city.GraverRisk)
		// Those that carry the level: at siaga, not the many at perhatian beside.
		top := slices.DeleteFunc(slices.Clone(risks), func(r city.HazardRisk) bool {
			return r.Level.Rank() < min(risks[0].Level.Rank(), city.Siaga.Rank())
		})
		m := b.flood(top)
		m.subject, m.grouped, m.area = "banjir:"+district, true, district
		m.where = b.floodPlace(top, district)
		out = append(out, m)
		for _, r := range risks {
			one := b.flood([]city.HazardRisk{r})
			one.subject, one.local = "banjir:"+r.AreaCode, true
			out = append(out, one)
		}
	}
	return out
}

func (b *book) floodPlace(risks []city.HazardRisk, district string) city.Said {
	name := same(cmp.Or(risks[0].AreaName, b.areas[risks[0].AreaCode].Name, risks[0].AreaCode))
	if n := len(risks) - 1; n > 0 {
		name = join(name, " +"+strconv.Itoa(n), " kelurahan")
	}
	return join(name, ", ", b.areaName(district))
}

func (b *book) flood(risks []city.HazardRisk) matter {
	r := risks[0]
	name := cmp.Or(r.AreaName, b.areas[r.AreaCode].Name, r.AreaCode)
	m := matter{
		trigger: city.TriggerFlood, category: "", severity: r.Level, size: float64(len(risks)), reach: aPlace * float64(len(risks)), voices: len(risks),
		since: r.Since, area: r.AreaCode, where: same(name), what: city.Said{Text: "banjir", TextEN: "flooding"}, dataAt: b.Flood.At,
		value: score(r.Score), simulated: b.Flood.Simulated, stale: b.now.Sub(b.Flood.At) > floodsLast || r.Lost,
	}
	for i, x := range risks {
		m.areas = append(m.areas, x.AreaCode)
		if i < 3 {
			m.evidence = append(m.evidence, b.floodEvidence(x))
		}
	}
	slices.Sort(m.areas)
	return m
}

func score(v float64) city.Said {
	return city.Said{Text: city.Number(v, 2, ','), TextEN: city.Number(v, 2, '.')}
}

func (b *book) floodEvidence(r city.HazardRisk) city.Evidence {
	text := join(cmp.Or(r.AreaName, b.areas[r.AreaCode].Name, r.AreaCode), [2]string{": risiko banjir ", ": flood risk "}, level(r.Level),
		[2]string{" dalam ", " within "}, strconv.Itoa(r.HorizonHours), [2]string{" jam, skor ", " hours, score "}, score(r.Score), ".")
	for _, reason := range r.Reasons[:min(2, len(r.Reasons))] {
		if reason.Points > 0 {
			text = join(text, " ", city.Said{Text: reason.Text, TextEN: reason.TextEN})
		}
	}
	return city.Evidence{Said: text, Kind: "flood", Key: city.HazardFlood, AreaCode: r.AreaCode, Value: new(r.Score), At: b.Flood.At, Source: city.HazardMethod(false)}
}

func (b *book) warnings() []matter {
	var out []matter
	for _, a := range b.Alerts {
		if (a.Kind != city.AlertWarning && a.Kind != city.AlertQuake) || a.Until != nil && !a.Until.After(b.now) {
			continue
		}
		m := matter{
			trigger: city.TriggerWarning, subject: "peringatan:" + a.Key, severity: cmp.Or(a.Severity, city.Info), size: float64(max(1, len(a.AreaCodes))),
			reach: 10, since: a.Since, area: b.CityCode, areas: a.AreaCodes, dataAt: a.Since, simulated: a.Simulated, office: a.Office,
			what:  city.Said{Text: lower(strings.TrimSuffix(a.Headline, ".")), TextEN: strings.TrimSuffix(cmp.Or(a.HeadlineEN, a.Headline), ".")},
			where: b.areaName(b.CityCode),
		}
		if len(a.AreaCodes) == 1 {
			m.area, m.where = a.AreaCodes[0], b.areaName(a.AreaCodes[0])
		}
		by := cmp.Or(a.Attribution, a.Source, "resmi")
		text := join([2]string{"Peringatan ", "Warning of "}, by, ": ", city.Said{Text: sentence(a.Headline), TextEN: sentence(cmp.Or(a.HeadlineEN, a.Headline))})
		m.value = same(by)
		e := city.Evidence{Said: text, Kind: "alert", Key: a.Key, AreaCode: m.area, At: a.Since, Until: a.Until, Source: by}
		m.evidence = []city.Evidence{e}
		if a.Evidence != "" {
			e.Said = city.Said{Text: sentence(a.Evidence), TextEN: sentence(cmp.Or(a.EvidenceEN, a.Evidence))}
			m.evidence = append(m.evidence, e)
		}
		out = append(out, m)
	}
	return out
}
