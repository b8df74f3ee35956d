package importing

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	plainNumber  = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	decimalComma = regexp.MustCompile(`^[+-]?\d+,\d+$`)
	threeAfter   = regexp.MustCompile(`^[+-]?[1-9]\d{0,2},\d{3}$`)
	dotGroups    = regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$`)
	commaGroups  = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
)

var (
	errNoNumber  = errors.New("is no number; write it like 1234.5")
	errAmbiguous = errors.New("may mean thousands or decimals; write it without separators between thousands, like 16350 or 16.35")
)

// ParseNumber reads a number as people and sheets write it: 1234.5, 1234,5,
// 1.234.567,8, 1,234,567.8, Rp 13.500, 1e3. A single point is a decimal point
// (the format of the import contract); a single comma before exactly three
// digits is refused as ambiguous. NaN and infinity are no numbers.
func ParseNumber(s string) (float64, error) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f', '\'':
			return -1
		case '\u2212':
			return '-'
		}
		return r
	}, s)
	if len(s) == 0 || len(s) > 40 {
		return 0, errNoNumber
	}
	if lower := strings.ToLower(s); strings.HasPrefix(lower, "rp") {
		s = strings.TrimSuffix(strings.TrimPrefix(s[2:], "."), ",-")
		if !dotGroups.MatchString(s) && !plainNumber.MatchString(s) && !decimalComma.MatchString(s) {
			return 0, errNoNumber
		}
		return finite(strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1))
	}
	switch {
	case plainNumber.MatchString(s):
		return finite(s)
	case threeAfter.MatchString(s):
		return 0, errAmbiguous
	case decimalComma.MatchString(s):
		return finite(strings.Replace(s, ",", ".", 1))
	case dotGroups.MatchString(s):
		return finite(strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1))
	case commaGroups.MatchString(s):
		return finite(strings.ReplaceAll(s, ",", ""))
	}
	return 0, errNoNumber
}

func finite(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, errNoNumber
	}
	return v, nil
}

// parseDegrees is ParseNumber for a coordinate, where a comma is always a
// decimal comma and 117,146 no thousands.
func parseDegrees(s string) (float64, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "°")
	if decimalComma.MatchString(s) {
		s = strings.Replace(s, ",", ".", 1)
	}
	v, err := ParseNumber(s)
	if err == nil && math.Abs(v) > 180 {
		return 0, errors.New("is no degree between -180 and 180; give WGS 84 longitude and latitude")
	}
	return v, err
}

func parseWhole(s string) (int, error) {
	v, err := ParseNumber(s)
	if err != nil || v != math.Trunc(v) || math.Abs(v) > 1e9 {
		return 0, errors.New("is no whole number")
	}
	return int(v), nil
}
