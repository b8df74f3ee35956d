package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
)

// voice is a way of writing.
type voice struct {
	share  float64
	banjar bool
	short  float64 // chance that a long word is abbreviated
	typo   float64 // chance of a typing error in a word
	drawl  float64 // chance that a vowel is dragged out
	lower  bool    // no capitals
	shout  float64 // chance that all is in capitals
	smiley float64
	shapes []string
}

// spoil turns clean words into what a hurried thumb sends.
func spoil(r *rand.Rand, text string, v voice) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		bare := strings.Trim(strings.ToLower(word), ".,!?")
		if list, ok := abbreviations[bare]; ok && r.Float64() < v.short {
			words[i] = strings.Replace(strings.ToLower(word), bare, pick(r, list), 1)
		} else if len(bare) > 4 && !strings.ContainsAny(word, "0123456789/.-") && r.Float64() < v.typo {
			words[i] = mistype(r, word)
		}
		if r.Float64() < v.drawl {
			words[i] = drawl(r, words[i])
		}
	}
	text = strings.Join(words, " ")
	if v.lower {
		text = strings.ToLower(text)
	}
	if r.Float64() < v.shout {
		text = strings.ToUpper(text)
	}
	if r.Float64() < v.smiley {
		text += " " + pick(r, smileys)
	}
	// A number that can belong to nobody: masking must still catch it.
	if r.Float64() < 0.012 {
		text += fmt.Sprintf(" hub %s%03d", pick(r, []string{"0800-0000-0", "080000000", "+62 800-0000-0"}), r.IntN(1000))
	}
	return text
}

// mistype drops, doubles or swaps one letter inside a word.
func mistype(r *rand.Rand, word string) string {
	letters := []rune(word)
	i := 1 + r.IntN(len(letters)-2)
	if !unicode.IsLetter(letters[i]) || !unicode.IsLetter(letters[i+1]) {
		return word
	}
	switch r.IntN(3) {
	case 0:
		return string(append(letters[:i:i], letters[i+1:]...))
	case 1:
		return string(letters[:i+1]) + string(letters[i:])
	}
	letters[i], letters[i+1] = letters[i+1], letters[i]
	return string(letters)
}

// drawl drags out the last vowel of a word.
func drawl(r *rand.Rand, word string) string {
	i := strings.LastIndexAny(word, "aiueo")
	if i < 2 || i < len(word)-2 || strings.ContainsAny(word, "0123456789") {
		return word
	}
	return word[:i] + strings.Repeat(word[i:i+1], 3+r.IntN(4)) + word[i+1:]
}
