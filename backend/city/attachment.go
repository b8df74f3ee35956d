package city

import (
	"archive/zip"
	"bytes"
	"path"
	"strings"
	"unicode/utf8"
)

// LargestAttachment is the most bytes of a file sent with a disposition.
const LargestAttachment = 10 << 20

// Kinds of file that may be sent along, and how their names end.
const (
	typePDF  = "application/pdf"
	typePNG  = "image/png"
	typeJPEG = "image/jpeg"
	typeDOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

var attachmentEndings = map[string]string{typePDF: ".pdf", typePNG: ".png", typeJPEG: ".jpg", typeDOCX: ".docx", typeXLSX: ".xlsx"}

// SniffAttachment returns the kind of a file by its bytes, whatever it is
// called: PDF, PNG, JPEG, or a document or sheet of Office Open XML (ISO/IEC
// 29500-2: a ZIP with [Content_Types].xml whose main part lies in word/ or xl/)
// without macros. Anything else is refused.
func SniffAttachment(content []byte) (string, error) {
	switch {
	case len(content) == 0:
		return "", wrongField("file", "error.dsp_file_kind", "is empty")
	case len(content) > LargestAttachment:
		return "", wrongField("file", "error.dsp_file_large", "is larger than 10 MB")
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return typePDF, nil
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		return typePNG, nil
	case bytes.HasPrefix(content, []byte("\xff\xd8\xff")):
		return typeJPEG, nil
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		if kind := officeKind(content); kind != "" {
			return kind, nil
		}
	}
	return "", wrongField("file", "error.dsp_file_kind", "is no PDF, JPEG, PNG, DOCX or XLSX")
}

func officeKind(content []byte) string {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return ""
	}
	types, kind := false, ""
	for _, f := range z.File {
		switch name := f.Name; {
		case name == "[Content_Types].xml":
			types = true
		case name == "word/document.xml":
			kind = typeDOCX
		case name == "xl/workbook.xml":
			kind = typeXLSX
		case strings.HasSuffix(strings.ToLower(name), "vbaproject.bin"):
			return "" // macros
		}
	}
	if !types {
		return ""
	}
	return kind
}

// AttachmentName is a file's name without folders and without what breaks a
// header or a screen, ending as its kind does.
func AttachmentName(name, kind string) string {
	name = path.Base(strings.ReplaceAll(VisibleText(name), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\n\t\"'<>|:*?;%", r) {
			return -1
		}
		return r
	}, name)
	end := attachmentEndings[kind]
	if strings.HasSuffix(strings.ToLower(name), ".jpeg") && kind == typeJPEG {
		name = name[:len(name)-len(".jpeg")]
	}
	if len(name) >= len(end) && strings.EqualFold(name[len(name)-len(end):], end) {
		name = name[:len(name)-len(end)]
	}
	name = strings.Trim(name, " .")
	for utf8.RuneCountInString(name) > 120 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" || name == "/" {
		name = "lampiran"
	}
	return name + end
}
