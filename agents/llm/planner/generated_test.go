package planner_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"balaikota/agents/llm/planner"
	"balaikota/backend/city"
)

// slot is one way to say something and the field it must give.
type slot struct{ said, field string }

var saidPeriods = []slot{
	{"bulan ini", "p=bulan_ini"}, {"bulan lalu", "p=bulan_lalu"}, {"minggu lalu", "p=minggu_lalu"}, {"pekan ini", "p=minggu_ini"}, {"kemarin", "p=kemarin"}, {"hari ini", "p=hari_ini"}, {"7 hari terakhir", "p=7_hari_terakhir"},
	{"dalam sepuluh hari terakhir", "p=10_hari_terakhir"}, {"bulan Februari", "p=2026-02"}, {"pada Maret 2026", "p=2026-03"}, {"tahun 2025", "p=2025"}, {"sejak awal tahun", "p=tahun_ini"}, {"sebulan terakhir", "p=30_hari_terakhir"},
	{"dua bulan terakhir", "p=2_bulan_terakhir"}, {"tanggal 3 sampai 9 Mei", "p=2026-05-03..2026-05-09"}, {"triwulan II 2025", "p=2025-T2"}, {"kemarin lusa", "p=kemarin_dulu"}, {"sejak 1 April", "p=sejak:2026-04-01"}, {"tahun lalu", "p=tahun_lalu"},
}

// frames of questions about reports: $n a word for reports, $c category, $a place, $p time.
var reportFrames = []slot{
	{"berapa $n $c $a $p?", "ukur m=masuk"}, {"ada berapa $n $c yang masuk $a $p", "ukur m=masuk"}, {"$n $c $a $p ada berapa ya", "ukur m=masuk"}, {"jumlah $n soal $c $a $p berapa?", "ukur m=masuk"},
	{"tolong hitung $n tentang $c $p $a", "ukur m=masuk"}, {"$p ada berapa $n $c $a", "ukur m=masuk"}, {"berapa banyak $n $c yang sudah selesai $a $p?", "ukur m=selesai"}, {"berapa $n $c yang ditutup $p $a", "ukur m=selesai"},
	{"berapa median waktu respons $n $c $a $p?", "ukur m=respons"}, {"berapa persen $n $p $a yang tentang $c?", "ukur m=porsi"}, {"berapa lama $n $c diselesaikan $a $p", "ukur m=tutup"}, {"seberapa cepat $n $c ditanggapi $a $p?", "ukur m=respons"},
	{"berapa persen $n $c $a yang selesai tepat waktu $p", "ukur m=tepat"}, {"bagaimana tren $n $c $a $p", "tren m=masuk"}, {"kelurahan mana yang paling banyak $n $c $p?", "-peringkat m=masuk by=kelurahan top=1"}, {"kecamatan mana dengan $n $c terbanyak $p", "-peringkat m=masuk by=kecamatan top=1"},
	{"bandingkan $n $c $a $p dengan periode sebelumnya", "bandingkan m=masuk ap=sebelumnya"}, {"bagaimana perubahan $n $c $a $p", "bandingkan m=masuk ap=sebelumnya"}, {"tampilkan $n $c $a $p", "laporan_di"},
}

var momentFrames = []slot{
	{"berapa $n $c yang belum selesai $a?", "ukur m=belum"}, {"$n $c $a yang belum beres ada berapa", "ukur m=belum"}, {"berapa $n $c $a yang lewat tenggat", "ukur m=lewat"}, {"berapa $n $c yang terlambat $a saat ini?", "ukur m=lewat"}, {"ada berapa $n $c yang masih terbuka $a sekarang", "ukur m=belum"},
}

var valueFrames = []slot{
	{"berapa $i $a terakhir?", "ukur m=akhir"}, {"$i $a sekarang berapa", "ukur m=akhir"}, {"berapa $i tertinggi $a $p?", "ukur m=max"}, {"berapa $i paling rendah $a $p", "ukur m=min"}, {"berapa rata-rata $i $a $p?", "ukur m=rata"},
	{"rata rata $i $p $a berapa", "ukur m=rata"}, {"berapa hari $i $a di atas 12,5 $p?", "ukur m=atas lim=12.5"}, {"ada berapa hari $i $a kurang dari 40 $p", "ukur m=bawah lim=40"}, {"kecamatan mana dengan rata-rata $i tertinggi $p?", "-peringkat m=rata by=kecamatan top=1"},
	{"grafik $i $a $p", "tren m=rata"},
}

func areaSlots(c planner.Catalogue) []slot {
	seen := map[string]int{}
	for _, a := range c.Areas {
		seen[strings.ToLower(a.Name)]++
	}
	out := []slot{{"se-kota", ""}, {"di kota ini", ""}, {"", ""}, {"di " + strings.TrimPrefix(c.CityName, "Kota "), ""}}
	for _, a := range c.Areas {
		if a.Level != city.Kecamatan && a.Level != city.Kelurahan {
			continue
		}
		rank := "Kecamatan"
		if a.Level == city.Kelurahan {
			rank = "Kelurahan"
		}
		twice := false
		for _, b := range c.Areas {
			twice = twice || b.Code != a.Code && b.Level == a.Level && b.Name == a.Name
		}
		if twice {
			continue
		}
		out = append(out, slot{"di " + rank + " " + a.Name, "area=" + a.Code}, slot{"di " + strings.ToLower(rank[:3]+" "+a.Name), "area=" + a.Code})
		if seen[strings.ToLower(a.Name)] == 1 {
			out = append(out, slot{"di " + a.Name, "area=" + a.Code}, slot{"di " + strings.ToLower(a.Name), "area=" + a.Code})
		}
	}
	return out
}

// made is one question put together from slots, and what it must give.
type made struct{ text, want string }

// maker puts questions together for a city.
type maker struct {
	cat   planner.Catalogue
	areas []slot
	rng   *rand.Rand
	k     int
}

func newMaker(cat planner.Catalogue, seed uint64) *maker {
	return &maker{cat: cat, areas: areaSlots(cat), rng: rand.New(rand.NewPCG(seed, 2026))}
}

func (g *maker) pick(s []slot) slot { return s[g.rng.IntN(len(s))] }

func (g *maker) next() made {
	nouns := []string{"laporan", "aduan", "keluhan", "pengaduan", "laporan warga"}
	g.k++
	frame, a, per := g.pick(reportFrames), g.pick(g.areas), g.pick(saidPeriods)
	if g.k%3 == 1 {
		frame = g.pick(momentFrames)
	}
	var text, what string
	if g.k%3 == 2 {
		frame = g.pick(valueFrames)
		i := g.cat.Indicators[g.rng.IntN(len(g.cat.Indicators))]
		text, what = strings.ReplaceAll(frame.said, "$i", lowered(g.rng, i.Name)), " ind="+i.Slug
		if i.Aggregation == "max" { // its days are told by their highest, unless another is named
			frame.field = strings.ReplaceAll(frame.field, "tren m=rata", "tren m=max")
		}
	} else {
		c := g.cat.Categories[g.rng.IntN(len(g.cat.Categories))]
		text, what = strings.ReplaceAll(frame.said, "$c", lowered(g.rng, c.Name)), " cat="+c.Slug
	}
	want := strings.TrimPrefix(frame.field, "-")
	if !strings.Contains(text, "$p") {
		per = slot{}
	}
	if !strings.Contains(text, "$a") {
		a = slot{}
	}
	text = strings.NewReplacer("$n", nouns[g.rng.IntN(len(nouns))], "$a", a.said, "$p", per.said).Replace(text)
	wish := strings.Join(strings.Fields(want+what+" "+a.field+" "+per.field), " ")
	return made{strings.Join(strings.Fields(text), " "), wished(wish)}
}

// got is what the planner makes of a text; the step of a trend is its own choice.
func got(p *planner.Planner, text string) string {
	calls := p.Plan(text, now, "wali_kota")
	out := called(calls[0])
	if len(calls) > 1 {
		out += " + more"
	}
	if strings.HasPrefix(out, "tren") {
		out = strings.Join(without(strings.Fields(out), "by="), " ")
	}
	return out
}

func (s *tally) count(got, want string) {
	switch {
	case got == want:
		s.right++
	case got == "ask":
		s.asked++
	case got == "abstain" || strings.HasPrefix(got, "refuse"):
		s.abstained++
	default:
		s.wrong++
	}
}

// TestGeneratedQuestions asks thousands of questions put together from slots:
// each must give exactly its frame, or be asked back; never another frame.
func TestGeneratedQuestions(t *testing.T) {
	t.Parallel()
	for name, cat := range map[string]planner.Catalogue{"samarinda": samarinda(t), "harapan": harapan()} {
		p, g := planner.New(cat, words), newMaker(cat, 4)
		var s tally
		for range 1200 {
			q := g.next()
			out := got(p, q.text)
			s.count(out, q.want)
			if out != q.want && s.total()-s.right < 20 {
				t.Logf("%q\n   want %s\n   got  %s", q.text, q.want, out)
			}
		}
		t.Logf("%s: %s", name, s)
		if s.wrong > 0 || s.right < s.total()*98/100 {
			t.Errorf("%s: %s; want none wrong and 98 %% right", name, s)
		}
	}
}

// TestSlipsOfTheFinger asks generated questions with one slip each: what comes
// out is the frame of the question as meant, or a question back.
func TestSlipsOfTheFinger(t *testing.T) {
	t.Parallel()
	for name, cat := range map[string]planner.Catalogue{"samarinda": samarinda(t), "harapan": harapan()} {
		p, g := planner.New(cat, words), newMaker(cat, 5)
		var s tally
		for range 1200 {
			q := g.next()
			text := slip(g.rng, q.text)
			out := got(p, text)
			s.count(out, q.want)
			if out != q.want && out != "ask" && out != "abstain" && s.wrong < 20 {
				t.Logf("%q (%q)\n   want %s\n   got  %s", text, q.text, q.want, out)
			}
		}
		t.Logf("%s: %s", name, s)
		if s.wrong*200 > s.total() {
			t.Errorf("%s: %s; want at most 0.5 %% wrong", name, s)
		}
	}
}

// slip leaves out, doubles or changes over one letter of one long word.
func slip(rng *rand.Rand, text string) string {
	ws := strings.Fields(text)
	for range 20 {
		i := rng.IntN(len(ws))
		r := []rune(ws[i])
		if len(r) < 6 || strings.ContainsAny(ws[i], "0123456789") {
			continue
		}
		at := 1 + rng.IntN(len(r)-2)
		switch rng.IntN(3) {
		case 0:
			r = append(r[:at:at], r[at+1:]...)
		case 1:
			r = append(r[:at:at], append([]rune{r[at]}, r[at:]...)...)
		case 2:
			r[at], r[at+1] = r[at+1], r[at]
		}
		ws[i] = string(r)
		break
	}
	return strings.Join(ws, " ")
}

// TestNoWordIsSkipped puts a word that names nothing here into generated
// questions: none may be answered as if it were not there.
func TestNoWordIsSkipped(t *testing.T) {
	t.Parallel()
	strangers := []string{"fiktif", "perempuan", "narkoba", "pelajar", "subsidi", "kecuali", "selain", "tanpa", "gempa", "ungu", "haji", "Jakarta", "Bontang", "anonim", "viral", "tambang", "bukan", "palsu", "ganda", "investasi", "kereta", "saham", "pilkada", "bukan"}
	for name, cat := range map[string]planner.Catalogue{"samarinda": samarinda(t), "harapan": harapan()} {
		p, g := planner.New(cat, words), newMaker(cat, 6)
		answered := 0
		for range 1200 {
			q := g.next()
			ws := strings.Fields(q.text)
			at := 1 + g.rng.IntN(len(ws)-1)
			stranger := strangers[g.rng.IntN(len(strangers))]
			text := strings.Join(ws[:at], " ") + " " + stranger + " " + strings.Join(ws[at:], " ")
			// A stranger behind "Pasar" or "Simpang" is taken into the place's name.
			if out := got(p, text); out != "ask" && out != "abstain" && !strings.Contains(out, stranger) {
				if answered++; answered < 20 {
					t.Logf("%q answered as %s", text, out)
				}
			}
		}
		if answered > 0 {
			t.Errorf("%s: %d of 1200 questions answered with a word skipped", name, answered)
		}
	}
}

func without(fields []string, prefix string) []string {
	var out []string
	for _, f := range fields {
		if !strings.HasPrefix(f, prefix) {
			out = append(out, f)
		}
	}
	return out
}

func lowered(rng *rand.Rand, name string) string {
	if rng.IntN(2) == 0 {
		return strings.ToLower(name)
	}
	return name
}
