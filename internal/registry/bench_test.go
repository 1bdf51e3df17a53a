package registry_test

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"

	"muster/internal/people"
	"muster/internal/reserve"
	"muster/internal/testkit"
)

// cpu is the processor time of this process, in µs.
func cpu(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}

// BenchmarkApply measures the door with fsync, sealing and acts, from 64 senders.
func BenchmarkApply(b *testing.B) {
	n := lockedNode(b, testkit.SQLite(b), testkit.Keyring(b))
	var next atomic.Int64
	b.SetParallelism(32)
	begin := cpu(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := n.Apply(ctx(), reserve.Self(), stranger(int(next.Add(1)))); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric((cpu(b)-begin)/float64(b.N), "cpu-µs/op")
}

// crowd is synthetic people, one in twenty of them again.
func crowd(n int) []reserve.Application {
	source := people.NewWith(7, people.Options{Sites: []people.Site{{Code: "niamey", Place: "NE008001", Weight: 4}, {Code: "gaya", Place: "NE003006", Weight: 1}}})
	out := make([]reserve.Application, 0, n)
	for i, p := range source.Sample(n, 0.05) {
		a := p.Application("test-drive")
		a.Ref, a.Qualifications = fmt.Sprintf("reference-%012d", i), nil
		out = append(out, a)
	}
	return out
}

// BenchmarkOpen measures the opening with keys, roll and linkage.
func BenchmarkOpen(b *testing.B) {
	n := lockedNode(b, testkit.SQLite(b), testkit.Keyring(b))
	for i, a := range crowd(b.N) {
		if _, err := n.Apply(ctx(), reserve.Self(), a); err != nil && reserve.KindOf(err) != reserve.Invalid {
			b.Fatalf("person %d: %v", i, err)
		}
	}
	n.unlock()
	begin := cpu(b)
	b.ResetTimer()
	n.drain()
	b.ReportMetric((cpu(b)-begin)/float64(b.N), "cpu-µs/op")
}

// BenchmarkJudge measures the judging alone.
func BenchmarkJudge(b *testing.B) {
	n := lockedNode(b, testkit.SQLite(b), testkit.Keyring(b))
	a := amina(1)
	a.Functions = nil // refused: nothing is kept
	for b.Loop() {
		if _, err := n.Apply(ctx(), reserve.Self(), a); err == nil {
			b.Fatal("taken")
		}
	}
}
