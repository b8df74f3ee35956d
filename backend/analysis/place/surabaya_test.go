package place

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"balaikota/backend/city"
	"balaikota/backend/geo"
)

// TestReadsAnotherCity reads real complaints of a city that nothing here was
// made for, with its areas taken from the data's own columns, and compares the
// areas named in the text with the kelurahan that the officers recorded. They
// recorded where the citizen or the matter was, so full agreement is not to be
// had; what is measured is how often the text names an area at all, and how
// often that is the recorded one.
func TestReadsAnotherCity(t *testing.T) {
	t.Parallel()
	type row struct{ Text, Kecamatan, Kelurahan string }
	var rows []row
	for _, part := range []string{"train", "test"} {
		f, err := os.Open(shared + "data/complaints/surabaya_mediacenter." + part + ".jsonl")
		if err != nil {
			t.Skip("the shared complaints are not here")
		}
		defer f.Close()
		s := bufio.NewScanner(f)
		s.Buffer(nil, 1<<22)
		for s.Scan() {
			var r row
			if json.Unmarshal(s.Bytes(), &r) == nil && r.Kecamatan != "" && r.Kelurahan != "" {
				rows = append(rows, r)
			}
		}
	}
	codes := map[string]string{}
	areas := []city.Area{{Code: "35.78", Level: city.Kota, Name: "Kota Surabaya", Aliases: []string{"Surabaya", "Sby"}}}
	for _, r := range rows {
		kec, known := codes[r.Kecamatan]
		if !known {
			kec = fmt.Sprintf("35.78.%02d", countLevel(areas, city.Kecamatan)+1)
			codes[r.Kecamatan] = kec
			areas = append(areas, city.Area{Code: kec, Level: city.Kecamatan, Name: r.Kecamatan, ParentCode: "35.78"})
		}
		if _, known := codes[r.Kecamatan+"/"+r.Kelurahan]; !known {
			code := fmt.Sprintf("%s.%04d", kec, 1001+countLevel(areas, city.Kelurahan))
			codes[r.Kecamatan+"/"+r.Kelurahan] = code
			areas = append(areas, city.Area{Code: code, Level: city.Kelurahan, Name: r.Kelurahan, ParentCode: kec})
		}
	}
	x, err := geo.New(areas)
	if err != nil {
		t.Fatal(err)
	}
	g := NewGazetteer(x, nil)
	named, one, right, rightKec, places := 0, 0, 0, 0, 0
	for _, r := range rows {
		read := g.Read(r.Text, "")
		if read.Street != nil || read.Landmark != nil {
			places++
		}
		var fine []string
		for _, c := range read.Areas {
			if c != "35.78" {
				fine = append(fine, c)
			}
		}
		if len(fine) == 0 {
			continue
		}
		named++
		code := codes[r.Kecamatan+"/"+r.Kelurahan]
		if slices.ContainsFunc(fine, func(c string) bool { return city.Within(c, codes[r.Kecamatan]) || c == codes[r.Kecamatan] }) {
			rightKec++
		}
		if len(fine) == 1 && len(fine[0]) == len(code) {
			one++
			if fine[0] == code {
				right++
			}
		}
	}
	t.Logf("%d complaints, %d areas: a street or landmark is named in %.3f, an area in %.3f; of those %.3f have the recorded kecamatan; one kelurahan is named in %d, the recorded one in %.3f",
		len(rows), len(areas), ratio(places, len(rows)), ratio(named, len(rows)), ratio(rightKec, named), one, ratio(right, one))
	if ratio(right, one) < 0.6 {
		t.Errorf("kelurahan named in the text agree with those recorded in %.3f only", ratio(right, one))
	}
}

func countLevel(areas []city.Area, level city.Level) int {
	n := 0
	for _, a := range areas {
		if a.Level == level {
			n++
		}
	}
	return n
}
