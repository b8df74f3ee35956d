package world

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var phone = regexp.MustCompile(`(\+62 ?|08)[0-9 -]{6,}`)

// TestWords reads many complaints the way a filter would: whole, without
// left-over slots, varied, and without a number that could be somebody's.
func TestWords(t *testing.T) {
	t.Parallel()
	const each = 400
	distinct := map[string]bool{}
	phones := 0
	for category := range Categories {
		for i := range each {
			text := Words(int64(category*1_000_000+i), category)
			distinct[strings.ToLower(text)] = true
			if strings.ContainsAny(text, "{}") || !utf8.ValidString(text) || len(text) < 12 || len(text) > 900 {
				t.Errorf("badly said: %q", text)
			}
			for _, m := range phone.FindAllString(text, -1) {
				phones++
				digits := strings.Map(func(r rune) rune {
					if r < '0' || r > '9' {
						return -1
					}
					return r
				}, m)
				if !strings.Contains(digits, "8000000") {
					t.Errorf("number %q is not of the made-up kind", m)
				}
			}
		}
	}
	if n := len(distinct); n < len(Categories)*each*95/100 {
		t.Errorf("%d distinct of %d", n, len(Categories)*each)
	}
	if phones == 0 {
		t.Error("no text tests the masking of telephone numbers")
	}
}

func TestPhrasesHaveTheirSlots(t *testing.T) {
	t.Parallel()
	if len(cores) != len(Categories) || len(coresBanjar) != len(Categories) || len(effects) != len(Categories) {
		t.Fatalf("phrases for %d, %d and %d categories, want %d", len(cores), len(coresBanjar), len(effects), len(Categories))
	}
	given := map[string]bool{"jalan": true, "rt": true, "dekat": true, "dalam": true, "hari": true, "jam": true, "kel": true, "inti": true, "akibat": true}
	slot := regexp.MustCompile(`\{([a-z]*)\}`)
	check := func(list []string) {
		for _, p := range list {
			for _, m := range slot.FindAllStringSubmatch(p, -1) {
				if !given[m[1]] && len(phrases[m[1]]) == 0 {
					t.Errorf("%q uses {%s}, which nothing fills", p, m[1])
				}
			}
		}
	}
	for _, list := range phrases {
		check(list)
	}
	for _, v := range voices {
		check(v.shapes)
	}
	for i := range cores {
		check(cores[i])
		check(coresBanjar[i])
		check(effects[i])
	}
	check(floodNow)
	check(floodBanjar)
}
