package geo

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"balaikota/backend/city"
)

// identity is what a feature says it is.
type identity struct {
	code string // Kemendagri, with dots
	bps  string
	name string // of the area itself
	// kecamatan and city are the names of what it lies in.
	kecamatan, city string
}

// Property names in use in Indonesia, as small letters and digits only: BIG's
// border files (KDEPUM, WADMKD …), BPS's, and what offices write by hand.
var (
	kelurahanCode = []string{"kdepum", "kodekelurahan", "kelurahancode", "kodekel", "kodedesa", "kodedesakelurahan", "kodekeldesa", "kdkel", "kodekemendagri", "adm4", "adm4code"}
	anyCode       = []string{"code", "kode", "kodewilayah", "areacode", "kdwilayah", "kodeadm", "kodeadministrasi"}
	kecamatanCode = []string{"kdcpum", "kodekecamatan", "kecamatancode", "kodekec", "kdkec", "adm3code", "adm3"}
	cityCode      = []string{"kdpkab", "kodekota", "kodekab", "kodekabkota", "kodekabupaten", "adm2code", "adm2"}
	bpsCode       = []string{"kdebps", "bpscode", "kodebps", "bpsdesa", "iddesa", "kodedesabps", "bpskelurahan"}
	bpsUpper      = []string{"kdcbps", "bpskec", "idkec", "kdbbps", "bpskab", "idkab"}
	kelurahanName = []string{"wadmkd", "kelurahan", "namakelurahan", "namakel", "desa", "namadesa", "desakelurahan", "nmdesa", "nmkel", "kel"}
	anyName       = []string{"name", "nama", "namobj", "namawilayah", "wilayah"}
	kecamatanName = []string{"wadmkc", "kecamatan", "namakecamatan", "namakec", "nmkec", "kec"}
	cityName      = []string{"wadmkk", "kabkota", "kota", "namakota", "kabupatenkota", "kabupaten", "namakab", "nmkab", "wadmkab"}
)

// properties are a feature's properties by folded name.
type properties map[string]string

func readProperties(raw map[string]json.RawMessage) properties {
	props := properties{}
	for key, value := range raw {
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			s = string(value)
			if s == "null" || strings.ContainsAny(s[:min(1, len(s))], "{[tf") {
				continue
			}
		}
		if s = strings.TrimSpace(s); s != "" && len(s) <= 200 {
			props[foldKey(key)] = s
		}
	}
	return props
}

func foldKey(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, key)
}

func (p properties) first(keys ...[]string) string {
	for _, list := range keys {
		for _, k := range list {
			if p[k] != "" {
				return p[k]
			}
		}
	}
	return ""
}

// identify finds the area's code and names, or says what is wrong.
func (p *parser) identify(id json.RawMessage, raw map[string]json.RawMessage) (identity, string) {
	props := readProperties(raw)
	who := identity{
		name: props.first(kelurahanName, anyName), kecamatan: props.first(kecamatanName), city: props.first(cityName),
		bps: props.first(bpsCode),
	}
	written := props.first(kelurahanCode, anyCode)
	if written == "" {
		written = codeOfID(id)
	}
	if written == "" && who.bps != "" {
		written = who.bps
	}
	if written == "" && props.first(kelurahanName) != "" {
		who.code = p.byNames[[2]string{squash(who.kecamatan), squash(who.name)}]
		if who.code == "" {
			return who, "it has no code, and no kelurahan of that name in that kecamatan is known; add the code (KDEPUM)"
		}
	}
	if written == "" && who.code == "" {
		written = props.first(kecamatanCode, cityCode, bpsUpper)
	}
	if written == "" && who.code == "" {
		return who, "it has no code; add one under KDEPUM, kode or code"
	}
	if who.code == "" {
		var problem string
		if who.code, problem = p.code(written); problem != "" {
			return who, problem
		}
	}
	return p.checked(who)
}

// codeOfID takes a feature's id when it has the form of a code.
func codeOfID(id json.RawMessage) string {
	s := strings.Trim(strings.TrimSpace(string(id)), `"`)
	if _, ok := city.LevelOfCode(dotted(s)); ok {
		return s
	}
	return ""
}

// dotted writes a Kemendagri code with its dots: 6472011001 → 64.72.01.1001.
func dotted(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".0")
	if strings.Trim(s, "0123456789") != "" {
		return s
	}
	switch len(s) {
	case 4:
		return s[:2] + "." + s[2:]
	case 6:
		return s[:2] + "." + s[2:4] + "." + s[4:]
	case 10:
		return s[:2] + "." + s[2:4] + "." + s[4:6] + "." + s[6:]
	}
	return s
}

// code turns what the file writes into a Kemendagri code. Ten digits may be
// Kemendagri or BPS; they have different orders and are never derived from one
// another, so a code that is not known as either is refused.
func (p *parser) code(written string) (code, problem string) {
	code = dotted(written)
	if _, known := p.known[code]; known {
		return code, ""
	}
	if byBPS, ok := p.byBPS[written]; ok {
		return byBPS, ""
	}
	level, ok := city.LevelOfCode(code)
	// In Kemendagri codes the fourth part of a kelurahan begins with 1, that
	// of a desa with 2; BPS codes of ten digits nearly never fit.
	if ok && level == city.Kelurahan && code[9] != '1' && code[9] != '2' {
		ok = false
	}
	if !ok {
		return "", fmt.Sprintf("%.40q is no Kemendagri code (like 64.72.01.1001) and no known BPS code", written)
	}
	return code, ""
}

// checked refuses codes that are not of this city or not known.
func (p *parser) checked(who identity) (identity, string) {
	level, ok := city.LevelOfCode(who.code)
	if !ok || level == city.Provinsi {
		return who, "a province is no area of a city"
	}
	if !city.Within(who.code, p.City) {
		other := who.code[:5]
		if p.foreign[other] == "" {
			p.foreign[other] = who.city
		}
		return who, fmt.Sprintf("it belongs to %s, not to %s", other, p.City)
	}
	if a, known := p.known[who.code]; known {
		if who.name == "" || level != city.Kelurahan {
			who.name = a.Name
		}
		return who, ""
	}
	if !p.NewCity {
		return who, "no area of this code is known; the catalogue may be older than the file: check the code, or load the city anew with --city " + p.City
	}
	if who.name == "" {
		switch level {
		case city.Kecamatan:
			who.name = who.kecamatan
		case city.Kota:
			who.name = who.city
		}
	}
	if who.name == "" {
		return who, "it has no name; add one under WADMKD, nama or name"
	}
	return who, ""
}
