package world

// Category is a kind of complaint with the office that answers it and the
// usual pace of that office in this simulation (not a norm).
type Category struct {
	Slug, Name, Office string
	Group              string  // heading under which Open311 lists it
	Weight             float64 // share of an ordinary day's complaints
	AnswerHours        float64 // median time to the first answer
	WorkDays           float64 // median time to the end, days
}

// Categories are the kinds of complaint, in catalogue order.
var Categories = []Category{
	{"jalan-rusak", "Jalan rusak", "DPUPR", "Infrastruktur", 17, 20, 6},
	{"banjir-drainase", "Banjir dan drainase", "DPUPR", "Infrastruktur", 8, 9, 3},
	{"sampah", "Sampah", "DLH", "Kebersihan", 16, 7, 1.6},
	{"lampu-jalan", "Lampu jalan", "Dishub", "Infrastruktur", 12, 14, 3},
	{"air-bersih", "Air bersih", "Perumdam Tirta Kencana", "Layanan dasar", 11, 5, 1.5},
	{"pohon-tumbang", "Pohon", "DLH", "Kebersihan", 4, 3, 0.8},
	{"parkir-liar", "Parkir liar", "Dishub", "Ketertiban", 6, 10, 2},
	{"ketertiban", "Ketertiban umum", "Satpol PP", "Ketertiban", 7, 9, 3},
	{"adminduk", "Administrasi kependudukan", "Disdukcapil", "Layanan dasar", 8, 6, 2},
	{"kesehatan", "Kesehatan", "Dinkes", "Layanan dasar", 5, 8, 2},
	{"pendidikan", "Pendidikan", "Disdikbud", "Layanan dasar", 3, 16, 5},
	{"bantuan-sosial", "Bantuan sosial", "Dinsos", "Layanan dasar", 5, 14, 6},
}

// Places of the categories the weather reaches.
const (
	catRoad  = 0
	catFlood = 1
	catWaste = 2
	catLamp  = 3
	catWater = 4
	catTree  = 5
)

// CategoryBySlug returns the category with a slug.
func CategoryBySlug(slug string) (Category, bool) {
	for _, c := range Categories {
		if c.Slug == slug {
			return c, true
		}
	}
	return Category{}, false
}
