package city

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// reviewersAsked is how many second persons are told of one proof; the queue
// shows it to all who may judge it.
const reviewersAsked = 3

// ReviewerPost is an officer of a role that judges proofs.
type ReviewerPost struct {
	OfficerID int64
	Role      Role
	OfficeID  int64
	AreaCode  string
	// Open is of how many proofs the officer was told that nobody has judged
	// yet, ToldAt when last; nil: never.
	Open   int
	ToldAt *time.Time
}

// ProofUnderReview is what decides who may judge a proof.
type ProofUnderReview struct {
	Readers DispositionReaders // the parties of its disposition
	Roles   []Role             // of those who sent it and got it
	TakenBy int64              // the officer who took the picture, 0 for none
}

// MayReview reports whether an officer may be the second person: of no party,
// and not who took the picture. Of a secret letter only the secretary and the
// inspectorate judge. Row-level security of proof_queue is the second wall and
// agrees.
func (p ProofUnderReview) MayReview(o ReviewerPost) bool {
	if o.OfficerID == p.TakenBy {
		return false
	}
	switch o.Role {
	case Auditor:
		return true
	case Sekda:
		return !slices.Contains(p.Roles, Sekda)
	case KepalaOPD:
		return !p.Readers.Secret && o.OfficeID != 0 && !p.Readers.SeenBy(Scope{Role: o.Role, OfficeID: o.OfficeID})
	case Camat:
		return !p.Readers.Secret && o.AreaCode != "" && !p.Readers.SeenBy(Scope{Role: o.Role, AreaCode: o.AreaCode})
	}
	return false
}

// ChooseReviewers picks whom to tell: at most three, one of each office; those
// first who have the fewest open ones, then who was not told for the longest.
func (p ProofUnderReview) ChooseReviewers(all []ReviewerPost) []int64 {
	all = slices.DeleteFunc(slices.Clone(all), func(o ReviewerPost) bool { return !p.MayReview(o) })
	at := func(t *time.Time) int64 {
		if t == nil {
			return 0
		}
		return t.UnixMicro()
	}
	slices.SortFunc(all, func(a, b ReviewerPost) int {
		return cmp.Or(cmp.Compare(a.Open, b.Open), cmp.Compare(at(a.ToldAt), at(b.ToldAt)), cmp.Compare(a.OfficerID, b.OfficerID))
	})
	out, offices := []int64{}, map[Scope]bool{}
	for _, o := range all {
		office := Scope{Role: o.Role, OfficeID: o.OfficeID, AreaCode: o.AreaCode}
		if len(out) < reviewersAsked && !offices[office] {
			offices[office] = true
			out = append(out, o.OfficerID)
		}
	}
	return out
}

// ReviewWording tells a second person of a proof. number and office are of its
// disposition; a secret one's office is left out. why is "checks" or "reporter".
func ReviewWording(proof int64, number, office, why string) Wording {
	of := ""
	if office != "" {
		of = " (" + office + ")"
	}
	said := Said{
		Text:   "Foto bukti disposisi " + number + of + " menunggu penilaian Anda sebagai orang kedua.",
		TextEN: "The proof of disposition " + number + of + " waits for your word as second person.",
	}
	if why == "reporter" {
		said = Said{
			Text:   "Pelapor menyatakan disposisi " + number + of + " belum beres; mohon nilai fotonya.",
			TextEN: "A reporter says disposition " + number + of + " is not done; please judge its picture.",
		}
	}
	if office != "" && (len([]rune(said.Text)) > noticeLength || len([]rune(said.TextEN)) > noticeLength) {
		return ReviewWording(proof, number, "", why)
	}
	return Wording{Kind: "proof", Said: said, Path: "/bukti/" + strconv.FormatInt(proof, 10)}
}
