// Package dossier puts an incident together from its reports: what, where, how
// many voices, since when, how pressing, whose, and where it stands. It
// decides nothing about which reports belong together (package incident does).
// It imports backend/city only.
package dossier
