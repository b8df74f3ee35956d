// Package live is the hub: it reads numbered events after its last number and
// hands each to the subscribers whose scope may see it, as snapshot, deltas
// and resumed deltas. It owns the /live message types and close codes.
//
// It knows no HTTP and no SQL; it imports backend/city and the standard
// library only, and reads through interfaces it declares.
package live
