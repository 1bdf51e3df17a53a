package roll_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/people"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// town is a roll of so many synthetic people, and their names.
func town(b *testing.B, n int) (*roll.Roll, []roll.Person) {
	b.Helper()
	source := people.New(11)
	list := make([]roll.Person, n)
	for i := range list {
		p := source.Next()
		birth, _ := reserve.ParseBirth(p.Birth)
		list[i] = roll.Person{Volunteer: reserve.Volunteer{ID: fmt.Sprintf("%026d", i), Drive: "d", Site: p.Site, State: reserve.Active, Version: 1, Receipt: fmt.Sprintf("NIA-%05d-%05d-4", i/100000, i%100000)},
			Facts: reserve.Facts{Name: reserve.Private(p.Name), KnownAs: reserve.Private(p.KnownAs), FatherName: reserve.Private(p.FatherName), Birth: birth, Place: p.Place, Sex: p.Sex, Functions: p.Functions}}
		list[i].Receipts = []string{list[i].Volunteer.Receipt}
		for _, n := range p.Phones {
			list[i].Facts.Phones = append(list[i].Facts.Phones, reserve.Phone{E164: reserve.Private(n.E164), Owner: n.Owner})
		}
	}
	r := roll.New()
	for _, p := range list {
		r.Put(p)
	}
	return r, list
}

// BenchmarkSearch measures the first twenty of a full name, of one with a slip, and of part of a number, among 200,000.
func BenchmarkSearch(b *testing.B) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, list := town(b, 200_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("%d bytes a person, all told; %d of them the search", (after.HeapAlloc-before.HeapAlloc)/uint64(len(list)), r.IndexBytes()/len(list))
	for _, kind := range []struct {
		name  string
		query func(p roll.Person) string
	}{
		{"name", func(p roll.Person) string { return p.Facts.Name.Reveal() }},
		{"typo", func(p roll.Person) string { return slip(p.Facts.Name.Reveal()) }},
		{"given", func(p roll.Person) string { return strings.Fields(p.Facts.Name.Reveal())[0] }},
		{"number", func(p roll.Person) string {
			if len(p.Facts.Phones) == 0 {
				return "1234"
			}
			return p.Facts.Phones[0].E164.Reveal()[7:]
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			times := make([]time.Duration, 0, b.N)
			for i := 0; b.Loop(); i++ {
				q := kind.query(list[i*7919%len(list)])
				begin := time.Now()
				r.Search("d", q, 20)
				times = append(times, time.Since(begin))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
		})
	}
	b.Run("candidates", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			r.Candidates(list[i*7919%len(list)])
		}
	})
}

// slip exchanges two letters in the middle.
func slip(name string) string {
	runes := []rune(name)
	if at := len(runes) / 2; at > 0 {
		runes[at-1], runes[at] = runes[at], runes[at-1]
	}
	return string(runes)
}
