//go:build !race

package outline

const raced = false
