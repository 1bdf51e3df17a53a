package roll_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"muster/internal/linkage"
	"muster/internal/people"
	"muster/internal/reserve"
	"muster/internal/roll"
)

// crowd is synthetic people of whom one in ten is there twice, and whose registration each is.
func crowd(t *testing.T, n int) (list []roll.Person, human map[string]uint64) {
	t.Helper()
	human = map[string]uint64{}
	for i, p := range people.New(5).Sample(n, 0.1) {
		q := person(fmt.Sprintf("P%05d", i), p.Name, "")
		birth, fault := reserve.ParseBirth(p.Birth)
		if fault != nil {
			t.Fatal(fault)
		}
		q.Volunteer.Site = p.Site
		q.Facts.FatherName, q.Facts.KnownAs, q.Facts.Birth, q.Facts.Place, q.Facts.Sex = reserve.Private(p.FatherName), reserve.Private(p.KnownAs), birth, p.Place, p.Sex
		q.Facts.Phones = nil
		for _, n := range p.Phones {
			q.Facts.Phones = append(q.Facts.Phones, reserve.Phone{E164: reserve.Private(n.E164), Owner: n.Owner})
		}
		list, human[q.Volunteer.ID] = append(list, q), p.Truth.ID
	}
	return list, human
}

// sure counts the pairs that are almost sure, and those of two people among them.
func sure(r *roll.Roll, human map[string]uint64) (found, wrong int) {
	r.AllPairs("d", linkage.AlmostSure, func(pairs []roll.Likeness, _, _ int) bool {
		for _, p := range pairs {
			found++
			if human[p.A] != human[p.B] {
				wrong++
			}
		}
		return true
	})
	return found, wrong
}

func TestTheRollLearnsAsItGrows(t *testing.T) {
	list, human := crowd(t, 1500)
	late, early := roll.New(), roll.New()
	early.SetLoaded()
	for _, p := range list {
		late.Put(p) // not loaded: it has no reason to learn yet
		early.Put(p)
	}
	believed, _ := sure(late, human)
	learned, wrong := sure(early, human)
	if learned <= believed {
		t.Errorf("got %d pairs after learning and %d before, want more", learned, believed)
	}
	if wrong*200 > learned {
		t.Errorf("got %d of %d wrong, want at most one in 200", wrong, learned)
	}
	late.SetLoaded()
	if loaded, _ := sure(late, human); loaded <= believed {
		t.Errorf("got %d pairs once loaded and %d before, want more", loaded, believed)
	}
}

func TestAllPairsAreTheCandidatesOfEverybody(t *testing.T) {
	list, _ := crowd(t, 400)
	r := roll.New()
	other := list[0]
	other.Volunteer.ID, other.Volunteer.Drive = "ELSEWHERE", "other"
	for _, p := range append(list, other) {
		r.Put(p)
	}
	want := map[[2]string]roll.Candidate{}
	for _, p := range list {
		for _, c := range r.Candidates(p) {
			want[[2]string{max(p.Volunteer.ID, c.ID), min(p.Volunteer.ID, c.ID)}] = c
		}
	}
	if len(want) < 20 {
		t.Fatalf("got %d pairs by candidates, want some", len(want))
	}
	found, done, total := 0, 0, 0
	r.AllPairs("d", linkage.Review, func(pairs []roll.Likeness, d, of int) bool {
		for _, p := range pairs {
			found++
			c, ok := want[[2]string{max(p.A, p.B), min(p.A, p.B)}]
			if !ok || c.Band != p.Band || fmt.Sprint(c.Reasons) != fmt.Sprint(p.Reasons) {
				t.Errorf("got %+v, want %+v", p, c)
			}
		}
		done, total = d, of
		return true
	})
	if found != len(want) || done != total || total != len(list)+1 {
		t.Errorf("got %d pairs, %d of %d done; want %d pairs and all done", found, done, total, len(want))
	}
}

func TestLearningAndComparingDoNotHoldUpTheRoll(t *testing.T) {
	list, human := crowd(t, 900)
	r := roll.New()
	r.SetLoaded()
	var all sync.WaitGroup
	all.Go(func() {
		for _, p := range list {
			r.Put(p)
			r.Candidates(p)
		}
	})
	all.Go(func() {
		for range 5 {
			r.Learn()
			sure(r, human)
		}
	})
	all.Wait()
	if r.Count() != len(list) {
		t.Errorf("got %d people, want %d", r.Count(), len(list))
	}
	r.Clear()
	r.Learn()
	if found, _ := sure(r, human); found != 0 {
		t.Errorf("got %d pairs of nobody", found)
	}
}

func TestWhoHasOneNameComesBeforeThousandsWhoShareIt(t *testing.T) {
	r := roll.New()
	for i := range 3000 {
		r.Put(person(fmt.Sprintf("P%05d", i), "Moussa "+syllables(rand.New(rand.NewPCG(1, uint64(i))), 3), ""))
	}
	r.Put(person("ALONE", "Moussa", ""))
	hits := r.Search("d", "moussa", 20)
	if len(hits) != 20 || hits[0].ID != "ALONE" || hits[1].Score >= hits[0].Score {
		t.Errorf("got %v, want the one name first", hits)
	}
}
