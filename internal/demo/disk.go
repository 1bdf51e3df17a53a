package demo

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// Needles are the texts that may stand in no file: names, numbers, full birth dates. They are looked for as they are, in
// lower case, as UTF-16 of both orders, as base64 at each of its three alignments, and in hex.
type Needles struct {
	keys   map[uint64][]int32 // first window of a form → forms
	forms  [][]byte
	short  [][]byte // forms shorter than a window
	filter []uint64 // one bit for each 24-bit mix of a window: most windows of a file end here
	seen   map[string]bool
}

// window is how many bytes of a form are looked up at once. Six is the length below which a form turns up in random bytes by chance.
const window = 6

// NewNeedles is empty.
func NewNeedles() *Needles {
	return &Needles{keys: map[uint64][]int32{}, filter: make([]uint64, 1<<18), seen: map[string]bool{}}
}

// Add adds a text in all its forms. A text of fewer than six bytes is looked for in quotes, as a JSON value would hold it.
func (n *Needles) Add(text string) {
	if text == "" || n.seen[text] {
		return
	}
	n.seen[text] = true
	if len(text) < window {
		text = `"` + text + `"`
	}
	spellings := []string{text}
	if lower := strings.ToLower(text); lower != text {
		spellings = append(spellings, lower)
	}
	for _, s := range spellings {
		n.form([]byte(s))
		n.form(wide(s, binary.LittleEndian))
		n.form(wide(s, binary.BigEndian))
		n.form([]byte(hex.EncodeToString([]byte(s))))
		n.form([]byte(strings.ToUpper(hex.EncodeToString([]byte(s)))))
		for skip := range 3 {
			n.form(inBase64(s, skip))
		}
	}
}

// wide is a text as UTF-16.
func wide(s string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

// inBase64 is the part of a text's base64 that does not depend on what stands before and behind it, where skip bytes of other text share its first group.
func inBase64(s string, skip int) []byte {
	padded := append(make([]byte, skip), s...)
	text := base64.StdEncoding.EncodeToString(padded)
	from := []int{0, 2, 3}[skip]
	to := len(padded) / 3 * 4
	if to <= from {
		return nil
	}
	return []byte(text[from:to])
}

func (n *Needles) form(b []byte) {
	if len(b) == 0 {
		return
	}
	if len(b) < window {
		n.short = append(n.short, b)
		return
	}
	n.forms = append(n.forms, b)
	k := key(b)
	n.keys[k] = append(n.keys[k], int32(len(n.forms)-1))
	n.filter[mix(k)>>6] |= 1 << (mix(k) & 63)
}

func key(b []byte) uint64 {
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40
}

func mix(k uint64) uint64 { return k * 0x9e3779b97f4a7c15 >> 40 }

// Finding is one needle in one file. It names the place, never the text.
type Finding struct {
	File   string
	Offset int
}

// SearchDisk reads every file below dir, whole, and gives what it finds; a file that goes away meanwhile is none.
func (n *Needles) SearchDisk(dir string) ([]Finding, error) {
	var found []Finding
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		for _, at := range n.search(b) {
			found = append(found, Finding{path, at})
		}
		return nil
	})
	return found, err
}

func (n *Needles) search(b []byte) []int {
	var found []int
	for i := 0; i+window <= len(b); i++ {
		k := key(b[i:])
		m := mix(k)
		if n.filter[m>>6]&(1<<(m&63)) == 0 {
			continue
		}
		for _, f := range n.keys[k] {
			if bytes.HasPrefix(b[i:], n.forms[f]) {
				found = append(found, i)
				break
			}
		}
	}
	for _, s := range n.short {
		if at := bytes.Index(b, s); at >= 0 {
			found = append(found, at)
		}
	}
	return found
}
