package hazard

import (
	"balaikota/backend/city"
)

// Recipients are who is to be told of a risk, by the rows whose level it
// reaches: named offices, the offices of the area's kelurahan and kecamatan,
// and roles. An office that the city does not have is left out.
func Recipients(rows []city.HazardRecipientRule, offices []city.Office, r city.HazardRisk) []city.HazardRecipient {
	out := []city.HazardRecipient{}
	seen := map[string]bool{}
	add := func(h city.HazardRecipient) {
		if key := h.Office + "|" + string(h.Role); !seen[key] {
			seen[key] = true
			out = append(out, h)
		}
	}
	for _, row := range rows {
		if r.Level.Rank() < row.Level.Rank() || r.Level == city.Info {
			continue
		}
		switch {
		case row.Role != "":
			add(city.HazardRecipient{Role: row.Role, Name: roleTitle[row.Role], Reason: row.Reason})
		case row.Office == "kelurahan" || row.Office == "kecamatan":
			if o, ok := officeOf(offices, row.Office, r.AreaCode); ok {
				title := "Lurah "
				if o.Kind == "kecamatan" {
					title = "Camat "
				}
				add(city.HazardRecipient{Office: o.ShortName, Name: title + withoutKind(o), AreaCode: o.AreaCode, Reason: row.Reason})
			}
		default:
			for _, o := range offices {
				if o.ShortName == row.Office {
					add(city.HazardRecipient{Office: o.ShortName, Name: o.ShortName, AreaCode: o.AreaCode, Reason: row.Reason})
				}
			}
		}
	}
	return out
}

var roleTitle = map[city.Role]string{city.Sekda: "Sekretaris Daerah", city.WaliKota: "Wali Kota", city.Operator: "Operator Diskominfo"}

// officeOf finds the kelurahan's or kecamatan's office an area belongs to.
func officeOf(offices []city.Office, kind, area string) (city.Office, bool) {
	for _, o := range offices {
		if o.Kind == kind && o.AreaCode != "" && city.Within(area, o.AreaCode) {
			return o, true
		}
	}
	return city.Office{}, false
}

// withoutKind is "Jawa" of "Kelurahan Jawa".
func withoutKind(o city.Office) string {
	for _, prefix := range []string{"Kelurahan ", "Kecamatan "} {
		if len(o.Name) > len(prefix) && o.Name[:len(prefix)] == prefix {
			return o.Name[len(prefix):]
		}
	}
	return o.Name
}
