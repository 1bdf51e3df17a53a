package sheet

import (
	"iter"
	"strings"
	"unicode/utf8"

	"muster/internal/reserve"
)

// Limits of a file: a list of 200,000 people with all columns has about 30 MB. What is beyond is refused before any work.
const (
	MaxSize    = 40 << 20 // bytes
	MaxRows    = 200_000
	MaxColumns = 100
	MaxCell    = 10_000 // characters
	maxQuoted  = 32 << 10
)

// record is one row as it stands in the file. code is why it cannot be read, or empty.
type record struct {
	line  int
	cells []string
	code  string
}

func (r *record) blank() bool {
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.code == ""
}

// scanCSV is a text being read.
type scanCSV struct {
	text string
	sep  byte
	at   int
	line int // of what stands at at
}

// records reads a text row by row. A quote that is never closed spoils its own row only: reading goes on with the next line.
func records(text string, sep byte) iter.Seq[record] {
	return func(yield func(record) bool) {
		s := &scanCSV{text: text, sep: sep, line: 1}
		for s.at < len(s.text) {
			if !yield(s.record()) {
				return
			}
		}
	}
}

func (s *scanCSV) record() record {
	start, r := s.at, record{line: s.line}
	for {
		cell, end, ok := s.cell()
		if !ok {
			s.at, s.line = start, r.line
			s.skipLine()
			return record{line: r.line, cells: []string{s.text[start:min(s.at, start+maxQuoted)]}, code: "unclosed-quote"}
		}
		switch {
		case len(r.cells) >= MaxColumns && strings.TrimSpace(cell) != "":
			r.code = "too-many-cells"
		case utf8.RuneCountInString(cell) > MaxCell:
			r.code = "too-long"
		case strings.ContainsRune(cell, utf8.RuneError):
			r.code = "bad-utf8"
		}
		if len(r.cells) < MaxColumns {
			r.cells = append(r.cells, cell)
		}
		if end {
			return r
		}
	}
}

// cell reads one cell and the sign after it; end says that it was the row's last, ok is false where a quote is not closed.
func (s *scanCSV) cell() (cell string, end, ok bool) {
	if s.at < len(s.text) && s.text[s.at] == '"' {
		if cell, ok = s.quoted(); !ok {
			return "", false, false
		}
	}
	from := s.at
	for s.at < len(s.text) && s.text[s.at] != s.sep && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
		s.at++
	}
	// What stands behind a closing quote belongs to the cell: nothing of what somebody wrote is dropped.
	cell += s.text[from:s.at]
	if s.at >= len(s.text) {
		return cell, true, true
	}
	if s.text[s.at] == s.sep {
		s.at++
		return cell, false, true
	}
	s.lineEnd()
	return cell, true, true
}

func (s *scanCSV) quoted() (string, bool) {
	s.at++
	var b strings.Builder
	from := s.at
	for s.at < len(s.text) && s.at-from <= maxQuoted {
		switch c := s.text[s.at]; {
		case c == '"' && s.at+1 < len(s.text) && s.text[s.at+1] == '"':
			b.WriteByte('"')
			s.at += 2
		case c == '"':
			s.at++
			return b.String(), true
		case c == '\r' || c == '\n':
			s.lineEnd()
			b.WriteByte('\n')
		default:
			b.WriteByte(c)
			s.at++
		}
	}
	return "", false
}

// lineEnd steps over CR, LF or both.
func (s *scanCSV) lineEnd() {
	if strings.HasPrefix(s.text[s.at:], "\r\n") {
		s.at++
	}
	s.at++
	s.line++
}

func (s *scanCSV) skipLine() {
	for s.at < len(s.text) && s.text[s.at] != '\n' && s.text[s.at] != '\r' {
		s.at++
	}
	if s.at < len(s.text) {
		s.lineEnd()
	}
}

// separators are the signs between cells that are looked for, the likeliest first.
const separators = ";,\t|"

// separatorOf finds the sign between cells: the one under which most headings of the first rows are known, then the one
// under which most rows have the same width. A heading line with fewer separators than its rows misleads neither.
func separatorOf(text string) byte {
	best, most := separators[1], -1
	for _, sep := range []byte(separators) {
		widths, rows, known := map[int]int{}, 0, 0
		for r := range records(text, sep) {
			if r.blank() {
				continue
			}
			widths[len(r.cells)]++
			if rows++; rows <= headingRows {
				known = max(known, knownHeadings(r.cells))
			}
			if rows == 200 {
				break
			}
		}
		score := known * 1000
		for width, n := range widths {
			if width > 1 {
				score = max(score, known*1000+n*100/rows)
			}
		}
		if score > most {
			best, most = sep, score
		}
	}
	return best
}

// fault is a fault of the file as a whole.
func fault(field, code string) *reserve.Error { return reserve.Fault(field, code) }
