package linkage

import "sync"

// Walk is a whole run in slices, between which the index may change. A pair is met from the one of higher id; one who is
// added or replaced meanwhile may be passed over or met twice, and is compared as they arrive anyway.
type Walk struct {
	x       *Index
	at      uint32
	looks   [workers]*lookup
	batches [workers][]found
}

// Walk begins one.
func (x *Index) Walk() *Walk {
	w := &Walk{x: x}
	for i := range w.looks {
		w.looks[i] = x.lookup()
	}
	return w
}

// Next weighs the next n ids against those below, yields the pairs in at least band least, a above b, and says whether
// there are more ids. The index must not change while it runs.
func (w *Walk) Next(n uint32, least Band, yield func(a, b uint32, m Match)) (more bool) {
	end := min(w.at+n, uint32(len(w.x.rows.at)))
	if w.at >= end {
		return false
	}
	each := (end - w.at + workers - 1) / workers
	var all sync.WaitGroup
	for i := range workers {
		from := min(w.at+uint32(i)*each, end)
		all.Go(func() { w.batches[i] = w.looks[i].slice(from, min(from+each, end), reviewBits, w.batches[i][:0]) })
	}
	all.Wait()
	w.at = end
	for _, batch := range w.batches {
		for _, f := range batch {
			if f.m.Band >= least {
				yield(f.a, f.m.ID, f.m)
			}
		}
	}
	return end < uint32(len(w.x.rows.at))
}

// Done is how many of how many ids were weighed.
func (w *Walk) Done() (done, total int) { return int(w.at), len(w.x.rows.at) }
