package city

// Verdict is an officer's word on two reports: one matter, or two. K names
// reports: their numbers, or their lasting keys.
type Verdict[K comparable] struct {
	A, B K
	Same bool
}

// OneMatter are the verdicts that make one incident of the incidents of
// several reports, each with all that follows it now and later: every other
// one is joined to the first.
func OneMatter[K comparable](first K, others ...K) []Verdict[K] {
	out := make([]Verdict[K], len(others))
	for i, o := range others {
		out[i] = Verdict[K]{A: first, B: o, Same: true}
	}
	return out
}

// TwoMatters are the verdicts that take the reports of leave out of the
// incident of stay, as one incident of their own. Both parts hold together from
// then on, and later reports follow whichever part they are closer to. Neither
// may be empty.
func TwoMatters[K comparable](stay, leave []K) []Verdict[K] {
	out := append(OneMatter(stay[0], stay[1:]...), OneMatter(leave[0], leave[1:]...)...)
	return append(out, Verdict[K]{A: stay[0], B: leave[0]})
}
