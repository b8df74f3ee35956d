package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// rule is one thing the whole repository keeps to, and why.
type rule struct {
	name, why string
	check     func(tree []source) []string
}

var rules = []rule{
	{"the one rule", "adapters meet only through interfaces declared in backend/city or by the consumer, so that each can be read, tested and replaced alone; only cmd wires them (docs/architecture.md)", checkRooms},
	{"the domain is plain", "backend/city is what every package shares: the standard library and orb only, or every package inherits its baggage", checkDomain},
	{"gatekeepers", "a library that shapes code stays in the one package that owns the matter, so that it can be replaced there", checkGatekeepers},
	{"SQL lives in the store", "every query is prepared against the migrated schema by one test, and passes through the asker's row-level security, only when it stands in backend/store", checkSQL},
	{"test packages are for tests", "storetest, livetest and their like bring factories and testing's flags into whatever imports them", checkTestPackages},
	{"one package comment", "a reader asks each package once what it owns and what it may import; two comments contradict each other sooner or later", checkPackageComments},
	{"names that say nothing", "a package or file called util, common, helpers, models, manager or misc collects whatever had no home; name the matter (docs/glossary.md)", checkNames},
	{"top-level folders", "the root shows the product; a new top-level folder is a decision for docs/adr", checkTopLevel},
	{"go.mod as published", "a replace or exclude directive builds something else than the modules named", checkGoMod},
	{"no machine, no registry", "a path of somebody's machine or the host of a package registry in a tracked file breaks every other machine and mirror", checkPlaces},
	{"connectors are listed", "a connector that connectors/all does not import is not in the program", checkConnectorList},
	{"file length", fmt.Sprintf("a file over %d lines is read by nobody; cut it by subject", longestFile), checkLengths},
}

const longestFile = 800

// room is a part of the tree and what of ours it may import. A package belongs
// to the room with the longest matching folder; packages of one room may
// import each other; "*" is everything.
type room struct {
	folder string
	may    []string
}

var rooms = []room{
	{"cmd", []string{"*"}},
	{"migrations", nil},
	{"frontend", nil},
	{"backend/city", nil},
	{"backend/store", []string{"backend/city", "migrations"}},
	{"backend/store/storetest", []string{"backend/city", "backend/store", "backend/identity", "backend/pack", "backend/localdb", "migrations"}},
	{"backend/localdb", []string{"backend/city"}},
	{"backend/analysis", []string{"backend/city"}},
	{"backend/geo", []string{"backend/city"}},
	{"backend/cap", []string{"backend/city"}},
	{"backend/live", []string{"backend/city"}},
	{"backend/jobs", []string{"backend/city"}},
	{"backend/account", []string{"backend/city"}},
	{"backend/identity", []string{"backend/city"}},
	{"backend/notice", []string{"backend/city"}},
	{"backend/officerchat", []string{"backend/city"}},
	{"backend/subject", []string{"backend/city"}},
	{"backend/backup", []string{"backend/city"}},
	{"backend/briefing", []string{"backend/city"}},
	{"backend/briefing/briefingtest", []string{"backend/city", "backend/briefing", "backend/pack"}},
	{"backend/pack", []string{"backend/city", "backend/geo"}},
	{"backend/importing", []string{"backend/city"}},
	{"backend/config", []string{"backend/city"}},
	{"backend/i18n", []string{"backend/city"}},
	{"backend/web", []string{"backend/city", "backend/live", "backend/i18n", "backend/config", "agents/assistant"}},
	{"agents/tool", []string{"backend/city"}},
	{"agents/tools", []string{"backend/city", "agents/tool"}},
	{"agents/prompts", []string{"backend/city"}},
	{"agents/llm", []string{"backend/city"}},
	{"agents/voice", []string{"backend/city"}},
	{"agents/assistant", []string{"backend/city", "agents/tool", "agents/prompts"}},
	{"connectors", []string{"backend/city"}},
	{"connectors/all", []string{"connectors", "connectors/*"}},
	{"connectors/simcity", []string{"backend/city"}},
	{"connectors/mapping", []string{"backend/city", "connectors"}},
	{"connectors/capalert", []string{"backend/city", "connectors"}},
	{"connectors/syndication", []string{"backend/city", "connectors"}},
	{"connectors/tabular", []string{"backend/city", "connectors"}},
	{"connectors/chat", []string{"backend/city", "connectors"}},
	{"connectors/connectortest", []string{"backend/city", "connectors"}},
	{"connectors/*", ofConnectors},
}

// ofConnectors is what each connector's own folder may import: how records
// become rows, and tables records, is the same for all.
var ofConnectors = []string{"backend/city", "connectors", "connectors/mapping", "connectors/tabular", "connectors/chat", "connectors/capalert", "connectors/syndication"}

// notConnectors are folders below connectors that declare none.
var notConnectors = []string{"connectors/simcity", "connectors/mapping", "connectors/tabular", "connectors/chat", "connectors/capalert", "connectors/syndication", "connectors/connectortest"}

// inTests is what a test may use beyond its package's room: the other side of
// a seam, for real.
var inTests = []string{
	"backend/store", "backend/store/storetest", "backend/localdb", "backend/geo", "backend/pack",
	"backend/account", "backend/identity", "backend/analysis", "connectors/simcity", "connectors/connectortest", "agents/tool", "backend/briefing", "backend/briefing/briefingtest",
}

// roomOf finds the room of a folder, and the folder that stands for the star.
func roomOf(dir string) (room, bool) {
	for d := dir; d != "."; d = path.Dir(d) {
		for _, r := range rooms {
			if r.folder == d {
				return r, true
			}
		}
		if path.Dir(d) == "connectors" {
			return room{folder: d, may: ofConnectors}, true
		}
	}
	return room{}, false
}

// allowed reports whether what lies in from may import what lies in to.
func allowed(from room, to string, test bool) bool {
	target, known := roomOf(to)
	if !known {
		return true // reported once, by the package itself
	}
	may := from.may
	if test {
		may = slices.Concat(may, inTests)
	}
	return target.folder == from.folder || slices.ContainsFunc(may, func(m string) bool {
		return m == "*" || m == target.folder ||
			m == "connectors/*" && path.Dir(target.folder) == "connectors" && !slices.Contains(notConnectors, target.folder)
	})
}

func checkRooms(tree []source) (broken []string) {
	homeless := map[string]bool{}
	for _, s := range tree {
		if s.file == nil {
			continue
		}
		from, known := roomOf(s.dir())
		if !known {
			if !homeless[s.dir()] {
				broken = append(broken, s.dir()+" has no place in the list of rooms: say in architecture_rules_test.go and docs/architecture.md what it may import")
			}
			homeless[s.dir()] = true
			continue
		}
		for _, imp := range s.imports() {
			to, ours := strings.CutPrefix(imp, modulePath+"/")
			if ours && !allowed(from, to, s.test) {
				broken = append(broken, fmt.Sprintf("%s imports %s, which %s may not", s.path, to, from.folder))
			}
		}
	}
	return broken
}

func checkDomain(tree []source) (broken []string) {
	for _, s := range tree {
		if s.test || !within(s.dir(), "backend/city") {
			continue
		}
		for _, imp := range s.imports() {
			if strings.Contains(strings.Split(imp, "/")[0], ".") && !within(imp, "github.com/paulmach/orb") {
				broken = append(broken, s.path+" imports "+imp)
			}
		}
	}
	return broken
}

// gates says which folders may import a library; tests may import any, for
// they stand on the other side of the socket or look into the tables. The room
// connectors/sqlquery speaks to databases of other systems, with their own
// accounts and with queries that stand in a source's configuration; it gets no
// connection to ours, and no SQL may stand in it (checkSQL).
var gates = []struct {
	library string
	folders []string
}{
	{"github.com/jackc/pgx", []string{"backend/store", "backend/localdb", "backend/jobs", "connectors/sqlquery", "cmd"}},
	{"database/sql", []string{"backend/store", "backend/localdb", "connectors/sqlquery", "cmd"}},
	{"github.com/go-sql-driver/mysql", []string{"connectors/sqlquery"}},
	{"github.com/microsoft/go-mssqldb", []string{"connectors/sqlquery"}},
	{"github.com/pkg/sftp", []string{"connectors/files"}},
	{"golang.org/x/crypto/ssh", []string{"connectors/files"}},
	{"github.com/MobilityData/gtfs-realtime-bindings", []string{"connectors/gtfsrt"}},
	{"github.com/pressly/goose", []string{"backend/store", "migrations", "cmd"}},
	{"github.com/riverqueue/river", []string{"backend/jobs", "backend/store", "migrations", "cmd"}},
	{"github.com/labstack/echo", []string{"backend/web"}},
	{"github.com/danielgtaylor/huma", []string{"backend/web"}},
	{"github.com/coder/websocket", []string{"backend/web"}},
	{"github.com/SherClockHolmes/webpush-go", []string{"backend/notice/webpush"}},
	{"github.com/alecthomas/kong", []string{"backend/config", "cmd"}},
	{"github.com/tmc/langchaingo", []string{"agents"}},
	{"github.com/xuri/excelize", []string{"backend/importing", "backend/web", "connectors", "cmd"}},
}

func checkGatekeepers(tree []source) (broken []string) {
	for _, s := range tree {
		if s.test {
			continue
		}
		for _, imp := range s.imports() {
			for _, gate := range gates {
				inside := slices.ContainsFunc(gate.folders, func(f string) bool { return within(s.dir(), f) })
				if within(imp, gate.library) && !inside {
					broken = append(broken, fmt.Sprintf("%s imports %s; only %s may", s.path, imp, strings.Join(gate.folders, ", ")))
				}
			}
		}
	}
	return broken
}

// statement is SQL as we write it: keywords in capitals.
var statement = regexp.MustCompile(`\bSELECT\s[^;]*\sFROM\s|\bINSERT INTO\s|\bUPDATE\s+\S+\s+SET\s|\bDELETE FROM\s|\b(CREATE|ALTER|DROP) (TABLE|INDEX|ROLE|DATABASE|SCHEMA)\s|\bTRUNCATE\s`)

func checkSQL(tree []source) (broken []string) {
	homes := []string{"backend/store", "backend/localdb", "migrations"}
	for _, s := range tree {
		if s.file == nil || s.test || slices.ContainsFunc(homes, func(f string) bool { return within(s.dir(), f) }) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && statement.MatchString(lit.Value) {
				broken = append(broken, fmt.Sprintf("%s:%d holds an SQL statement", s.path, s.line(lit.Pos())))
			}
			return true
		})
	}
	return broken
}

func checkTestPackages(tree []source) (broken []string) {
	for _, s := range tree {
		if s.test || strings.HasSuffix(s.dir(), "test") {
			continue
		}
		for _, imp := range s.imports() {
			if within(imp, modulePath) && strings.HasSuffix(imp, "test") {
				broken = append(broken, s.path+" imports "+imp)
			}
		}
	}
	return broken
}

func checkPackageComments(tree []source) (broken []string) {
	comments, seen := map[string][]source{}, []string{}
	for _, s := range tree {
		if s.file == nil || s.test || s.alone() || strings.Contains(s.path, "/testdata/") {
			continue
		}
		if !slices.Contains(seen, s.dir()) {
			seen = append(seen, s.dir())
		}
		if s.file.Doc != nil {
			comments[s.dir()] = append(comments[s.dir()], s)
		}
	}
	for _, dir := range seen {
		with := comments[dir]
		if len(with) != 1 {
			broken = append(broken, fmt.Sprintf("%s has %d package comments, wants one", dir, len(with)))
			continue
		}
		text, name := with[0].file.Doc.Text(), with[0].file.Name.Name
		start := "Package " + name + " "
		if name == "main" {
			start = "Command " + path.Base(dir) + " "
		}
		if !strings.HasPrefix(text, start) || !strings.Contains(text, "import") {
			broken = append(broken, fmt.Sprintf("%s: the package comment must begin with %q and say what the package may import", with[0].path, start))
		}
	}
	return broken
}

var vague = regexp.MustCompile(`^(utils?|commons?|helpers?|models?|managers?|misc)$`)

func checkNames(tree []source) (broken []string) {
	for _, s := range tree {
		for part := range strings.SplitSeq(s.path, "/") {
			stem, _, _ := strings.Cut(part, ".")
			if vague.MatchString(strings.ToLower(stem)) {
				broken = append(broken, s.path)
			}
		}
		if s.file != nil && vague.MatchString(s.file.Name.Name) {
			broken = append(broken, s.path+" is of package "+s.file.Name.Name)
		}
	}
	return broken
}

func checkTopLevel(tree []source) (broken []string) {
	folders := []string{"cmd", "backend", "frontend", "agents", "connectors", "migrations", "docs", ".ci"}
	for _, s := range tree {
		top, _, nested := strings.Cut(s.path, "/")
		if nested && !slices.Contains(folders, top) {
			broken = append(broken, s.path+" lies in a folder that the design does not have")
		}
		if !nested && strings.HasSuffix(top, ".go") {
			broken = append(broken, s.path+": no package lives in the root")
		}
	}
	return broken
}

var redirect = regexp.MustCompile(`(?m)^\s*(replace|exclude)\b.*$`)

func checkGoMod(tree []source) (broken []string) {
	for _, s := range tree {
		if path.Base(s.path) != "go.mod" {
			continue
		}
		for _, found := range redirect.FindAllString(string(s.text), -1) {
			broken = append(broken, s.path+": "+strings.TrimSpace(found))
		}
	}
	return broken
}

// places are written with a class of one letter so that this file does not
// hold what it looks for.
var places = regexp.MustCompile(`(^|[^a-zA-Z0-9._-])(/(wor[k]|far[m]|roo[t]|hom[e])/|/tmp/b[k]\b)|` +
	`\b(prox[y]|su[m])\.golang\.org|registr[y]\.(npmj[s]|yarnpk[g])|npmj[s]\.(org|com)|goprox[y]\.(io|cn)|` +
	`(de[b]|securit[y]|ft[p]|snapsho[t])\.debian\.org|archiv[e]\.ubuntu\.com|pyp[i]\.org|pythonhoste[d]\.org|crate[s]\.io|rubygem[s]\.org`)

func checkPlaces(tree []source) (broken []string) {
	for _, s := range tree {
		if path.Base(s.path) == "go.sum" || slices.Contains(s.text[:min(len(s.text), 8000)], 0) {
			continue
		}
		number := 0
		for text := range strings.Lines(string(s.text)) {
			number++
			if found := places.FindString(text); found != "" {
				broken = append(broken, fmt.Sprintf("%s:%d says %q", s.path, number, found))
			}
		}
	}
	return broken
}

func checkConnectorList(tree []source) (broken []string) {
	var listed, folders []string
	for _, s := range tree {
		if s.file == nil || s.test {
			continue
		}
		switch dir := s.dir(); {
		case dir == "connectors/all":
			listed = append(listed, s.imports()...)
		case path.Dir(dir) == "connectors" && !slices.Contains(notConnectors, dir) && !slices.Contains(folders, dir):
			folders = append(folders, dir)
		}
	}
	for _, dir := range folders {
		if !slices.Contains(listed, modulePath+"/"+dir) {
			broken = append(broken, dir+" is not imported by connectors/all")
		}
	}
	return broken
}

func checkLengths(tree []source) (broken []string) {
	written := []string{".go", ".ts", ".svelte", ".css", ".sql", ".sh"}
	for _, s := range tree {
		if slices.Contains(written, path.Ext(s.path)) && !s.generated() && lines(s.text) > longestFile {
			broken = append(broken, fmt.Sprintf("%s has %d lines", s.path, lines(s.text)))
		}
	}
	return broken
}

// within reports whether a slash-separated path is folder or lies below it.
func within(p, folder string) bool {
	return p == folder || strings.HasPrefix(p, folder+"/")
}
