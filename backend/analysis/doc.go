// Package analysis is the folder of the city's reasoning: pure functions, one
// package a subject, each of which states its method, its data and its source.
//
//	language  the words of a text as citizens write it
//	classify  which category a text belongs to, learned from labelled rows
//	urgency   how pressing a report is, by stated rules
//	place     where a text speaks of: kelurahan, street, landmark, RT/RW
//	incident  which reports are one matter
//	dossier   what an incident is, put together from its reports
//	integrity campaigns, quota reporting and mass closing
//	pattern   hotspots, alarms, anomalies, silent areas, surges
//	forecast  what a series will do, with a band
//	hazard    rain, tide, dam, warnings and voices joined to flood risk
//	deadline  which reports are about to miss their norm
//
// They import backend/city and one another, do no input or output, and hold no
// clock of their own: the time is an argument.
package analysis
