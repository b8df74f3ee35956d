package tools

import (
	"context"
	_ "embed"
	"slices"

	"balaikota/agents/tool"
	"balaikota/backend/city"
)

//go:embed similar.md
var similarText string

func (d Deps) similar() tool.Tool {
	return tool.Define(tool.Spec{Name: city.ToolSimilar, Description: similarText}, func(ctx context.Context, c tool.Call, in city.SimilarInput) (tool.Result, error) {
		a := d.answer(ctx, c)
		if in.ID == 0 && c.Screen != nil {
			in.ID = c.Screen.Incident
		}
		if in.ID <= 0 {
			return tool.Result{}, city.InvalidField("id", "is the number of an incident")
		}
		if err := a.alike(in.ID); err != nil {
			return tool.Result{}, err
		}
		return a.result()
	})
}

// alike words past cases like an incident: how many, how long they took, who
// settled them. What was answered to citizens is read on screen.
func (a *answer) alike(id int64) error {
	a.chip("id", itoa(id), "Kejadian "+itoa(id))
	name := "kejadian " + itoa(id)
	a.name(name, upper(name))
	if a.d.Similar == nil {
		a.r.Status = city.Abstained
		a.say("Pencarian kasus serupa tidak tersedia di sini.")
		return nil
	}
	cases, err := a.d.Similar.Similar(a.ctx, a.asker, id)
	if err != nil {
		return asField(err, "id")
	}
	a.head(city.Figure{Label: "Kasus serupa dengan " + name, Value: float64(len(cases)), Unit: "kasus"})
	if len(cases) == 0 {
		a.say("Belum ada kasus lama yang serupa dengan " + name + ": 0.")
		return nil
	}
	a.say("Ada " + city.FormatNumber(float64(len(cases)), 0) + " kasus lama yang serupa dengan " + name + ".")
	a.howTheyEnded(cases)
	block := city.Block{Kind: "incidents", Title: "Kasus serupa dengan " + name}
	for _, c := range cases {
		block.IDs = append(block.IDs, c.ID)
	}
	a.r.Blocks = append(a.r.Blocks, block)
	a.ask("Buatkan konsep disposisi untuk kejadian " + itoa(id) + ".")
	return nil
}

func (a *answer) howTheyEnded(cases []city.SimilarCase) {
	var days []float64
	offices := map[string]int{}
	same := 0
	for _, c := range cases {
		if c.DaysToClose != nil {
			days = append(days, *c.DaysToClose)
		}
		if c.Office != "" {
			offices[c.Office]++
		}
		if c.SamePlace {
			same++
		}
	}
	if same > 0 {
		a.say(a.count(same, "kasus", "Kasus serupa di tempat yang sama") + " di antaranya di tempat yang sama.")
	}
	if len(days) > 0 {
		slices.Sort(days)
		m := days[len(days)/2]
		if len(days)%2 == 0 {
			m = (m + days[len(days)/2-1]) / 2
		}
		m = round1(m)
		a.figure(city.Figure{Label: "Median lama penyelesaian kasus serupa", Value: m, Unit: "hari", Decimals: 1, N: len(days)})
		a.say("Yang sudah selesai (" + a.count(len(days), "kasus", "Kasus serupa yang sudah selesai") + ") biasanya butuh " + city.FormatNumber(m, 1) + " hari.")
	}
	best := ""
	for o, n := range offices {
		if best == "" || n > offices[best] || n == offices[best] && o < best {
			best = o
		}
	}
	if best != "" {
		o, _ := a.office(best)
		a.name(best, o.Name)
		a.say("Paling sering ditangani " + best + " (" + a.count(offices[best], "kasus", "Kasus serupa yang ditangani "+best) + ").")
	}
}
