// Package outline computes approximate borders of a city's areas from nothing
// but one point and one area figure for each: an additively weighted Voronoi
// diagram whose weights are fitted until every cell has its area. Each cell
// holds its own point, neighbours share their borders exactly, and the same
// input gives the same output.
//
// It is a generator: its result is committed with the city's pack. It imports
// orb and the standard library only.
package outline
