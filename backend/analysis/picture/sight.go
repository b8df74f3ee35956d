package picture

// Sight is all that one picture says for itself.
type Sight struct {
	Metadata   Metadata
	Legibility Legibility
	Painted    Trace
	Copied     Trace
	// Noise is NoiseLevel, not a number where nothing can be said.
	Noise float64
	// Peak is ScreenPeak.
	Peak float64
}

// Look finds everything that is found in a picture alone. It takes about two
// seconds for twelve megapixels.
func Look(raw []byte, p Plane) Sight {
	return Sight{
		Metadata: ReadMetadata(raw), Legibility: Legible(p), Painted: Painted(p), Copied: Copied(p), Noise: NoiseLevel(p), Peak: ScreenPeak(p),
	}
}
