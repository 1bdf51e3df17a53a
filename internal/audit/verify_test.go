package audit

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

func TestSoundLogsAreSound(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 64, 65, 5000} {
		l := testLog(t, size)
		var cps []Checkpoint
		for _, at := range []int64{0, 1, int64(size) / 2, int64(size)} {
			if at <= int64(size) {
				cps = append(cps, l.at(t, at))
			}
		}
		r, err := Verify(l, cps...)
		if err != nil {
			t.Fatal(err)
		}
		if !r.OK() || r.Leaves != int64(size) || r.Checkpoints != len(cps) || r.Root != l.head.Root {
			t.Errorf("%d leaves: got %+v, want no damage and %d checkpoints", size, r, len(cps))
		}
	}
}

// tampering damages a log at a place and says what Verify must name there.
type tampering struct {
	name string
	do   func(l *memoryLog, at int, rng *rand.Rand) (kind DamageKind, first int64)
}

func tamperings(t *testing.T) []tampering {
	return []tampering{
		{"change", func(l *memoryLog, at int, rng *rand.Rand) (DamageKind, int64) {
			leaf := slices.Clone(l.leaves[at])
			leaf[rng.IntN(len(leaf))] ^= 1 << rng.IntN(8)
			l.leaves[at] = leaf
			return Edited, int64(at)
		}},
		{"delete", func(l *memoryLog, at int, rng *rand.Rand) (DamageKind, int64) {
			n := min(1+rng.IntN(3), len(l.leaves)-at)
			l.leaves = slices.Delete(l.leaves, at, at+n)
			if at == len(l.leaves) {
				return Truncated, int64(at)
			}
			return Removed, int64(at)
		}},
		{"swap", func(l *memoryLog, at int, rng *rand.Rand) (DamageKind, int64) {
			other := (at + 1 + rng.IntN(len(l.leaves)-1)) % len(l.leaves)
			l.leaves[at], l.leaves[other] = l.leaves[other], l.leaves[at]
			return Reordered, int64(min(at, other))
		}},
		{"swap neighbours", func(l *memoryLog, at int, _ *rand.Rand) (DamageKind, int64) {
			at = min(at, len(l.leaves)-2)
			l.leaves[at], l.leaves[at+1] = l.leaves[at+1], l.leaves[at]
			return Reordered, int64(at)
		}},
		{"move", func(l *memoryLog, at int, rng *rand.Rand) (DamageKind, int64) {
			leaf := l.leaves[at]
			l.leaves = slices.Delete(l.leaves, at, at+1)
			to := (at + 1 + rng.IntN(len(l.leaves)-1)) % len(l.leaves)
			if to == at {
				to = (to + 1) % len(l.leaves)
			}
			l.leaves = slices.Insert(l.leaves, to, leaf)
			return Reordered, int64(min(at, to))
		}},
		{"insert", func(l *memoryLog, at int, rng *rand.Rand) (DamageKind, int64) {
			for range 1 + rng.IntN(3) {
				l.leaves = slices.Insert(l.leaves, at, testLeaf(t, 1_000_000+rng.IntN(1_000_000)))
			}
			return Inserted, int64(at)
		}},
	}
}

// blunt are the ways that need no skill, and the ways that leave the leaves alone.
func blunt() []tampering {
	return []tampering{
		{"truncate", func(l *memoryLog, at int, _ *rand.Rand) (DamageKind, int64) {
			l.leaves = l.leaves[:at]
			return Truncated, int64(at)
		}},
		{"roll back", func(l *memoryLog, at int, _ *rand.Rand) (DamageKind, int64) {
			l.leaves = l.leaves[:at]
			l.rebuild()
			return RolledBack, int64(at)
		}},
		{"change a stored hash", func(l *memoryLog, at int, rng *rand.Rand) (DamageKind, int64) {
			index := tlog.StoredHashIndex(0, int64(at))
			for rng.IntN(2) == 0 && index+1 < int64(len(l.hashes)) {
				index++
			}
			l.hashes[index][rng.IntN(32)] ^= 1
			level, n := tlog.SplitStoredHashIndex(index)
			return HashTampered, n << level
		}},
		{"lose a stored hash", func(l *memoryLog, at int, _ *rand.Rand) (DamageKind, int64) {
			l.lost[tlog.StoredHashIndex(0, int64(at))] = true
			return HashMissing, int64(at)
		}},
		{"change the head", func(l *memoryLog, _ int, rng *rand.Rand) (DamageKind, int64) {
			l.head.Root[rng.IntN(32)] ^= 1
			return HeadWrong, 0
		}},
	}
}

// TestEveryTamperingIsNamed is row 7 of the threat model: 1,000 random places for
// each way to damage a log, all found, with their kind and place.
func TestEveryTamperingIsNamed(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	ways := append(tamperings(t), blunt()...)
	sound := testLog(t, 400)
	for round := range 1000 {
		size := 20 + rng.IntN(380)
		base := &memoryLog{leaves: sound.leaves[:size]}
		base.rebuild()
		witness := base.at(t, int64(size))
		for _, way := range ways {
			l := base.copy()
			at := rng.IntN(size)
			kind, first := way.do(l, at, rng)
			r, err := Verify(l, witness)
			if err != nil {
				t.Fatal(err)
			}
			if r.OK() || r.Damage[0].Kind != kind || r.Damage[0].Index != first {
				t.Fatalf("seed %d, round %d, %s at %d of %d: got %v, want %s at %d", seed, round, way.name, at, size, r.Damage, kind, first)
			}
		}
	}
}

// TestARewrittenLogIsAFork is row 8: all hashes and the head made to fit, found
// against the witness's checkpoints, between the last that holds and the first that does not.
func TestARewrittenLogIsAFork(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	sound := testLog(t, 300)
	var cps []Checkpoint
	for at := int64(50); at <= 300; at += 50 {
		cps = append(cps, sound.at(t, at))
	}
	for range 200 {
		l := sound.copy()
		at := rng.IntN(300)
		l.leaves[at] = testLeaf(t, 1_000_000)
		l.rebuild()
		r, err := Verify(l, cps...)
		if err != nil {
			t.Fatal(err)
		}
		from := int64(at) / 50 * 50
		want := Damage{Kind: Fork, Index: from, Until: from + 50, Hash: -1, Checkpoint: from + 50}
		if r.OK() || r.Damage[0] != want || int64(r.Checkpoints) != from/50 {
			t.Fatalf("seed %d, leaf %d rewritten: got %v, want %v", seed, at, r.Damage, want)
		}
	}
}

func TestDamageBeyondTheUsual(t *testing.T) {
	base := testLog(t, 9000)
	cases := []struct {
		name string
		do   func(l *memoryLog)
		want []DamageKind
		at   int64
	}{
		{"a leaf changed with its own hash", func(l *memoryLog) {
			l.leaves[5] = testLeaf(t, 1_000_000)
			l.hashes[tlog.StoredHashIndex(0, 5)] = tlog.RecordHash(l.leaves[5])
		}, []DamageKind{Edited}, 4},
		{"six thousand leaves taken out", func(l *memoryLog) {
			l.leaves = slices.Delete(l.leaves, 1000, 7000)
		}, []DamageKind{Removed}, 1000},
		{"one taken out and the end cut", func(l *memoryLog) {
			l.leaves = slices.Delete(l.leaves, 10, 11)[:8000]
		}, []DamageKind{Removed}, 10},
		{"one changed and the end cut", func(l *memoryLog) {
			l.leaves[10] = testLeaf(t, 1_000_000)
			l.leaves = l.leaves[:8000]
		}, []DamageKind{Edited, Truncated}, 10},
		{"one moved over eight thousand", func(l *memoryLog) {
			leaf := l.leaves[100]
			l.leaves = slices.Insert(slices.Delete(l.leaves, 100, 101), 8500, leaf)
		}, []DamageKind{Reordered}, 100},
		{"all stored hashes lost", func(l *memoryLog) { l.hashes = nil }, []DamageKind{HashMissing}, 0},
		{"a leaf behind the head", func(l *memoryLog) {
			l.leaves = append(l.leaves, testLeaf(t, 1_000_000))
		}, []DamageKind{Inserted}, 9000},
		{"another origin", func(l *memoryLog) { l.head.Origin = "log.example/2" }, []DamageKind{OtherOrigin}, 0},
	}
	for _, c := range cases {
		l := base.copy()
		c.do(l)
		r, err := Verify(l, base.at(t, 9000))
		if err != nil {
			t.Fatal(err)
		}
		var kinds []DamageKind
		for _, d := range r.Damage {
			kinds = append(kinds, d.Kind)
		}
		if !slices.Equal(kinds, c.want) || r.Damage[0].Index != c.at {
			t.Errorf("%s: got %v, want %v at %d", c.name, r.Damage, c.want, c.at)
		}
	}
}

func TestALogMayGrowWhileItIsVerified(t *testing.T) {
	l := testLog(t, 100)
	r, err := Verify(&growingLog{memoryLog: l, t: t})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.Size != 100 || r.Leaves != 103 {
		t.Errorf("got %+v, want no damage, size 100 and 103 leaves", r)
	}
}

// growingLog gets three leaves between the reading of the head and of the leaves.
type growingLog struct {
	*memoryLog
	t     *testing.T
	asked int
}

func (l *growingLog) Head() (Checkpoint, error) {
	head := l.head
	if l.asked++; l.asked == 1 {
		for i := range 3 {
			l.leaves = append(l.leaves, testLeaf(l.t, 100+i))
		}
		l.rebuild()
	}
	return head, nil
}

func BenchmarkVerifyMillion(b *testing.B) {
	l := testLog(b, 1_000_000)
	cp := l.at(b, 500_000)
	for b.Loop() {
		r, err := Verify(l, cp)
		if err != nil || !r.OK() {
			b.Fatal(r, err)
		}
	}
}

func BenchmarkAppend64(b *testing.B) {
	l := testLog(b, 100_000)
	leaves := l.leaves[:64]
	for b.Loop() {
		if _, _, err := Append(l, 100_000, leaves); err != nil {
			b.Fatal(err)
		}
	}
}
