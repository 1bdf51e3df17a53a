package api

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a quoted text.
func (s *scanner) text() (string, bool) {
	s.at++
	start, ascii := s.at, true
	for ; s.at < len(s.source); s.at++ {
		switch c := s.source[s.at]; {
		case c == '"':
			text := s.source[start:s.at]
			s.at++
			if !ascii && !utf8.ValidString(text) {
				s.fail(CodeBadUTF8)
				text = strings.ToValidUTF8(text, "?")
			}
			return text, true
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			return "", s.fail(CodeBadJSON)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", s.fail(CodeBadJSON)
}

// escaped reads on a text that has an escape at s.at.
func (s *scanner) escaped(start int) (string, bool) {
	var b strings.Builder
	b.WriteString(s.source[start:s.at])
	for s.at < len(s.source) {
		c := s.source[s.at]
		s.at++
		switch {
		case c == '"':
			text := b.String()
			if !utf8.ValidString(text) {
				s.fail(CodeBadUTF8)
				text = strings.ToValidUTF8(text, "?")
			}
			return text, true
		case c == '\\':
			if !s.escape(&b) {
				return "", false
			}
		case c < ' ':
			return "", s.fail(CodeBadJSON)
		default:
			b.WriteByte(c)
		}
	}
	return "", s.fail(CodeBadJSON)
}

// escape reads what follows a backslash.
func (s *scanner) escape(b *strings.Builder) bool {
	if s.at >= len(s.source) {
		return s.fail(CodeBadJSON)
	}
	c := s.source[s.at]
	s.at++
	if at := strings.IndexByte(`"\/bfnrt`, c); at >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[at])
		return true
	}
	if c != 'u' {
		return s.fail(CodeBadJSON)
	}
	r, ok := s.hex()
	if !ok {
		return s.fail(CodeBadJSON)
	}
	if !utf16.IsSurrogate(r) {
		b.WriteRune(r)
		return true
	}
	if strings.HasPrefix(s.source[s.at:], `\u`) {
		back := s.at
		s.at += 2
		low, ok := s.hex()
		if !ok {
			return s.fail(CodeBadJSON)
		}
		if whole := utf16.DecodeRune(r, low); whole != utf8.RuneError {
			b.WriteRune(whole)
			return true
		}
		s.at = back
	}
	// Half of a pair stands for no character; replacing it would change a name without a word.
	s.fail(CodeBadUTF8)
	b.WriteByte('?')
	return true
}

func (s *scanner) hex() (rune, bool) {
	if len(s.source)-s.at < 4 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s.source[s.at : s.at+4]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	s.at += 4
	return r, true
}

// number reads a number by the grammar of RFC 8259; what it means is for the field to say.
func (s *scanner) number() (value, bool) {
	start := s.at
	digits := func() bool {
		from := s.at
		for s.at < len(s.source) && s.source[s.at] >= '0' && s.source[s.at] <= '9' {
			s.at++
		}
		return s.at > from
	}
	s.next('-')
	if !s.next('0') && !digits() {
		return value{}, s.fail(CodeBadJSON)
	}
	if s.next('.') && !digits() {
		return value{}, s.fail(CodeBadJSON)
	}
	if s.next('e') || s.next('E') {
		if !s.next('+') {
			s.next('-')
		}
		if !digits() {
			return value{}, s.fail(CodeBadJSON)
		}
	}
	return value{kind: isNumber, text: s.source[start:s.at]}, true
}
