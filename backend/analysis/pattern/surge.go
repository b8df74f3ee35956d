package pattern

// Window is how many reports one place and category received lately, against
// the same length of time before.
type Window struct {
	AreaCode string
	Category string
	// Recent is the count in the window; Past the count in PastWindows windows
	// of the same length before it.
	Recent      int
	Past        int
	PastWindows int
}

// Surge thresholds: fewer than surgeLeast reports are never a surge, and the
// chance of so many by accident must be below surgeChance.
const (
	surgeLeast  = 4
	surgeChance = 1e-4
)

// Surge reports whether the window holds unusually many reports: the upper
// tail of a Poisson distribution whose mean is the usual count. The mean is
// taken as (Past+1)/(PastWindows+1), so that a place without history needs
// more than one voice. Formula: P(X ≥ k) = 1 − Σ_{i<k} e^{−λ} λ^i / i!.
func Surge(w Window) (usual float64, surge bool) {
	usual = float64(w.Past+1) / float64(w.PastWindows+1)
	return usual, w.Recent >= surgeLeast && PoissonAtLeast(w.Recent, usual) < surgeChance
}
