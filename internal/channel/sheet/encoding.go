package sheet

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding says how the letters of a file are written.
type Encoding string

// The encodings that spreadsheets in use here write.
const (
	UTF8        Encoding = "utf-8"
	Windows1252 Encoding = "windows-1252"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
)

// Encodings lists all that can be named.
func Encodings() []Encoding { return []Encoding{UTF8, Windows1252, UTF16LE, UTF16BE} }

// encodingOf finds a file's encoding. A byte order mark says it; so do zero bytes between Latin letters; bytes that are
// valid UTF-8 are hardly ever anything else; the rest is what French Excel saves. A UTF-8 file with a few broken bytes
// stays one: its broken rows are refused, where the other reading would garble all the others.
func encodingOf(raw []byte) Encoding {
	switch {
	case bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")):
		return UTF8
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return UTF16LE
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return UTF16BE
	}
	zero := [2]int{}
	for i, c := range raw[:min(len(raw), 4096)] {
		if c == 0 {
			zero[i%2]++
		}
	}
	if some := min(len(raw), 4096) / 10; zero[0]+zero[1] > some {
		if zero[1] >= zero[0] {
			return UTF16LE
		}
		return UTF16BE
	}
	whole, broken := 0, 0
	for rest := raw; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size > 1:
			whole++
		}
		rest = rest[size:]
	}
	if broken > whole {
		return Windows1252
	}
	return UTF8
}

// decode gives a file's text. What an encoding has no letter for becomes U+FFFD, and its row is refused.
func decode(raw []byte, enc Encoding) (string, error) {
	var how encoding.Encoding
	switch enc {
	case UTF8:
		return strings.ToValidUTF8(strings.TrimPrefix(string(raw), "\ufeff"), "\ufffd"), nil
	case Windows1252:
		how = charmap.Windows1252
	case UTF16LE:
		how = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case UTF16BE:
		how = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		return "", fault("encoding", "unknown-encoding")
	}
	text, err := how.NewDecoder().Bytes(raw)
	if err != nil {
		return "", fault("file", "file-unreadable")
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}
