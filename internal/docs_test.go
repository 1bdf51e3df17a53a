package internal

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The documents say what the code does; these tests read both, so that a file, package, command, flag, test or word that is
// renamed is renamed there too. The files are read in this process: what a child process reads is invisible to the test cache.

const house = ".."

// document is one text of the repository, by its path from the root.
type document struct{ path, text string }

// documents are all Markdown files of the repository.
func documents(t *testing.T) []document {
	t.Helper()
	var out []document
	err := filepath.WalkDir(house, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != house {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(p) != ".md" {
			return nil
		}
		text, err := os.ReadFile(p)
		rel, _ := filepath.Rel(house, p)
		out = append(out, document{filepath.ToSlash(rel), string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ours are the documents that describe this code: those at the root and in docs.
func ours(t *testing.T) []document {
	t.Helper()
	return slices.DeleteFunc(documents(t), func(d document) bool { return strings.Contains(d.path, "/") && !strings.HasPrefix(d.path, "docs/") })
}

// parsed are the sources, parsed once for all tests of this file.
var parsed struct {
	sync.Once
	list []source
}

func code(t *testing.T) []source {
	t.Helper()
	parsed.Do(func() { parsed.list = sources(t) })
	return parsed.list
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(house, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	fence  = regexp.MustCompile("(?ms)^```.*?^```")
	ticked = regexp.MustCompile("`([^`\n]+)`")
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	aTest  = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w+$`)
	// placeholder stands for a name the reader chooses.
	placeholder = regexp.MustCompile(`/(CODE|NAME|THING)(\.|$)`)

	aPath   = regexp.MustCompile(`^[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*/?$`)
	aFlag   = regexp.MustCompile(`^--([a-z][a-z-]*)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+?)\s*$`)
)

// quoted are the texts between backticks outside fenced blocks.
func quoted(text string) (out []string) {
	for _, m := range ticked.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		out = append(out, m[1])
	}
	return out
}

func exists(p string) bool {
	if strings.Contains(p, "*") {
		found, err := filepath.Glob(p)
		return err == nil && len(found) > 0
	}
	_, err := os.Stat(p)
	return err == nil
}

// missingPath says whether a quoted text names a file or folder of the repository that is not there. Paths may begin at the
// root or at internal/, and what begins with neither is no path of ours.
func missingPath(word string) bool {
	if !strings.Contains(word, "/") || !aPath.MatchString(word) || strings.HasPrefix(word, ".") {
		return false
	}
	if placeholder.MatchString(word) {
		return false
	}
	first, _, _ := strings.Cut(word, "/")
	named := false
	for _, base := range []string{house, filepath.Join(house, "internal")} {
		if !exists(filepath.Join(base, first)) {
			continue
		}
		named = true
		if exists(filepath.Join(base, filepath.FromSlash(word))) {
			return false
		}
	}
	return named
}

func TestFilesNamedInTheDocumentsExist(t *testing.T) {
	for _, d := range ours(t) {
		words := quoted(d.text)
		for _, block := range fence.FindAllString(d.text, -1) {
			for _, w := range strings.Fields(block) {
				words = append(words, strings.TrimRight(w, ".,;:)"))
			}
		}
		for _, word := range words {
			if missingPath(word) {
				t.Errorf("%s names %s, which is not there", d.path, word)
			}
		}
	}
}

// anchor is how a heading is linked to.
func anchor(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127 && r != '…' && r != '’':
			b.WriteRune(r)
		}
	}
	return b.String()
}

// deadLink says whether a link of a document leads nowhere within the repository.
func deadLink(from, target string, texts map[string]string) bool {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return false
	}
	file, part, _ := strings.Cut(target, "#")
	to := from
	if file != "" {
		to = path.Join(path.Dir(from), file)
	}
	if !exists(filepath.Join(house, filepath.FromSlash(to))) {
		return true
	}
	if part == "" {
		return false
	}
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(texts[to], ""), -1) {
		if anchor(m[1]) == part {
			return false
		}
	}
	return true
}

func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	all := documents(t)
	texts := map[string]string{}
	for _, d := range all {
		texts[d.path] = d.text
	}
	for _, d := range all {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(d.text, ""), -1) {
			if deadLink(d.path, m[1], texts) {
				t.Errorf("%s links to %s, which is not there", d.path, m[1])
			}
		}
	}
}

func TestTestsNamedInTheDocumentsExist(t *testing.T) {
	known := map[string]bool{}
	for _, s := range code(t) {
		for _, d := range s.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && s.test && fn.Recv == nil {
				known[fn.Name.Name] = true
			}
		}
	}
	for _, d := range ours(t) {
		for _, word := range quoted(d.text) {
			if aTest.MatchString(word) && !known[word] {
				t.Errorf("%s names the test %s, which is not there", d.path, word)
			}
		}
	}
}

var floorRow = regexp.MustCompile(`(?m)^\| *(\d) *\|([^|]*)\|`)

// TestArchitectureNamesEveryPackageOnItsFloor holds the table of floors against the folders and against floors_test.go.
func TestArchitectureNamesEveryPackageOnItsFloor(t *testing.T) {
	said := map[string]int{}
	for _, row := range floorRow.FindAllStringSubmatch(read(t, "ARCHITECTURE.md"), -1) {
		floor, _ := strconv.Atoi(row[1])
		for _, name := range quoted(row[2]) {
			said[name] = floor
		}
	}
	there := map[string]bool{}
	for _, s := range code(t) {
		name := strings.TrimPrefix(s.pkg, "internal/")
		if own, ok := floorOf(s.pkg); ok && !s.test && !there[name] {
			there[name] = true
			if floor, ok := said[name]; !ok || floor != own {
				t.Errorf("ARCHITECTURE.md: %s stands on floor %d; the table says %d (named: %v)", name, own, floor, ok)
			}
		}
	}
	for name := range said {
		if !there[name] {
			t.Errorf("ARCHITECTURE.md names the package %s, which is not there", name)
		}
	}
}

func TestTheTwoCommandsOfTheReadmeAreReal(t *testing.T) {
	text := read(t, "README.md")
	for _, command := range []string{"go run ./cmd/muster demo", "./test"} {
		if !strings.Contains(text, "\n"+command+"\n") {
			t.Errorf("README.md does not give the command %q on a line of its own", command)
		}
	}
	info, err := os.Stat(filepath.Join(house, "test"))
	if err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("./test cannot be run: %v", err)
	}
}

// command is one command of cmd/muster: its flags, with whether each takes a value, and the commands below it.
type command struct {
	flags map[string]bool
	below map[string]*command
}

var (
	aCommand  = regexp.MustCompile(`^[a-z][a-z-]*$`)
	nameTag   = regexp.MustCompile(`name:"([^"]+)"`)
	upperCase = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// commandLine reads the commands and flags from the structs that kong reads them from.
func commandLine(t *testing.T) *command {
	t.Helper()
	structs := map[string]*ast.StructType{}
	for _, s := range code(t) {
		if s.pkg != "cmd/muster" || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if st, ok := spec.Type.(*ast.StructType); ok {
					structs[spec.Name.Name] = st
				}
			}
			return true
		})
	}
	if structs["commands"] == nil {
		t.Fatal("cmd/muster has no struct commands")
	}
	return commandOf(structs, structs["commands"])
}

func commandOf(structs map[string]*ast.StructType, st *ast.StructType) *command {
	c := &command{map[string]bool{}, map[string]*command{}}
	for _, f := range st.Fields.List {
		tag := ""
		if f.Tag != nil {
			tag = f.Tag.Value
		}
		typ, _ := f.Type.(*ast.Ident)
		if len(f.Names) == 0 && typ != nil && structs[typ.Name] != nil { // embedded: its flags are the command's own
			for flag, takes := range commandOf(structs, structs[typ.Name]).flags {
				c.flags[flag] = takes
			}
		}
		for _, n := range f.Names {
			name := strings.ToLower(upperCase.ReplaceAllString(n.Name, "$1-$2"))
			if m := nameTag.FindStringSubmatch(tag); m != nil {
				name = m[1]
			}
			switch {
			case strings.Contains(tag, "cmd:") && typ != nil && structs[typ.Name] != nil:
				c.below[name] = commandOf(structs, structs[typ.Name])
			case !strings.Contains(tag, "arg:"):
				c.flags[name] = typ == nil || typ.Name != "bool"
			}
		}
	}
	return c
}

var runsMuster = regexp.MustCompile(`(?:^|\s)(?:\./|go run \./cmd/)?muster((?: +[^\s#]+)+)`)

// wrongCommand says what a written command names that is not there, or nothing.
func wrongCommand(all *command, words []string) string {
	at, value := all, false
	for _, w := range words {
		if value {
			value = false
			continue
		}
		if m := aFlag.FindStringSubmatch(w); m != nil {
			if m[1] == "help" { // kong's own
				continue
			}
			takes, own := at.flags[m[1]]
			global, known := all.flags[m[1]]
			if !own && !known {
				return w
			}
			value = (own && takes || !own && global) && !strings.Contains(w, "=")
			continue
		}
		if next := at.below[w]; next != nil {
			at = next
		} else if len(at.below) > 0 && aCommand.MatchString(w) {
			return w
		}
	}
	return ""
}

// written are the lines of a document that run the command: those of fenced blocks, and quoted ones.
func written(text string) (out [][]string) {
	lines := quoted(text)
	for _, block := range fence.FindAllString(text, -1) {
		lines = append(lines, strings.Split(strings.ReplaceAll(block, "\\\n", " "), "\n")...)
	}
	for _, l := range lines {
		if strings.HasPrefix(l, "muster:") {
			continue
		}
		if m := runsMuster.FindStringSubmatch(l); m != nil {
			out = append(out, strings.Fields(m[1]))
		}
	}
	return out
}

func TestCommandsNamedInTheDocumentsExist(t *testing.T) {
	all := commandLine(t)
	seen := 0
	for _, d := range ours(t) {
		for _, words := range written(d.text) {
			seen++
			if wrong := wrongCommand(all, words); wrong != "" {
				t.Errorf("%s: muster %s: there is no %s", d.path, strings.Join(words, " "), wrong)
			}
		}
	}
	if seen < 20 {
		t.Errorf("the documents show %d commands; the reader of documents must have missed some", seen)
	}
}

// wordTypes are the types of reserve whose values people meet in rows, logs and answers.
var wordTypes = map[string]bool{"VolunteerState": true, "RegistrationState": true, "AgeState": true, "InvitationState": true, "CallUpState": true,
	"Place": true, "Role": true, "RecipientType": true, "ActorKind": true, "Channel": true, "Verb": true, "Reason": true, "Meaning": true, "PhoneOwner": true}

func TestTheGlossaryHasEveryWordOfReserve(t *testing.T) {
	has := map[string]bool{}
	for _, word := range quoted(read(t, "docs/glossary.md")) {
		has[word] = true
	}
	seen := 0
	for _, s := range code(t) {
		if s.pkg != "internal/reserve" || s.test {
			continue
		}
		for _, d := range s.file.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				typ, ok := v.Type.(*ast.Ident)
				if !ok || !wordTypes[typ.Name] {
					continue
				}
				for _, value := range v.Values {
					lit, ok := value.(*ast.BasicLit)
					if !ok {
						continue
					}
					seen++
					if word := strings.Trim(lit.Value, `"`); !has[word] {
						t.Errorf("docs/glossary.md lacks `%s` (%s)", word, typ.Name)
					}
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("got %d words of reserve, want more than 100: the reader must have missed some", seen)
	}
}

// TestTheOperatorsPageNamesFilesFiguresAndExits holds docs/operating.md against the names in the code.
func TestTheOperatorsPageNamesFilesFiguresAndExits(t *testing.T) {
	text := read(t, "docs/operating.md")
	has := map[string]bool{}
	for _, word := range quoted(text) {
		has[word] = true
	}
	seen := 0
	for _, s := range code(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if ok && s.pkg == "internal/server" && !s.test && strings.HasSuffix(v.Names[0].Name, "Name") && len(v.Values) == 1 {
				if lit, ok := v.Values[0].(*ast.BasicLit); ok && strings.Contains(lit.Value, ".") {
					seen++
					if name := strings.Trim(lit.Value, `"`); !has[name] {
						t.Errorf("docs/operating.md does not say what %s in the data folder is", name)
					}
				}
			}
			if lit, ok := n.(*ast.BasicLit); ok && s.pkg == "internal/server" && !s.test && strings.HasPrefix(lit.Value, `"muster_`) {
				seen++
				if name := strings.Trim(lit.Value, `"`); !has[name] && !strings.Contains(name, ".") {
					t.Errorf("docs/operating.md does not say what the figure %s is", name)
				}
			}
			if ok && s.pkg == "cmd/muster" && strings.HasPrefix(v.Names[0].Name, "exit") && len(v.Values) == 1 {
				if lit, ok := v.Values[0].(*ast.BasicLit); ok {
					seen++
					if !strings.Contains(text, "\n| "+lit.Value+" |") {
						t.Errorf("docs/operating.md does not explain exit code %s", lit.Value)
					}
				}
			}
			return true
		})
	}
	if seen < 15 {
		t.Errorf("got %d names, want at least 15: the reader must have missed some", seen)
	}
}

// TestEveryModuleHasItsDecision holds what is imported against docs/decisions.
func TestEveryModuleHasItsDecision(t *testing.T) {
	decisions := ""
	for _, d := range ours(t) {
		if strings.HasPrefix(d.path, "docs/decisions/") {
			decisions += d.text
		}
	}
	modules := regexp.MustCompile(`(?m)^\s+(\S+\.\S+/\S+) v`).FindAllStringSubmatch(read(t, "go.mod"), -1)
	used := map[string]bool{}
	for _, s := range code(t) {
		for _, imp := range s.file.Imports {
			file := strings.Trim(imp.Path.Value, `"`)
			for _, m := range modules {
				if file == m[1] || strings.HasPrefix(file, m[1]+"/") {
					used[m[1]] = true
				}
			}
		}
	}
	for module := range used {
		if !strings.Contains(decisions, "`"+module+"`") {
			t.Errorf("%s is imported, and no file of docs/decisions says why", module)
		}
	}
	if len(used) < 10 {
		t.Errorf("got %d modules in use, want at least 10: the reader must have missed some", len(used))
	}
}

// TestTheReaderOfDocumentsSeesWhatIsWrong shows that the checks above can fail.
func TestTheReaderOfDocumentsSeesWhatIsWrong(t *testing.T) {
	for word, want := range map[string]bool{"internal/reserve/age.go": false, "reserve/age.go": false, "reserve/agee.go": true, "internal/nowhere": true,
		"cmd/muster/*.go": false, "cmd/muster/*.rs": true, "text/event-stream": false, "a word": false, "/console": false} {
		if got := missingPath(word); got != want {
			t.Errorf("path %s: missing %v, want %v", word, got, want)
		}
	}
	texts := map[string]string{"docs/a.md": "# What it is\n"}
	for target, want := range map[string]bool{"../README.md": false, "../NOTHERE.md": true, "https://example.org/x": false} {
		if got := deadLink("docs/a.md", target, texts); got != want {
			t.Errorf("link %s: dead %v, want %v", target, got, want)
		}
	}
	all := commandLine(t)
	for line, want := range map[string]string{"muster serve --listen :8080": "", "muster --data x init --drive FILE": "", "muster fly": "fly",
		"muster staff add ali --role desk": "", "muster staff sack ali": "sack", "muster serve --wings": "--wings"} {
		if got := wrongCommand(all, written("`" + line + "`")[0]); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}
