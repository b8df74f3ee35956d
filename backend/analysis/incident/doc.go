// Package incident finds which reports speak of one matter (kejadian): many
// voices, few incidents.
//
// Every report looks back at the earlier reports that share a block with it (a
// cell of the map, a named place, a word in an area …), weighs the evidence of
// each by a log-linear model (place, time, topic, words, photo), and takes the
// best one of the best incident as its parent if the score is high enough.
// Incidents are the trees of that forest; officers' rulings are laid over it.
// A link depends on earlier reports only, so the same rows give the same
// incidents whatever the order or batch of their arrival.
//
// It imports backend/city, backend/analysis/language, backend/analysis/place
// and the standard library only.
package incident
