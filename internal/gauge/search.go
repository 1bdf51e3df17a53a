package gauge

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"muster/internal/people"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// Search is the figures of `bench search`. p50 and p99 are over every kind of question.
type Search struct {
	Setting
	People      int                  `json:"people"`
	P50         float64              `json:"p50_ms"`
	P99         float64              `json:"p99_ms"`
	TypoP50     float64              `json:"typo_p50_ms"`
	CPUP50      float64              `json:"cpu_p50_ms"` // processor time, which a busy machine does not lengthen
	CPUP99      float64              `json:"cpu_p99_ms"`
	BytesPerson float64              `json:"index_bytes_per_person"`
	Kinds       map[string]Questions `json:"kinds"`
}

// Questions is one kind of question.
type Questions struct {
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Found float64 `json:"found"` // share whose answer holds the person who was meant, or for a part of a name anybody
}

// SearchConfig says how to measure.
type SearchConfig struct {
	People int
	Seed   uint64
	Log    func(format string, args ...any)
}

// asked is how many questions of each kind are asked, each for the first twenty.
const (
	asked     = 500
	firstOnes = 20
)

// kinds are the questions a desk asks.
var kinds = []struct {
	name string
	ask  func(name string) string
}{
	{"name", func(name string) string { return name }},
	{"order", func(name string) string {
		words := strings.Fields(name)
		return strings.Join(append(words[1:], words[0]), " ")
	}},
	{"accents", strings.ToUpper},
	{"start", func(name string) string {
		words := strings.Fields(name)
		last := []rune(words[len(words)-1])
		words[len(words)-1] = string(last[:min(len(last), 4)])
		return strings.Join(words, " ")
	}},
	{"part", func(name string) string { return strings.Fields(name)[0] }},
	{"typo", exchanged},
}

// exchanged swaps two letters within the longest word.
func exchanged(name string) string {
	words := strings.Fields(name)
	longest := 0
	for i, w := range words {
		if len([]rune(w)) > len([]rune(words[longest])) {
			longest = i
		}
	}
	letters := []rune(words[longest])
	if at := len(letters) / 2; at > 0 {
		letters[at-1], letters[at] = letters[at], letters[at-1]
	}
	words[longest] = string(letters)
	return strings.Join(words, " ")
}

// MeasureSearch fills a roll and asks it.
func MeasureSearch(c SearchConfig) Search {
	start := time.Now()
	out := Search{People: c.People, Kinds: map[string]Questions{}}
	r := roll.New()
	r.Expect(c.People)
	on := reserve.Date{Year: 2026, Month: 11, Day: 25}
	var meant []roll.Person
	n := 0
	for p := range people.New(c.Seed).Stream(0.05) {
		if n++; n > c.People {
			break
		}
		q := roll.Person{Volunteer: reserve.Volunteer{ID: fmt.Sprintf("%026d", n), Drive: "d", Site: p.Site, State: reserve.Active, Version: 1},
			Facts: reserve.Facts{Name: reserve.Private(p.Name), KnownAs: reserve.Private(p.KnownAs), FatherName: reserve.Private(p.FatherName), Birth: birthOf(p, on), Place: p.Place, Sex: p.Sex}}
		q.Receipts = []string{fmt.Sprintf("NIA-%05d-%05d-4", n/100_000, n%100_000)}
		for _, number := range p.Phones {
			q.Facts.Phones = append(q.Facts.Phones, reserve.Phone{E164: reserve.Private(number.E164), Owner: number.Owner})
		}
		r.Put(q)
		if n%max(c.People/asked, 1) == 0 && len(meant) < asked {
			meant = append(meant, q)
		}
		if n%100_000 == 0 {
			c.Log("%d people", n)
		}
	}
	var all, work []time.Duration
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, k := range kinds {
		var times []time.Duration
		found := 0
		for _, p := range meant {
			question := k.ask(p.Facts.Name.Reveal())
			begin, cpu := time.Now(), threadCPU()
			hits := r.Search("d", question, firstOnes)
			times, work = append(times, time.Since(begin)), append(work, threadCPU()-cpu)
			if len(hits) == firstOnes {
				found++ // there are more of the name than are shown
				continue
			}
			for _, h := range hits {
				if h.ID == p.Volunteer.ID {
					found++
					break
				}
			}
		}
		all = append(all, times...)
		q := Questions{Found: float64(found) / float64(max(len(meant), 1))}
		q.P50, q.P99 = middle(times)
		out.Kinds[k.name] = q
	}
	out.TypoP50 = out.Kinds["typo"].P50
	out.P50, out.P99 = middle(all)
	out.CPUP50, out.CPUP99 = middle(work)
	out.BytesPerson = float64(r.IndexBytes()) / float64(max(c.People, 1))
	out.Setting = settle(start)
	return out
}
