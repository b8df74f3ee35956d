package cap_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is one element of the CAP 1.2 schema (CAP-v1.2, section 3.4) in its
// place: how often it may occur and what it may hold.
type rule struct {
	name     string
	min, max int
	holds    func(string) error
	children []rule
}

const many = 1 << 30

func oneOf(values ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(values, s) {
			return fmt.Errorf("%q is none of %v", s, values)
		}
		return nil
	}
}

func anyText(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("it is empty")
	}
	return nil
}

var timePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$`)

func dateTime(s string) error {
	if !timePattern.MatchString(s) {
		return fmt.Errorf("%q is not in the form 2003-04-02T14:39:01-05:00", s)
	}
	_, err := time.Parse("2006-01-02T15:04:05-07:00", s)
	return err
}

func plainName(s string) error {
	if s == "" || strings.ContainsAny(s, " ,<&") {
		return fmt.Errorf("%q is empty or holds a space, comma, < or &", s)
	}
	return nil
}

func referenceList(s string) error {
	for triple := range strings.FieldsSeq(s) {
		parts := strings.Split(triple, ",")
		if len(parts) != 3 {
			return fmt.Errorf("%q is not sender,identifier,sent", triple)
		}
		if err := dateTime(parts[2]); err != nil {
			return err
		}
	}
	return anyText(s)
}

func polygon(s string) error {
	pairs := strings.Fields(s)
	if len(pairs) < 4 || pairs[0] != pairs[len(pairs)-1] {
		return fmt.Errorf("%d points, first %s, last %s: wants four, closed", len(pairs), pairs[0], pairs[len(pairs)-1])
	}
	for _, p := range pairs {
		a, b, ok := strings.Cut(p, ",")
		lat, err1 := strconv.ParseFloat(a, 64)
		lon, err2 := strconv.ParseFloat(b, 64)
		if !ok || err1 != nil || err2 != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
			return fmt.Errorf("%q is not lat,lon", p)
		}
	}
	return nil
}

var pair = []rule{{"valueName", 1, 1, anyText, nil}, {"value", 1, 1, anyText, nil}}

var areaRules = []rule{
	{"areaDesc", 1, 1, anyText, nil}, {"polygon", 0, many, polygon, nil}, {"circle", 0, many, anyText, nil},
	{"geocode", 0, many, nil, pair}, {"altitude", 0, 1, anyText, nil}, {"ceiling", 0, 1, anyText, nil},
}

var infoRules = []rule{
	{"language", 0, 1, anyText, nil},
	{"category", 1, many, oneOf("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"), nil},
	{"event", 1, 1, anyText, nil},
	{"responseType", 0, many, oneOf("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"), nil},
	{"urgency", 1, 1, oneOf("Immediate", "Expected", "Future", "Past", "Unknown"), nil},
	{"severity", 1, 1, oneOf("Extreme", "Severe", "Moderate", "Minor", "Unknown"), nil},
	{"certainty", 1, 1, oneOf("Observed", "Likely", "Possible", "Unlikely", "Unknown"), nil},
	{"audience", 0, 1, anyText, nil}, {"eventCode", 0, many, nil, pair},
	{"effective", 0, 1, dateTime, nil}, {"onset", 0, 1, dateTime, nil}, {"expires", 0, 1, dateTime, nil},
	{"senderName", 0, 1, anyText, nil}, {"headline", 0, 1, anyText, nil}, {"description", 0, 1, anyText, nil}, {"instruction", 0, 1, anyText, nil},
	{"web", 0, 1, anyText, nil}, {"contact", 0, 1, anyText, nil}, {"parameter", 0, many, nil, pair},
	{"resource", 0, many, nil, []rule{}}, {"area", 0, many, nil, areaRules},
}

var alertRules = []rule{
	{"identifier", 1, 1, plainName, nil}, {"sender", 1, 1, plainName, nil}, {"sent", 1, 1, dateTime, nil},
	{"status", 1, 1, oneOf("Actual", "Exercise", "System", "Test", "Draft"), nil},
	{"msgType", 1, 1, oneOf("Alert", "Update", "Cancel", "Ack", "Error"), nil},
	{"source", 0, 1, anyText, nil}, {"scope", 1, 1, oneOf("Public", "Restricted", "Private"), nil},
	{"restriction", 0, 1, anyText, nil}, {"addresses", 0, 1, anyText, nil}, {"code", 0, many, anyText, nil}, {"note", 0, 1, anyText, nil},
	{"references", 0, 1, referenceList, nil}, {"incidents", 0, 1, anyText, nil}, {"info", 0, many, nil, infoRules},
}

// node is an element as read.
type node struct {
	name     xml.Name
	text     string
	children []*node
}

func (n *node) all(name string) (out []*node) {
	for _, c := range n.children {
		if c.name.Local == name {
			out = append(out, c)
		}
	}
	return out
}

func (n *node) one(name string) string {
	if found := n.all(name); len(found) > 0 {
		return found[0].text
	}
	return ""
}

func readXML(body []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	root := &node{}
	open := []*node{root}
	for {
		tok, err := dec.Token()
		if err == io.EOF { //nolint:errorlint // Token gives it bare
			break
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch x := tok.(type) {
		case xml.StartElement:
			n := &node{name: x.Name}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(x)
		case xml.Directive:
			return nil, fmt.Errorf("a document type is not allowed")
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("%d roots", len(root.children))
	}
	return root.children[0], nil
}

// follow holds an element's children against rules: only known ones, in their
// order, as often as they may.
func follow(n *node, rules []rule, namespace string) error {
	at, count := 0, map[string]int{}
	for _, c := range n.children {
		if c.name.Space != namespace {
			return fmt.Errorf("%s in namespace %q", c.name.Local, c.name.Space)
		}
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.name.Local })
		if i < 0 {
			return fmt.Errorf("%s: no element %s", n.name.Local, c.name.Local)
		}
		if i < at {
			return fmt.Errorf("%s: %s comes too late", n.name.Local, c.name.Local)
		}
		at = i
		count[c.name.Local]++
		if r := rules[i]; r.holds != nil {
			if err := r.holds(c.text); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		} else if err := follow(c, r.children, namespace); err != nil {
			return err
		}
	}
	for _, r := range rules {
		if n := count[r.name]; n < r.min || n > r.max {
			return fmt.Errorf("%s %d times", r.name, n)
		}
	}
	return nil
}

// checkCAP holds a message against the schema and against the conditions its
// text adds (section 3.2).
func checkCAP(body []byte) (*node, error) {
	root, err := readXML(body)
	if err != nil {
		return nil, err
	}
	if root.name.Local != "alert" || root.name.Space != "urn:oasis:names:tc:emergency:cap:1.2" {
		return nil, fmt.Errorf("the root is %v", root.name)
	}
	if err := follow(root, alertRules, root.name.Space); err != nil {
		return nil, err
	}
	has := func(name string) bool { return len(root.all(name)) > 0 }
	msg := root.one("msgType")
	switch scope := root.one("scope"); {
	case (scope == "Restricted") != has("restriction"):
		return nil, fmt.Errorf("restriction goes with Restricted")
	case scope == "Private" && !has("addresses"):
		return nil, fmt.Errorf("a Private message needs addresses")
	case (msg == "Update" || msg == "Cancel" || msg == "Ack" || msg == "Error") && !has("references"):
		return nil, fmt.Errorf("%s needs references", msg)
	case root.one("status") == "Exercise" && !has("note"):
		return nil, fmt.Errorf("an Exercise says so in its note")
	}
	for _, info := range root.all("info") {
		sent, _ := time.Parse(time.RFC3339, root.one("sent"))
		effective, _ := time.Parse(time.RFC3339, info.one("effective"))
		expires, _ := time.Parse(time.RFC3339, info.one("expires"))
		if expires.Before(effective) || expires.Before(sent) {
			return nil, fmt.Errorf("it expires %s, sent %s", expires, sent)
		}
	}
	return root, nil
}
