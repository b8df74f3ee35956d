// Package tool is how a tool of the assistant is made: Define turns a Go
// function with a typed input into a langchaingo tool with a JSON schema, and
// the Registry holds those a role may use, runs them with their limits and
// says no in words. It may import backend/city.
package tool
