package city

import (
	"fmt"
	"time"
)

// EffectAhead says of what was done on a day (a midnight in the city's zone)
// when its effect will be known: the days after it count, and a day counts once
// it is over. name is what is measured, "Dampak" for one.
func EffectAhead(name, nameEN string, done time.Time, days int) Said {
	begins, known := done.AddDate(0, 0, 1), done.AddDate(0, 0, days+1)
	id := func(t time.Time) string { return weekdays[t.Weekday()] + ", " + FormatDay(t, t.Location()) }
	const en = "Monday, 2 January 2006"
	return Said{
		Text:   fmt.Sprintf("%s: belum diukur; pengukuran mulai %s, hasil akhir %s setelah %d hari.", name, id(begins), id(known), days),
		TextEN: fmt.Sprintf("%s: not measured yet; measuring begins on %s, the final result comes on %s after %d days.", nameEN, begins.Format(en), known.Format(en), days),
	}
}

// EffectOfParts and EffectOfNoKind say why nothing is measured of a done
// disposition itself.
var (
	EffectOfParts = Said{
		Text:   "Dampak diukur pada bagian-bagian yang diteruskan, bukan dua kali pada disposisi ini.",
		TextEN: "The effect is measured of the parts that were handed on, not once more of this disposition.",
	}
	EffectOfNoKind = Said{
		Text:   "Dampak tidak diukur: disposisi ini tidak menyebut jenis tindakan.",
		TextEN: "The effect is not measured: this disposition names no kind of action.",
	}
)
