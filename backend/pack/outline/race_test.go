//go:build race

package outline

// raced tells that the race detector is on.
const raced = true
