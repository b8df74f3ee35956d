package place

import "strings"

// head is a noun (or its abbreviation) that says a place follows.
type head struct {
	name string
	kind Kind
	// short is true for abbreviations: "jl" is hardly ever the common noun.
	short bool
	// joins is true where the place may be named by another ("simpang Jl. X").
	joins bool
	// offices is true where the names of services follow ("kantor PLN").
	offices bool
	// words is the most words of its name in text without telling capitals.
	words int
}

// headLines are the heads: usual spelling, kind, options, then the ways people
// write it (with _ for a blank). A number at the end of a way is allowed by
// itself for all.
const headLines = `
jalan       street   3 -        : jalan jln. jl. jlan. jlm. jalam jalaan jlln. jaln.
gang        alley    2 -        : gang gg. gng. lorong lrg. gangg
blok        alley    1 -        : blok blk. blog
simpang     landmark 3 joins    : simpang simp. smpg. smpang simpng sipang spg. persimpangan perempatan prempatan perempatn prapatan parapatan perapatan pertigaan prtigaan pertgaan pertigan simpang_tiga simpang_empat simpang_lima simpang_3 simpang_4 simpang_5 simp_tiga. simp_empat. simp_3. simp_4. simpang3 simpang4 simpangan
lampu_merah landmark 3 joins    : lampu_merah traffic_light trafic_light lampu_stopan bangjo
bundaran    landmark 3 joins    : bundaran bunderan bundran
tugu        landmark 3 -        : tugu monumen patung
jembatan    landmark 3 joins    : jembatan jmbatan jembtan jmbtan jambatan jmbt. jembatann titian flyover fly_over underpass
masjid      landmark 3 -        : masjid mesjid masjd msjid masji masjis masijd mesjit masjit
mushola     landmark 3 -        : mushola musholla mushalla musola musolla mushollah mushala musala langgar surau
gereja      landmark 3 -        : gereja greja gerja
pura        landmark 2 -        : pura
vihara      landmark 2 -        : vihara wihara klenteng kelenteng
sd          landmark 2 -        : sd sdn. sd_negeri sd_n. sekolah_dasar sekolah_dasar_negeri sdit mi_negeri
smp         landmark 2 -        : smp smpn. smp_negeri smp_n. mts mtsn. mts_negeri
sma         landmark 2 -        : sma sman. sma_negeri sma_n. man smu
smk         landmark 2 -        : smk smkn. smk_negeri smk_n. stm
tk          landmark 2 -        : tk paud
sekolah     landmark 2 -        : sekolah sklh. sekolahan skolah pesantren ponpes pondok_pesantren madrasah
universitas landmark 3 -        : universitas univ. kampus politeknik poltek
puskesmas   landmark 3 -        : puskesmas puskesms puskemas puskesmes puskes. pkm. pustu pusksmas puskesma
rs          landmark 3 -        : rs. rsud. rsu. rumah_sakit rmh_sakit
klinik      landmark 3 -        : klinik apotek apotik
posyandu    landmark 2 -        : posyandu
pasar       landmark 3 -        : pasar psr. passar pasr
mall        landmark 2 -        : mall mal plaza plasa
warung      landmark 3 -        : warung wrg. warng warong warkop kedai rumah_makan rm. angkringan
toko        landmark 3 -        : toko tko
minimarket  landmark 2 -        : minimarket indomaret alfamart alfamidi indomart alfamaret
spbu        landmark 3 -        : spbu pom_bensin pombensin pom
bengkel     landmark 3 -        : bengkel bngkel
bank        landmark 2 -        : bank atm
hotel       landmark 3 -        : hotel
pos_ronda   landmark 2 joins    : pos_ronda poskamling pos_kamling posronda pos_siskamling
pos         landmark 2 joins    : pos_polisi pos_satpam pos_pemadam pos_damkar
kantor      landmark 3 joins,offices : kantor kntor kator kantr ktr.
gedung      landmark 3 offices  : gedung gdg. balai aula
polsek      landmark 2 -        : polsek polres polresta koramil polsekta
taman       landmark 3 -        : taman
lapangan    landmark 3 -        : lapangan lapngan lapagan lap. stadion gor
terminal    landmark 3 -        : terminal trminal terminl
halte       landmark 3 joins    : halte
stasiun     landmark 3 -        : stasiun
dermaga     landmark 3 joins      : dermaga drmaga pelabuhan
bandara     landmark 3 -        : bandara bandar_udara
tps         landmark 3 joins      : tps tps3r tpa depo_sampah
makam       landmark 3 -        : makam kuburan pemakaman kubur tpu kuburn
perumahan   landmark 3 -        : perumahan perum. komplek kompleks perumnas perumhan prumahan komplex kompl. cluster rusun rusunawa asrama perumhn btn
alun-alun   landmark 2 -        : alun_alun
pabrik      landmark 3 -        : pabrik gudang
waduk       landmark 3 -        : waduk bendungan embung danau polder
sungai      landmark 3 -        : sungai sei. sungei
rt          neighbourhood 0 -   : rt. r_t. rukun_tetangga
rw          neighbourhood 0 -   : rw. r_w. rukun_warga
kelurahan   area 3 -            : kelurahan kel. klurahan kelurhan kelrahan kelurahn kelruahan kelurhn lurah
desa        area 3 -            : desa ds.
kecamatan   area 3 -            : kecamatan kec. kecmatan kcamatan kecamtan kecamatn kcmtn. camat
kampung     area 3 -            : kampung kampong kmpung kpg. dusun
`

// headWay is a head of several words: what must follow the first one.
type headWay struct {
	rest []string
	head head
}

var headWays = makeHeads()

// joinedHeads are short heads that people write together with a number.
var joinedHeads = map[string]bool{
	"rt": true, "rw": true, "no": true, "km": true, "gg": true, "gang": true, "sdn": true, "sd": true, "smpn": true, "smp": true,
	"sman": true, "sma": true, "smkn": true, "smk": true, "blok": true, "jl": true, "jln": true, "tps": true,
}

func makeHeads() map[string][]headWay {
	ways := map[string][]headWay{}
	var exact []string
	byWay := map[string]head{}
	for line := range strings.Lines(strings.TrimSpace(headLines)) {
		left, right, _ := strings.Cut(line, " : ")
		f := strings.Fields(left)
		h := head{name: strings.ReplaceAll(f[0], "_", " "), kind: Kind(f[1]), words: int(f[2][0] - '0')}
		h.joins, h.offices = strings.Contains(f[3], "joins"), strings.Contains(f[3], "offices")
		for way := range strings.FieldsSeq(right) {
			way, h.short = strings.CutSuffix(way, ".")
			parts := strings.Split(way, "_")
			ways[parts[0]] = append(ways[parts[0]], headWay{rest: parts[1:], head: h})
			if len(parts) == 1 {
				exact, byWay[way] = append(exact, way), h
			}
		}
	}
	for _, way := range exact {
		addTypos(ways, way, byWay[way])
	}
	return ways
}

// addTypos adds one-letter errors of long heads: a letter left out, doubled or
// exchanged with its neighbour from seven letters, a wrong one from eight. What
// is itself a word is left alone.
func addTypos(ways map[string][]headWay, way string, h head) {
	if len(way) < 7 {
		return
	}
	add := func(typo string) {
		if _, taken := ways[typo]; !taken && wordClasses[typo] == 0 && typo != "sekolahnya" {
			ways[typo] = []headWay{{head: h}}
		}
	}
	for i := range len(way) {
		add(way[:i] + way[i+1:])
		add(way[:i+1] + way[i:])
		if i+1 < len(way) {
			add(way[:i] + way[i+1:i+2] + way[i:i+1] + way[i+2:])
		}
		for c := 'a'; c <= 'z' && len(way) >= 8; c++ {
			add(way[:i] + string(c) + way[i+1:])
		}
	}
}

// headAt returns the head that starts at token i and its number of tokens, 0
// when there is none; of several the longest.
func (r *reader) headAt(i int) (head, int) {
	best, n := head{}, 0
	for _, w := range headWays[r.tokens[i].word] {
		if len(w.rest)+1 <= n || i+len(w.rest) >= len(r.tokens) {
			continue
		}
		fits := true
		for k, part := range w.rest {
			t := r.tokens[i+1+k]
			fits = fits && t.word == part && t.gap.soft()
		}
		if fits {
			best, n = w.head, len(w.rest)+1
		}
	}
	return best, n
}

// roadWords before "jalan" make it the common noun more often than not, and a
// word behind it that could be a name must then be no common word at all.
var roadWords = map[string]bool{
	"lampu": true, "penerangan": true, "badan": true, "bahu": true, "pinggir": true, "tengah": true, "tepi": true, "ruas": true,
	"perbaikan": true, "tiang": true, "median": true, "pju": true, "muka": true, "kondisi": true, "aspal": true,
}

// meansStreet reports whether "jalan" at token i begins a street's name and
// not "jalan rusak" or "lampu jalan".
func (r *reader) meansStreet(i, n int) bool {
	if i+n >= len(r.tokens) {
		return false
	}
	h, _ := r.headAt(i)
	if h.short {
		return true
	}
	next := r.tokens[i+n]
	c := wordClasses[next.word]
	if r.telling && next.capital {
		return !c.is(never)
	}
	if i > 0 && roadWords[r.tokens[i-1].word] && c != 0 {
		return false
	}
	if c.is(dull) && (i+n+1 >= len(r.tokens) || r.tokens[i+n+1].gap > gapDot || wordClasses[r.tokens[i+n+1].word] != 0 && !wordClasses[r.tokens[i+n+1].word].is(base) || r.tokens[i+n+1].number) {
		return false
	}
	if c.is(root) && !c.is(base) {
		return !roadWords[r.tokens[max(0, i-1)].word] && r.namesOn(i+n+1)
	}
	return !c.is(never) && (!c.is(common) || c.is(first))
}

// namesOn reports whether token i goes on with a name and is no word: the
// second word of "jalan untung Suropati".
func (r *reader) namesOn(i int) bool {
	if i >= len(r.tokens) || r.tokens[i].gap > gapSpace || r.tokens[i].number || len(r.tokens[i].word) < 4 {
		return false
	}
	w := r.tokens[i].word
	return wordClasses[w] == 0 && headWays[w] == nil && !derived(w, verbalAny)
}
