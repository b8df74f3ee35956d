package city

import (
	"math"
	"regexp"
	"strings"
)

// codeForm is a code of levels: 5, 5.1, 5.1.02.01.
var codeForm = regexp.MustCompile(`^\d+(\.\d+)*$`)

// LevelCode reads the code of levels that the name of a row begins with
// (kode rekening), and within what it is one, such as the code of the office
// before it: "1.05.01 5.1.02 Belanja barang" is 5.1.02 within 1.05.01.
func LevelCode(name string) (within, code string) {
	var codes []string
	for word := range strings.FieldsSeq(name) {
		if !codeForm.MatchString(word) {
			break
		}
		codes = append(codes, word)
	}
	if len(codes) == 0 {
		return "", ""
	}
	return strings.Join(codes[:len(codes)-1], " "), codes[len(codes)-1]
}

// Shares of parents that must be the sum of their children before codes are
// taken for levels, and from how many parents on a share is meant at all.
const (
	levelsAgree = 0.5
	levelsLeast = 3
)

// Levels finds which codes are parents of others that are there too, of values
// by code of one kind at one time: their values are those of their children
// once more and must not be added. Codes that merely begin alike are none: the
// sums decide, and once they agree for most parents, the others are taken for
// wrong sums, not for parts. agree says whether two values are the same.
func Levels(values map[string]float64, agree func(a, b float64) bool) map[string]bool {
	sums, children := map[string]float64{}, map[string]int{}
	for code, v := range values {
		for up := code; ; {
			dot := strings.LastIndexByte(up, '.')
			if dot < 0 {
				break
			}
			up = up[:dot]
			if _, there := values[up]; there {
				sums[up] += v
				children[up]++
				break
			}
		}
	}
	right, many := 0, false
	for code, sum := range sums {
		if values[code] != 0 && agree(values[code], sum) {
			right++
			many = many || children[code] > 1
		}
	}
	if !many || float64(right) < levelsAgree*float64(len(sums)) || right < len(sums) && len(sums) < levelsLeast {
		return nil
	}
	out := map[string]bool{}
	for code := range sums {
		out[code] = true
	}
	return out
}

// totalExact is how near a total that nothing names as one comes to its parts: a
// share of it, for the rounding of parts.
const totalExact = 1e-4

// SumsUp reports whether a value is the sum of parts, none of which it names.
func SumsUp(v, sum float64) bool {
	return v != 0 && math.Abs(v-sum) <= totalExact*math.Abs(v)
}
