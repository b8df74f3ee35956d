package incident

// PhotoUse is a report that carries a picture.
type PhotoUse struct{ Area, Category string }

// A picture that stands on placeholderReports reports of placeholderMatters
// kinds and places, none of which has more than half of them, shows no matter
// of theirs: nobody takes one picture of eight things.
const (
	placeholderReports = 12
	placeholderMatters = 8
)

// Placeholder reports whether a picture that all these reports carry is what an
// app sends when the citizen took none, or one that is passed round: it is no
// evidence of one matter. Reports about one matter come from one kelurahan or
// two beside it and are filed under a category or two.
func Placeholder(uses []PhotoUse) bool {
	matters, most := map[PhotoUse]int{}, 0
	for _, u := range uses {
		matters[u]++
		most = max(most, matters[u])
	}
	return len(uses) >= placeholderReports && len(matters) >= placeholderMatters && 2*most <= len(uses)
}
