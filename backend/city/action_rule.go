package city

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// ActionPlaceholders are what the templates of a rule may hold in braces:
// matter, place, voices, those not settled, age, value, unit, limit, office, count.
var ActionPlaceholders = []string{"apa", "tempat", "suara", "sisa", "jam", "nilai", "satuan", "batas", "perangkat", "jumlah"}

// ActionNames are what a rule may refer to.
type ActionNames struct {
	Actions, Categories, Indicators, Offices, Rules []string
}

var (
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
	plainSlug   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Words for who a rule addresses when it names no office.
const (
	OfficeOwner     = "pemilik"
	OfficeKelurahan = "kelurahan"
	OfficeKecamatan = "kecamatan"
)

// ruleError is an Invalid error with its text on screen.
func ruleError(field, key, value, format string, args ...any) error {
	e := InvalidField(field, format, args...)
	e.Key, e.Params = key, map[string]string{"value": value}
	return e
}

// Check says in words what is wrong with a rule, nil when nothing is. Fields
// are named as in the wire form.
func (r ActionRule) Check(known ActionNames) error {
	if !plainSlug.MatchString(r.Slug) {
		return ruleError("slug", "error.rule_slug", r.Slug, "%q is no plain name of small letters, digits and hyphens", r.Slug)
	}
	if !slices.Contains(Triggers, r.Trigger) {
		return ruleError("trigger", "error.rule_trigger", string(r.Trigger), "%q is no trigger", r.Trigger)
	}
	if !slices.Contains(known.Actions, r.Action) {
		return ruleError("action", "error.rule_action", r.Action, "there is no kind of action %q", r.Action)
	}
	if r.MinSeverity != "" && r.MinSeverity != Info && r.MinSeverity.Rank() == 0 {
		return ruleError("min_severity", "error.rule_severity", string(r.MinSeverity), "%q is no severity", r.MinSeverity)
	}
	if r.MinVoices < 0 || r.MinAgeHours < 0 || r.MinVoices > 100000 || r.MinAgeHours > 24*365 {
		return ruleError("min_voices", "error.rule_bounds", "", "voices and age are not negative, and an age is at most a year")
	}
	if err := r.checkNames(known); err != nil {
		return err
	}
	if (r.DueDays > 0) == (r.DueHours > 0) || r.DueDays < 0 || r.DueHours < 0 || r.DueDays > 250 || r.DueHours > 240 {
		return ruleError("due_days", "error.rule_due", "", "state working days (1 to 250) or hours (1 to 240), one of them")
	}
	if !(r.Weight >= 0.1 && r.Weight <= 10) {
		return ruleError("weight", "error.rule_weight", "", "the weight is from 0.1 to 10")
	}
	if strings.TrimSpace(r.Source) == "" {
		return ruleError("source", "error.rule_source", "", "say where the rule comes from")
	}
	return r.checkTexts()
}

func (r ActionRule) checkNames(known ActionNames) error {
	office := []string{OfficeOwner, OfficeKelurahan, OfficeKecamatan}
	if !slices.Contains(office, r.Office) && !slices.Contains(known.Offices, r.Office) {
		return ruleError("office", "error.rule_office", r.Office, "there is no office %q; also allowed are pemilik, kelurahan and kecamatan", r.Office)
	}
	for _, list := range []struct {
		field, key   string
		names, known []string
	}{
		{"categories", "error.rule_category", r.Categories, known.Categories}, {"indicators", "error.rule_indicator", r.Indicators, known.Indicators},
		{"replaces", "error.rule_rule", r.Replaces, known.Rules}, {"contradicts", "error.rule_rule", r.Contradicts, known.Rules},
	} {
		for _, n := range list.names {
			if !slices.Contains(list.known, n) || list.key == "error.rule_rule" && n == r.Slug {
				return ruleError(list.field, list.key, n, "there is no other %q", n)
			}
		}
	}
	return nil
}

func (r ActionRule) checkTexts() error {
	for _, t := range []struct {
		field, text string
		needed      bool
		most        int
	}{
		{"title", r.Title, true, 160}, {"title_en", r.TitleEN, false, 160}, {"reason", r.Reason, true, 400}, {"reason_en", r.ReasonEN, false, 400},
		{"risk", r.Risk, true, 400}, {"risk_en", r.RiskEN, false, 400},
	} {
		if t.needed && strings.TrimSpace(t.text) == "" {
			return ruleError(t.field, "error.rule_empty", t.field, "it is missing")
		}
		if utf8.RuneCountInString(t.text) > t.most {
			return ruleError(t.field, "error.rule_long", t.field, "it is longer than %d letters", t.most)
		}
		for _, m := range placeholder.FindAllStringSubmatch(t.text, -1) {
			if !slices.Contains(ActionPlaceholders, m[1]) {
				return ruleError(t.field, "error.rule_placeholder", m[1], "{%s} is no placeholder; there are %s", m[1], strings.Join(ActionPlaceholders, ", "))
			}
		}
		if rest := placeholder.ReplaceAllString(t.text, ""); strings.ContainsAny(rest, "{}") {
			return ruleError(t.field, "error.rule_brace", t.field, "a brace is left open")
		}
	}
	return nil
}

// ActionRuleVersion is a state that a rule has had, and why it was given it.
type ActionRuleVersion struct {
	ActionRule
	// ChangedFor stands beside the rule's own Reason, which is what it says of
	// its advice.
	ChangedFor string `json:"changed_for"`
}
