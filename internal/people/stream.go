package people

import "iter"

// mostWaiting is how many people a stream remembers as those who may come again.
const mostWaiting = 5000

// Stream makes people without end, of whom a share (0 to 0.5) are somebody registering again after their first time, each at
// most once. It remembers some thousands of them and no more, where Sample holds all it makes.
func (s *Source) Stream(again float64) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		var waiting []Person
		for {
			p := s.Next()
			if !yield(p) {
				return
			}
			if len(waiting) < mostWaiting {
				waiting = append(waiting, p)
			} else {
				waiting[s.rand.IntN(mostWaiting)] = p
			}
			if s.rand.Float64()*(1-again) >= again {
				continue
			}
			i := s.rand.IntN(len(waiting))
			q := s.Again(waiting[i], s.rand)
			waiting[i] = waiting[len(waiting)-1]
			waiting = waiting[:len(waiting)-1]
			if !yield(q) {
				return
			}
		}
	}
}
