package linkage

import (
	"fmt"
	"testing"
)

// outcomeOfRun counts pairs of a whole run against the truth.
type outcomeOfRun struct {
	truth, sure, sureRight, offered, offeredRight int
}

func (o outcomeOfRun) String() string {
	return fmt.Sprintf("true %d; almost sure %d, of them right %.4f, recall %.4f; offered %.2f a true pair, recall %.4f",
		o.truth, o.sure, float64(o.sureRight)/float64(max(o.sure, 1)), float64(o.sureRight)/float64(o.truth),
		float64(o.offered)/float64(o.truth), float64(o.offeredRight)/float64(o.truth))
}

func truePairs(person []int) (n int) {
	seen := map[int]int{}
	for _, p := range person {
		n += seen[p]
		seen[p]++
	}
	return n
}

func wholeRun(x *Index, person []int) outcomeOfRun {
	o := outcomeOfRun{truth: truePairs(person)}
	x.All(Review, func(a, b uint32, m Match) bool {
		same := person[a] == person[b]
		o.offered++
		if same {
			o.offeredRight++
		}
		if m.Band == AlmostSure {
			o.sure++
			if same {
				o.sureRight++
			}
		}
		return true
	})
	return o
}

func filled(records []Record) *Index {
	x := NewIndex(Sahel(), len(records))
	for id, rec := range records {
		x.Add(uint32(id), rec)
	}
	return x
}

func TestWhatTheDeskIsShown(t *testing.T) {
	cases := []struct {
		name                   string
		records                func(n int) ([]Record, []int)
		n                      int
		right, recall, offered float64
	}{
		{"hard families", func(n int) ([]Record, []int) { return newVillage(3).register(n, 0.1) }, 20_000, 0.995, 0.75, 0.95},
		{"synthetic registrations", func(n int) ([]Record, []int) { return sampleOf(t, 3, n, 0.1) }, 2_000, 0.995, 0.80, 0.985},
		{"many synthetic registrations", func(n int) ([]Record, []int) { return sampleOf(t, 4, n, 0.1) }, 20_000, 0.995, 0.76, 0.97},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			records, person := c.records(c.n)
			x := filled(records)
			x.Estimate()
			o := wholeRun(x, person)
			t.Log(o)
			if got := share(o.sureRight, o.sure); got < c.right {
				t.Errorf("got %.4f of the almost sure right, want %.4f", got, c.right)
			}
			if got := share(o.sureRight, o.truth); got < c.recall {
				t.Errorf("got %.4f of the repeats almost sure, want %.4f", got, c.recall)
			}
			if got := share(o.offeredRight, o.truth); got < c.offered {
				t.Errorf("got %.4f of the repeats offered, want %.4f", got, c.offered)
			}
			if got := share(o.offered, o.truth); got > 3 {
				t.Errorf("got %.2f offered a true pair, want at most 3", got)
			}
		})
	}
}

func share(part, all int) float64 { return float64(part) / float64(max(all, 1)) }
