package city

import "slices"

// Addressee is whom a disposition is for: an office, or the secretary.
type Addressee struct {
	Role     Role   `json:"role" enum:"sekda,kepala_opd,camat,lurah"`
	OfficeID int64  `json:"-"` // 0 for the secretary
	AreaCode string `json:"area_code,omitempty"`
	Office   string `json:"office,omitempty" doc:"Short name; absent for the secretary"`
	Name     string `json:"name" doc:"As a letter writes it: Lurah Sidodadi, Dinas …"`
}

// AddresseeOf is the office as an addressee: lurah and camat of areas, heads
// of agencies and of the city's companies.
func AddresseeOf(o Office, areaName string) Addressee {
	a := Addressee{Role: KepalaOPD, OfficeID: o.ID, Office: o.ShortName, Name: o.Name}
	switch o.Kind {
	case "kelurahan":
		a.Role, a.AreaCode, a.Name = Lurah, o.AreaCode, "Lurah "+areaName
	case "kecamatan":
		a.Role, a.AreaCode, a.Name = Camat, o.AreaCode, "Camat "+areaName
	}
	return a
}

// SecretaryAddressee is the regional secretary as an addressee.
var SecretaryAddressee = Addressee{Role: Sekda, Name: "Sekretaris Daerah"}

// Scope is the rights of who holds the addressee's post.
func (a Addressee) Scope() Scope {
	return Asker{Role: a.Role, AreaCode: a.AreaCode, OfficeID: a.OfficeID}.Scope()
}

// Reach is how far a role may instruct another.
type Reach string

// Reaches.
const (
	ReachCity  Reach = "city"  // any
	ReachBelow Reach = "below" // whose area lies in the sender's
	// ReachChain is coordination: only as a part of a disposition that the
	// sender was given, at its place.
	ReachChain Reach = "chain"
)

// InstructionRule is one row of who may send dispositions to whom.
type InstructionRule struct {
	From  Role
	To    Role
	Reach Reach
}

// InstructionRules are all of them; who is not in it sends none. The chain is
// mayor → secretary → agency or camat → lurah; heads of agencies have no
// command over areas (PP 17/2018 puts camat under the mayor through the
// secretary, and lurah under the camat), so they hand on parts only.
var InstructionRules = []InstructionRule{
	{WaliKota, Sekda, ReachCity}, {WaliKota, KepalaOPD, ReachCity}, {WaliKota, Camat, ReachCity}, {WaliKota, Lurah, ReachCity},
	{Sekda, KepalaOPD, ReachCity}, {Sekda, Camat, ReachCity}, {Sekda, Lurah, ReachCity},
	{Camat, Lurah, ReachBelow},
	{KepalaOPD, Camat, ReachChain}, {KepalaOPD, Lurah, ReachChain},
}

// MayInstruct reports whether the sender may send a disposition to the
// addressee. part says that it is handed on as a part of one that the sender
// was given, whose place is wholeArea ("" none named).
func MayInstruct(from Scope, to Addressee, part bool, wholeArea string) bool {
	if from == to.Scope() {
		return false
	}
	return slices.ContainsFunc(InstructionRules, func(r InstructionRule) bool {
		if r.From != from.Role || r.To != to.Role {
			return false
		}
		switch r.Reach {
		case ReachBelow:
			return Within(to.AreaCode, from.AreaCode)
		case ReachChain:
			return part && (wholeArea == "" || Within(wholeArea, to.AreaCode) || Within(to.AreaCode, wholeArea))
		}
		return true
	})
}

// TakesOn reports whether the sender addresses his own post, which only the
// approval of a recommendation may: he takes it on himself.
func TakesOn(from Scope, to Addressee, recommendation int64) bool {
	return recommendation != 0 && from == to.Scope() && (from.Role == KepalaOPD || from.Role == Camat)
}

// MayInstructAny reports whether the role may send dispositions at all.
func MayInstructAny(r Role) bool {
	return slices.ContainsFunc(InstructionRules, func(i InstructionRule) bool { return i.From == r })
}

// PartyOf is the side of somebody with the scope: posts decide, not persons,
// so that whoever holds a post, or stands in for its holder, goes on with it.
func PartyOf(asker, sender, addressee Scope) Party {
	if sender == addressee && asker == sender {
		return PartySelf
	}
	switch asker {
	case Scope{Role: SystemRole}:
		return PartySystem
	case sender:
		return PartySender
	case addressee:
		return PartyAddressee
	}
	return PartyReader
}

// DispositionReaders are those a disposition concerns: of its sender, its
// addressee and those that get a copy.
type DispositionReaders struct {
	Offices []int64
	Areas   []string
	Secret  bool
}

// SeenBy reports whether the scope may see the disposition: the parties, a
// camat those of his lurah, and the city-wide roles; a secret one only its
// parties, the mayor, the secretary and the inspectorate. It is the first
// wall; row-level security is the second and agrees.
func (r DispositionReaders) SeenBy(s Scope) bool {
	switch s.Role {
	case SystemRole, WaliKota, Sekda, Auditor:
		return true
	case Operator, Layar:
		return !r.Secret
	case KepalaOPD:
		return s.OfficeID != 0 && slices.Contains(r.Offices, s.OfficeID)
	case Lurah:
		return s.AreaCode != "" && slices.Contains(r.Areas, s.AreaCode)
	case Camat:
		return s.AreaCode != "" && slices.ContainsFunc(r.Areas, func(a string) bool {
			return a == s.AreaCode || !r.Secret && Within(a, s.AreaCode)
		})
	}
	return false
}

// Events are the same change told to each of the readers once: an event has
// one area or office, so each party has its own, and the city-wide roles one.
func (r DispositionReaders) Events(e Event) []Event {
	to := func(area string, office int64, roles ...Role) Event {
		e.AreaCode, e.OfficeID, e.Roles, e.Shared = area, office, roles, false
		return e
	}
	out := []Event{to("", 0, WaliKota, Sekda, Auditor)}
	if !r.Secret {
		out[0].Roles = append(out[0].Roles, Operator)
	}
	camats := map[string]bool{}
	for _, a := range sortedUnique(r.Areas) {
		level, _ := LevelOfCode(a)
		switch {
		case level == Kelurahan:
			out = append(out, to(a, 0, Lurah))
			camats[ParentCode(a)] = camats[ParentCode(a)] || !r.Secret
		case level == Kecamatan:
			camats[a] = true
		}
	}
	for _, a := range sortedKeys(camats) {
		if camats[a] {
			out = append(out, to(a, 0, Camat))
		}
	}
	for _, o := range sortedUnique(r.Offices) {
		out = append(out, to("", o, KepalaOPD))
	}
	return out
}

// Without are the readers of r that now no longer are.
func (r DispositionReaders) Without(now DispositionReaders) DispositionReaders {
	r.Offices = slices.DeleteFunc(slices.Clone(r.Offices), func(o int64) bool { return slices.Contains(now.Offices, o) })
	r.Areas = slices.DeleteFunc(slices.Clone(r.Areas), func(a string) bool { return slices.Contains(now.Areas, a) })
	return r
}

// Removals take a thing off the screens of the readers, not of the city-wide
// roles. What a camat still sees for another's sake comes back with the event
// that follows.
func (r DispositionReaders) Removals(topic Topic, key string) []Event {
	return r.Events(Event{Topic: topic, Key: key, Op: "remove"})[1:]
}

func sortedUnique[T int64 | string](in []T) []T {
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

func sortedKeys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
