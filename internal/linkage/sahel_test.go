package linkage

import (
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"testing"
)

// outcomeOfRun counts pairs of a whole run against the truth.
type outcomeOfRun struct {
	truth, sure, sureRight, offered, offeredRight int
	missed, wrong                                 [][2]uint32
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
	got := map[[2]uint32]bool{}
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
			} else {
				o.wrong = append(o.wrong, [2]uint32{a, b})
			}
			got[[2]uint32{a, b}] = true
		}
		return true
	})
	by := map[int][]uint32{}
	for id, p := range person {
		by[p] = append(by[p], uint32(id))
	}
	for _, ids := range by {
		for i, b := range ids {
			for _, a := range ids[i+1:] {
				if !got[[2]uint32{a, b}] {
					o.missed = append(o.missed, [2]uint32{a, b})
				}
			}
		}
	}
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
		{"hard families", func(n int) ([]Record, []int) { return newVillage(3).register(n, 0.1) }, 20_000, 0.985, 0.74, 0.955},
		{"synthetic registrations", func(n int) ([]Record, []int) { return sampleOf(t, 3, n, 0.1) }, 2_000, 0.995, 0.75, 0.97},
		{"many synthetic registrations", func(n int) ([]Record, []int) { return sampleOf(t, 4, n, 0.1) }, 20_000, 0.995, 0.75, 0.965},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			records, person := c.records(c.n)
			x := filled(records)
			x.Estimate()
			o := wholeRun(x, person)
			t.Log(o)
			curve(t, x, records, person)
			if os.Getenv("SHOW") == c.name {
				show(t, x, records, o)
			}
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

func show(t *testing.T, x *Index, records []Record, o outcomeOfRun) {
	for f, levels := range x.model.levels {
		for _, l := range levels {
			t.Logf("%s %s M %.4f U %.5f R %.4f T %.4f", x.model.schema.Fields[f].Name, l.Code, l.M, l.U, l.R, l.T)
		}
	}
	line := func(r Record) string {
		return fmt.Sprintf("%s | f %s | k %s | %s | %v | %s %s %s", r.Name, r.FatherName, r.KnownAs, r.Birth, r.Phones, r.Place, r.Site, r.Sex)
	}
	one := func(p [2]uint32) {
		m, why, _ := x.Explain(p[0], p[1])
		var b strings.Builder
		for _, w := range why {
			fmt.Fprintf(&b, " %s %.1f", w.Code, w.Bits)
		}
		t.Logf("%s %.1f:%s\n  %s\n  %s", m.Band, m.Bits, b.String(), line(records[p[0]]), line(records[p[1]]))
	}
	sort.Slice(o.missed, func(i, j int) bool { return o.missed[i][0] < o.missed[j][0] })
	for _, p := range o.wrong[:min(15, len(o.wrong))] {
		one(p)
	}
	t.Log("missed ---")
	for _, p := range o.missed[:min(40, len(o.missed))] {
		one(p)
	}
}

func curve(t *testing.T, x *Index, records []Record, person []int) {
	type count struct{ all, right int }
	at := map[int]count{}
	blocked := count{}
	doubts := map[string]int{}
	defer func() { t.Log(doubts) }()
	met := map[[2]uint32]bool{}
	x.sweep(float32(math.Inf(-1)), func(a, b uint32, m Match) bool {
		if person[a] == person[b] {
			met[[2]uint32{a, b}] = true
			if m.Bits > 3 && m.Band == Review {
				_, why, _ := x.Explain(a, b)
				key := ""
				for _, f := range []string{"name", "birth", "phones", "father", "known"} {
					for _, w := range why {
						if w.Field == f {
							key += " " + w.Code
						}
					}
				}
				doubts[key]++
			}
		}
		blocked.all++
		k := max(min(int(m.Bits), 12), -6)
		if m.Bits < 0 {
			k--
		}
		c := at[k]
		c.all++
		if person[a] == person[b] {
			c.right++
			blocked.right++
		}
		at[k] = c
		return true
	})
	truth := float64(truePairs(person))
	line, sum := "", count{}
	for k := 12; k >= -7; k-- {
		sum.all += at[k].all
		sum.right += at[k].right
		line += fmt.Sprintf(" [%d: P %.4f R %.4f]", k, float64(sum.right)/float64(max(sum.all, 1)), float64(sum.right)/truth)
	}
	if os.Getenv("UNMET") != "" {
		for a := range person {
			for b := range person[:a] {
				if person[a] == person[b] && !met[[2]uint32{uint32(a), uint32(b)}] {
					m, why, _ := x.Explain(uint32(a), uint32(b))
					t.Logf("unmet %.1f %v\n%+v\n%+v", m.Bits, len(why), records[a], records[b])
				}
			}
		}
	}
	t.Logf("pairs %d, recall of blocking %.4f, by bits%s", blocked.all, float64(blocked.right)/truth, line)
}
