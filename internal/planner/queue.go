package planner

// swap is a cost and a volunteer in one word, so that a heap of them is an array of numbers: the cost above, signed.
type swap int64

func entry(cost, volunteer int32) swap { return swap(cost)<<32 | swap(volunteer) }

func (e swap) key() int64       { return int64(e >> 32) }
func (e swap) volunteer() int32 { return int32(e & 0x7fffffff) }

// queue is a binary heap, the least on top. Whoever is no longer where the queue says is dropped when they come up.
type queue []swap

func (q *queue) push(e swap) {
	h := append(*q, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up] <= e {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	*q = h
}

func (q *queue) pop() {
	h := *q
	last := len(h) - 1
	e := h[last]
	h = h[:last]
	if last > 0 {
		h.sink(0, e)
	}
	*q = h
}

// sink puts e at i or below.
func (q queue) sink(i int, e swap) {
	for {
		down := 2*i + 1
		if down >= len(q) {
			break
		}
		if down+1 < len(q) && q[down+1] < q[down] {
			down++
		}
		if e <= q[down] {
			break
		}
		q[i] = q[down]
		i = down
	}
	q[i] = e
}

// order makes a heap of anything.
func (q queue) order() {
	for i := len(q)/2 - 1; i >= 0; i-- {
		q.sink(i, q[i])
	}
}
