package api

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"muster/internal/reserve"
)

// The codes of what is no JSON that can be trusted. The standard library's decoder lets the last of two equal names win
// and replaces bad characters silently; here both would change what somebody said of themselves.
const (
	CodeBadJSON   = "bad-json"
	CodeBadUTF8   = "bad-utf8"
	CodeDuplicate = "duplicate-field"
	CodeTooDeep   = "too-deep"
)

// Limits of a body: a registration is three levels deep, a call-up four.
const (
	maxDepth     = 16
	maxFaults    = 50 // what one answer lists; nobody mends more in one go
	fewNames     = 16 // above this many names an object's repeats are found through a map
	longestField = 64
)

// kind is what a JSON value is.
type kind byte

const (
	isNull kind = iota
	isBool
	isNumber
	isText
	isList
	isObject
)

// value is one JSON value. text is a text's content, or a number as written.
type value struct {
	kind    kind
	yes     bool
	text    string
	list    []value
	members []member
}

// member is one name of an object with its value.
type member struct {
	name string
	value
}

// scanner reads one document in one pass. Texts without escapes are parts of the source, so nothing is copied twice.
type scanner struct {
	source string
	at     int
	faults reserve.Faults
	path   []step
}

// step is one level of where the scanner is.
type step struct {
	name  string
	index int // of a list; -1 in an object
}

// parse reads a whole document. Faults that leave the document readable (equal names, bad characters) are all told;
// what is no JSON ends the reading.
func parse(source string) (value, reserve.Faults) {
	s := scanner{source: source}
	v, ok := s.value(0)
	if ok {
		s.blanks()
		if s.at < len(source) {
			s.fail(CodeBadJSON)
		}
	}
	return v, s.faults
}

func (s *scanner) fail(code string) bool {
	if len(s.faults) < maxFaults {
		s.faults = append(s.faults, reserve.Fault(s.field(), code))
	}
	return false
}

// field spells where the scanner is: "phones[1].e164". Names of the sender are shown back, in part and without signs that
// could disguise them.
func (s *scanner) field() string {
	var b strings.Builder
	for _, p := range s.path {
		if p.index >= 0 {
			b.WriteString("[" + strconv.Itoa(p.index) + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(plain(p.name))
	}
	return b.String()
}

// plain is a name as it can be shown back.
func plain(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r > 0x7e {
			return '?'
		}
		return r
	}, name)
	return clean[:min(len(clean), longestField)]
}

func (s *scanner) blanks() {
	for s.at < len(s.source) {
		switch s.source[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// value reads one value; false where the document cannot be read on.
func (s *scanner) value(depth int) (value, bool) {
	s.blanks()
	if depth > maxDepth {
		return value{}, s.fail(CodeTooDeep)
	}
	if s.at >= len(s.source) {
		return value{}, s.fail(CodeBadJSON)
	}
	switch c := s.source[s.at]; {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		text, ok := s.text()
		return value{kind: isText, text: text}, ok
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, w := range []struct {
		word string
		v    value
	}{{"true", value{kind: isBool, yes: true}}, {"false", value{kind: isBool}}, {"null", value{}}} {
		if strings.HasPrefix(s.source[s.at:], w.word) {
			s.at += len(w.word)
			return w.v, true
		}
	}
	return value{}, s.fail(CodeBadJSON)
}

func (s *scanner) object(depth int) (value, bool) {
	s.at++
	v := value{kind: isObject}
	var seen map[string]bool
	s.path = append(s.path, step{index: -1})
	for first := true; ; first = false {
		s.blanks()
		if first && s.next('}') {
			break
		}
		if s.at >= len(s.source) || s.source[s.at] != '"' {
			return v, s.fail(CodeBadJSON)
		}
		name, ok := s.text()
		if !ok {
			return v, false
		}
		s.path[len(s.path)-1].name = name
		if repeated(v.members, name, &seen) {
			s.fail(CodeDuplicate)
		}
		s.blanks()
		if !s.next(':') {
			return v, s.fail(CodeBadJSON)
		}
		item, ok := s.value(depth + 1)
		if !ok {
			return v, false
		}
		if v.members == nil {
			v.members = make([]member, 0, 8)
		}
		v.members = append(v.members, member{name, item})
		s.blanks()
		if s.next('}') {
			break
		}
		if !s.next(',') {
			return v, s.fail(CodeBadJSON)
		}
	}
	s.path = s.path[:len(s.path)-1]
	return v, true
}

// repeated reports whether an object has a name already. Names that differ in case only count as equal: some senders'
// libraries take them for the same field.
func repeated(members []member, name string, seen *map[string]bool) bool {
	if len(members) < fewNames {
		for i := range members {
			if strings.EqualFold(members[i].name, name) {
				return true
			}
		}
		return false
	}
	if *seen == nil {
		*seen = make(map[string]bool, 4*fewNames)
		for i := range members {
			(*seen)[strings.ToLower(members[i].name)] = true
		}
	}
	key := strings.ToLower(name)
	had := (*seen)[key]
	(*seen)[key] = true
	return had
}

func (s *scanner) array(depth int) (value, bool) {
	s.at++
	v := value{kind: isList}
	s.path = append(s.path, step{})
	for {
		s.blanks()
		if len(v.list) == 0 && s.next(']') {
			break
		}
		s.path[len(s.path)-1].index = len(v.list)
		item, ok := s.value(depth + 1)
		if !ok {
			return v, false
		}
		v.list = append(v.list, item)
		s.blanks()
		if s.next(']') {
			break
		}
		if !s.next(',') {
			return v, s.fail(CodeBadJSON)
		}
	}
	s.path = s.path[:len(s.path)-1]
	return v, true
}

func (s *scanner) next(c byte) bool {
	if s.at < len(s.source) && s.source[s.at] == c {
		s.at++
		return true
	}
	return false
}
