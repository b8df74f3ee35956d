// Package world is the simulated city itself: weather, water, citizens, crews,
// prices, traffic, quakes. It owns the rules by which simcity's days pass.
//
// It is pure: no clock, no files, no network, no goroutines. The same
// configuration and the same commands at the same ticks give the same output
// to the last byte, which is how a city killed half way continues without
// losing or repeating anything. It imports the standard library only.
//
// One tick is one simulated minute. Nothing here measures or forecasts the
// real Samarinda; constants are chosen so that the screen looks plausible.
package world
