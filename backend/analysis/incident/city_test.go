package incident

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// made is a made-up city of our own: other names, landmarks and wordings than
// any data we were given, so that what holds here is not learned by heart.
type made struct {
	rnd     *rand.Rand
	from    time.Time
	days    int
	areas   []madeArea
	reports []Report
	truth   map[string]string
	matters int
	scene   string // of the matter being made
}

type madeArea struct {
	code, name string
	lon, lat   float64
	streets    []string
}

// spotMade is a true place with the ways people name it.
type spotMade struct {
	area             int
	lon, lat         float64
	street, landmark string
	house            int
}

// style is how a matter's voices scatter.
type style struct {
	voices   int
	days     float64 // between first and last, roughly
	spread   float64 // metres
	category int
	shared   string // a name that all know ("Kampung Tegalrejo"); "" for the spot's own
	anywhere bool   // voices stand at spots of their own within the spread
}

var madeStreets = strings.Split("Ahmad Yani,Diponegoro,Teuku Umar,Wolter Monginsidi,Veteran,Gatot Subroto,Cempaka,Kenari,Sisingamangaraja,Imam Bonjol,Ki Hajar Dewantara,Cokroaminoto,Rajawali,Delima,Flamboyan,Panglima Polim,Hasanuddin,Sultan Agung,Dahlia,Cut Nyak Dien,Sam Ratulangi,Pattimura,Ternate,Seruni,Manggis,Adisucipto,Yos Sudarso,Mangkubumi,Brawijaya,Parikesit", ",")

var madeHeads = strings.Split("klinik,apotek,hotel,terminal,lapangan,gereja,musala,kantor pos,minimarket,bengkel,SPBU,SMP,hotel,rumah makan,toko,pasar,jembatan,perumahan", ",")

var madeNames = strings.Split("Barokah,Sumber Rejeki,Cahaya Baru,Sinar Jaya,Mekar Sari,Tirta Husada,Santoso,Nusa Indah,Purnama,Harapan Kita,Mutiara,Kartini,Wijaya,Anugerah,Pelangi,Gemilang,Baitul Makmur,Bintang Timur,Sumber Waras,Rukun Tani,Asri,Merak,Permata Biru,Kencana Wungu", ",")

var madeAreas = strings.Split("Tegalrejo,Banjarsari,Pakuncen,Wirobrajan,Karangwaru,Sorosutan,Giwangan,Rejowinangun,Prenggan,Mujamuju,Semaki,Tahunan,Warungboto,Pandeyan,Klitren,Demangan,Baciro,Terban,Cokrodiningratan,Gowongan,Bumijo,Kricak,Suryodiningratan,Gedongkiwo", ",")

// madeParts make more kelurahan of the names.
var madeParts = []string{"", " Lor", " Kidul", " Wetan", " Kulon", " Tengah", " Anyar", " Lama", " Indah", " Permai"}

// madeKind is a category with the ways it is told, and the one it is often
// told as.
type madeKind struct {
	slug  string
	told  []string // %s is the place
	other int
}

var madeKinds = []madeKind{
	{"infrastruktur-jalan", []string{"aspalnya hancur %s banyak lubang dalam", "kapan ditambal jalannya %s sudah dua orang jatuh kena lubang", "jalan ambles %s tolong dikasih rambu", "permukaan jalan bergelombang dan retak %s", "pak wali, lubang menganga %s makan korban lagi", "trotoar pecah dan jalan rusak parah %s"}, 1},
	{"drainase", []string{"rumah kami kebanjiran %s sedengkul", "saluran air buntu %s begitu hujan langsung meluber", "genangan tidak surut surut %s", "selokan penuh endapan %s airnya luber ke rumah", "banjir lagi %s motor pada mogok", "air masuk sampai dapur %s minta perahu karet"}, 0},
	{"persampahan", []string{"tumpukan sampah menggunung %s lalat di mana-mana", "truk sampah tidak lewat %s seminggu penuh", "ada yang buang sampah sembarangan %s tiap malam", "bak sampah luber %s bau busuk sekali", "sampah plastik berserakan %s"}, 1},
	{"penerangan", []string{"lampu penerangan mati total %s rawan kecelakaan", "gelap gulita %s lampunya putus", "tiang lampu kedip kedip %s", "sudah tiga malam pju tidak menyala %s", "minta lampu jalan diganti %s gelap sekali"}, 5},
	{"pdam", []string{"ledeng tidak mengalir %s sejak subuh", "air pdam warnanya cokelat %s", "pipa bocor %s air terbuang", "kran kering %s kami tidak bisa mandi", "tekanan air lemah %s"}, 8},
	{"pohon", []string{"ada pohon tumbang %s menimpa pagar", "ranting menjuntai kena kabel %s", "tolong dahan dipotong %s sudah lapuk", "pohon miring mau roboh %s"}, 3},
	{"perhubungan", []string{"parkir dua lapis %s macet parah", "mobil parkir di bahu jalan %s", "juru parkir minta tarif dobel %s", "truk besar ngetem %s bikin macet"}, 7},
	{"trantibum", []string{"orang mabuk teriak teriak %s", "karaoke bising sampai subuh %s", "lapak pedagang makan trotoar %s", "anak anak balap motor liar %s tiap sabtu", "tawuran remaja %s"}, 6},
	{"kesehatan", []string{"banyak anak demam berdarah %s minta fogging", "obat habis dan dokter tidak ada %s", "warga diare massal %s", "jentik nyamuk di mana mana %s"}, 4},
	{"hewan", []string{"kawanan anjing liar %s menggigit warga", "ular masuk rumah %s", "monyet turun ke pemukiman %s"}, -1},
	{"kependudukan", []string{"ktp tidak jadi jadi, warga %s", "antre akta dari pagi, saya dari %s", "kk salah ketik, alamat %s"}, -1},
}

var madeOpenings = []string{"", "", "", "", "min ", "Assalamualaikum, ", "selamat siang pak, ", "Mohon perhatiannya, ", "lapor! ", "yth. dinas terkait, ", "tolong dong "}

var madeEndings = []string{"", "", "", "", ", terima kasih", " pak", " tolong segera ditangani", ", sudah lapor tidak ada tanggapan", " !!!", ", kasihan warga"}

// buildCity makes a city of days with background single reports a day and
// matters of all styles.
func buildCity(seed uint64, days, singles, matters int) *made {
	return buildCityOf(len(madeAreas), seed, days, singles, matters)
}

func buildCityOf(areas int, seed uint64, days, singles, matters int) *made {
	c := &made{rnd: rand.New(rand.NewPCG(seed, 7)), from: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), days: days, truth: map[string]string{}}
	for i := range areas {
		a := madeArea{
			code: fmt.Sprintf("34.71.%02d.%04d", 1+i/4, 1001+i%4), name: madeAreas[i%len(madeAreas)] + madeParts[i/len(madeAreas)],
			lon: 110.33 + 0.016*float64(i%6), lat: -7.83 + 0.015*float64(i/6),
		}
		for range 16 {
			street := pick(c.rnd, madeStreets)
			switch c.rnd.IntN(4) {
			case 0:
				street += " " + pick(c.rnd, []string{"I", "II", "3", "4", "Dalam", "Barat"})
			case 1:
				street = pick(c.rnd, madeNames)
			}
			a.streets = append(a.streets, street)
		}
		c.areas = append(c.areas, a)
	}
	for range singles {
		c.scene = "single"
		c.matter(c.moment(), c.spot(), style{voices: 1, category: c.rnd.IntN(len(madeKinds))})
	}
	for i := range matters {
		c.stage(i)
	}
	slices.SortFunc(c.reports, func(a, b Report) int { return a.At.Compare(b.At) })
	return c
}

// stage makes one matter, or several that stand close to one another.
func (c *made) stage(i int) {
	s := style{voices: 2 + c.rnd.IntN(6), days: 0.3 + 4*c.rnd.Float64(), spread: 60, category: c.rnd.IntN(len(madeKinds) - 1)}
	at, spot := c.moment(), c.spot()
	c.scene = "plain"
	switch {
	case i%40 == 0: // a flood with very many voices
		a := c.areas[spot.area]
		c.scene = "flood"
		c.matter(at, spot, style{voices: 60, days: 0.6, spread: 900, category: 1, shared: "kampung " + a.name, anywhere: true})
	case i%10 == 1: // months without a pause
		c.scene = "long"
		s.voices, s.days = 14, 30
		c.matter(at, spot, s)
	case i%20 == 2: // a row of like matters along one street
		c.scene = "row"
		for k := range 3 {
			next := c.beside(spot, 90+float64(k)*60)
			next.house = 10 + 37*k
			s.voices = 2 + c.rnd.IntN(4)
			c.matter(at.Add(time.Duration(k)*7*time.Hour), next, s)
		}
	case i%10 == 3: // the same place again, weeks later
		c.scene = "again"
		c.matter(at, spot, s)
		c.matter(at.Add(time.Duration(30+s.days+20*c.rnd.Float64())*24*time.Hour), spot, s)
	case i%10 == 4: // another matter at the same place and time
		c.scene = "beside"
		c.matter(at, spot, s)
		s.category = []int{9, 9, 10, 10, 9, 10, 9, 10, 10, 8}[s.category]
		c.matter(at.Add(6*time.Hour), spot, s)
	case i%10 == 5: // the like of it 130 m away, by another landmark
		c.scene = "near"
		c.matter(at, spot, s)
		next := c.spot()
		next.area, next.lon, next.lat = spot.area, spot.lon+130/110_000.0, spot.lat
		c.matter(at.Add(3*time.Hour), next, s)
	default:
		c.matter(at, spot, s)
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (c *made) moment() time.Time {
	return c.from.Add(time.Duration(c.rnd.Float64() * float64(c.days) * 24 * float64(time.Hour))).Truncate(time.Second)
}

func (c *made) spot() spotMade {
	area := c.rnd.IntN(len(c.areas))
	a := c.areas[area]
	s := spotMade{
		area: area, lon: a.lon + 0.006*(c.rnd.Float64()*2-1), lat: a.lat + 0.006*(c.rnd.Float64()*2-1),
		street: pick(c.rnd, a.streets), house: 1 + c.rnd.IntN(150),
	}
	if s.landmark = pick(c.rnd, madeHeads) + " " + pick(c.rnd, madeNames); strings.HasPrefix(s.landmark, "SMP") {
		s.landmark = fmt.Sprintf("SMP %d", 1+c.rnd.IntN(40))
	}
	return s
}

func (c *made) beside(s spotMade, metres float64) spotMade {
	next := s
	next.lon += metres / 110_000
	next.landmark = pick(c.rnd, madeHeads) + " " + pick(c.rnd, madeNames)
	return next
}

func (c *made) matter(at time.Time, spot spotMade, s style) {
	c.matters++
	name := fmt.Sprintf("%s %05d", c.scene, c.matters)
	gap := s.days / max(1, float64(s.voices-1))
	offset := 0.0
	for range s.voices {
		here := spot
		if s.anywhere {
			here = c.spot()
			here.area = spot.area
			angle, far := c.rnd.Float64()*2*math.Pi, s.spread*math.Sqrt(c.rnd.Float64())
			here.lon, here.lat = spot.lon+far*math.Cos(angle)/110_000, spot.lat+far*math.Sin(angle)/111_000
		}
		c.report(name, at.Add(time.Duration(offset*24*float64(time.Hour))), here, s)
		offset += gap * (0.3 + 1.4*c.rnd.Float64())
	}
}

func (c *made) report(matter string, at time.Time, spot spotMade, s style) {
	kind := s.category
	if s.voices > 1 && !s.anywhere && madeKinds[kind].other >= 0 && c.rnd.Float64() < 0.15 {
		kind = madeKinds[kind].other
	}
	r := Report{Key: fmt.Sprintf("made/%06d", len(c.reports)), At: at.Truncate(time.Second), Category: madeKinds[kind].slug, Channel: "web"}
	place, address := c.place(spot, s.shared), ""
	if c.rnd.Float64() < 0.1 {
		place, address = "sini", fmt.Sprintf("Jl. %s No. %d, %s", spot.street, spot.house, c.areas[spot.area].name)
	}
	text := fmt.Sprintf(pick(c.rnd, madeKinds[kind].told), "di "+place)
	r.Text, r.Address = c.noise(pick(c.rnd, madeOpenings)+text+pick(c.rnd, madeEndings)), address
	r.Stated = c.areas[spot.area].code
	if c.rnd.Float64() < 0.12 {
		r.Stated = c.areas[(spot.area+1+c.rnd.IntN(2))%len(c.areas)].code
	}
	if c.rnd.Float64() < 0.1 {
		r.Category = pick(c.rnd, madeKinds).slug
	}
	if c.rnd.Float64() < 0.65 || s.anywhere && !strings.Contains(place, s.shared) { // else nobody could tell
		blur := 35.0
		if c.rnd.Float64() < 0.04 {
			blur = 1500
		}
		lon, lat := spot.lon+c.rnd.NormFloat64()*blur/110_000, spot.lat+c.rnd.NormFloat64()*blur/111_000
		r.Lon, r.Lat, r.Computed = &lon, &lat, c.nearest(lon, lat)
	}
	if strings.Contains(place, c.areas[spot.area].name) && c.rnd.Float64() < 0.9 {
		r.Said = c.areas[spot.area].code // as package place finds it
	}
	c.reports = append(c.reports, r)
	c.truth[r.Key] = matter
}

func (c *made) nearest(lon, lat float64) string {
	best, code := math.Inf(1), ""
	for _, a := range c.areas {
		if d := math.Hypot(a.lon-lon, a.lat-lat); d < best {
			best, code = d, a.code
		}
	}
	return code
}

// place names the spot as people do, some with more words than others.
func (c *made) place(s spotMade, shared string) string {
	a := c.areas[s.area].name
	if shared != "" && c.rnd.Float64() < 0.7 {
		return pick(c.rnd, []string{shared, shared + " dekat " + s.landmark, "wilayah " + shared})
	}
	return pick(c.rnd, []string{
		"Jl. " + s.street + " depan " + s.landmark, "jalan " + s.street + " samping " + s.landmark, s.landmark + " " + a,
		"sebelah " + s.landmark + " kelurahan " + a, fmt.Sprintf("Jln %s no. %d", s.street, s.house), "dekat " + s.landmark + ", jl " + s.street,
		"jl. " + s.street + ", " + a + ", seberang " + s.landmark,
	})
}

// noise writes as thumbs do.
func (c *made) noise(text string) string {
	switch x := c.rnd.Float64(); {
	case x < 0.3:
		text = strings.ToLower(text)
	case x < 0.33:
		text = strings.ToUpper(text)
	}
	if c.rnd.Float64() < 0.25 {
		text = strings.NewReplacer("tidak", "gak", "sudah", "udah", "yang", "yg", "dekat", "dkt", "depan", "dpn", "tolong", "tlg").Replace(text)
	}
	if c.rnd.Float64() < 0.12 { // a letter lost in one longer word
		words := strings.Fields(text)
		if i := c.rnd.IntN(len(words)); len(words[i]) > 6 {
			words[i] = words[i][:3] + words[i][4:]
		}
		text = strings.Join(words, " ")
	}
	return text
}

// TestMadeCities holds the same figures on cities of other names, words and
// densities.
func TestMadeCities(t *testing.T) {
	t.Parallel()
	m := Default()
	for _, c := range []struct {
		name                   string
		seed                   uint64
		days, singles, matters int
	}{
		{"quiet", 1, 180, 2500, 400},
		{"busy", 2, 60, 3000, 350},
		{"crowded", 3, 30, 2500, 200},
		{"other seed", 4, 120, 3000, 400},
	} {
		city := buildCity(c.seed, c.days, c.singles, c.matters)
		all, shared := bcubed(city.truth, grouped(Group(m, featuresOf(m, city.reports))))
		t.Logf("%-10s %5d reports in %d days; all: %v; sharing a matter: %v", c.name, len(city.reports), c.days, all, shared)
		byScene(t, city.truth, grouped(Group(m, featuresOf(m, city.reports))))
		if all.p < 0.95 || shared.f < 0.90 {
			t.Errorf("%s: precision over all %.3f, want 0.95; F1 of those that share a matter %.3f, want 0.90", c.name, all.p, shared.f)
		}
	}
}

// byScene logs the figures of each kind of scene.
func byScene(t *testing.T, truth, got map[string]string) {
	t.Helper()
	g, size, both := map[string]int{}, map[string]int{}, map[[2]string]int{}
	for k, want := range truth {
		g[got[k]]++
		size[want]++
		both[[2]string{got[k], want}]++
	}
	sum, n := map[string]figures{}, map[string]float64{}
	for k, want := range truth {
		scene, _, _ := strings.Cut(want, " ")
		f := sum[scene]
		f.p += float64(both[[2]string{got[k], want}]) / float64(g[got[k]])
		f.r += float64(both[[2]string{got[k], want}]) / float64(size[want])
		sum[scene] = f
		n[scene]++
	}
	for _, scene := range slices.Sorted(maps.Keys(sum)) {
		t.Logf("           %-7s %5.0f reports: %v", scene, n[scene], mean(sum[scene], n[scene]))
	}
}
