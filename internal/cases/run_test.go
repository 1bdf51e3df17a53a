package cases

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// root is the folder of the cases.
const root = "../../cases"

// Case is one line of cases.jsonl.
type Case struct {
	ID     string          `json:"id"`
	Title  string          `json:"title"`
	Files  []string        `json:"file"`
	Input  json.RawMessage `json:"input"`
	Expect []string        `json:"expect"`

	lines map[int]bool    // those that had their subtest
	read  map[string]bool // the files that were read
}

// gap is a case that is not yet built. The lines that can be tested run all the same; the others say what they wait for.
type gap struct {
	missing map[int]string // by line: the feature
	test    func(t *testing.T, c *Case)
}

// readCases reads the file as it is kept.
func readCases(t *testing.T) []*Case {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*Case
	for line := range bytes.Lines(text) {
		c := &Case{lines: map[int]bool{}, read: map[string]bool{}}
		if err := json.Unmarshal(line, c); err != nil {
			t.Fatalf("line %d: %v", len(out)+1, err)
		}
		out = append(out, c)
	}
	return out
}

// line runs the subtest of the n-th expectation, from 1, under its own words.
func (c *Case) line(t *testing.T, n int, test func(t *testing.T)) {
	t.Helper()
	if n < 1 || n > len(c.Expect) || c.lines[n] {
		t.Fatalf("%s has no line %d left to test", c.ID, n)
	}
	c.lines[n] = true
	if os.Getenv(oneLine) != "" {
		t.Logf("the process runs at %s", time.Date(2026, 11, 24, 0, 0, 0, 0, time.Local).Format("-0700"))
	}
	words := strings.Fields(strings.ReplaceAll(c.Expect[n-1], "/", " "))
	t.Run(fmt.Sprintf("%d %s", n, strings.Join(words[:min(6, len(words))], " ")), test)
}

// bytes gives a file of the case, by its place among the case's files.
func (c *Case) bytes(t *testing.T, n int) []byte {
	t.Helper()
	if n >= len(c.Files) {
		t.Fatalf("%s has %d files", c.ID, len(c.Files))
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(c.Files[n])))
	if err != nil {
		t.Fatal(err)
	}
	c.read[c.Files[n]] = true
	return text
}

// rows gives the rows of a CSV by their headings.
func (c *Case) rows(t *testing.T, n int) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(c.bytes(t, n))).ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatalf("read %s: %d rows, %v", c.Files[n], len(all), err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		out = append(out, row)
	}
	return out
}

// decode reads a file of JSON.
func decode[T any](t *testing.T, c *Case, n int) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(c.bytes(t, n), &out); err != nil {
		t.Fatalf("read %s: %v", c.Files[n], err)
	}
	return out
}

// decodeLines reads a file of one JSON value a line.
func decodeLines[T any](t *testing.T, c *Case, n int) []T {
	t.Helper()
	var out []T
	lines := bufio.NewScanner(bytes.NewReader(c.bytes(t, n)))
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("read %s: %v", c.Files[n], err)
		}
		out = append(out, v)
	}
	return out
}

// TestCases runs every case that is built, and what can be tested of the others. A case that leaves out a line of its
// expectations or a file of its own fails, as does one that tests a line it calls missing.
func TestCases(t *testing.T) {
	for _, c := range readCases(t) {
		test, missing := built[c.ID], notYet[c.ID].missing
		if test == nil {
			test = notYet[c.ID].test
		}
		if test == nil {
			continue
		}
		t.Run(c.ID+" "+c.Title, func(t *testing.T) {
			t.Parallel()
			test(t, c)
			for n := range len(c.Expect) {
				if _, gone := missing[n+1]; c.lines[n+1] == gone {
					t.Errorf("line %d: tested %v, missing %v", n+1, c.lines[n+1], gone)
				}
			}
			for _, f := range c.Files {
				if !c.read[f] && len(missing) == 0 {
					t.Errorf("%s was not read", f)
				}
			}
		})
	}
}

// TestEveryCaseIsBuiltOrListed keeps the list of what is not yet built: it may become shorter and never longer.
func TestEveryCaseIsBuiltOrListed(t *testing.T) {
	known := map[string]*Case{}
	for _, c := range readCases(t) {
		known[c.ID] = c
		_, gone := notYet[c.ID]
		if _, ok := built[c.ID]; ok == gone {
			t.Errorf("%s: built %v, listed as not yet built %v", c.ID, ok, gone)
		}
	}
	if len(known) != 33 {
		t.Errorf("got %d cases, want 33", len(known))
	}
	var ids []string
	for id, g := range notYet {
		ids = append(ids, id)
		if len(g.missing) == 0 {
			t.Errorf("%s lacks nothing: it is built", id)
		}
		for n := range g.missing {
			if known[id] == nil || n < 1 || n > len(known[id].Expect) {
				t.Errorf("%s has no line %d", id, n)
			}
		}
	}
	for id := range built {
		if known[id] == nil {
			t.Errorf("%s is no case", id)
		}
	}
	slices.Sort(ids)
	if len(ids) != stillMissing {
		t.Errorf("got %d cases not yet built (%s), want %d: the number falls as they are built and never grows", len(ids), strings.Join(ids, " "), stillMissing)
	}
}
