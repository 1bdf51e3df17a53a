// Package drive reads a drive file: the YAML in which an organiser describes sites, functions, recipients and the wording
// of consent. It finds every fault at once and names its line. It keeps nothing and decides no rule of its own: what is
// allowed stands in internal/reserve and in the gazetteer.
package drive

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"muster/internal/gazetteer"
	"muster/internal/reserve"
	"muster/internal/seal"
)

// MaxSize is the greatest drive file in bytes; a real one has a few thousand.
const MaxSize = 1 << 20

// Reader reads drive files.
type Reader struct {
	Gazetteer *gazetteer.Gazetteer
	Languages []string // the languages that have a catalogue
}

// file is one reading: faults gather in it.
type file struct {
	*Reader
	faults reserve.Faults
}

var (
	codeForm   = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)
	yamlLine   = regexp.MustCompile(`line (\d+)`)
	numberForm = regexp.MustCompile(`^-?\d{1,9}$`)
)

// Read decodes and checks a drive file. The error is reserve.Faults with every fault; each has the argument "line". A
// recipient of a type that is not civil is of kind Forbidden, everything else is Invalid.
func (r *Reader) Read(text []byte) (reserve.Drive, error) {
	f := &file{Reader: r}
	if len(text) > MaxSize {
		return reserve.Drive{}, reserve.Fault("", "too-large")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return reserve.Drive{}, reserve.Faults{unreadable(err)}
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return reserve.Drive{}, reserve.Faults{reserve.Fault("", "no-drive").With("line", "1")}
	}
	d := f.drive(doc.Content[0])
	if len(f.faults) > 0 {
		return reserve.Drive{}, f.faults
	}
	return d, nil
}

// unreadable tells the line of a file that is no YAML, and nothing of its text.
func unreadable(err error) *reserve.Error {
	line := "1"
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line = m[1]
	}
	return reserve.Fault("", "bad-yaml").With("line", line)
}

func (f *file) fault(n *yaml.Node, field, code string) *reserve.Error {
	e := reserve.Fault(field, code).With("line", strconv.Itoa(n.Line))
	f.faults = append(f.faults, e)
	return e
}

// fields walks a mapping: each known key by its function, each unknown or doubled key a fault with its line.
func (f *file) fields(n *yaml.Node, path string, known map[string]func(v *yaml.Node, field string)) {
	if n.Kind != yaml.MappingNode {
		f.fault(n, path, "not-a-mapping")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field := join(path, key.Value)
		read, ok := known[key.Value]
		switch {
		case !ok:
			f.fault(key, field, "unknown-key")
		case seen[key.Value]:
			f.fault(key, field, "duplicate-name")
		default:
			read(value, field)
		}
		seen[key.Value] = true
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (f *file) text(to *string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
			f.fault(n, field, "not-a-text")
			return
		}
		*to = strings.TrimSpace(n.Value)
	}
}

func (f *file) number(to *int) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		if n.Kind != yaml.ScalarNode || !numberForm.MatchString(n.Value) {
			f.fault(n, field, "not-a-number")
			return
		}
		v, err := strconv.Atoi(n.Value)
		if err != nil {
			f.fault(n, field, "not-a-number")
			return
		}
		*to = v
	}
}

func (f *file) truth(to *bool) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			f.fault(n, field, "not-yes-or-no")
			return
		}
		*to = n.Value == "true"
	}
}

func (f *file) list(n *yaml.Node, field string, each func(n *yaml.Node, field string)) {
	if n.Kind != yaml.SequenceNode {
		f.fault(n, field, "not-a-list")
		return
	}
	for i, c := range n.Content {
		each(c, fmt.Sprintf("%s[%d]", field, i))
	}
}

func (f *file) texts(to *[]string) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		f.list(n, field, func(n *yaml.Node, field string) {
			var s string
			f.text(&s)(n, field)
			*to = append(*to, s)
		})
	}
}

// languages reads a text in several languages.
func (f *file) languages(to *reserve.Texts) func(*yaml.Node, string) {
	return func(n *yaml.Node, field string) {
		*to = reserve.Texts{}
		if n.Kind != yaml.MappingNode {
			f.fault(n, field, "not-a-mapping")
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if !f.speaks(key.Value) {
				f.fault(key, join(field, key.Value), "unknown-language")
				continue
			}
			var s string
			f.text(&s)(n.Content[i+1], join(field, key.Value))
			(*to)[key.Value] = s
		}
	}
}

func (f *file) speaks(code string) bool {
	for _, l := range f.Languages {
		if l == code {
			return true
		}
	}
	return false
}

func (f *file) code(n *yaml.Node, field, code string) {
	if !codeForm.MatchString(code) {
		f.fault(n, field, "bad-code")
	}
}

// keyOK reports whether a text is an age recipient.
func keyOK(key string) bool {
	_, err := seal.Fingerprint(key)
	return err == nil
}
