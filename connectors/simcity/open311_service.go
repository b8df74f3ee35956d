package simcity

import (
	"encoding/xml"
	"net/http"
	"slices"

	"balaikota/connectors/simcity/world"
)

type wireValue struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

type wireAttribute struct {
	Variable    bool        `json:"variable" xml:"variable"`
	Code        string      `json:"code" xml:"code"`
	Datatype    string      `json:"datatype" xml:"datatype"`
	Required    bool        `json:"required" xml:"required"`
	TypeHint    string      `json:"datatype_description" xml:"datatype_description"`
	Order       int         `json:"order" xml:"order"`
	Description string      `json:"description" xml:"description"`
	Values      []wireValue `json:"values,omitempty" xml:"values>value,omitempty"`
}

// definitions are the further questions some services ask.
var definitions = map[string][]wireAttribute{
	"banjir-drainase": {
		{true, "tinggi_air", "number", false, "cm", 1, "Berapa tinggi air?", nil},
		{true, "butuh_evakuasi", "singlevaluelist", false, "", 2, "Perlu evakuasi?", []wireValue{{"ya", "Ya"}, {"tidak", "Tidak"}}},
	},
	"jalan-rusak": {
		{true, "jenis", "singlevaluelist", false, "", 1, "Jenis kerusakan", []wireValue{{"lubang", "Lubang-lubang"}, {"retak", "Retak Buaya"}, {"longsor", "Longsor"}}},
	},
}

func hasDefinition(slug string) bool { return len(definitions[slug]) > 0 }

// open311Service answers the definition of a service.
func (c *City) open311Service(w http.ResponseWriter, r *http.Request) {
	code, ext, ok := format(r.PathValue("file"))
	known := slices.ContainsFunc(services(), func(s world.Category) bool { return s.Slug == code })
	if !ok || !known {
		refuse(w, ext, http.StatusNotFound, "service_code not found")
		return
	}
	type body struct {
		XMLName    xml.Name        `json:"-" xml:"service_definition"`
		Code       string          `json:"service_code" xml:"service_code"`
		Attributes []wireAttribute `json:"attributes" xml:"attributes>attribute"`
	}
	b := body{Code: code, Attributes: append([]wireAttribute{}, definitions[code]...)}
	reply(w, ext, http.StatusOK, b, b)
}
