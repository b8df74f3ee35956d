// Package language makes search words and stems of Indonesian as citizens write
// it; stored texts, questions and learned models use the same functions. It
// imports the standard library only.
package language
