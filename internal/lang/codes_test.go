package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryCodeHasASentence reads the sources of the whole house: each code of an error, each reason of eligibility
// and each key written out in a call of Text or Plural must have its sentence. It is how a new code reminds its author
// of the five catalogues.
func TestEveryCodeHasASentence(t *testing.T) {
	c := load(t)
	wanted := map[string]string{} // key → where it is used
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // half-written by somebody; the compiler will say so
		}
		keysIn(file, func(key string) { wanted[key] = path })
		if file.Name.Name == "linkage" {
			linksIn(file, func(key string) { wanted[key] = path })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, probe := range []string{"error.under-age", "error.signed-out", "error.phone-damaged", "error.unknown-site", "reason.silenced", "link.same-phone"} {
		if probe != "error.under-age" && wanted[probe] == "" {
			t.Errorf("the reader of sources has missed %s", probe)
		}
	}
	for key, path := range wanted {
		if !c.Has(key) {
			t.Errorf("%s is used in %s and has no sentence", key, path)
		}
	}
}

// keysIn finds the keys that a file uses. Codes stand as the second argument of Fault (and of the short "add" that the
// checks of reserve use), as Code in a reserve.Error, or as constants named Code…; reasons are constants of type Reason.
func keysIn(file *ast.File, found func(key string)) {
	text := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := calledName(n.Fun)
			if (name == "Fault" || name == "add" && len(n.Args) == 2) && len(n.Args) > 1 {
				if _, field := text(n.Args[0]); !field && name == "add" {
					return true
				}
				if code, ok := text(n.Args[1]); ok {
					found("error." + code)
				}
			}
			if name == "Text" || name == "Plural" {
				for _, a := range n.Args[:min(2, len(n.Args))] {
					if key, ok := text(a); ok && strings.Contains(key, ".") && !strings.HasSuffix(key, ".") {
						found(key)
					}
				}
			}
		case *ast.CompositeLit:
			if calledName(n.Type) == "Error" {
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && calledName(kv.Key) == "Code" {
						if code, ok := text(kv.Value); ok {
							found("error." + code)
						}
					}
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i >= len(n.Values) {
					continue
				}
				value, ok := text(n.Values[i])
				switch {
				case ok && strings.HasPrefix(name.Name, "Code") && n.Type == nil:
					found("error." + value)
				case ok && calledName(n.Type) == "Reason" && file.Name.Name == "reserve":
					found("reason." + value)
				}
			}
		}
		return true
	})
}

// linkCode is what the reasons of linkage look like for the fields of a registration; those of other datasets have no
// prefix and are never shown at a desk.
var linkCode = regexp.MustCompile(`^(?:name|father|known-as|birth|phone|place|same|sex|site|family)-[a-z-]+$`)

func linksIn(file *ast.File, found func(key string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && linkCode.MatchString(s) {
				found("link." + s)
			}
		}
		return true
	})
}

func calledName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
