package sheet

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// list makes a file of n people.
func list(n int) string {
	var b strings.Builder
	b.WriteString("Nom;Prénom;Né(e) le;Téléphone;Commune;Fonction\n")
	for i := range n {
		fmt.Fprintf(&b, "Famille%d;Prénom%d;%02d/%02d/%d;9%07d;Gaya;Soins\n", i%977, i, 1+i%28, 1+i%12, 1960+i%45, i)
	}
	return b.String()
}

// BenchmarkDecode measures reading alone: both passes over 20,000 rows.
func BenchmarkDecode(b *testing.B) {
	text := list(20_000)
	o := options(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		s, err := Read(strings.NewReader(text), o)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for row := range s.All() {
			if n++; len(row.Faults) > 0 {
				b.Fatal(row.Faults)
			}
		}
		if n != 20_000 {
			b.Fatal(n)
		}
	}
}

// BenchmarkTrial measures a dry run: reading and judging, nothing kept.
func BenchmarkTrial(b *testing.B) {
	text := list(20_000)
	h := newHouse(b)
	b.ReportAllocs()
	for b.Loop() {
		s, err := h.Open(context.Background(), "test-drive", strings.NewReader(text), Choices{})
		if err != nil {
			b.Fatal(err)
		}
		if rep, err := h.Import(context.Background(), clerk, s, How{DryRun: true}); err != nil || rep.Added != 20_000 {
			b.Fatal(err, rep)
		}
	}
}
