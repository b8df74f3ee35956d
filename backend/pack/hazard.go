package pack

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"balaikota/backend/city"
)

// loadHazard reads what a hazard's assessment follows. The files may all be
// absent: a city starts without an assessment then.
func loadHazard(fsys fs.FS, c *City) error {
	if _, err := fs.Stat(fsys, "hazard_inputs.csv"); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, step := range []func(fs.FS, *City) error{loadHazardInputs, loadHazardWeights, loadHazardLevels, loadHazardExposures, loadHazardRecipients} {
		if err := step(fsys, c); err != nil {
			return err
		}
	}
	return nil
}

func loadHazardInputs(fsys fs.FS, c *City) error {
	return readTable(fsys, "hazard_inputs.csv", func(r *row) error {
		in := city.HazardInput{
			Hazard: r.text("hazard"), Slug: r.fields["slug"], StepSeconds: r.whole("step_seconds"), Low: r.bound("low"), High: r.bound("high"),
			Role: city.HazardRole(r.oneOf("role", string(city.RoleRain), string(city.RoleForecast), string(city.RoleTide),
				string(city.RoleLevel), string(city.RoleWarning), string(city.RoleVoices))),
			Habit: r.oneOf("habit", "yes", "no") == "yes", Source: r.text("source"),
		}
		switch in.Role {
		case city.RoleWarning:
		case city.RoleVoices:
			if !slices.ContainsFunc(c.Categories, func(g city.Category) bool { return g.Slug == in.Slug }) {
				r.fail("slug", "%q is no slug in categories.csv", in.Slug)
			}
		default:
			r.indicator("slug", c)
		}
		if (in.Low == nil) != (in.High == nil) || in.Low != nil && *in.High <= *in.Low {
			r.fail("high", "low and high are given together, high above low")
		}
		c.Hazard.Inputs = append(c.Hazard.Inputs, in)
		return nil
	})
}

// indicator fails when the column's slug is not declared.
func (r *row) indicator(column string, c *City) {
	if slug := r.text(column); !slices.ContainsFunc(c.Indicators, func(i city.Indicator) bool { return i.Slug == slug }) {
		r.fail(column, "%q is no slug in indicators.csv", slug)
	}
}

func loadHazardWeights(fsys fs.FS, c *City) error {
	return readTable(fsys, "hazard_weights.csv", func(r *row) error {
		w := city.HazardWeight{
			Hazard: r.text("hazard"), HorizonHours: r.whole("horizon_hours"), Factor: r.text("factor"), Weight: r.number("weight"),
			Scale: r.number("scale"), Cap: r.number("cap"), Source: r.text("source"), EffectiveOn: r.date("effective_on").Format(time.DateOnly),
		}
		if w.HorizonHours != 6 && w.HorizonHours != 24 {
			r.fail("horizon_hours", "%d is neither 6 nor 24", w.HorizonHours)
		}
		if w.Scale <= 0 || w.Cap <= 0 {
			r.fail("scale", "scale and cap must be above 0")
		}
		c.Hazard.Weights = append(c.Hazard.Weights, w)
		return nil
	})
}

func loadHazardLevels(fsys fs.FS, c *City) error {
	return readTable(fsys, "hazard_levels.csv", func(r *row) error {
		l := city.HazardLevel{
			Hazard: r.text("hazard"), Level: city.Severity(r.oneOf("level", string(city.Perhatian), string(city.Siaga), string(city.Awas))),
			Score: r.number("score"), Source: r.text("source"), EffectiveOn: r.date("effective_on").Format(time.DateOnly),
		}
		if l.Score <= 0 || l.Score >= 1 {
			r.fail("score", "%g does not lie between 0 and 1", l.Score)
		}
		c.Hazard.Levels = append(c.Hazard.Levels, l)
		return nil
	})
}

func loadHazardExposures(fsys fs.FS, c *City) error {
	return readTable(fsys, "hazard_exposures.csv", func(r *row) error {
		e := city.HazardExposure{
			Hazard: r.text("hazard"), AreaCode: r.text("area_code"), Slug: r.fields["slug"], Value: r.number("value"),
			Source: r.text("source"), EffectiveOn: r.date("effective_on").Format(time.DateOnly),
		}
		if c.area(e.AreaCode) == nil {
			r.fail("area_code", "%q is no area of this city", e.AreaCode)
		}
		if e.Slug != "" {
			r.indicator("slug", c)
		}
		if e.Value < 0 || e.Value > 1 {
			r.fail("value", "%g does not lie between 0 and 1", e.Value)
		}
		c.Hazard.Exposures = append(c.Hazard.Exposures, e)
		return nil
	})
}

func loadHazardRecipients(fsys fs.FS, c *City) error {
	return readTable(fsys, "hazard_recipients.csv", func(r *row) error {
		p := city.HazardRecipientRule{
			Hazard: r.text("hazard"), Level: city.Severity(r.oneOf("level", string(city.Perhatian), string(city.Siaga), string(city.Awas))),
			Office: r.fields["office"], Role: city.Role(r.fields["role"]), Reason: r.text("reason"), Source: r.text("source"),
		}
		switch {
		case (p.Office == "") == (p.Role == ""):
			r.fail("office", "either an office or a role is named")
		case p.Role != "" && !p.Role.Valid():
			r.fail("role", "%q is no role", p.Role)
		case p.Office != "" && p.Office != "kelurahan" && p.Office != "kecamatan" &&
			!slices.ContainsFunc(c.Offices, func(o city.Office) bool { return o.ShortName == p.Office }):
			r.fail("office", "%q is no short name in offices.csv", p.Office)
		}
		c.Hazard.Recipients = append(c.Hazard.Recipients, p)
		return nil
	})
}
