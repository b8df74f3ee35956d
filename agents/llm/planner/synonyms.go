package planner

// concept is one civic subject with the words people use for it. It counts
// only where the city itself has a category (or indicator) whose own name,
// slug or words hold all words of one of its signs; the first sign that any
// one has decides. Sources: everyday Indonesian; the wording of no city.
type concept struct {
	signs []string // alternatives, the closest first
	words string   // between bars
}

var categoryConcepts = []concept{
	{[]string{"jalan rusak", "jalan lubang", "jalan jembatan", "infrastruktur jalan", "jalan aspal", "jalan lingkungan", "kerusakan jalan"}, "jalan rusak|jalan berlubang|jalan lobang|jalan berlobang|lubang jalan|lubang di jalan|jalan jelek|jalan hancur|jalan bolong|jalan ambles|jalan amblas|jalan retak|aspal|aspal rusak|kerusakan jalan|jalanan rusak|jalan pecah|jalan berlubang-lubang|jalan rusak parah"},
	{[]string{"banjir", "genangan"}, "banjir|kebanjiran|genangan|tergenang|genangan air|luapan|luapan air|terendam|calap|banjir genangan"},
	{[]string{"drainase", "saluran air", "selokan", "parit", "got", "banjir"}, "drainase|got|parit|selokan|saluran air|gorong-gorong|got mampet|parit mampet|saluran mampet|selokan mampet|drainase buntu|comberan"},
	{[]string{"sampah", "persampahan", "kebersihan"}, "sampah|tumpukan sampah|sampah menumpuk|tps|persampahan|buang sampah|angkutan sampah|pengangkutan sampah|sampah numpuk|kebersihan"},
	{[]string{"lampu jalan", "penerangan jalan", "pju", "lampu", "penerangan"}, "lampu jalan|pju|penerangan|penerangan jalan|lampu mati|lampu padam|penerangan jalan umum|lampu penerangan|lampu jalan mati|jalan gelap|lampu pju|lampu penerangan jalan"},
	{[]string{"air bersih", "pdam", "air minum", "leding", "ledeng"}, "air bersih|pdam|leding|ledeng|air mati|air pdam|air minum|air keran|air ledeng|air leding|air keruh|pipa bocor|air macet|air tidak mengalir"},
	{[]string{"pohon"}, "pohon|pohon tumbang|pohon roboh|pohon rawan|dahan patah|pemangkasan pohon|dahan"},
	{[]string{"parkir"}, "parkir|parkir liar|juru parkir|jukir|perparkiran|parkir sembarangan|parkiran|tukang parkir"},
	{[]string{"ketertiban", "trantib", "trantibum", "gangguan ketertiban"}, "ketertiban|pkl|pedagang kaki lima|kebisingan|trantib|ketenteraman|keributan|gelandangan|pengemis|bising|ketertiban umum|gepeng|anjal"},
	{[]string{"administrasi kependudukan", "adminduk", "kependudukan", "ktp", "dukcapil", "catatan sipil"}, "adminduk|ktp|kk|e-ktp|ektp|kartu keluarga|akta|akta lahir|kependudukan|administrasi kependudukan|urusan ktp|akta kelahiran|catatan sipil|dokumen kependudukan|surat kependudukan"},
	{[]string{"kesehatan", "puskesmas"}, "kesehatan|puskesmas|dbd|demam berdarah|layanan kesehatan|posyandu|berobat|pelayanan kesehatan"},
	{[]string{"pendidikan", "sekolah"}, "pendidikan|sekolah|ppdb|guru|persekolahan|spmb"},
	{[]string{"bantuan sosial", "bansos", "kesejahteraan sosial", "sosial"}, "bantuan sosial|bansos|pkh|blt|bpnt|sembako|bantuan warga miskin"},
	{[]string{"lalu lintas", "kemacetan", "macet", "transportasi"}, "kemacetan|macet|lalu lintas|lampu merah|traffic light|rambu|lalin"},
	{[]string{"listrik", "pln"}, "listrik|listrik padam|mati listrik|pln|listrik mati|padam listrik"},
	{[]string{"kebakaran", "damkar"}, "kebakaran|damkar|kebakaran lahan|karhutla"},
	{[]string{"perizinan", "izin"}, "perizinan|izin|izin usaha|imb|pbg"},
	{[]string{"trotoar", "pedestrian"}, "trotoar|pedestrian|jalur pejalan kaki"},
	{[]string{"taman", "ruang terbuka hijau", "rth"}, "taman|taman kota|rth|ruang terbuka hijau"},
	{[]string{"hewan", "satwa", "anjing liar", "ternak"}, "hewan|hewan liar|anjing liar|ternak|ular|satwa"},
	{[]string{"internet", "wifi", "telekomunikasi", "jaringan"}, "internet|wifi|sinyal"},
	{[]string{"pungutan liar", "pungli"}, "pungli|pungutan liar"},
	{[]string{"longsor"}, "longsor|tanah longsor"},
	{[]string{"pasar"}, "pasar|pedagang pasar"},
	{[]string{"polusi", "pencemaran", "udara"}, "polusi|pencemaran|asap|bau"},
	{[]string{"pelayanan publik", "layanan publik"}, "pelayanan publik|layanan publik|pelayanan kantor"},
	{[]string{"angkutan umum", "angkot", "transportasi umum", "angkutan"}, "angkot|angkutan umum|bus kota|transportasi umum|angkutan"},
	{[]string{"jembatan"}, "jembatan|jembatan rusak"},
}

var indicatorConcepts = []concept{
	{[]string{"curah hujan", "hujan"}, "hujan|curah hujan|intensitas hujan|tebal hujan|hujannya"},
	{[]string{"tinggi muka air", "muka air", "ketinggian air", "tinggi air", "tma"}, "muka air|tinggi air|ketinggian air|tinggi muka air|level air|tma|permukaan air|debit air"},
	{[]string{"harga beras", "beras"}, "beras|harga beras"},
	{[]string{"harga cabai", "cabai"}, "cabai|cabe|harga cabai|harga cabe|lombok"},
	{[]string{"harga minyak goreng", "minyak goreng"}, "minyak goreng|harga minyak|migor|minyak"},
	{[]string{"harga telur", "telur"}, "telur|harga telur|telur ayam"},
	{[]string{"harga gula", "gula"}, "gula|harga gula"},
	{[]string{"harga daging", "daging"}, "daging|harga daging"},
	{[]string{"harga bawang", "bawang"}, "bawang|harga bawang"},
	{[]string{"keterisian tempat tidur", "hunian rumah sakit", "bor", "hunian rs", "okupansi rumah sakit", "tempat tidur"}, "bor|keterisian rs|hunian rs|hunian rumah sakit|keterisian rumah sakit|okupansi rumah sakit|keterisian tempat tidur|okupansi tempat tidur|keterisian ranjang|tempat tidur terisi|okupansi rs|keterpakaian tempat tidur|bed occupancy"},
	{[]string{"kecepatan rata jalan", "kecepatan jalan", "kecepatan kendaraan", "kecepatan lalu lintas", "kecepatan"}, "kecepatan jalan|kecepatan kendaraan|kecepatan lalu lintas|laju kendaraan|kecepatan lalin|kecepatan di jalan|laju lalu lintas|kecepatan berkendara"},
	{[]string{"pm2.5", "pm25", "partikulat", "debu halus"}, "pm2.5|pm25|pm 2.5|partikulat|debu halus|kualitas udara|polusi udara|polusi|partikel halus"},
	{[]string{"ispu", "kualitas udara", "indeks udara"}, "ispu|kualitas udara|polusi udara|mutu udara"},
	{[]string{"suhu udara", "suhu", "temperatur"}, "suhu|temperatur|suhu udara"},
	{[]string{"kelembapan", "kelembaban"}, "kelembapan|kelembaban"},
	{[]string{"angin"}, "kecepatan angin|angin"},
	{[]string{"pasang", "pasut", "muka laut"}, "pasang|pasang surut|pasut|air pasang|ketinggian pasang"},
	{[]string{"kemacetan", "indeks macet", "tingkat kemacetan"}, "kemacetan|macet|tingkat kemacetan"},
	{[]string{"volume sampah", "timbulan sampah", "sampah"}, "volume sampah|timbulan sampah|tonase sampah"},
	{[]string{"debit"}, "debit|debit air|debit sungai"},
	{[]string{"kasus dbd", "dbd", "demam berdarah"}, "dbd|kasus dbd|demam berdarah|kasus demam berdarah"},
	{[]string{"inflasi"}, "inflasi|laju inflasi"},
	{[]string{"stunting"}, "stunting|angka stunting|prevalensi stunting"},
	{[]string{"penumpang"}, "penumpang|jumlah penumpang"},
	{[]string{"antrean", "antrian"}, "antrean|antrian|waktu antre"},
}

// ourOffices are the everyday names of offices by the short name or a word of
// the full name that the city's own list has.
var ourOffices = map[string]string{
	"dpupr": "dinas pupr|pupr|dinas pu|pekerjaan umum|dinas pekerjaan umum|dpu", "dpu": "dinas pu|pekerjaan umum|dinas pekerjaan umum|dinas pupr|pupr",
	"dishub": "dinas perhubungan|perhubungan|dinas hub", "dlh": "dinas lingkungan hidup|lingkungan hidup|dinas lh|dinas kebersihan", "dinkes": "dinas kesehatan|dinas kes",
	"disdik": "dinas pendidikan", "disdikbud": "dinas pendidikan|disdik|dinas pendidikan dan kebudayaan|dikbud", "dindik": "dinas pendidikan", "disdikpora": "dinas pendidikan",
	"dinsos": "dinas sosial", "disdukcapil": "dukcapil|capil|dinas kependudukan|catatan sipil|dinas kependudukan dan pencatatan sipil|dinas dukcapil", "dispendukcapil": "dukcapil|capil|dinas kependudukan",
	"satpol pp": "satpol|pol pp|satpolpp|satuan polisi pamong praja|polisi pamong praja", "bpbd": "badan penanggulangan bencana daerah|badan bencana|badan penanggulangan bencana",
	"damkar": "pemadam kebakaran|pemadam|dinas pemadam kebakaran", "disdamkar": "damkar|pemadam kebakaran|pemadam|dinas pemadam kebakaran", "diskominfo": "kominfo|dinas kominfo|dinas komunikasi dan informatika",
	"disperkim": "perkim|dinas perumahan", "perkim": "dinas perumahan|disperkim", "disnaker": "dinas tenaga kerja|naker", "disdag": "dinas perdagangan", "perumdam": "pdam", "pdam": "perumdam|perusahaan air minum", "dkp": "dinas ketahanan pangan", "bappeda": "badan perencanaan", "bapenda": "badan pendapatan", "dispora": "dinas pemuda dan olahraga",
}

var ourChannels = map[string]string{
	"whatsapp": "wa|whatsapp|whatsap|watsap", "call-112": "112|call center 112|panggilan 112|call 112|layanan 112", "lapor": "sp4n|sp4n lapor|lapor go id", "loket": "loket|tatap muka|datang langsung", "web": "situs|website|web",
	"telepon": "telepon|telpon|sambungan telepon", "aplikasi": "aplikasi|app|apps", "email": "email|surel|surat elektronik", "counter": "loket|tatap muka", "telegram": "telegram", "surat": "surat", "sms": "sms",
}
