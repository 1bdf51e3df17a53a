package linkage

import (
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"muster/internal/people"
)

// TestScale prints what stands in the notes: adding, learning, a whole run and one arriving person. LINKAGE_SCALE is
// the number of records; the few of an ordinary run check that it works at all.
func TestScale(t *testing.T) {
	n := 5_000
	if given, err := strconv.Atoi(os.Getenv("LINKAGE_SCALE")); err == nil {
		n = given
	}
	list := people.New(2).Sample(n, 0.2)
	x := NewIndex(Sahel(), n)
	person := make([]int, n)
	begin := time.Now()
	for id, p := range list {
		x.Add(uint32(id), recordOf(t, p))
		person[id] = int(p.Truth.ID)
	}
	perPerson := x.Bytes() / n
	t.Logf("%d added in %v, %d bytes a person, %.1f keys", n, time.Since(begin), perPerson, float64(x.blocks.held)/float64(n))
	if perPerson > 250 {
		t.Errorf("got %d bytes a person, want at most 250", perPerson)
	}
	begin = time.Now()
	x.Estimate()
	t.Logf("learned in %v", time.Since(begin))
	begin, cpu := time.Now(), cpuTime()
	o := wholeRun(x, person)
	t.Logf("whole run %v, CPU %v: %s", time.Since(begin), cpuTime()-cpu, o)
	var took []time.Duration
	source := people.New(99)
	for range 2000 {
		rec := recordOf(t, source.Next())
		begin = time.Now()
		x.Candidates(rec)
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	t.Logf("one arriving: p50 %v p99 %v max %v", took[1000], took[1980], took[1999])
}

func BenchmarkCandidates(b *testing.B) {
	records, _ := sampleOf(b, 2, 50_000, 0.2)
	x := filled(records)
	arriving, _ := sampleOf(b, 9, 1_000, 0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Candidates(arriving[i%len(arriving)])
	}
}

func BenchmarkAdd(b *testing.B) {
	records, _ := sampleOf(b, 2, 50_000, 0.2)
	x := NewIndex(Sahel(), b.N)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Add(uint32(i), records[i%len(records)])
	}
}

func BenchmarkWholeRun(b *testing.B) {
	records, _ := sampleOf(b, 2, 20_000, 0.2)
	x := filled(records)
	x.Estimate()
	for b.Loop() {
		x.All(Review, func(_, _ uint32, _ Match) bool { return true })
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
