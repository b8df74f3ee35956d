package sqlquery

import (
	"regexp"
	"strings"

	"balaikota/backend/city"
)

// statement is a query as its server takes it.
type statement struct {
	text  string
	times int  // how often the placeholder's value has to be given
	since bool // whether it has one
}

var (
	begins = regexp.MustCompile(`(?i)^[\s(]*(select|with|table|values)\b`)
	writes = regexp.MustCompile(`(?i)\binto\s+(outfile|dumpfile|@|\S+)|\bfor\s+(no\s+key\s+)?(update|share)\b|\block\s+in\s+share\b`)
)

// orders are what SQL Server would do besides reading: it takes a second statement
// without a semicolon before it, and its transactions may write.
var orders = regexp.MustCompile(`(?i)\b(insert|update|delete|merge|exec|execute|drop|create|alter|truncate|grant|revoke|deny|declare|set|use|go|begin|commit|rollback|save|` +
	`backup|restore|dbcc|kill|shutdown|waitfor|print|raiserror|throw|openquery|openrowset|opendatasource|updlock|xlock|tablockx|holdlock|serializable|repeatableread)\b|\bnext\s+value\s+for\b`)

// readStatement checks that a query is one statement that reads, as far as a look
// at it can tell, and puts the dialect's placeholder where :since stands. The look
// is there to explain a mistake early; what keeps the other side's data safe is
// the account, and a transaction that may only read. Errors are *city.Error
// Invalid with the field "query".
func readStatement(query string, d dialect) (statement, error) {
	query = strings.TrimSuffix(strings.TrimSpace(query), ";")
	var out, bare strings.Builder
	s := statement{}
	for rest := query; rest != ""; {
		n, quoted := token(rest, d)
		if n == 0 {
			return s, city.InvalidField("query", "has a quotation mark, bracket or comment that is not closed")
		}
		part := rest[:n]
		rest = rest[n:]
		switch {
		case strings.HasPrefix(part, "/*!"):
			return s, city.InvalidField("query", "holds a comment that MySQL would run (/*!); leave it out")
		case d.transact && strings.HasPrefix(part, "/*") && strings.Contains(part[2:], "/*"):
			return s, city.InvalidField("query", "holds a comment within a comment; leave it out")
		case part == ":since":
			s.times++
			out.WriteString(d.placeholder)
			bare.WriteString(" ? ")
			continue
		case quoted && strings.ContainsRune("-/#", rune(part[0])):
			bare.WriteString(" ")
		case quoted:
			bare.WriteString(" '' ")
		default:
			bare.WriteString(part)
		}
		out.WriteString(part)
	}
	s.text, s.since = out.String(), s.times > 0
	if d.numbered && s.since {
		s.times = 1
	}
	switch text := bare.String(); {
	case strings.Contains(text, ";"):
		return s, city.InvalidField("query", "holds more than one statement; write one")
	case !begins.MatchString(text):
		return s, city.InvalidField("query", "does not begin with select or with: a source only reads")
	case writes.MatchString(text):
		return s, city.InvalidField("query", "writes or locks something (into, for update); a source only reads")
	case d.transact && orders.MatchString(text):
		return s, city.InvalidField("query", "says %s, which does more than read; a column of that name is written in brackets, [name]", clip(line(orders.FindString(text)), 20))
	}
	return s, nil
}

var (
	placeholder = regexp.MustCompile(`^:since\b`)
	dollar      = regexp.MustCompile(`^\$([A-Za-z_]\w*)?\$`)
	word        = regexp.MustCompile(`^[\pL_][\pL\pN_]*`)
)

// token returns the length of what rest begins with, 0 when it has no end, and
// whether it is quoted or a comment.
func token(rest string, d dialect) (n int, quoted bool) {
	switch {
	case strings.HasPrefix(rest, "::"):
		return 2, false
	case placeholder.MatchString(rest):
		return len(":since"), false
	case strings.HasPrefix(rest, "--"), d.hash && rest[0] == '#':
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return end, true
		}
		return len(rest), true
	case strings.HasPrefix(rest, "/*"):
		return after(rest, 2, "*/"), true
	case rest[0] == '\'' || rest[0] == '"' || rest[0] == '`':
		return quotation(rest, rest[0], d.backslash && rest[0] != '`'), true
	case d.transact && rest[0] == '[':
		return quotation(rest, ']', false), true
	case !d.hash && !d.transact && dollar.MatchString(rest):
		mark := dollar.FindString(rest)
		return after(rest, len(mark), mark), true
	case word.MatchString(rest):
		return len(word.FindString(rest)), false
	}
	return 1, false
}

func after(s string, from int, end string) int {
	i := strings.Index(s[from:], end)
	if i < 0 {
		return 0
	}
	return from + i + len(end)
}

// quotation is the length of a quotation; its mark doubled stands for itself, and
// with backslash what follows one does too.
func quotation(s string, mark byte, backslash bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case backslash && s[i] == '\\':
			i++
		case s[i] == mark && i+1 < len(s) && s[i+1] == mark:
			i++
		case s[i] == mark:
			return i + 1
		}
	}
	return 0
}
