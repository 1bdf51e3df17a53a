package linkage

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"muster/internal/people"
)

// TestScale measures what stands in the notes; it is long, so it runs only where LINKAGE_SCALE gives a number of records.
func TestScale(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("LINKAGE_SCALE"))
	if n == 0 {
		n = 5_000
	}
	list := people.New(2).Sample(n, 0.2)
	heap := heapNow()
	x := NewIndex(Sahel(), n)
	person := make([]int, n)
	begin := time.Now()
	for id, p := range list {
		x.Add(uint32(id), recordOf(t, p))
		person[id] = int(p.Truth.ID)
	}
	t.Logf("%d added in %v, %d bytes a person, %.1f keys", n, time.Since(begin), (heapNow()-heap)/n, float64(x.blocks.held)/float64(n))
	begin = time.Now()
	x.Estimate()
	t.Logf("learned in %v", time.Since(begin))
	begin, cpu := time.Now(), cpuTime()
	o := wholeRun(x, person)
	t.Logf("whole run %v, CPU %v: %s", time.Since(begin), cpuTime()-cpu, o)
	var took []time.Duration
	source := people.New(99)
	pairs := 0
	for range 2000 {
		rec := recordOf(t, source.Next())
		begin = time.Now()
		pairs += len(x.Candidates(rec))
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	t.Logf("one arriving: p50 %v p99 %v max %v; %d listed", took[1000], took[1980], took[1999], pairs)
}

func heapNow() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
