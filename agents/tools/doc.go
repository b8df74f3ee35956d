// Package tools holds the assistant's tools, one .go and one .md file each:
// the code turns a typed input into figures, plain Indonesian sentences and
// things to draw; the Markdown is what a model reads about it. It owns how
// answers are worded. It may import backend/city and agents/tool; everything
// else comes in through the interfaces of deps.go.
//
// What every tool keeps to: each number in a text or a block is in the
// result's figures with what it is of; no tool returns a citizen's words or
// name; none changes anything.
package tools
