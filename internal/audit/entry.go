package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Sizes of the binary parts of an Entry, in bytes.
const (
	SubjectSize = 16
	DigestSize  = 32
)

// entryVersion is the first byte of every leaf. A later form gets another.
const entryVersion = 1

// maxCode is the longest actor, verb, node or note: its length is one byte.
const maxCode = 255

// Entry is one act as the log keeps it. Every text in it is a code of letters,
// digits and the marks ". _ - : /", so that no name or sentence fits.
type Entry struct {
	At      int64  // when, in microseconds UTC
	Actor   string // who, as kind:id
	Verb    string // what, for example volunteer.withdraw
	Subject []byte // about whom: 16 bytes from Subject, or empty
	Count   int64  // how many rows or people the act concerned
	Digest  []byte // hash of the list concerned: 32 bytes, or empty
	Node    string // the node that wrote it, may be empty
	Note    string // a code that refines the verb, may be empty
}

// ErrEntry is wrapped by every refusal to encode or decode an entry or a block.
var ErrEntry = errors.New("not a log entry")

// Subject hides an id: the first 16 bytes of HMAC-SHA256(salt, id). Whoever
// deletes the salt of a person cuts the log's last tie to that person.
func Subject(salt, id []byte) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write(id)
	return mac.Sum(nil)[:SubjectSize]
}

// Encode writes the one canonical form: the version byte, At and Count as eight
// bytes big-endian, then actor, verb, subject, digest, node and note, each after
// a byte that holds its length. It refuses what Decode would refuse.
func (e Entry) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	size := 1 + 8 + 8 + 6 + len(e.Actor) + len(e.Verb) + len(e.Subject) + len(e.Digest) + len(e.Node) + len(e.Note)
	out := make([]byte, 0, size)
	out = append(out, entryVersion)
	out = binary.BigEndian.AppendUint64(out, uint64(e.At))
	out = binary.BigEndian.AppendUint64(out, uint64(e.Count))
	out = appendPart(out, e.Actor)
	out = appendPart(out, e.Verb)
	out = appendPart(out, string(e.Subject))
	out = appendPart(out, string(e.Digest))
	out = appendPart(out, e.Node)
	out = appendPart(out, e.Note)
	return out, nil
}

// Decode reads a leaf written by Encode. It refuses another version, a part cut
// short, trailing bytes and any value Encode would not have written, so that one
// entry has exactly one leaf.
func Decode(leaf []byte) (Entry, error) {
	if len(leaf) < 1+8+8 {
		return Entry{}, fmt.Errorf("%w: %d bytes", ErrEntry, len(leaf))
	}
	if leaf[0] != entryVersion {
		return Entry{}, fmt.Errorf("%w: version %d", ErrEntry, leaf[0])
	}
	e := Entry{
		At:    int64(binary.BigEndian.Uint64(leaf[1:])),
		Count: int64(binary.BigEndian.Uint64(leaf[9:])),
	}
	rest := leaf[17:]
	var parts [6][]byte
	for i := range parts {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return Entry{}, fmt.Errorf("%w: part %d is cut short", ErrEntry, i)
		}
		parts[i], rest = rest[1:1+int(rest[0])], rest[1+int(rest[0]):]
	}
	if len(rest) > 0 {
		return Entry{}, fmt.Errorf("%w: %d bytes after the end", ErrEntry, len(rest))
	}
	e.Actor, e.Verb, e.Node, e.Note = string(parts[0]), string(parts[1]), string(parts[4]), string(parts[5])
	if len(parts[2]) > 0 {
		e.Subject = append([]byte(nil), parts[2]...)
	}
	if len(parts[3]) > 0 {
		e.Digest = append([]byte(nil), parts[3]...)
	}
	return e, e.check()
}

func (e Entry) check() error {
	kind, id, ok := strings.Cut(e.Actor, ":")
	switch {
	case !ok || kind == "" || id == "" || !isCode(e.Actor):
		return fmt.Errorf("%w: actor is not kind:id", ErrEntry)
	case e.Verb == "" || !isCode(e.Verb):
		return fmt.Errorf("%w: verb is not a code", ErrEntry)
	case len(e.Subject) != 0 && len(e.Subject) != SubjectSize:
		return fmt.Errorf("%w: subject of %d bytes", ErrEntry, len(e.Subject))
	case len(e.Digest) != 0 && len(e.Digest) != DigestSize:
		return fmt.Errorf("%w: digest of %d bytes", ErrEntry, len(e.Digest))
	case e.Count < 0:
		return fmt.Errorf("%w: negative count", ErrEntry)
	case !isCode(e.Node):
		return fmt.Errorf("%w: node is not a code", ErrEntry)
	case !isCode(e.Note):
		return fmt.Errorf("%w: note is not a code", ErrEntry)
	}
	return nil
}

// isCode holds the alphabet of the log narrow on purpose: without spaces and
// accents neither a name nor the text of a message gets in by mistake.
func isCode(s string) bool {
	if len(s) > maxCode {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '_', c == '-', c == ':', c == '/':
		default:
			return false
		}
	}
	return true
}

func appendPart(out []byte, part string) []byte {
	return append(append(out, byte(len(part))), part...)
}
