package roll

// numberTable finds the first row of a number. It is a table of rows with open addressing, a third of what a map costs: the
// numbers themselves stand in the phone book.
type numberTable struct {
	cells []uint32 // row + 1; 0: empty. A power of two of them
	used  int
}

// home is where a number belongs.
func (t *numberTable) home(d digits) int {
	h := uint64(d) * 0x9e3779b97f4a7c15
	return int(h>>32) & (len(t.cells) - 1)
}

// cell gives the place of a number, or the empty one where it would go.
func (t *numberTable) cell(d digits, numbers []digits) int {
	i := t.home(d)
	for t.cells[i] != 0 && numbers[t.cells[i]-1] != d {
		i = (i + 1) & (len(t.cells) - 1)
	}
	return i
}

// first is the first row of a number, +1; 0 where nobody has it.
func (t *numberTable) first(d digits, numbers []digits) uint32 {
	if t.used == 0 {
		return 0
	}
	return t.cells[t.cell(d, numbers)]
}

// put makes row the first of its number.
func (t *numberTable) put(row uint32, numbers []digits) {
	if 4*(t.used+1) > 3*len(t.cells) {
		old := t.cells
		t.cells = make([]uint32, max(64, 2*len(old)))
		for _, c := range old {
			if c != 0 {
				t.cells[t.cell(numbers[c-1], numbers)] = c
			}
		}
	}
	i := t.cell(numbers[row], numbers)
	if t.cells[i] == 0 {
		t.used++
	}
	t.cells[i] = row + 1
}

// remove takes a number out, and moves up those behind it that would not be found any more.
func (t *numberTable) remove(d digits, numbers []digits) {
	i := t.cell(d, numbers)
	if t.cells[i] == 0 {
		return
	}
	t.used--
	mask := len(t.cells) - 1
	for j := (i + 1) & mask; t.cells[j] != 0; j = (j + 1) & mask {
		if home := t.home(numbers[t.cells[j]-1]); (j-home)&mask >= (j-i)&mask {
			t.cells[i] = t.cells[j]
			i = j
		}
	}
	t.cells[i] = 0
}
