package store_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"balaikota/backend/store"
	"balaikota/backend/store/storetest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// statement is one SQL text as it stands in the package's source.
type statement struct {
	where  string
	sql    string
	fields []string // of the struct its rows go into, nil if into none
}

// writtenAtRunTime says why a function may send SQL that is no constant. What
// depends on the question has its variants in TestWrittenStatementsPrepare.
var writtenAtRunTime = map[string]string{
	"Incidents":     "the filter's conditions vary; WrittenStatements has them",
	"listIncidents": "the filter's conditions vary; WrittenStatements has them",
	"listReports":   "a filter's conditions", "Figures": "a filter's conditions", "Series": "step and aggregation",
	"inTx": "SET LOCAL ROLE takes no parameters",
	// The constants handed to these are found at their callers.
	"rowsOf": "handed on", "column": "handed on", "each": "handed on", "addOrReplace": "handed on",
	"sourceRows": "handed on", "sessions": "handed on", "packQuery": "handed on",
}

// handedOn is the row type of a function that is handed a statement.
var handedOn = map[string]string{"addOrReplace": "", "sourceRows": "sourceRow", "sessions": "Session", "packQuery": ""}

var looksLikeSQL = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH) `)

// TestStatementsPrepare reads this package's source, and lets Postgres prepare
// every SQL text in it against the migrated schema: a wrong table, column,
// type or parameter fails here, as does a column without a field or a field
// without a column. Nothing has to be registered for it.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	found, dynamic := sourceStatements(t)
	if len(found) < 60 {
		t.Fatalf("found only %d statements: the search no longer sees them", len(found))
	}
	for _, d := range dynamic {
		name, _, _ := strings.Cut(d, " ")
		if _, known := writtenAtRunTime[name]; !known {
			t.Errorf("%s: the SQL is put together at run time; make it a constant, or prepare its variants in TestWrittenStatementsPrepare", d)
		}
	}
	conn := storetest.Connect(t, storetest.NewDB(t).OwnerURL)
	for _, s := range found {
		desc, err := prepare(t.Context(), conn, s.sql)
		if err != nil {
			t.Errorf("%s: %v\n%s", s.where, err, s.sql)
			continue
		}
		if s.fields == nil {
			continue
		}
		if missing, extra := compareColumns(desc, s.fields); len(missing)+len(extra) > 0 {
			t.Errorf("%s: columns without a field %v, fields without a column %v", s.where, missing, extra)
		}
	}
}

func TestWrittenStatementsPrepare(t *testing.T) {
	t.Parallel()
	conn := storetest.Connect(t, storetest.NewDB(t).OwnerURL)
	for _, sql := range store.WrittenStatements() {
		if _, err := prepare(t.Context(), conn, sql); err != nil {
			t.Errorf("%v\n%s", err, sql)
		}
	}
}

func prepare(ctx context.Context, conn *pgx.Conn, sql string) (*pgconn.StatementDescription, error) {
	positional, _, err := pgx.NamedArgs{}.RewriteQuery(ctx, conn, sql, nil)
	if err != nil {
		return nil, err
	}
	return conn.PgConn().Prepare(ctx, "", positional, nil)
}

func compareColumns(desc *pgconn.StatementDescription, fields []string) (missing, extra []string) {
	var columns []string
	for _, f := range desc.Fields {
		columns = append(columns, foldName(f.Name))
		if !slices.Contains(fields, foldName(f.Name)) {
			missing = append(missing, f.Name)
		}
	}
	for _, f := range fields {
		if !slices.Contains(columns, f) {
			extra = append(extra, f)
		}
	}
	return missing, extra
}

// foldName is how pgx compares the names of columns and fields.
func foldName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// sourceStatements type-checks the package and returns the SQL of every call
// that sends some, and the places where it is no constant.
func sourceStatements(t *testing.T) (found []statement, dynamic []string) {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, n := range names {
		if strings.HasSuffix(n, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, n, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", exportData(t))}
	pkg, err := conf.Check("balaikota/backend/store", fset, files, info)
	if err != nil {
		t.Fatalf("type-check the package: %v", err)
	}
	for _, f := range files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				where := fmt.Sprint(fset.Position(call.Pos()))
				if row, ok := handedOn[calledName(call)]; ok {
					for _, sql := range constantsOf(info, call.Args) {
						found = append(found, statement{where, sql, fieldsOf(typeNamed(pkg, row))})
					}
					return true
				}
				sql, rowType := sentBy(info, call)
				if sql == nil {
					return true
				}
				value := info.Types[sql].Value
				if value == nil {
					dynamic = append(dynamic, fn.Name.Name+" "+where)
					return true
				}
				found = append(found, statement{where, constant.StringVal(value), fieldsOf(rowType)})
				return true
			})
		}
	}
	return found, dynamic
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func constantsOf(info *types.Info, args []ast.Expr) (sql []string) {
	for _, a := range args {
		if v := info.Types[a].Value; v != nil && v.Kind() == constant.String && looksLikeSQL.MatchString(constant.StringVal(v)) {
			sql = append(sql, constant.StringVal(v))
		}
	}
	return sql
}

func typeNamed(pkg *types.Package, name string) types.Type {
	if obj := pkg.Scope().Lookup(name); obj != nil {
		return obj.Type()
	}
	return nil
}

// sentBy returns the SQL argument of a call that sends one, and the row type
// when the call collects structs.
func sentBy(info *types.Info, call *ast.CallExpr) (sql ast.Expr, row types.Type) {
	fun := call.Fun
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	switch f := fun.(type) {
	case *ast.Ident:
		inst, generic := info.Instances[f]
		if !generic || len(call.Args) < 3 {
			return nil, nil
		}
		switch f.Name {
		case "rowsOf":
			return call.Args[2], inst.TypeArgs.At(0)
		case "column", "each":
			return call.Args[2], nil
		}
	case *ast.SelectorExpr:
		sel := info.Selections[f]
		if sel == nil || sel.Obj().Pkg() == nil || !strings.HasPrefix(sel.Obj().Pkg().Path(), "github.com/jackc/pgx/") {
			return nil, nil
		}
		switch sel.Obj().Name() {
		case "Query", "QueryRow", "Exec":
			return call.Args[1], nil
		case "Queue":
			return call.Args[0], nil
		}
	}
	return nil, nil
}

func fieldsOf(t types.Type) (fields []string) {
	if t == nil {
		return nil
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i := range s.NumFields() {
		f, tag := s.Field(i), reflect.StructTag(s.Tag(i)).Get("db")
		switch {
		case tag == "-":
		case f.Embedded() && tag == "":
			fields = append(fields, fieldsOf(f.Type())...)
		case tag != "":
			fields = append(fields, foldName(tag))
		default:
			fields = append(fields, foldName(f.Name()))
		}
	}
	return fields
}

// exportData finds compiled packages through the go command, which has built
// them for this test already.
func exportData(t *testing.T) importer.Lookup {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}}={{.Export}}{{end}}", ".").Output()
	if err != nil {
		t.Fatalf("list the package's imports: %v", err)
	}
	at := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		at[path] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(at[path]) }
}
