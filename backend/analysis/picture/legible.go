package picture

import "math"

// Legibility is whether a picture shows anything.
type Legibility struct {
	// Sharp is the variance of the Laplacian at 640 pixels, relative to
	// brightness: blur takes it away (Pech-Pacheco et al., "Diatom autofocusing
	// in brightfield microscopy", ICPR 2000).
	Sharp float64
	// Mean and Spread are of the brightness, 0 to 255.
	Mean, Spread float64
}

// Legible measures a picture.
func Legible(p Plane) Legibility {
	p = p.Fit(workingLong)
	var l Legibility
	sum, squares := 0.0, 0.0
	for _, v := range p.Pix {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(p.Pix))
	l.Mean = sum / n
	l.Spread = math.Sqrt(max(0, squares/n-l.Mean*l.Mean))
	// The noise of a dark picture is not sharpness: softened first.
	soft := p.smoothed(1)
	lap, lap2, m := 0.0, 0.0, 0.0
	for y := 1; y < p.H-1; y++ {
		for x := 1; x < p.W-1; x++ {
			i := y*p.W + x
			v := 4*float64(soft.Pix[i]) - float64(soft.Pix[i-1]) - float64(soft.Pix[i+1]) - float64(soft.Pix[i-p.W]) - float64(soft.Pix[i+p.W])
			lap, lap2, m = lap+v, lap2+v*v, m+1
		}
	}
	if m > 0 {
		l.Sharp = lap2/m - lap/m*lap/m
	}
	return l
}
