// Package internal holds the house rules as a test: who may import whom, who may write, and what a file may look like.
//
// This is a statement of policy. Do not change the table to make a build pass; change the import.
package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// floors says on which floor each package stands. A package imports only from lower floors, never sideways, never up.
var floors = map[string]int{
	"internal/reserve": 0, "examples": 0, "third_party": 0,
	"internal/audit": 1, "internal/seal": 1, "internal/lang": 1, "internal/names": 1, "internal/phone": 1, "internal/gazetteer": 1, "internal/people": 1,
	"internal/linkage": 2, "internal/planner": 2,
	"internal/store": 3, "internal/roll": 3,
	"internal/registry": 4, "internal/callup": 4, "internal/handover": 4, "internal/staff": 4, "internal/outbox": 4, "internal/alliance": 4,
	"internal/web": 5, "internal/api": 5,
	"internal/server": 6,
	"internal/demo":   7, "internal/gauge": 7,
	"cmd/muster": 8,
}

// families are folders whose packages all stand on one floor.
var families = map[string]int{"internal/carrier/": 1, "internal/channel/": 5}

// cryptographers are the only packages that may import crypto/…: the rest asks seal or audit. store draws ids from crypto/rand.
var cryptographers = map[string]bool{"internal/audit": true, "internal/seal": true, "internal/staff": true, "internal/store": true}

// clocked packages may read the clock; to all others the time is handed in.
var clocked = map[string]bool{"internal/server": true, "internal/demo": true, "internal/gauge": true, "cmd/muster": true}

// bookkeepers may write without an act.
var bookkeepers = map[string]bool{"internal/store": true, "internal/outbox": true, "internal/staff": true}

const (
	longestFile     = 400
	longestFunction = 60
)

type source struct {
	path, pkg string
	file      *ast.File
	set       *token.FileSet
	test      bool
}

func floorOf(pkg string) (int, bool) {
	if n, ok := floors[pkg]; ok {
		return n, true
	}
	for prefix, n := range families {
		if strings.HasPrefix(pkg, prefix) {
			return n, true
		}
	}
	return 0, false
}

// sources parses the files in this test itself: what a child process reads is invisible to the test cache.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.Contains(path, "testdata") {
				return err
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			dir := filepath.ToSlash(filepath.Dir(filepath.Join("internal", path)))
			out = append(out, source{path, dir, f, set, strings.HasSuffix(path, "_test.go")})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestPackagesImportOnlyFromLowerFloors(t *testing.T) {
	for _, s := range sources(t) {
		if s.pkg == "internal" || s.pkg == "internal/testkit" || s.pkg == "internal/cases" {
			continue
		}
		own, ok := floorOf(s.pkg)
		if !ok {
			t.Errorf("%s: package %s stands on no floor", s.path, s.pkg)
			continue
		}
		if s.test {
			continue
		}
		for _, imp := range s.file.Imports {
			path := strings.Trim(imp.Path.Value, `"`)
			if fault := importFault(s.pkg, own, path); fault != "" {
				t.Errorf("%s: %s", s.path, fault)
			}
		}
	}
}

// importFault says why a package on a floor may not import path, or nothing.
func importFault(pkg string, own int, path string) string {
	if rest, ours := strings.CutPrefix(path, "muster/"); ours {
		if rest == "internal/testkit" {
			return "imports testkit outside a test"
		}
		if other, ok := floorOf(rest); !ok || other >= own {
			return "imports " + rest + " from the same or a higher floor"
		}
		return ""
	}
	standard := !strings.Contains(strings.SplitN(path, "/", 2)[0], ".")
	switch {
	case pkg == "internal/reserve" && (!standard || path == "context" || path == "os" || strings.HasPrefix(path, "database/") || strings.HasPrefix(path, "net")):
		return "reserve imports " + path
	case strings.HasPrefix(path, "crypto/") && !cryptographers[pkg] && !strings.HasPrefix(pkg, "internal/carrier/") && !harmless[path]:
		return "imports " + path + ": cryptography stands in seal"
	}
	return ""
}

// harmless compares in constant time and names digests of public things; neither hides nor opens anything.
var harmless = map[string]bool{"crypto/subtle": true, "crypto/sha256": true}

func TestTheFloorsRefuseABadImport(t *testing.T) {
	for _, c := range []struct {
		pkg  string
		own  int
		path string
		bad  bool
	}{
		{"internal/store", 3, "muster/internal/registry", true},
		{"internal/callup", 4, "muster/internal/registry", true},
		{"internal/reserve", 0, "golang.org/x/text", true},
		{"internal/reserve", 0, "net/http", true},
		{"internal/web", 5, "crypto/aes", true},
		{"internal/web", 5, "muster/internal/testkit", true},
		{"internal/web", 5, "muster/internal/registry", false},
		{"internal/seal", 1, "crypto/hpke", false},
	} {
		if got := importFault(c.pkg, c.own, c.path) != ""; got != c.bad {
			t.Errorf("%s imports %s: refused %v, want %v", c.pkg, c.path, got, c.bad)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test {
			said[s.pkg] = said[s.pkg] || s.file.Doc != nil && len(s.file.Doc.Text()) > 60
		}
	}
	for pkg, ok := range said {
		if !ok {
			t.Errorf("%s has no package comment", pkg)
		}
	}
}

func TestFilesAndFunctionsStayShort(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || ast.IsGenerated(s.file) {
			continue
		}
		if n := s.set.Position(s.file.End()).Line; n > longestFile {
			t.Errorf("%s has %d lines, at most %d", s.path, n, longestFile)
		}
		for _, d := range s.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if n := s.set.Position(fn.End()).Line - s.set.Position(fn.Pos()).Line + 1; n > longestFunction {
				t.Errorf("%s: %s has %d lines, at most %d", s.path, fn.Name.Name, n, longestFunction)
			}
		}
	}
}

func TestNothingHappensBehindTheScenes(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || ast.IsGenerated(s.file) {
			continue
		}
		for _, d := range s.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: init() hides what happens at start", s.path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if ok && x.Name == "time" && sel.Sel.Name == "Now" && !clocked[s.pkg] {
				t.Errorf("%s: reads the clock; the time is handed in", s.set.Position(n.Pos()))
			}
			return true
		})
	}
}

func TestOnlyBookkeepersWriteWithoutAnAct(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || bookkeepers[s.pkg] {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Bookkeep" {
				t.Errorf("%s: only outbox, staff and the store itself may write without an act", s.set.Position(n.Pos()))
			}
			return true
		})
	}
}

// The bare peers of the benchmarks are not the product: gauge may speak to its own database.
var sqlWord = regexp.MustCompile("^[`\"](SELECT|INSERT|UPDATE|DELETE|CREATE) [A-Za-z(]")

func TestSQLStandsInTheStoreAlone(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.pkg == "internal/store" || s.pkg == "internal/gauge" || s.pkg == "internal/testkit" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && sqlWord.MatchString(lit.Value) {
				t.Errorf("%s: SQL outside the store", s.set.Position(n.Pos()))
			}
			return true
		})
	}
}

func TestNothingIsLeftOpen(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "floors_test.go") {
			continue
		}
		for _, g := range s.file.Comments {
			for _, word := range []string{"TODO", "FIXME", "XXX"} {
				if strings.Contains(g.Text(), word) {
					t.Errorf("%s: %s left open", s.set.Position(g.Pos()), word)
				}
			}
		}
	}
}
