package incident

import (
	"math/bits"
	"strings"
	"sync"

	"balaikota/backend/analysis/language"
)

// topics is a set of subjects, one bit each.
type topics uint32

// subject is one kind of matter that city halls hear of, and the words it is
// told by. They are words of the language, not of one city: what a text says
// decides before the box that the citizen ticked.
type subject struct {
	name  string
	words string
	// near are subjects that one and the same matter is often told as: a blocked
	// drain floods the road and breaks it, a fallen tree takes the lamp down.
	near string
	// boxes are words of a category's slug that stand for the subject.
	boxes string
}

var subjects = []subject{
	{"road", "lubang berlubang aspal retak amblas tambal ditambal bergelombang mengelupas kelupas trotoar makadam rabat semenisasi ambles becek jeglong", "flood landslide works", "jalan rusak jembatan trotoar"},
	{"flood", "banjir genang tergenang genangan luap meluap luber meluber rendam terendam pasang drainase selokan parit got gorong mampet sumbat tersumbat pompa surut dangkal sedimen endapan kanal buntu calap kebanjiran rob", "road waste landslide water", "banjir drainase genangan saluran"},
	{"waste", "sampah tumpuk menumpuk bau busuk angkut diangkut limbah buang kotor lalat belatung jorok kontainer gerobak", "flood health smoke", "sampah kebersihan limbah"},
	{"light", "lampu padam pju gelap penerangan terang tiang kabel listrik nyala menyala redup kedip korslet gardu pemadaman", "tree order", "lampu penerangan pju listrik"},
	{"water", "pdam keruh ledeng kran keran pipa bocor tekanan alir mengalir debit perumdam meteran kering tandon", "health flood", "air bersih pdam"},
	{"tree", "pohon dahan ranting tumbang pangkas pemangkasan tebang rindang cabang batang", "light road", "pohon taman"},
	{"parking", "parkir jukir macet kendara semrawut derek rambu marka trayek angkot lalulintas kemacetan terparkir", "order road", "parkir lalu lintas perhubungan transportasi"},
	{"order", "pkl ribut musik berisik bising gaduh mabuk miras judi balap lapak pedagang dagang karaoke pengamen gelandangan pengemis tawuran knalpot resah begal curi pencurian maling asusila preman palak", "parking light", "ketertiban trantib keamanan gangguan pkl"},
	{"papers", "ktp kk akta dukcapil disdukcapil kependudukan berkas kia nik rekam identitas ketik e-ktp domisili nikah kelahiran", "", "adminduk kependudukan dukcapil"},
	{"health", "obat dbd fogging dokter sakit rawat berobat imunisasi posyandu nyamuk jentik demam bpjs ambulans pasien stunting gizi bidan diare wabah muntaber", "water waste", "kesehatan"},
	{"school", "guru kelas murid siswa seragam ppdb spmb zonasi pungutan kurikulum pelajar wali komite", "", "pendidikan sekolah"},
	{"social", "bansos pkh lansia miskin sembako dtks dtsen blt bpnt jompo difabel disabilitas telantar terlantar", "", "bantuan sosial"},
	{"landslide", "longsor tebing retak tanah ambruk turap siring talud runtuh", "road flood", "longsor bencana"},
	{"smoke", "asap kabut kebakaran terbakar bakar membakar api karhutla sulut polusi debu", "waste health", "kebakaran asap udara polusi"},
	{"animal", "ular monyet anjing buaya tawon kucing rabies lebah biawak sapi kambing ternak", "", "hewan ternak satwa"},
	{"works", "proyek galian gali material kontraktor pengerjaan bongkar urukan", "road flood parking", "proyek konstruksi"},
	{"price", "harga beras minyak gas elpiji cabai gula telur langka kelangkaan stok", "", "harga pasar pangan"},
	{"signal", "internet wifi sinyal cctv kamera jaringan", "light", "internet jaringan komunikasi"},
}

// wideTopics are the subjects that many people meet at once far apart.
const wideTopics = topics(1<<1 | 1<<3 | 1<<4 | 1<<13)

// ownTopics are the subjects in which two reports about one place are mostly
// two people's own cases: papers, health, school, social help.
const ownTopics = topics(1<<8 | 1<<9 | 1<<10 | 1<<11)

// servingHeads are the heads of places that serve people one by one.
var servingHeads = map[string]bool{
	"sd": true, "smp": true, "sma": true, "smk": true, "tk": true, "sekolah": true, "universitas": true, "kampus": true, "pesantren": true,
	"rs": true, "puskesmas": true, "klinik": true, "posyandu": true, "kantor": true, "bank": true,
}

// lexicon is subjects made ready for use.
type lexicon struct {
	words map[string]topics // by word and by stem
	boxes map[string]topics
	near  []topics // by subject: itself and its neighbours
}

var lexical = sync.OnceValue(func() lexicon {
	l := lexicon{words: map[string]topics{}, boxes: map[string]topics{}, near: make([]topics, len(subjects))}
	number := map[string]int{}
	for i, s := range subjects {
		number[s.name] = i
	}
	for i, s := range subjects {
		for w := range strings.FieldsSeq(s.words) {
			l.words[w] |= 1 << i
			for _, stem := range language.Words(w) {
				l.words[stem] |= 1 << i
			}
		}
		for w := range strings.FieldsSeq(s.boxes) {
			l.boxes[w] |= 1 << i
		}
		l.near[i] |= 1 << i
		for n := range strings.FieldsSeq(s.near) {
			j := number[n]
			l.near[i] |= 1 << j
			l.near[j] |= 1 << i
		}
	}
	return l
})

// topicsOf are the subjects that most of the words speak of: those with at
// least half as many words as the foremost one.
func topicsOf(words []sense) topics {
	var count [32]int
	most := 0
	for i := range words {
		for set := words[i].topics; set != 0; set &= set - 1 {
			i := bits.TrailingZeros32(uint32(set))
			count[i]++
			most = max(most, count[i])
		}
	}
	var out topics
	for i := range subjects {
		if count[i] > 0 && 2*count[i] >= most {
			out |= 1 << i
		}
	}
	return out
}

// topicsOfCategory reads a category's slug; one without a known word has none.
func topicsOfCategory(slug string) topics {
	l := lexical()
	var out topics
	for w := range strings.SplitSeq(slug, "-") {
		out |= l.boxes[w]
	}
	return out
}

// topic relations, from strong to none.
type relation int

const (
	unknown relation = iota
	sameTopic
	nearTopic
	otherTopic
)

// relate says how two sets of subjects stand to each other.
func relate(a, b topics) relation {
	switch {
	case a == 0 || b == 0:
		return unknown
	case a&b != 0:
		return sameTopic
	}
	if a.related()&b != 0 {
		return nearTopic
	}
	return otherTopic
}

// related are the subjects and their neighbours.
func (t topics) related() (out topics) {
	l := lexical()
	for ; t != 0; t &= t - 1 {
		out |= l.near[bits.TrailingZeros32(uint32(t))]
	}
	return out
}
