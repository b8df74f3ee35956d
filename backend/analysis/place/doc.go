// Package place reads where a report speaks of: streets, alleys, landmarks,
// RT/RW and areas in the words of citizens, held against the city's areas and
// the place names learned from reports that carried coordinates.
//
// It imports backend/city, backend/analysis/language, orb and the standard
// library only. It knows no city: names come as data.
package place
