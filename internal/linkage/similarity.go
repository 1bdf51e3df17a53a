package linkage

// likeness grades two words.
type likeness uint8

const (
	unlike    likeness = iota
	distant            // some likeness, as two slips in a middling word
	near               // a short form, or two slips in a long word
	slip               // one letter wrong, missing, too much or swapped with its neighbour
	variant            // one name in another language, or its short form
	sameClass          // two spellings of one name
	identical
)

const longestWord = 40

// likenessOf grades two different folded texts by letters alone.
func likenessOf(a, b string) likeness {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 2 {
		return unlike
	}
	if len(b) > longestWord {
		a, b = a[:min(len(a), longestWord)], b[:longestWord]
		if a == b {
			return slip
		}
	}
	most := 3
	if len(b) >= 12 {
		most = 4
	}
	d := edits(a, b, most)
	switch {
	case d <= 1 && len(a) >= 3:
		return slip
	case d == 2 && len(b) >= 6, d == 3 && len(b) >= 11:
		return near
	case len(a) >= 3 && b[:len(a)] == a:
		return near
	case d <= most && d*3 <= len(b):
		return distant
	}
	switch jw := jaroWinkler(a, b); {
	case jw >= 0.92:
		return near
	case jw >= 0.84:
		return distant
	}
	return unlike
}

// edits is the optimal string alignment distance (one for a neighbour swap), or most+1 where it is more than most.
func edits(a, b string, most int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > most || len(b) > longestWord {
		return most + 1
	}
	if len(a) == 0 {
		return len(b)
	}
	var rows [3][longestWord + 1]uint8
	before, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = uint8(i)
		least := cur[0]
		for j := 1; j <= len(b); j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			cur[j] = d
			least = min(least, d)
		}
		if int(least) > most {
			return most + 1
		}
		before, prev, cur = prev, cur, before
	}
	return min(int(prev[len(b)]), most+1)
}

// jaroWinkler is the Jaro–Winkler similarity of two texts of at most longestWord bytes, 0 to 1.
func jaroWinkler(a, b string) float64 {
	if len(a) == 0 || len(b) == 0 || len(a) > longestWord || len(b) > longestWord {
		return 0
	}
	reach := max(max(len(a), len(b))/2-1, 0)
	var usedA, usedB uint64
	matches := 0
	for i := 0; i < len(a); i++ {
		for j := max(0, i-reach); j <= min(len(b)-1, i+reach); j++ {
			if usedB&(1<<j) == 0 && a[i] == b[j] {
				usedA |= 1 << i
				usedB |= 1 << j
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	swapped, j := 0, 0
	for i := 0; i < len(a); i++ {
		if usedA&(1<<i) == 0 {
			continue
		}
		for usedB&(1<<j) == 0 {
			j++
		}
		if a[i] != b[j] {
			swapped++
		}
		j++
	}
	m := float64(matches)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swapped)/2)/m) / 3
	same := 0
	for same < min(4, len(a), len(b)) && a[same] == b[same] {
		same++
	}
	return jaro + float64(same)*0.1*(1-jaro)
}
