package planner

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"balaikota/backend/analysis/language"
	"balaikota/backend/pack"
)

func TestDbg(t *testing.T) {
	if os.Getenv("Q") == "" {
		t.Skip()
	}
	p, _ := pack.Load("samarinda")
	z := time.FixedZone("WITA", 8*3600)
	l := newLexicon(Catalogue{CityName: p.Name, CityCode: p.Code, Areas: p.Areas, Categories: p.Categories, Indicators: p.Indicators, Offices: p.Offices, Zone: z}, Language{language.Normalise, language.Stem})
	for q := range strings.SplitSeq(os.Getenv("Q"), "|") {
		r := l.read(q, time.Date(2026, 6, 18, 20, 0, 0, 0, z), asker{}, nil)
		fmt.Println("==", q)
		for _, tk := range r.ts {
			fmt.Printf("%s/%s/%s ", tk.raw, tk.word, tk.stem)
		}
		fmt.Println()
		for _, m := range r.ms {
			fmt.Printf("  [%d,%d) kind=%d fit=%d cue=%d codes=%v said=%q subj=%v span=%+v v=%v %q\n", m.from, m.to, m.kind, m.fit, m.cue, m.codes, m.said, m.subjects, m.span, m.value, m.text)
		}
		for _, c := range r.decide().calls {
			fmt.Println("  =>", c.Tool, string(c.Input))
		}
	}
}
