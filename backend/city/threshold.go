package city

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ThresholdSet is a set of thresholds that an indicator has had.
type ThresholdSet struct {
	Indicator  string      `json:"indicator"`
	Version    int         `json:"version" doc:"0 as long as nobody changed what the city pack declared"`
	Thresholds []Threshold `json:"thresholds" nullable:"false"`
	Target     *Target     `json:"target,omitempty"`
	ChangedAt  *time.Time  `json:"changed_at,omitempty"`
	ChangedBy  string      `json:"changed_by,omitempty"`
	Reason     string      `json:"reason,omitempty"`
}

// ThresholdsMost is how many thresholds one indicator may have.
const ThresholdsMost = 60

var thresholdLevels = []Severity{Perhatian, Siaga, Awas}

// CheckThresholds says in words what is wrong with thresholds of the indicator, nil
// when nothing is: each has a level, a value that can occur, a source and a day
// of effect (from 1945 to a year after today); each is stated once; and of
// those in force together a graver one is never passed before a milder one. It
// orders the list by day, area and level.
func (i Indicator) CheckThresholds(list []Threshold, today time.Time) error {
	if len(list) > ThresholdsMost {
		return ruleError("thresholds", "error.threshold_many", "", "an indicator has at most %d thresholds", ThresholdsMost)
	}
	last := today.AddDate(1, 0, 0).Format(time.DateOnly)
	for _, t := range list {
		day, err := time.Parse(time.DateOnly, t.EffectiveOn)
		source := strings.TrimSpace(t.Source)
		switch {
		case !slices.Contains(thresholdLevels, t.Level):
			return ruleError("level", "error.threshold_level", string(t.Level), "%q is no level", t.Level)
		case math.IsNaN(t.Value) || math.IsInf(t.Value, 0) || !i.Possible(t.Value):
			return ruleError("value", "error.threshold_value", "", "%v is no value that %s can have", t.Value, i.Slug)
		case source == "" || utf8.RuneCountInString(source) > 500:
			return ruleError("source", "error.threshold_source", "", "say where the threshold comes from, in at most 500 letters")
		case err != nil || day.Year() < 1945 || t.EffectiveOn > last:
			return ruleError("effective_on", "error.threshold_day", t.EffectiveOn, "the day of effect is a day from 1945 to a year from today")
		}
	}
	slices.SortStableFunc(list, func(a, b Threshold) int {
		if c := strings.Compare(a.EffectiveOn, b.EffectiveOn); c != 0 {
			return c
		}
		if c := strings.Compare(a.AreaCode, b.AreaCode); c != 0 {
			return c
		}
		return a.Level.Rank() - b.Level.Rank()
	})
	return checkThresholdOrder(list)
}

// CheckTarget says in words what is wrong with a target of the indicator, nil
// when nothing is or there is none: its value can occur, it names its source
// and a day from 2000 to thirty years ahead.
func (i Indicator) CheckTarget(t *Target, today time.Time) error {
	if t == nil {
		return nil
	}
	day, err := time.Parse(time.DateOnly, t.By)
	source := strings.TrimSpace(t.Source)
	switch {
	case math.IsNaN(t.Value) || math.IsInf(t.Value, 0) || !i.Possible(t.Value):
		return ruleError("target.value", "error.target_value", "", "%v is no value that %s can have", t.Value, i.Slug)
	case err != nil || day.Year() < 2000 || day.Year() > today.Year()+30:
		return ruleError("target.by", "error.target_by", t.By, "the day is from 2000 to thirty years from today")
	case source == "" || utf8.RuneCountInString(source) > 500:
		return ruleError("target.source", "error.target_source", "", "say which document sets the target, in at most 500 letters")
	}
	return nil
}

func checkThresholdOrder(list []Threshold) error {
	type place struct {
		area  string
		level Severity
	}
	force := map[place]Threshold{}
	for n, t := range list {
		if n > 0 && t.EffectiveOn == list[n-1].EffectiveOn && t.AreaCode == list[n-1].AreaCode && t.Level == list[n-1].Level {
			return ruleError("level", "error.threshold_twice", string(t.Level), "the threshold of level %s is stated twice for %s", t.Level, t.EffectiveOn)
		}
		force[place{t.AreaCode, t.Level}] = t
		if n+1 < len(list) && list[n+1].EffectiveOn == t.EffectiveOn && list[n+1].AreaCode == t.AreaCode {
			continue // the day's set is not whole yet
		}
		var milder *Threshold
		for _, level := range thresholdLevels {
			have, ok := force[place{t.AreaCode, level}]
			if !ok {
				continue
			}
			if milder != nil && (milder.Above != have.Above || have.Above && have.Value < milder.Value || !have.Above && have.Value > milder.Value) {
				return ruleError("value", "error.threshold_order", string(level), "level %s would be reached before %s", have.Level, milder.Level)
			}
			milder = &have
		}
	}
	return nil
}
