// Package city is the domain of Balaikota: the words a city hall uses (area,
// office, officer, source, report, incident, indicator, observation, alert,
// event) as plain Go types, and the interfaces through which adapters meet.
//
// It imports the standard library and orb (geometry) only. Every other package
// may import it; it imports none of ours.
package city
