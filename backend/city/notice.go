package city

import (
	"context"
	"time"
)

// NoticeChannel is a way a notice reaches an officer.
type NoticeChannel string

// Channels of notices; others join as folders of backend/notice.
const (
	NoticeInApp NoticeChannel = "aplikasi" // the list in the app; always
	NoticePush  NoticeChannel = "push"     // Web Push
	NoticeEmail NoticeChannel = "surel"
	// Of reporters who came by them, and of officers who bound theirs.
	NoticeTelegram NoticeChannel = "telegram"
	NoticeWhatsApp NoticeChannel = "whatsapp"
)

// Notice (pemberitahuan) is one thing an officer is told. It holds no personal
// data and leads to one screen.
type Notice struct {
	ID int64 `json:"id"`
	// Key makes telling twice harmless: one officer hears a key once.
	Key       string     `json:"key"`
	OfficerID int64      `json:"-"`
	Kind      string     `json:"kind" enum:"disposition,step,reminder,escalation,proof,reporter,recommendation,briefing,job,source,answer,test"`
	Text      string     `json:"text" doc:"Indonesian, at most 120 characters"`
	TextEN    string     `json:"text_en"`
	Path      string     `json:"path" doc:"The one screen it leads to, such as /tugas/12"`
	Urgent    bool       `json:"urgent" doc:"Also in quiet hours"`
	At        time.Time  `json:"at"`
	ReadAt    *time.Time `json:"read_at,omitempty"`
	// Delivered lists the channels that took it.
	Delivered []NoticeDelivery `json:"delivered" nullable:"false"`
}

// NoticeDelivery is how a notice went through one channel.
type NoticeDelivery struct {
	Channel  NoticeChannel `json:"channel"`
	Attempts int           `json:"attempts"`
	At       *time.Time    `json:"at,omitempty" doc:"When the channel took it"`
	Error    string        `json:"error,omitempty"`
}

// Carrier brings a notice to one address by one channel.
type Carrier interface {
	Channel() NoticeChannel
	// Carry returns nil when the channel took it. A *city.Error of code
	// NotFound says that the address is gone for good; any other error is
	// tried again.
	Carry(ctx context.Context, address string, n Notice) error
}

// NoticePreferences are an officer's own choice.
type NoticePreferences struct {
	// Channels in the order they are tried; the app's own list always holds
	// every notice.
	Channels []NoticeChannel `json:"channels" nullable:"false" enum:"push,surel,telegram,whatsapp"`
	// Email is confirmed; EmailWaiting is one whose code has not come back.
	Email        string `json:"email,omitempty"`
	EmailWaiting string `json:"email_waiting,omitempty"`
	// QuietFrom and QuietUntil are "21.00" and "05.00" in the city's zone; what
	// is not urgent waits for their end. Both empty: no quiet hours.
	QuietFrom  string `json:"quiet_from,omitempty"`
	QuietUntil string `json:"quiet_until,omitempty"`
	Push       int    `json:"push" doc:"Browsers that take pushes"`
	// Offered are the channels that this server can use.
	Offered []NoticeChannel `json:"offered" nullable:"false"`
}

// EscalationRule is one rung of the ladder, a row with its source.
type EscalationRule struct {
	Rung int `json:"rung" doc:"1 is the first above the addressee"`
	// Of is the addressee's kind of office: kelurahan, kecamatan, opd, bumd.
	Of string `json:"of" enum:"kelurahan,kecamatan,opd,bumd"`
	To string `json:"to" enum:"camat,kepala_opd,sekda,wali_kota"`
	// When: answer (not taken after Share of the answer time), close (Share of
	// the time until the deadline used up), breach (forecast to miss it).
	When        string  `json:"when" enum:"answer,close,breach"`
	Share       float64 `json:"share" doc:"Of the time; 1 is the deadline itself"`
	Source      string  `json:"source"`
	EffectiveOn string  `json:"effective_on" format:"date"`
}

// Escalation is one rung that was told.
type Escalation struct {
	ID            int64  `json:"id"`
	DispositionID int64  `json:"disposition_id"`
	Number        string `json:"number"`
	Subject       string `json:"subject"`
	Office        string `json:"office"`
	Rung          int    `json:"rung"`
	To            string `json:"to" enum:"camat,kepala_opd,sekda,wali_kota"`
	// When is the clock that made it due.
	When string    `json:"when" enum:"answer,close,breach"`
	At   time.Time `json:"at"`
	Why  Said      `json:"why"`
}
