package sheet

import (
	"regexp"
	"strings"
)

// dangers are the signs that make a spreadsheet compute a cell (OWASP, CSV injection), with their full-width forms.
const dangers = "=+-@\t\r\n＝＋－＠"

// number in full is the one form that begins with + and stays readable: +22793123451 for people and programs.
var fullNumber = regexp.MustCompile(`^\+[0-9 ]{4,24}$`)

// Guard makes a cell harmless in a file that a spreadsheet opens: an apostrophe goes in front of a cell that begins with
// one of = + - @ TAB CR LF (or their full-width forms), or with apostrophes before such a sign. A telephone number in full
// stays as it is. Unguard takes exactly this apostrophe off again. This is the one way of the house; docs and tests follow it.
func Guard(cell string) string {
	if fullNumber.MatchString(cell) {
		return cell
	}
	if dangerous(cell) {
		return "'" + cell
	}
	return cell
}

// Unguard takes off the apostrophe that Guard put in front.
func Unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && dangerous(rest) {
		return rest
	}
	return cell
}

func dangerous(cell string) bool {
	bare := strings.TrimLeft(cell, "'")
	return bare != "" && strings.ContainsRune(dangers, []rune(bare[:min(len(bare), 4)])[0])
}

// quoted writes a cell for a CSV file.
func quoted(b *strings.Builder, cell string) {
	if !strings.ContainsAny(cell, "\",;\t\r\n") && strings.TrimSpace(cell) == cell {
		b.WriteString(cell)
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(cell, `"`, `""`))
	b.WriteByte('"')
}

// line writes a row that any spreadsheet can open, cells guarded.
func line(sep byte, cells []string) string {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(sep)
		}
		quoted(&b, Guard(c))
	}
	b.WriteString("\r\n")
	return b.String()
}
