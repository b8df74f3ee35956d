package city

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// noticeLength is the most characters of a notice: what a locked phone shows.
const noticeLength = 120

// NoticeSide is why somebody is told of a step.
type NoticeSide string

// Sides of a notice.
const (
	ToAddressee NoticeSide = "addressee"
	ToSender    NoticeSide = "sender"
	ToCopy      NoticeSide = "copy" // an office that gets a copy
	ToRung      NoticeSide = "rung" // of the ladder
)

// StepTold is a step as notices word it. Nothing in it was written by hand but
// the names of kinds of action, offices and areas: subjects, notes and answers
// may hold personal data and stay behind the sign-in.
type StepTold struct {
	DispositionID int64
	Number        string
	Kind          DispositionStepKind
	By            Party             // system, or somebody
	Status        DispositionStatus // after it
	Nature        Nature
	Action        string // name of the kind of action, "" if none
	ActionEN      string
	Place         string // name of the area
	Office        string // the addressee as written
	Obstacle      string
	Checked       bool // a picture of its own is looked at
	DueAt         time.Time
	Rung          string // role that was told, of escalate
}

// Wording is a notice without its reader. List keeps it in the app's list: no
// channel carries it.
type Wording struct {
	Kind   string
	Said   Said
	Path   string
	Urgent bool
	List   bool
}

// told is what one kind of step says to one side: text before and after the
// instruction's number.
type told struct {
	side   NoticeSide
	kind   string
	id, en string // with {office}, {obstacle}, {rung}
	due    bool   // the deadline follows
	urgent bool
	list   bool
}

var tellings = map[DispositionStepKind][]told{
	StepSend: {
		{side: ToAddressee, kind: "disposition", id: "Disposisi baru {no}{what}", en: "New disposition {no}{what}", due: true},
		{side: ToCopy, kind: "disposition", id: "Tembusan disposisi {no}{what} kepada {office}", en: "Copy of disposition {no}{what} to {office}", list: true},
	},
	StepRedirect: {{side: ToAddressee, kind: "disposition", id: "Disposisi baru {no}{what}", en: "New disposition {no}{what}", due: true}},
	StepAccept:   {{side: ToSender, kind: "step", id: "{office} menerima disposisi {no}", en: "{office} accepted disposition {no}", list: true}},
	StepAsk:      {{side: ToSender, kind: "step", id: "{office} bertanya tentang disposisi {no}; pekerjaan menunggu jawaban Anda", en: "{office} asks about disposition {no}; the work waits for your answer"}},
	StepReply:    {{side: ToAddressee, kind: "step", id: "Pertanyaan Anda tentang disposisi {no} sudah dijawab", en: "Your question about disposition {no} is answered"}},
	StepDecline:  {{side: ToSender, kind: "step", id: "{office} mengembalikan disposisi {no}; tentukan tujuan lain", en: "{office} sent disposition {no} back; decide where it goes"}},
	StepProgress: {{side: ToSender, kind: "step", id: "Kemajuan baru disposisi {no} dari {office}", en: "New progress on disposition {no} by {office}", list: true}},
	StepHinder:   {{side: ToSender, kind: "step", id: "Kendala{obstacle} pada disposisi {no} di {office}; perlu keputusan Anda", en: "Obstacle{obstacle_en} in disposition {no} at {office}; your decision is needed", urgent: true}},
	StepResume: {
		{side: ToSender, kind: "step", id: "Kendala disposisi {no} selesai; {office} melanjutkan", en: "The obstacle of disposition {no} is gone; {office} goes on", list: true},
		{side: ToAddressee, kind: "step", id: "Kendala disposisi {no} dinyatakan selesai; silakan lanjutkan", en: "The obstacle of disposition {no} is gone; please go on"},
	},
	StepPassOn: {{side: ToSender, kind: "step", id: "{office} meneruskan disposisi {no} ke bawahannya", en: "{office} handed disposition {no} on", list: true}},
	StepFinish: {{side: ToSender, kind: "step", id: "{office} menyatakan disposisi {no} selesai; menunggu pembenaran Anda", en: "{office} says disposition {no} is done; it waits for your word"}},
	StepConfirm: {
		{side: ToAddressee, kind: "step", id: "Disposisi {no} dinyatakan selesai", en: "Disposition {no} is done"},
		{side: ToSender, kind: "step", id: "Disposisi {no} di {office} selesai", en: "Disposition {no} at {office} is done", list: true},
	},
	StepReopen: {
		{side: ToAddressee, kind: "step", id: "Disposisi {no} dibuka kembali; lihat apa yang masih kurang", en: "Disposition {no} is open again; see what is missing", due: true},
		{side: ToSender, kind: "step", id: "Disposisi {no} di {office} dibuka kembali", en: "Disposition {no} at {office} is open again"},
	},
	StepCancel: {{side: ToAddressee, kind: "step", id: "Disposisi {no} dibatalkan pengirim", en: "Disposition {no} was canceled by its sender"}},
	StepExtend: {{side: ToAddressee, kind: "step", id: "Tenggat disposisi {no} diubah", en: "The deadline of disposition {no} was moved", due: true}},
	StepNote: {
		{side: ToAddressee, kind: "step", id: "Catatan baru pada disposisi {no}", en: "New note on disposition {no}", list: true},
		{side: ToSender, kind: "step", id: "Catatan baru pada disposisi {no} di {office}", en: "New note on disposition {no} at {office}", list: true},
	},
	StepEscalate: {
		{side: ToRung, kind: "escalation", id: "Disposisi {no} di {office} perlu perhatian Anda", en: "Disposition {no} at {office} needs your attention", due: true},
		{side: ToAddressee, kind: "escalation", id: "Disposisi {no} disampaikan kepada {rung} karena waktunya", en: "Disposition {no} was raised to {rung} because of its time"},
	},
}

// finishChecked is said of work whose picture is looked at by others.
var finishChecked = told{side: ToSender, kind: "step", id: "{office} menyatakan disposisi {no} selesai; bukti diperiksa", en: "{office} says disposition {no} is done; the proof is being checked"}

// reminders go to who holds things up: the addressee, or the sender while the
// instruction waits on him.
var (
	remindAddressee = told{side: ToAddressee, kind: "reminder", id: "Pengingat: disposisi {no}{what}", en: "Reminder: disposition {no}{what}", due: true}
	remindSender    = told{side: ToSender, kind: "reminder", id: "Pengingat: disposisi {no} di {office} menunggu Anda", en: "Reminder: disposition {no} at {office} waits for you"}
)

// Wordings says who is told what of a step; none where nobody is.
func (t StepTold) Wordings(zone *time.Location, label string) map[NoticeSide]Wording {
	lines := tellings[t.Kind]
	if t.Kind == StepFinish && t.Checked {
		lines = []told{finishChecked}
	}
	if t.Kind == StepRemind {
		lines = []told{remindAddressee}
		if t.Status.Waits() {
			lines = []told{remindSender}
		}
	}
	out := map[NoticeSide]Wording{}
	for _, l := range lines {
		path := "/tindakan/"
		if l.side == ToAddressee {
			path = "/tugas/"
		}
		out[l.side] = Wording{
			Kind: l.kind, Said: t.say(l, zone, label), Path: path + strconv.FormatInt(t.DispositionID, 10),
			Urgent: l.urgent || t.pressing() && !l.list, List: l.list,
		}
	}
	return out
}

// pressing reports whether the letter's nature lets a notice through the night.
func (t StepTold) pressing() bool { return t.Nature == NatureVeryUrgent }

// say fills a line, and leaves parts out until it fits: first what is to be
// done, then the deadline's clock.
func (t StepTold) say(l told, zone *time.Location, label string) Said {
	due, dueEN := "", ""
	if l.due {
		due, dueEN = dueWords(t.DueAt, zone, label)
	}
	what, whatEN := joinWords(t.Action, t.Place), joinWords(t.ActionEN, t.Place)
	return Said{
		Text:   t.fill(l.id, what, due, obstacleNames[t.Obstacle].Text, rungNames[t.Rung].Text),
		TextEN: t.fill(l.en, whatEN, dueEN, obstacleNames[t.Obstacle].TextEN, rungNames[t.Rung].TextEN),
	}
}

func (t StepTold) fill(line, what, due, obstacle, rung string) string {
	if obstacle != "" {
		obstacle = " (" + obstacle + ")"
	}
	for _, part := range []string{what, ""} {
		if part != "" {
			part = ": " + part
		}
		s := strings.NewReplacer("{no}", t.Number, "{what}", part, "{office}", t.Office, "{obstacle}", obstacle, "{obstacle_en}", obstacle, "{rung}", rung).Replace(line) + due + "."
		if utf8.RuneCountInString(s) <= noticeLength || part == "" {
			return clip(s, noticeLength)
		}
	}
	return ""
}

func joinWords(a, b string) string {
	if a != "" && b != "" {
		return a + ", " + b
	}
	return a + b
}

// dueWords says a deadline: one at midnight is the end of the day before.
func dueWords(due time.Time, zone *time.Location, label string) (id, en string) {
	local := due.In(zone)
	if local.Hour() == 0 && local.Minute() == 0 {
		day := local.Add(-time.Minute)
		return "; tenggat " + FormatDay(day, zone), "; due " + day.Format("2 January 2006")
	}
	return "; tenggat " + FormatDay(local, zone) + " " + clock(local) + " " + label, "; due " + local.Format("2 January 2006 15:04") + " " + label
}

// obstacleNames are the kinds of obstacle as notices write them.
var obstacleNames = map[string]Said{
	"dana": {"dana", "money"}, "wewenang": {"wewenang", "authority"}, "alat": {"alat", "tools"}, "cuaca": {"cuaca", "weather"},
	"lahan": {"lahan", "land"}, "lain": {"lain-lain", "other"},
}

// rungNames are the roles of the ladder as they are written.
var rungNames = map[string]Said{
	"camat": {"camat", "the camat"}, "kepala_opd": {"kepala perangkat daerah", "the head of the agency"},
	"sekda": {"Sekretaris Daerah", "the regional secretary"}, "wali_kota": {"Wali Kota", "the mayor"},
}

// RungName is how a role of the ladder is written.
func RungName(role string) Said { return rungNames[role] }

// TestNotice is what an officer sends to himself to see whether it arrives.
func TestNotice() Wording {
	return Wording{Kind: "test", Said: Said{Text: "Pemberitahuan uji dari Balaikota sudah sampai.", TextEN: "A test notice from Balaikota has arrived."}, Path: "/pemberitahuan", Urgent: true}
}

// BriefingNotice says that the morning's sheet is there; what it says stays
// behind the sign-in.
func BriefingNotice(s BriefingSheet, number int64) Wording {
	n := strconv.Itoa(len(s.Decisions.Lines))
	said := Said{Text: "Lembar pagi siap: " + n + " hal perlu keputusan.", TextEN: "The morning's briefing is ready: " + n + " matters need a decision."}
	if len(s.Decisions.Lines) == 0 {
		said = Said{Text: "Lembar pagi siap: tidak ada yang mendesak.", TextEN: "The morning's briefing is ready: nothing is urgent."}
	}
	return Wording{Kind: "briefing", Said: said, Path: BriefingHead{Number: number}.Path()}
}
