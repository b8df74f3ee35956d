// Package pattern finds what is unusual in counts and places. It imports
// backend/city only.
package pattern
