// Package simcity is a simulated Samarinda that speaks real protocols on
// loopback: Open311 GeoReport v2, a BMKG look-alike (forecast, earthquakes,
// CAP nowcast), plain JSON sensors, a watched folder of exports, DPUPR's
// "Jalan Peduli" and the mayor's calendar. It owns its own clock, its faults and a ledger of everything
// it ever emitted, so that a test can ask "did all of it arrive, once?".
//
// It stands for the outside world and meets Balaikota by protocol alone: it
// imports its sub-package world and the standard library, nothing else of
// ours. Everything it serves says that it is a simulation.
//
// In a folder of its own it keeps
//
//	journal.jsonl  what happened, from which everything served is rebuilt
//	ledger.jsonl   one line for each thing emitted: kind, id, version, hash
//	state.json     the world's state now and then, to start quickly
//	outbox/        exports for the watched folder
//
// Journal and ledger are only ever appended to, and a line is on file before
// the thing it tells of can be seen. After kill -9 the world is run again from
// the last state; it is deterministic, so what is in the journal already is
// skipped and what was half written appears under the same numbers.
package simcity
