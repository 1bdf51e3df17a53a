package linkage

// match is one word of a record set against one word of the other.
type match struct {
	a, b  uint8 // positions
	grade likeness
}

// alignment pairs the words of two texts, best likeness first, each word once.
type alignment struct {
	pairs        [mostAtoms]match
	n            int
	usedA, usedB uint16
}

func (l *alignment) matches() []match { return l.pairs[:l.n] }

// match pairs words from the best grade down to close ones; a tie goes to the same position.
func (l *alignment) match(c *comparer, v *vocabulary, a, b []uint32) {
	l.n, l.usedA, l.usedB = 0, 0, 0
	var grades [mostAtoms * mostAtoms]likeness
	best := unlike
	for i, x := range a {
		for j, y := range b {
			g := c.grade(v, x, y)
			grades[i*mostAtoms+j] = g
			best = max(best, g)
		}
	}
	for g := best; g >= near; g-- {
		for shift := 0; shift < max(len(a), len(b)); shift++ {
			for i := range a {
				l.take(i, i+shift, g, &grades, len(b))
				if shift > 0 {
					l.take(i, i-shift, g, &grades, len(b))
				}
			}
		}
	}
}

func (l *alignment) take(i, j int, g likeness, grades *[mostAtoms * mostAtoms]likeness, nb int) {
	if j < 0 || j >= nb || l.usedA&(1<<i) != 0 || l.usedB&(1<<j) != 0 || grades[i*mostAtoms+j] != g {
		return
	}
	l.usedA |= 1 << i
	l.usedB |= 1 << j
	l.pairs[l.n] = match{uint8(i), uint8(j), g}
	l.n++
}
