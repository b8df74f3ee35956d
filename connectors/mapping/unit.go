package mapping

import (
	"fmt"
	"strings"

	"balaikota/backend/city"
)

// unitCodes are units by their code of UNECE Recommendation 20, as NGSI brokers and
// other machines name them.
var unitCodes = map[string]string{
	"MMT": "mm", "CMT": "cm", "DMT": "dm", "MTR": "m", "KMT": "km", "GQ": "µg/m³", "GP": "mg/m³", "MTS": "m/s", "KMH": "km/jam",
	"CEL": "°C", "P1": "%", "A97": "hPa", "PAL": "Pa", "KPA": "kPa", "MQS": "m³/s", "LTR": "l", "MTQ": "m³", "59": "ppm", "2N": "dB", "KGM": "kg", "TNE": "ton",
}

// unitSizes are units that measure one thing, each in parts of the first.
var unitSizes = []map[string]float64{
	{"mm": 0.001, "cm": 0.01, "dm": 0.1, "m": 1, "meter": 1, "km": 1000},
	{"µg/m³": 0.001, "μg/m³": 0.001, "ug/m3": 0.001, "µg/m3": 0.001, "mg/m³": 1, "mg/m3": 1},
	{"m/s": 1, "m/detik": 1, "km/jam": 1 / 3.6, "km/h": 1 / 3.6},
	{"pa": 1, "hpa": 100, "mbar": 100, "kpa": 1000},
	{"l": 0.001, "liter": 0.001, "m³": 1, "m3": 1},
	{"kg": 1, "ton": 1000},
}

// checkUnit brings a value into the declared unit. Spelling may differ ("Rp./Kg",
// "Rp/kg", "MTR"), and what measures the same thing is converted; any other unit is
// refused, for the figure would be wrong by a factor and look right.
func checkUnit(o *city.Observation, declared city.Indicator) error {
	switch {
	case declared.Unit == "":
		return nil
	case o.Unit == "" || o.Unit == declared.Unit:
		o.Unit = declared.Unit
		return nil
	}
	given, want := plainUnit(o.Unit), plainUnit(declared.Unit)
	if name, ok := unitCodes[strings.TrimSpace(o.Unit)]; ok && given != want {
		given = plainUnit(name)
	}
	if given == want {
		o.Unit = declared.Unit
		return nil
	}
	for _, sizes := range unitSizes {
		from, ok := sizes[given]
		to, too := sizes[want]
		if ok && too {
			o.Value, o.Unit = o.Value*from/to, declared.Unit
			return nil
		}
	}
	return fmt.Errorf("unit: %q is not %q; convert it with factor in the mapping", clip(o.Unit, 20), declared.Unit)
}

// plainUnit is a unit without what spelling adds: "Rp./Kg" and "Rp/kg" are one.
func plainUnit(s string) string {
	return strings.ToLower(strings.NewReplacer(".", "", " ", "").Replace(s))
}
