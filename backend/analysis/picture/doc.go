// Package picture looks at photographs: it knows one again after it was cut,
// turned, mirrored, pressed or written on, compares the views of two, and finds
// traces of editing, making and of being taken from a screen. It also reads
// what cameras and programs wrote beside the picture (EXIF, XMP, PNG chunks).
//
// All of it is pure: bytes or image.Image in, figures out. It may import
// backend/city and other packages of backend/analysis.
//
// None of its findings is a proof of guilt. Each is a place to look at, with a
// figure and the limit that it was held against; docs/quality.md says how often
// they are right on which pictures.
package picture
