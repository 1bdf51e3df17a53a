package linkage

// blocks finds the records that share a blocking key. A key is a hash; a bucket may mix two keys, which costs a needless
// comparison and nothing else, so keys are not kept. A bucket that outgrows mostInBlock says too little to be worth its
// work: it is emptied, closed, and stays closed until the next rebuild.
type blocks struct {
	buckets []bucket // a power of two
	pool    []uint32 // runs of ids, of sizes 2, 4, 8 … mostInBlock
	free    [9][]uint32
	held    int // ids in all buckets
}

type bucket struct {
	at uint32 // the id itself where n is 1, else where its run begins in pool
	n  uint16
}

const (
	mostInBlock = 256
	closedBlock = 0xffff
)

func newBlocks(size int) blocks {
	n := 1 << 10
	for n < size {
		n *= 2
	}
	return blocks{buckets: make([]bucket, n)}
}

func (b *blocks) slot(key uint64) *bucket { return &b.buckets[key>>20&uint64(len(b.buckets)-1)] }

// of gives the ids under key, and whether the block is closed. The slice lives until the next change.
func (b *blocks) of(key uint64, one *[1]uint32) (ids []uint32, closed bool) {
	s := b.slot(key)
	switch s.n {
	case 0:
		return nil, false
	case closedBlock:
		return nil, true
	case 1:
		one[0] = s.at
		return one[:], false
	}
	return b.pool[s.at : s.at+uint32(s.n)], false
}

// warm reads what of is about to read, all at once: the reads do not wait for one another, and most of the time of a
// whole run is waiting for memory.
func (b *blocks) warm(list []uint64) (sum uint32) {
	for _, k := range list {
		sum += b.slot(k).at
	}
	for _, k := range list {
		if s := b.slot(k); s.n > 1 && s.n != closedBlock {
			sum += b.pool[s.at]
		}
	}
	return sum
}

// class is which size of run holds n ids: 2 is 0.
func class(n uint16) int {
	c := 0
	for size := uint16(2); size < n; size *= 2 {
		c++
	}
	return c
}

func (b *blocks) run(c int) uint32 {
	if f := b.free[c]; len(f) > 0 {
		at := f[len(f)-1]
		b.free[c] = f[:len(f)-1]
		return at
	}
	at := uint32(len(b.pool))
	b.pool = append(b.pool, make([]uint32, 2<<c)...)
	return at
}

func (b *blocks) add(key uint64, id uint32) {
	s := b.slot(key)
	switch {
	case s.n == closedBlock:
		return
	case s.n == mostInBlock:
		b.free[class(s.n)] = append(b.free[class(s.n)], s.at)
		b.held -= int(s.n)
		s.n, s.at = closedBlock, 0
		return
	case s.n == 0:
		s.at = id
	case s.n == 1:
		if s.at == id {
			return
		}
		at := b.run(0)
		b.pool[at], b.pool[at+1] = s.at, id
		s.at = at
	default:
		if b.pool[s.at+uint32(s.n)-1] == id { // two keys of one record in one bucket
			return
		}
		if c := class(s.n); s.n == 2<<c {
			at := b.run(c + 1)
			copy(b.pool[at:], b.pool[s.at:s.at+uint32(s.n)])
			b.free[c] = append(b.free[c], s.at)
			s.at = at
		}
		b.pool[s.at+uint32(s.n)] = id
	}
	s.n++
	b.held++
}

func (b *blocks) remove(key uint64, id uint32) {
	s := b.slot(key)
	switch {
	case s.n == closedBlock || s.n == 0:
		return
	case s.n == 1:
		if s.at == id {
			s.n, s.at = 0, 0
			b.held--
		}
		return
	}
	ids := b.pool[s.at : s.at+uint32(s.n)]
	for i, x := range ids {
		if x == id {
			copy(ids[i:], ids[i+1:]) // order kept: the last one added is what add looks at
			b.shrink(s)
			b.held--
			return
		}
	}
}

func (b *blocks) shrink(s *bucket) {
	before := class(s.n)
	s.n--
	if s.n == 1 {
		b.free[before] = append(b.free[before], s.at)
		s.at = b.pool[s.at]
		return
	}
	if c := class(s.n); c < before {
		at := b.run(c)
		copy(b.pool[at:], b.pool[s.at:s.at+uint32(s.n)])
		b.free[before] = append(b.free[before], s.at)
		s.at = at
	}
}
