package mqtt

import (
	"regexp"
	"slices"
	"strings"

	"balaikota/backend/city"
)

// pattern is a topic to subscribe to, whose levels may have names.
type pattern struct {
	filter string   // as the broker takes it: sensor/+/level
	levels []string // of the filter
	names  []string // "" for a level without a name
}

var levelName = regexp.MustCompile(`^\{([a-z][a-z0-9_]*)\}$`)

// readPattern reads "sensor/{id}/level". Errors are *city.Error Invalid.
func readPattern(field, text string) (pattern, error) {
	var p pattern
	switch {
	case text == "" || len(text) > 1000 || strings.ContainsAny(text, "\x00 "):
		return p, city.InvalidField(field, "must be a topic such as sensor/{id}/muka-air")
	case strings.HasPrefix(text, "$"):
		return p, city.InvalidField(field, "must not begin with $: such topics are the broker's own, or share our messages with others")
	}
	levels := strings.Split(text, "/")
	for i, level := range levels {
		name := ""
		if m := levelName.FindStringSubmatch(level); m != nil {
			name, level = m[1], "+"
		}
		switch {
		case name != "" && slices.Contains(p.names, name):
			return p, city.InvalidField(field, "has two levels called {%s}", name)
		case level == "#" && i != len(levels)-1:
			return p, city.InvalidField(field, "may have # only at its end")
		case level != "+" && level != "#" && strings.ContainsAny(level, "+#{}"):
			return p, city.InvalidField(field, "has a level that mixes a place with other letters; a place is a whole level: sensor/{id}/level")
		}
		p.levels, p.names = append(p.levels, level), append(p.names, name)
	}
	p.filter = strings.Join(p.levels, "/")
	return p, nil
}

// match tells whether a topic is one of the pattern, and what its named levels
// are (MQTT 5 §4.7: # stands for its parent too; a place at the beginning does
// not stand for what begins with $).
func (p pattern) match(topic string) (map[string]any, bool) {
	given := strings.Split(topic, "/")
	if strings.HasPrefix(topic, "$") {
		return nil, false
	}
	out := map[string]any{}
	for i, level := range p.levels {
		if level == "#" {
			return out, true
		}
		if i >= len(given) || level != "+" && level != given[i] {
			return nil, false
		}
		if p.names[i] != "" {
			out[p.names[i]] = given[i]
		}
	}
	return out, len(given) == len(p.levels)
}

// sensor is what the named levels of a status topic say, "" without any.
func (p pattern) sensor(levels map[string]any) string {
	var parts []string
	for _, name := range p.names {
		if s, ok := levels[name].(string); ok {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "/")
}
