// Package hazard joins rain, tide, water levels, official warnings and
// citizens' voices to a flood risk for each kelurahan over the next 6 and 24
// hours, with the reasons, what was missing, and who is to be told.
//
// The score is an additive model on the log odds whose weights are rows with
// source and date (city.HazardDeclarations); nothing about one city stands in
// the code. It is pure: time is an argument. It imports backend/city and other
// packages of backend/analysis only.
package hazard
