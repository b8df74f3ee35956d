// Package proof turns what is known of a picture from the place of an action
// into checks in words and a verdict: sah (it stands) or ragu (a second person
// looks). It never rejects: only a person does.
//
// It is pure; times are arguments. It may import backend/city and other
// packages of backend/analysis.
package proof
