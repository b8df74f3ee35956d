// Package effect works out what an action brought: the days after it against
// what would have come without it. It imports backend/city and the analyses
// forecast and shrink.
//
// Two views are kept apart and must agree:
//
//   - the series' own forecast, made from the days before the action alone
//     (backend/analysis/forecast);
//   - matched areas. Every area and every earlier day at which nothing like the
//     action was done is a placebo: its level of a year, its last weeks and its
//     last days before, and what came after. Of these the nearest in level,
//     shape and population are taken (nearest-neighbour matching on the history
//     of the outcome: Imai, Kim and Wang, American Journal of Political Science
//     67 (2023) 587–605), and from them is learnt what comes after such a past.
//     What all areas had in common in the days after (rain, a holiday, a
//     campaign) is taken off as in difference-in-differences (Ashenfelter and
//     Card 1985; Abadie 2005).
//
// The interval and the probability are those of the placebos: how far areas
// without the action lay from what was expected of them (Abadie, Diamond and
// Hainmueller, "Synthetic Control Methods for Comparative Case Studies", J. Am.
// Stat. Assoc. 105 (2010) 493–505; as conformal inference Chernozhukov,
// Wüthrich and Zhu, J. Am. Stat. Assoc. 116 (2021) 1849–1864).
//
// Regression to the mean: actions are begun when reports peak, and peaks fade by
// themselves (Galton 1886; Barnett, van der Pols and Dobson, Int. J. Epidemiol.
// 34 (2005) 215–220). The placebos are matched on the peak itself, and their
// peaks faded too, so that what fades anyway is expected and not counted as an
// effect. What remains: a peak higher than any that was left alone has no equal
// to be compared with, an order given for a reason that the series does not
// show (news of a repair already under way) is not seen, and areas next to the
// acted one may have gained or lost by it.
package effect
