package place

import "strings"

// romans are the numbers people write so behind names.
var romans = map[string]string{
	"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10", "xi": "11", "xii": "12",
	"xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19", "xx": "20",
}

// number reads what is numbered behind a name: "3", "III", "km 5", "no. 12".
func (r *reader) number(m *Mention, at int, h head) int {
	i := at
	if n, next := r.plainNumber(m, i, h); n != "" {
		m.Number, i = n, next
		m.End = r.tokens[i-1].end
	}
	if m.Name == "" && m.Number == "" {
		return at
	}
	if n, next := r.houseNumber(i); n != "" {
		m.House, i = n, next
		m.End = r.tokens[i-1].end
	}
	return i
}

func (r *reader) plainNumber(m *Mention, i int, h head) (string, int) {
	if i >= len(r.tokens) || r.tokens[i].gap > gapDot {
		return "", i
	}
	t := r.tokens[i]
	if h.kind == Landmark && schools[h.name] && (t.word == "n" || t.word == "negeri") && i+1 < len(r.tokens) {
		i++
		t = r.tokens[i]
	}
	switch {
	case m.Name == "" && h.kind == Street:
		return "", i // "jalan 3 hari", "jl 2 arah"
	case t.word == "km" && i+1 < len(r.tokens) && r.tokens[i+1].number:
		return "km" + trimZeros(r.tokens[i+1].word), i + 2
	case t.number && len(t.word) <= 4 && !r.counts(i):
		return trimZeros(t.word), i + 1
	case romans[t.word] != "" && (m.Name != "" || h.kind == Alley && len(t.word) > 1) && t.gap <= gapSpace && (len(t.word) > 1 || t.capital || r.ends(i+1)):
		return romans[t.word], i + 1
	case m.Name == "" && schools[h.name] && t.word == "no" && i+1 < len(r.tokens) && r.tokens[i+1].number:
		return trimZeros(r.tokens[i+1].word), i + 2
	}
	return "", i
}

var schools = map[string]bool{"sd": true, "smp": true, "sma": true, "smk": true, "tk": true}

// ends reports whether no token follows without a sign between.
func (r *reader) ends(i int) bool { return i >= len(r.tokens) || r.tokens[i].gap > gapSpace }

// counts reports whether the number at i counts what follows ("2 hari"), is a
// time of day (21.00) or part of a larger number.
func (r *reader) counts(i int) bool {
	if i+1 >= len(r.tokens) {
		return false
	}
	next := r.tokens[i+1]
	return r.countsUnits(i) || next.number && (next.gap == gapDot || next.gap == gapComma) && next.start == r.tokens[i].end+1
}

// countsUnits reports whether the number at i counts what follows.
func (r *reader) countsUnits(i int) bool {
	return i+1 < len(r.tokens) && unitWords[r.tokens[i+1].word] && r.tokens[i+1].gap <= gapSpace
}

// houseNumber reads "no. 12", "nomor 12A", "No 12-14".
func (r *reader) houseNumber(i int) (string, int) {
	if i+1 >= len(r.tokens) || r.tokens[i].gap > gapComma {
		return "", i
	}
	switch r.tokens[i].word {
	case "no", "nomor", "nomer", "nmr", "nmor":
	default:
		return "", i
	}
	t := r.tokens[i+1]
	if !t.number || len(t.word) > 4 || t.gap > gapDot {
		return "", i
	}
	return trimZeros(t.word), i + 2
}

func trimZeros(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" && t[0] >= '0' && t[0] <= '9' {
		return t
	}
	return "0"
}

// neighbourhood reads "RT 12", "rt12 rw 3", "RT 03/05", "RT 1, 2 dan 3".
func (r *reader) neighbourhood(i int, h head) int {
	at, near := i+1, r.near(i)
	if h.name == "rt" && at < len(r.tokens) && r.tokens[at].word == "no" {
		at++
	}
	n, ok := r.small(at)
	if !ok || r.countsUnits(at) {
		if at < len(r.tokens) && r.tokens[at].word == "rw" && at+1 < len(r.tokens) { // RT/RW 03/05
			return r.pair(i, at+1, near)
		}
		return i + 1
	}
	r.add(h.name, n, i, at, near)
	return r.more(h, at+1, near)
}

// more reads the numbers that follow the first.
func (r *reader) more(h head, at int, near bool) int {
	for range 8 {
		if at >= len(r.tokens) {
			return at
		}
		t := r.tokens[at]
		if h.name == "rt" && t.gap == gapHyphen && t.number && t.start > 0 {
			if n, ok := r.small(at); ok {
				r.add("rw", n, at, at, near)
				return at + 1
			}
		}
		next := at
		switch {
		case t.word == "dan" || t.word == "dn":
			next = at + 1
		case t.gap == gapComma || t.gap == gapBreak && t.number:
		default:
			return at
		}
		n, ok := r.small(next)
		if !ok || r.countsUnits(next) || next == at && t.gap == gapBreak {
			return at
		}
		r.add(h.name, n, next, next, near)
		at = next + 1
	}
	return at
}

// pair reads "RT/RW 03/05".
func (r *reader) pair(i, at int, near bool) int {
	n, ok := r.small(at)
	if !ok {
		return i + 1
	}
	r.add("rt", n, i, at, near)
	if w, ok := r.small(at + 1); ok && r.tokens[at+1].gap == gapHyphen {
		r.add("rw", w, at+1, at+1, near)
		return at + 2
	}
	return at + 1
}

// small returns a number of at most three digits at token i.
func (r *reader) small(i int) (string, bool) {
	if i >= len(r.tokens) || r.tokens[i].gap > gapComma {
		return "", false
	}
	t := r.tokens[i]
	if n := digits(t.word); n == 0 || n > 3 || n != len(t.word) {
		return "", false
	}
	return trimZeros(t.word), true
}

func (r *reader) add(head, number string, from, to int, near bool) {
	r.found = append(r.found, Mention{Kind: Neighbourhood, Head: head, Number: number, Near: near, Start: r.tokens[from].start, End: r.tokens[to].end})
}
