package tools

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed sources.md
var sourcesText string

func (d Deps) sources() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolSources, Description: sourcesText}, func(ctx context.Context, c tool.Call, in city.SourcesInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if err := a.freshness(in.Source); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

var freshnessNames = map[city.Freshness]string{
	city.Fresh: "langsung", city.Late: "tertunda", city.Stale: "basi", city.Broken: "terputus", city.Paused: "dijeda", city.NeverRun: "belum pernah berjalan",
}

// stateName is a source's state in a word or two: one that answers and brings
// old data is not said to be away.
func stateName(h city.SourceHealth) string {
	switch {
	case !h.Data.Worse(h.Pull):
		return freshnessNames[h.Freshness]
	case h.Data.Why == city.DataRefused:
		return "terhubung, semua baris ditolak"
	case h.Data.Why == city.DataPartOld:
		return "terhubung, sebagian data lama"
	case h.Data.State == city.Late:
		return "terhubung, data tertunda"
	}
	return "terhubung, data lama"
}

func (a *answer) freshness(slug string) error {
	all, err := a.d.Situation.SourceHealths(a.ctx)
	if err != nil {
		return err
	}
	a.present()
	if slug != "" {
		for _, h := range all {
			if strings.EqualFold(h.Slug, slug) || strings.EqualFold(h.Name, slug) {
				a.oneSource(h)
				return nil
			}
		}
		return city.InvalidField("source", "unknown source %.60q", slug)
	}
	a.allSources(all)
	return nil
}

func (a *answer) oneSource(h city.SourceHealth) {
	a.chip("source", h.Slug, h.Name)
	a.name(h.Name)
	s := "Sumber data " + h.Name + " " + stateName(h)
	if h.LastData != nil {
		at := a.clock(*h.LastData)
		a.name(at)
		s += ", data terbarunya " + at
	}
	a.say(s + ".")
	f := a.sourceFigure(h)
	a.head(f)
	a.say("Hari ini masuk " + city.FormatNumber(f.Value, 0) + " baris.")
	if h.Failures > 0 {
		a.say("Gagal " + a.count(h.Failures, "kali", "Kegagalan berturut-turut, "+h.Name) + " kali berturut-turut.")
	}
	if h.Refused > 0 {
		a.say(a.count(h.Refused, "baris", "Baris ditolak, "+h.Name) + " baris ditolak dan menunggu diperiksa.")
	}
	if h.Simulated {
		a.caveat("Sumber ini berisi data simulasi.")
		a.r.Data.Simulated = true
	}
	if h.Owner != "" {
		a.name(h.Owner)
		a.caveat("Yang mengurus: " + h.Owner + ".")
	}
	a.r.Blocks = append(a.r.Blocks, a.sourceTable([]city.SourceHealth{h}))
	a.r.Data.Sources = []string{h.Slug}
}

func (a *answer) sourceFigure(h city.SourceHealth) city.Figure {
	return city.Figure{Label: "Baris hari ini, " + h.Name, Value: float64(h.RowsToday), Unit: "baris", Time: h.LastData}
}

func (a *answer) allSources(all []city.SourceHealth) {
	a.head(city.Figure{Label: "Sumber data", Value: float64(len(all)), Unit: "sumber"})
	if len(all) == 0 {
		a.say("Belum ada sumber data yang disambungkan: 0.")
		return
	}
	tally := map[city.Freshness]int{}
	var troubled []string
	for _, h := range all {
		tally[h.Freshness]++
		if h.Freshness == city.Broken || h.Freshness == city.Stale {
			troubled = append(troubled, h.Name)
		}
		if h.Simulated {
			a.caveat("Sebagian sumber berisi data simulasi.")
			a.r.Data.Simulated = true
		}
		a.name(h.Name)
	}
	var parts []string
	for _, f := range []city.Freshness{city.Fresh, city.Late, city.Stale, city.Broken, city.Paused, city.NeverRun} {
		if n := tally[f]; n > 0 {
			parts = append(parts, a.count(n, "sumber", "Sumber data "+freshnessNames[f])+" "+freshnessNames[f])
		}
	}
	a.say("Ada " + city.FormatNumber(float64(len(all)), 0) + " sumber data: " + enumerate(parts) + ".")
	if len(troubled) > 0 {
		a.say("Yang bermasalah: " + enumerate(troubled[:min(5, len(troubled))]) + ".")
	}
	a.r.Blocks = append(a.r.Blocks, city.Block{Kind: "sources", Title: "Sumber data"}, a.sourceTable(all))
}

func (a *answer) sourceTable(all []city.SourceHealth) city.Block {
	b := city.Block{Kind: "table", Title: "Keadaan sumber data", Columns: []string{"Sumber", "Keadaan", "Data terbaru", "Baris hari ini"}}
	for _, h := range all {
		newest := "belum ada"
		if h.LastData != nil {
			newest = a.clock(h.LastData.Truncate(time.Minute))
			a.name(newest)
		}
		a.once(a.sourceFigure(h))
		b.Rows = append(b.Rows, []string{h.Name, upper(stateName(h)), newest, city.FormatNumber(float64(h.RowsToday), 0)})
	}
	return b
}
