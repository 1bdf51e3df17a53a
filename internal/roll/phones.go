package roll

import "strings"

// digits is a number of at most 15 digits: four bits each from the top, its length in the lowest four. So a part of a
// number is found by shifting, without unpacking.
type digits uint64

// mostDigits is E.164's bound; a part shorter than fewestDigits would fit everybody.
const (
	mostDigits   = 15
	fewestDigits = 3
)

// packDigits reads the digits of a number in E.164; false where there are none or too many.
func packDigits(e164 string) (digits, bool) {
	var d digits
	n := 0
	for i := range len(e164) {
		c := e164[i]
		if c == '+' && i == 0 {
			continue
		}
		if c < '0' || c > '9' || n == mostDigits {
			return 0, false
		}
		d |= digits(c-'0') << (60 - 4*n)
		n++
	}
	return d | digits(n), n > 0
}

func (d digits) len() int { return int(d & 15) }

// holds reports whether part lies anywhere in d.
func (d digits) holds(part digits) bool {
	k := part.len()
	mask := ^digits(0) << (64 - 4*k)
	want := part & mask
	for shift := 0; shift <= 4*(d.len()-k); shift += 4 {
		if (d<<shift)&mask == want {
			return true
		}
	}
	return false
}

// phoneBook finds people by number and by part of a number.
type phoneBook struct {
	numbers []digits // 0: free
	owner   []uint32 // slot of the person
	next    []uint32 // another row of the same number, +1; 0: none
	first   numberTable
	free    []uint32
}

func (b *phoneBook) add(d digits, slot uint32) {
	row := uint32(len(b.numbers))
	if n := len(b.free); n > 0 {
		row, b.free = b.free[n-1], b.free[:n-1]
	} else {
		b.numbers, b.owner, b.next = append(b.numbers, 0), append(b.owner, 0), append(b.next, 0)
	}
	b.next[row] = b.first.first(d, b.numbers)
	b.numbers[row], b.owner[row] = d, slot
	b.first.put(row, b.numbers)
}

func (b *phoneBook) remove(d digits, slot uint32) {
	before := uint32(0)
	for at := b.first.first(d, b.numbers); at != 0; before, at = at, b.next[at-1] {
		row := at - 1
		if b.owner[row] != slot {
			continue
		}
		switch {
		case before != 0:
			b.next[before-1] = b.next[row]
		case b.next[row] == 0:
			b.first.remove(d, b.numbers)
		default:
			b.first.put(b.next[row]-1, b.numbers)
		}
		b.numbers[row] = 0
		b.free = append(b.free, row)
		return
	}
}

// slots gives those who have exactly this number.
func (b *phoneBook) slots(d digits) []uint32 {
	var out []uint32
	for at := b.first.first(d, b.numbers); at != 0; at = b.next[at-1] {
		out = append(out, b.owner[at-1])
	}
	return out
}

// part gives the slots of numbers that hold part, until take says enough.
func (b *phoneBook) part(part digits, take func(slot uint32) bool) {
	for row, d := range b.numbers {
		if d != 0 && d.holds(part) && !take(b.owner[row]) {
			return
		}
	}
}

// typedDigits reads what somebody typed as part of a number: blanks, dots, dashes, a plus or 00 in front.
func typedDigits(s string) (string, bool) {
	var b strings.Builder
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9':
			b.WriteRune(c)
		case c == '+' && i == 0, c == ' ', c == '.', c == '-', c == '/', c == '(', c == ')':
		default:
			return "", false
		}
	}
	out := b.String()
	if rest, ok := strings.CutPrefix(out, "00"); ok {
		out = rest
	}
	return out, len(out) >= fewestDigits && len(out) <= mostDigits
}
