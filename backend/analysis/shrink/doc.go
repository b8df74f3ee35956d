// Package shrink draws shaky figures of small counts towards what their peers
// show, with intervals: shares (beta-binomial), rates and ratios
// (gamma-Poisson), and effects of single cases (random effects). The peers'
// spread is learnt from the peers themselves, so that many cases speak for
// themselves and few lean on the rest. It imports the standard library only.
package shrink
