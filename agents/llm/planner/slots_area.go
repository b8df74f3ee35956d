package planner

import (
	"slices"

	"balaikota/backend/city"
)

// settleAreas works out which areas are meant. Where the words leave it open
// it returns the question to ask.
func (r *reading) settleAreas() *reply {
	var named []match
	for i, m := range r.ms {
		if m.kind != isArea {
			continue
		}
		r.areaSaid = true
		if i > 0 && r.ms[i-1].kind == isCue && r.ms[i-1].cue == cueSomeArea && r.ms[i-1].to == m.from {
			r.used[i-1], r.ms[i-1].kind = true, isFiller // "wilayah Kecamatan Palaran"
		}
		if len(m.codes) == 1 && m.codes[0] == r.l.cityCode {
			r.used[i] = true
			continue
		}
		named = append(named, m)
	}
	if r.use(cueCity) {
		r.areaSaid = true
	}
	named = nest(named)
	levels := r.levelHints(named)
	for k, m := range named {
		more := r.tail(m)
		switch last := r.ts[m.to-1]; {
		case len(more) == 0 || last.capital:
		case r.ts[m.from].capital:
			m.codes = more // "Sungai Pinang dalam 7 hari": the case tells
		default:
			m.codes = append(slices.Clone(m.codes), more...)
			return r.askArea(m, "")
		}
		if m.fit == byHint {
			return r.askArea(m, "Tidak ada "+m.said+" bernama itu. Yang mana maksudnya?")
		}
		if len(m.codes) > 1 {
			m.codes = ofLevel(m.codes, levels)
		}
		if len(m.codes) > 1 || m.fit == byPart && m.said == "" {
			return r.askArea(named[k], "")
		}
		if !slices.Contains(r.areas, m.codes[0]) {
			r.areas = append(r.areas, m.codes[0])
		}
	}
	r.here()
	return nil
}

// useAreas marks the places said as understood.
func (r *reading) useAreas() {
	for i, m := range r.ms {
		if m.kind == isArea {
			r.used[i] = true
		}
	}
}

// here reads "di sini" as the area on the screen, or the asker's own.
func (r *reading) here() {
	if len(r.areas) > 0 || r.areaSaid {
		return
	}
	if r.has(cueHere) {
		if a := cmpOr(r.who.screen.Area, r.who.area); a != "" {
			r.use(cueHere)
			r.areas, r.areaSaid = []string{a}, true
		}
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// nest keeps the inner of two areas that lie in each other, and lets the outer
// tell which of several is meant.
func nest(named []match) []match {
	if len(named) < 2 {
		return named
	}
	drop := map[int]bool{}
	for i := range named {
		for j := range named {
			if i == j || drop[i] || drop[j] {
				continue
			}
			var inner []string
			for _, a := range named[i].codes {
				if slices.ContainsFunc(named[j].codes, func(b string) bool { return a != b && city.Within(a, b) }) {
					inner = append(inner, a)
				}
			}
			if len(inner) > 0 && (named[j].said != "" || len(inner) < len(named[i].codes) || len(named[i].codes) == 1) && adjacent(named[i], named[j]) {
				named[i].codes = inner
				drop[j] = true
			}
		}
	}
	var out []match
	for i, m := range named {
		if !drop[i] {
			out = append(out, m)
		}
	}
	return out
}

// adjacent reports whether two names stand together, as a place and the larger
// place it lies in do: "Cempaka, Kecamatan Kota Lama".
func adjacent(a, b match) bool {
	gap := b.from - a.to
	if a.from > b.from {
		gap = a.from - b.to
	}
	return gap <= 1
}

// levelHints is the level that other names of the question, or the call
// before, make likely: "Palaran sama Sambutan" are two kecamatan.
func (r *reading) levelHints(named []match) city.Level {
	for _, m := range named {
		if len(m.codes) == 1 {
			return r.l.names[m.codes[0]].Level
		}
	}
	if r.base != nil && r.base.Area != "" {
		return r.l.names[r.base.Area].Level
	}
	return ""
}

func ofLevel(codes []string, level city.Level) []string {
	var out []string
	for _, c := range codes {
		if l, ok := city.LevelOfCode(c); ok && l == level {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return codes
	}
	return out
}

// area is the one area meant, the asker's own when none was said.
func (r *reading) area() (code string, assumed bool) {
	if len(r.areas) > 0 {
		return r.areas[0], false
	}
	if !r.areaSaid && r.who.area != "" {
		return r.who.area, true
	}
	return "", false
}
