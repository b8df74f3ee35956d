// Package pattern finds what is unusual in counts, places and series. It
// imports backend/city only.
//
//	surge.go      more reports in hours than usual (the watch of minutes)
//	gistar.go     hotspots of a map: Getis-Ord Gi*, on a grid or on areas
//	scan.go       bunches in place and time: space-time permutation scan
//	anomaly.go    a day far above a series' habit: quasi-Poisson regression
//	drift.go      a slow rise: CUSUM of standardised residuals
//	silent.go     areas with far fewer reports than expected
//	fdr.go        many tests at once: Benjamini and Hochberg
//	tails.go      the distributions' tails
//
// Each function's comment gives its method, the data it needs and its source.
// Everything random takes a seed and gives the same answer for the same rows.
package pattern
