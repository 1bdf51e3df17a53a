package linkage

import (
	"math"
	"sync"
)

// workers is how many goroutines a whole run uses: the machines have two cores.
const workers = 2

// All weighs every pair of held records that shares a blocking key, and yields those in at least band least, a above
// b, in no order, one at a time; yield returning false ends the run. Cost grows close to linearly, since blocks are
// capped. The index must not change meanwhile.
func (x *Index) All(least Band, yield func(a, b uint32, m Match) bool) {
	floor := float32(reviewBits)
	if least == Different {
		floor = float32(math.Inf(-1))
	}
	x.sweep(floor, func(a, b uint32, m Match) bool { return m.Band < least || yield(a, b, m) })
}

// sweep yields the pairs of at least floor bits.
func (x *Index) sweep(floor float32, yield func(a, b uint32, m Match) bool) {
	var (
		lock  sync.Mutex
		wait  sync.WaitGroup
		next  uint32
		ended bool
	)
	const slice = 512
	claim := func(batch []found) (from uint32, more bool) {
		lock.Lock()
		defer lock.Unlock()
		for _, f := range batch {
			ended = ended || !yield(f.a, f.m.ID, f.m)
			if ended {
				return 0, false
			}
		}
		from = next
		next += slice
		return from, from < uint32(len(x.rows.at))
	}
	for range workers {
		wait.Go(func() {
			l := x.lookup()
			var batch []found
			for {
				from, more := claim(batch)
				if !more {
					return
				}
				batch = l.slice(from, from+slice, floor, batch[:0])
			}
		})
	}
	wait.Wait()
}

type found struct {
	a uint32
	m Match
}

// slice weighs the records from id from up to before to against those of lower id.
func (l *lookup) slice(from, to uint32, floor float32, batch []found) []found {
	var a, b view
	var out [maxFields]outcome
	for id := from; id < to; id++ {
		if !l.x.rows.has(id) {
			continue
		}
		l.x.rows.open(id, &a)
		l.begin(&a)
		for _, other := range l.near(&a, id, mostInRun) {
			l.x.rows.open(other, &b)
			if m, worth := l.weigh(&b, floor, &out); worth {
				m.ID = other
				batch = append(batch, found{id, m})
			}
		}
	}
	return batch
}
