package chat

import (
	"slices"
	"strings"
	"unicode"
)

// courtesies are the words of greetings and thanks, which say nothing of a matter.
var courtesies = wordSet(`halo hallo hello helo hai hi hei hey p assalamualaikum assalamu alaikum assalamualaikumwrwb waalaikumsalam wr wb warahmatullahi wabarakatuh salam shalom om swastiastu
	selamat slmt pagi siang sore malam permisi punten misi tabik
	terima kasih terimakasih makasih makasi trims trimakasih thanks thank you tks thx banyak sebelumnya
	pak bapak bpk bu ibu min mimin admin kak kakak mas mbak bang om dan ya baik ok oke`)

// thanks are those of them by which somebody ends a talk.
var thanks = wordSet(`terima kasih terimakasih makasih makasi trims trimakasih thanks thank tks thx ok oke baik`)

// mostCourtesies bounds what is taken for a courtesy alone.
const mostCourtesies = 8

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// courtesy reports whether words greet or thank and say nothing else. Signs and
// pictograms count for nothing.
func courtesy(words string) bool {
	said := saidIn(words)
	return len(said) > 0 && len(said) <= mostCourtesies && !slices.ContainsFunc(said, func(w string) bool { return !courtesies[w] })
}

// greeting reports whether a courtesy begins a talk: it does not thank.
func greeting(words string) bool {
	return !slices.ContainsFunc(saidIn(words), func(w string) bool { return thanks[w] })
}

// saidIn are the words of a text as courtesies are listed.
func saidIn(words string) []string {
	said := strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return r != '\'' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range said {
		said[i] = strings.ReplaceAll(w, "'", "")
	}
	return said
}
