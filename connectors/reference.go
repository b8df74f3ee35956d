package connectors

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// JSONSchema returns the connector's configuration as JSON Schema (draft
// 2020-12), which the form on Sumber Data draws from. x-label holds the two
// labels and x-secret marks fields that take env:NAME or file:PATH.
func (s Spec) JSONSchema() json.RawMessage {
	schema := objectSchema(s.config, "")
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = s.Title.EN
	schema["x-label"] = s.Title
	out, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("connectors: schema of %s: %v", s.Name, err)) // only plain maps are in it
	}
	return out
}

func objectSchema(t reflect.Type, path string) map[string]any {
	props, required := map[string]any{}, []string{}
	collectProperties(t, path, props, &required)
	schema := map[string]any{"type": "object", "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func collectProperties(t reflect.Type, path string, props map[string]any, required *[]string) {
	for sf := range t.Fields() {
		if sf.Anonymous && sf.Type.Kind() == reflect.Struct {
			collectProperties(sf.Type, path, props, required)
			continue
		}
		name := jsonName(sf)
		if name == "" {
			continue
		}
		f := declaredField(sf, joinPath(path, name))
		props[name] = propertySchema(sf.Type, f)
		if f.Required {
			*required = append(*required, name)
		}
	}
}

func propertySchema(t reflect.Type, f Field) map[string]any {
	p := map[string]any{"description": f.Doc}
	if f.Label.EN != "" || f.Label.ID != "" {
		p["x-label"] = f.Label
	}
	if f.Default != "" {
		p["default"] = defaultValue(f)
	}
	if f.Example != "" {
		p["examples"] = []string{f.Example}
	}
	if f.Secret {
		p["x-secret"], p["pattern"] = true, secretForm.String()
	}
	switch f.Type {
	case "list":
		p["type"], p["items"] = "array", itemSchema(t.Elem(), f)
	case "map":
		p["type"], p["additionalProperties"] = "object", itemSchema(t.Elem(), f)
	case "object":
		maps.Copy(p, objectSchema(structOf(t), f.Path))
	case "any":
	default:
		maps.Copy(p, scalarSchema(f))
	}
	return p
}

func itemSchema(t reflect.Type, f Field) map[string]any {
	f.Type, f.Default, f.Example, f.Label = typeName(t), "", "", Text{}
	return propertySchema(t, f)
}

func scalarSchema(f Field) map[string]any {
	p := map[string]any{"type": f.Type}
	if len(f.Enum) > 0 {
		p["enum"] = f.Enum
	}
	switch f.Format {
	case "url":
		p["format"] = "uri"
	case "":
	default:
		p["x-format"] = f.Format
	}
	return p
}

// onTheScreen says how a source is connected without a file. The screen's own words
// are as backend/i18n has them; the command checks that.
const onTheScreen = `## Connect a source on the screen

All of it is done by an operator on **Sumber data**, with nothing but the screen. Only a
password or key is put on the server by whoever runs it (` + "`env:NAME` or `file:PATH`" + `).

1. **Declare the indicator**, once for each figure: **Indikator baru**. Give its name, its
   short name (*Nama pendek*: what sources call it), its unit, its definition, and the
   level of its areas (*Tingkat wilayah*; figures for each kelurahan or kecamatan show on the
   map). *Tampilkan di Ringkasan* makes a tile of it; *Ambang dan target* its norms. It can be
   skipped: a trial names what nobody has declared and offers **Nyatakan …**. Sources of
   reports need no indicator.
2. **Sambungkan sumber**: choose the kind (*Jenis sumber*), name the source, and fill in:
   - *Portal data CKAN (Satu Data)*: the portal's address, and a dataset, words to search for,
     or the id of a resource.
   - *JSON, XML, atau tabel lewat HTTP*: a *Templat* where there is one for the system, which then
     asks for nothing but its parameters. Else (a CSV or XLSX with an address) its *Alamat* below
     *Pemetaan*; what it is and where its rows lie is found out. Files that are dropped into a folder or lie on an
     SFTP server: *Berkas dalam folder*.
   - *Sensor lewat MQTT*: the broker's address, the client id, and the topics, one a line.
   - *Basis data lain (SQL)*: system, server, database, user, password, query. A server inside
     the city's own network needs *Izinkan alamat jaringan dalam*, and *Enkripsi* ` + "`off`" + ` if it
     offers none; both are below **Pengaturan lain**.
3. **Coba**. The trial stores nothing. It finds the columns and, as long as nobody has filled in the
   *Pemetaan*, fills it in: what it filled bears *Usulan*. Look at each line, and choose the column
   where it is wrong or empty. Nothing has to be programmed:
   - *Isi satu baris*: *Laporan warga* or *Angka*.
   - *Indikator*: *Satu indikator untuk semua baris* (or **Indikator baru…**), or the column that names it.
   - *Waktu* and *Nilai*: the column, and how times and numbers are written there, by example.
   - *Wilayah*: the column with the name or the code of the kelurahan or kecamatan.
   - *Kategori* and *Status* of reports: *Padanan kata* says what each of their words is here.

   *Nilai tetap…* is the same for all rows. *Bidang lain*, *Pengaturan lain bidang ini* and *Pengaturan lain pemetaan*
   hold what few sources need. Who would rather write it presses **Tulis sebagai teks**, and
   **Kembali ke isian** afterwards; a click on one of *Kolom yang ditemukan* puts it where the caret
   stands. A whole mapping as text:

       kind: observations
       fields:
         indicator: {const: rumah-tidak-layak-huni}
         area: .kelurahan
         time: {get: .tanggal, time: ["2006-1-2"]}
         value: {get: .jumlah, number: id}

   What else a field may say stands in [mapping](../connectors/mapping/README.md).
4. **Coba** again: the first rows, how each field was filled, what is refused and why, what looks
   wrong. **Sambungkan** is there once the trial is of what the form says now.
5. The source is read by its schedule, or at once: **Tarik sekarang** on its page. Its figures are on
   **Peta** among the layers, and on **Ringkasan** if it has a tile. Rows that were refused wait on
   the source's page; after a change of the mapping all is read again, and what comes in waits no more.

## Kinds of sources

`

// WriteReference writes docs/connectors.md: every registered connector with
// its fields, from the same declarations that validate them.
func (r *Registry) WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Connectors\n\n<!-- Generated by go generate from the connectors' own declarations; do not edit. -->\n\n" +
		"How Balaikota reads other systems. Secrets are never written into a configuration: a secret field holds " +
		"`env:NAME` (an environment variable) or `file:PATH` (a file in the folder of secrets).\n\n")
	b.WriteString(onTheScreen)
	for _, s := range r.Specs() {
		fmt.Fprintf(&b, "- [`%s`](#%s): %s\n", s.Name, s.Name, s.Title.EN)
	}
	for _, s := range r.Specs() {
		s.writeReference(&b)
	}
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("write the connector reference: %w", err)
	}
	return nil
}

func (s Spec) writeReference(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s (%s). %s\n\n%s\n\n", s.Name, s.Title.EN, s.Title.ID, s.Description.EN, s.Description.ID)
	if len(s.Brings) > 0 {
		fmt.Fprintf(b, "Brings: %s.", strings.Join(s.Brings, ", "))
	}
	if s.Schedule != "" {
		fmt.Fprintf(b, " Usual schedule: `%s`.", s.Schedule)
	}
	if s.Attribution != "" {
		fmt.Fprintf(b, " Must be shown as source: %s.", s.Attribution)
	}
	if s.Docs != "" {
		fmt.Fprintf(b, " The other side's documentation: <%s>.", s.Docs)
	}
	b.WriteString("\n\n| field | type | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, f := range s.Fields {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.Path, f.typeCell(), codeOrNone(f.Default), f.docCell())
	}
	if s.Templates == nil {
		return
	}
	fmt.Fprintf(b, "\n### Templates of %s\n\nReady-made configurations; `balaikota source templates` lists them too. What a source says itself goes before.\n", s.Name)
	for _, t := range s.Templates() {
		t.writeReference(b)
	}
}

func (t Template) writeReference(b *strings.Builder) {
	fmt.Fprintf(b, "\n#### %s\n\n%s (%s). %s\n\n%s\n\nSchedule: `%s`.", t.Name, t.Title.EN, t.Title.ID, t.Description.EN, t.Description.ID, t.Schedule)
	if t.ExpectEvery > 0 {
		fmt.Fprintf(b, " New data at least every %s.", time.Duration(t.ExpectEvery))
	}
	if t.Attribution != "" {
		fmt.Fprintf(b, " Must be shown as source: %s.", t.Attribution)
	}
	b.WriteString("\n\n| parameter | | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, p := range t.Params {
		needed := ""
		if p.Required {
			needed = "required"
		}
		if p.Secret {
			needed = strings.TrimPrefix(needed+", secret", ", ")
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s (%s). Example: `%s`. |\n", p.Name, needed, codeOrNone(p.Default), p.Label.EN, p.Label.ID, strings.ReplaceAll(p.Example, "|", "\\|"))
	}
}

func (f Field) typeCell() string {
	t := f.Type
	switch {
	case f.Secret:
		t = "secret"
	case f.Format == "duration":
		t = "duration"
	case f.Format != "":
		t += " (" + f.Format + ")"
	}
	if f.Required {
		t += ", required"
	}
	return t
}

func (f Field) docCell() string {
	doc := f.Doc
	if len(f.Enum) > 0 {
		doc += " One of `" + strings.Join(slices.Clone(f.Enum), "`, `") + "`."
	}
	if f.Example != "" {
		doc += " Example: `" + f.Example + "`."
	}
	return strings.ReplaceAll(doc, "|", "\\|")
}

func codeOrNone(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
