package city

import (
	"slices"
	"testing"
)

// TestWhoMayBeAppointed: one's own office and area line and one's peers; the
// mayor, the secretary and the operator appoint from all of the line.
func TestWhoMayBeAppointed(t *testing.T) {
	t.Parallel()
	of := func(id int64, role Role, area string, office int64) Officer {
		return Officer{ID: id, Username: string(role) + area, Role: role, AreaCode: area, OfficeID: office}
	}
	officers := map[string]Officer{
		"mayor": of(1, WaliKota, "", 0), "sekda": of(2, Sekda, "", 0), "operator": of(3, Operator, "", 0), "second operator": of(4, Operator, "", 0),
		"auditor": of(5, Auditor, "", 0), "dpupr": of(6, KepalaOPD, "", 10), "dlh": of(7, KepalaOPD, "", 11),
		"camat ulu": of(8, Camat, "64.72.03", 0), "camat utara": of(9, Camat, "64.72.05", 0),
		"lurah air putih": of(10, Lurah, "64.72.03.1004", 0), "lurah teluk lerong": of(11, Lurah, "64.72.03.1001", 0), "lurah lempake": of(12, Lurah, "64.72.05.1003", 0),
	}
	for _, c := range []struct {
		asker, absent string
		want          []string
	}{
		{"lurah air putih", "lurah air putih", []string{"camat ulu", "lurah teluk lerong"}},
		{"camat ulu", "lurah air putih", []string{"lurah teluk lerong"}}, // nobody appoints himself for another
		{"camat ulu", "camat ulu", []string{"camat utara", "lurah air putih", "lurah teluk lerong"}},
		{"camat ulu", "lurah lempake", nil},
		{"dpupr", "dpupr", []string{"dlh"}},
		{"dpupr", "dlh", nil},
		{"auditor", "auditor", nil},
		{"operator", "operator", []string{"second operator"}},
		{"sekda", "lurah air putih", []string{"camat ulu", "camat utara", "dlh", "dpupr", "lurah lempake", "lurah teluk lerong", "mayor"}},
		{"operator", "dpupr", []string{"camat ulu", "camat utara", "dlh", "lurah air putih", "lurah lempake", "lurah teluk lerong", "mayor", "sekda"}},
	} {
		var got []string
		for name, o := range officers {
			if MayAppoint(officers[c.asker].Asker(), o, officers[c.absent]) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s appoints for %s: %q, want %q", c.asker, c.absent, got, c.want)
		}
	}
}
