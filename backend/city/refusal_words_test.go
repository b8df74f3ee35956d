package city_test

import (
	"strings"
	"testing"

	"balaikota/backend/city"
)

// TestReasonsOfRefusedRowsNameNobody: who reads refused rows need not be who may open
// their originals.
func TestReasonsOfRefusedRowsNameNobody(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		// A column of citizens' words mapped to a time, a figure, a list.
		`created_at: "Warga Contoh 0812-3456-7890 NIK 64720…" is not a time of the form 2006-01-02`: `created_at: "Aaaaa Aaaaaa 0000-0000-0…" is not a time of the form 2006-01-02`,
		`created_at: "Warga" is not a time of the form 2006-01-02`:                                  `created_at: "Aaaaa" is not a time of the form 2006-01-02`,
		`created_at: "lampu mati di depan rumah" is not a time of the form 2006-01-02`:              `created_at: "aaaaa aaaa aa aaaaa aaaa…" is not a time of the form 2006-01-02`,
		`created_at: "081234567890" is not a time of the form unix`:                                 `created_at: "000000000000" is not a time of the form unix`,
		`created_at: "6472031205800001" is not a time of the form unix`:                             `created_at: "0000000000000000" is not a time of the form unix`,
		`created_at: "warga@contoh.id" is no date and time; write it like 2026-01-02 15:04`:         `created_at: "aaaaa@aaaaaa.aa" is no date and time; write it like 2026-01-02 15:04`,
		`value: "Rina" is not a number in the style id`:                                             `value: "Aaaa" is not a number in the style id`,
		`value: "0812 3456 7890" is not a number in the style id`:                                   `value: "0000 0000 0000" is not a number in the style id`,
		`status: "Rina Contoh" is not in the mapping's table`:                                       `status: "Aaaa Aaaaaa" is not in the mapping's table`,
		`status "Bpk Contoh Uji 0812345678" is not one of open, closed`:                             `status "Aaa Aaaaaa Aaa 000000000…" is not one of open, closed`,
		`area "Jl Contoh 12 rumah Pak Uji" is not an area of this city`:                             `area "Aa Aaaaaa 00 aaaaa Aaa A…" is not an area of this city`,
		`category: "tolong jalan kami rusak" is not the slug of a category; translate it`:           `category: "aaaaaa aaaaa aaaa aaaaa" is not the slug of a category; translate it`,
		`parsing time "Rina": cannot parse "Rina" as "2006"`:                                        `parsing time "Aaaa": cannot parse "Aaaa" as "2006"`,
		`its value is "Rina Con`: `its value is "Aaaa Aaa"`,
		"DTSTART \"Rina \\\"Uji\\\" C\" is not a time such as 20261121T090000": "DTSTART \"Aaaa \\\"Aaa\\\" A\" is not a time such as 20261121T090000",
		`row of 0812-3456-7890 is twice there`:                                 `row of [telepon] is twice there`,
	} {
		got := city.RefusalWords(reason)
		if got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", reason, got, want)
		}
		if again := city.RefusalWords(got); again != got {
			t.Errorf("twice: %s\nbecame %s", got, again)
		}
	}
}

// TestReasonsOfRefusedRowsSayWhatToMend: an officer sees the odd value where it speaks of
// nobody.
func TestReasonsOfRefusedRowsSayWhatToMend(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{
		`created_at: "2026-13-40" is not a time of the form 2006-01-02`, `created_at: "n/a" is not a time of the form 2006-01-02T15:04:05Z07:00`, `time: "31 Feb" is not a time`,
		`time: "31 Februari 2026 pukul 25.00 WITA" is no date and time; write it like 2026-01-02 15:04 or 02/01/2026 15:04`, `time: "20261340" is not a time of the form 20060102`,
		`time: "" is not a time of the form 2006-01-02`, `time: "kemarin sore" is not a time of the form 2006-01-02`, `time: "2026-11-12T08:30:00.000Z" is not a time of the form unix`,
		`value: "1.2.3" is not a number in the style id`, `value: "Rp 1.234.567,-" is not a number in the style id`, `value: "> 5 cm" is not a number in the style plain`, `value: "tidak ada" is not a number in the style id`,
		`status: "Dalam Proses" is not in the mapping's table`, `status: "SELESAI" is not in the mapping's table`, `category: "Lampu Jalan Umum" is not the slug of a category; translate it in the mapping's table`,
		`area: "Sei Pinang Dalam" is not one area of this city`, `area "64.72.99.1001" is not an area of this city`, `unit: "Rp/kg" is not "Rp/ltr"; convert it with factor in the mapping`,
		`indicator: "hujan-harian" is not declared`, `its time zone "Asia/Contoh" is unknown and not defined in the calendar`, `unit: "cm" is not the unit of muka-air, "m"; convert the values or mend the unit`,
		`BMKG answered for "64.72.01.1001" instead`, `holds bytes that are not text (NUL or not UTF-8)`, `time 0026-01-01 cannot be meant`,
	} {
		if got := city.RefusalWords(reason); got != reason {
			t.Errorf("%s\nbecame %s", reason, got)
		}
	}
}

func FuzzRefusalWords(f *testing.F) {
	f.Add(`created_at: "Rina 0812-3456-7890" is not a time of "`)
	f.Add(`"\" is not in the mapping's table`)
	f.Fuzz(func(t *testing.T, reason string) {
		got := city.RefusalWords(reason)
		if strings.Count(reason, `"`) == 0 && city.MaskOutward(reason) != got {
			t.Errorf("%q became %q", reason, got)
		}
		if again := city.RefusalWords(got); again != got {
			t.Errorf("%q became %q, and then %q", reason, got, again)
		}
	})
}
