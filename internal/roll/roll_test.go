package roll_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/roll"
)

// person makes somebody with a name, a number and a receipt.
func person(id, name, number string) roll.Person {
	p := roll.Person{
		Volunteer: reserve.Volunteer{ID: id, Drive: "d", Site: "gaya", State: reserve.Active, Version: 1, Offers: []reserve.Offer{{Function: "medical"}}},
		Facts:     reserve.Facts{Name: reserve.Private(name)},
		Receipts:  []string{"GAY-" + id + "MQ-2XWT9-4"},
	}
	if number != "" {
		p.Facts.Phones = []reserve.Phone{{E164: reserve.Private(number)}}
	}
	return p
}

func filled() *roll.Roll {
	r := roll.New()
	r.Put(person("7K3", "Aïssata Maïga", "+22793123456"))
	r.Put(person("7K4", "Amina Oumarou", "+22790000011"))
	r.Put(person("7K5", "Moussa Issa", "+22790000011"))
	r.Put(person("7K6", "Mahamadou Issoufou Dan Kassa", "+2290195123456"))
	r.Put(person("7K7", "Mohamed N'Gourti", ""))
	r.Put(person("7K8", "محمد علي", "+22796000001"))
	withFather := person("7K9", "Rakia Labo", "+22796000002")
	withFather.Facts.FatherName, withFather.Facts.KnownAs = "Oumarou Labo", "Tanti"
	r.Put(withFather)
	return r
}

func TestSearchForgives(t *testing.T) {
	tests := []struct{ name, q, want string }{
		{"an accent left out", "aissata", "7K3"},
		{"the words the other way round", "maiga aissata", "7K3"},
		{"one letter wrong", "Aissqta Maiga", "7K3"},
		{"two letters exchanged", "Asisata", "7K3"},
		{"the beginning of a word", "amin", "7K4"},
		{"a part inside a word", "uhama", ""},
		{"a syllable inside a word", "soufou", "7K6"},
		{"another spelling of the same name", "Muhammad Ngourti", "7K7"},
		{"Arabic script by its Latin spelling", "mohamed ali", "7K8"},
		{"what somebody is called", "tanti", "7K9"},
		{"the father's name with the own", "rakia oumarou", "7K9"},
		{"the end of a number", "3456", "7K3"},
		{"a number with blanks", "93 12 34 56", "7K3"},
		{"a number with its country", "+227 93123456", "7K3"},
		{"a number as dialled from abroad", "0022793123456", "7K3"},
		{"a Benin number of before 2024", "+229 95123456", "7K6"},
		{"a name and part of a number", "issa 90 00", "7K5"},
		{"a receipt", "GAY-7K5MQ-2XWT9-4", "7K5"},
		{"a receipt without site, small, with blanks", "7k5mq 2xwt9 4", "7K5"},
		{"nobody", "zzzz", ""},
		{"nothing", "   ", ""},
	}
	r := filled()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if hits := r.Search("d", test.q, 5); len(hits) > 0 {
				got = hits[0].ID
			}
			if got != test.want {
				t.Errorf("got %q first for %q, want %q (all %v)", got, test.q, test.want, r.Search("d", test.q, 5))
			}
		})
	}
}

func TestSearchRanksTheWholeNameFirst(t *testing.T) {
	r := roll.New()
	r.Put(person("1", "Issa Moussa Garba", ""))
	r.Put(person("2", "Issaka Moussa", ""))
	r.Put(person("3", "Moussa Issa", ""))
	var got []string
	for _, h := range r.Search("d", "moussa issa", 10) {
		got = append(got, h.ID)
	}
	if want := []string{"3", "1", "2"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSearchKeepsToItsDriveAndItsLimit(t *testing.T) {
	r := filled()
	other := person("OTH", "Aïssata Maïga", "")
	other.Volunteer.Drive = "e"
	r.Put(other)
	if got := r.Search("e", "aissata", 5); len(got) != 1 || got[0].ID != "OTH" {
		t.Errorf("got %v, want only OTH", got)
	}
	if got := r.Search("", "aissata", 5); len(got) != 2 {
		t.Errorf("got %v of all drives, want two", got)
	}
	if got := r.Search("", "aissata", 1); len(got) != 1 {
		t.Errorf("got %v, want one", got)
	}
}

func TestWhoHasLeftIsNotFound(t *testing.T) {
	r := filled()
	p, _ := r.Person("7K3")
	p.Volunteer.State, p.Volunteer.Version = reserve.Withdrawn, 2
	r.Put(p)
	if _, ok := r.Person("7K3"); ok || len(r.Search("d", "aissata", 5)) > 0 || len(r.ByPhone("+22793123456")) > 0 || len(r.Search("d", "3456", 5)) != 1 {
		t.Errorf("a person who has withdrawn is still found")
	}
	if _, ok := r.ByReceipt("GAY-7K3MQ-2XWT9-4"); ok {
		t.Errorf("a receipt still leads to a person who has withdrawn")
	}
}

func TestHeldIsFoundByReceiptOnly(t *testing.T) {
	r := filled()
	p := person("HLD", "Aïssata Maïga", "+22793123456")
	p.Volunteer.State = reserve.Held
	r.Put(p)
	if got := r.Search("d", "aissata maiga", 5); len(got) != 1 || got[0].ID != "7K3" {
		t.Errorf("got %v, want only 7K3", got)
	}
	if got, ok := r.ByReceipt("HLDMQ2XWT94"); !ok || got.Volunteer.ID != "HLD" {
		t.Errorf("a held registration is not found by its receipt")
	}
	if got := r.ByPhone("+22793123456"); len(got) != 2 {
		t.Errorf("got %d people of the number, want 2: opt-outs bind held ones too", len(got))
	}
}

func TestLateNewsChangesNothing(t *testing.T) {
	r := filled()
	newer := person("7K3", "Aïssata Maïga Noma", "+22793000000")
	newer.Volunteer.Version = 3
	r.Put(newer)
	older := person("7K3", "Wrong", "+22793111111")
	older.Volunteer.Version = 2
	r.Put(older)
	if p, _ := r.Person("7K3"); p.Facts.Name != "Aïssata Maïga Noma" {
		t.Errorf("got version %d, want the newest kept", p.Volunteer.Version)
	}
	if len(r.ByPhone("+22793123456")) != 0 || len(r.ByPhone("+22793000000")) != 1 {
		t.Errorf("the numbers are not those of the newest version")
	}
}

func TestAClearedRollTakesNobodyUntilItIsOpened(t *testing.T) {
	r := filled()
	r.SetLoaded()
	r.Clear()
	r.Put(person("7K3", "Aïssata Maïga", "+22793123456"))
	r.Silence("+22793123456", true)
	if r.Count() != 0 || r.Loaded() || r.Silenced("+22793123456") {
		t.Errorf("a cleared roll took somebody in")
	}
	r.Open()
	r.Put(person("7K3", "Aïssata Maïga", "+22793123456"))
	if r.Count() != 1 {
		t.Errorf("an opened roll takes nobody in")
	}
}

func TestStopBindsTheNumberForAllWhoShareIt(t *testing.T) {
	r := filled()
	r.Silence("+22790000011", true)
	for _, p := range r.ByPhone("+22790000011") {
		if !p.Silenced || p.Reachable() != "" {
			t.Errorf("%s is not silenced", p.Volunteer.ID)
		}
	}
	late := person("NEW", "Issa Maïga", "+22790000011")
	late.Facts.Phones = append(late.Facts.Phones, reserve.Phone{E164: "+22794000000"})
	r.Put(late)
	p, _ := r.Person("NEW")
	if p.Silenced || p.Reachable() != "+22794000000" {
		t.Errorf("got silenced %v and %q, want the other number still open", p.Silenced, p.Reachable().Reveal())
	}
	r.Silence("+22790000011", false)
	if p, _ := r.Person("7K4"); p.Silenced || len(p.Stopped) > 0 {
		t.Errorf("a lifted STOP still binds")
	}
}

// TestManyChangesKeepTheIndexTrue compares the roll with a plain list after thousands of changes.
func TestManyChangesKeepTheIndexTrue(t *testing.T) {
	given := []string{"Amina", "Moussa", "Hadiza", "Issa", "Rakia", "Zeina"}
	rnd := rand.New(rand.NewPCG(1, 2))
	r, model := roll.New(), map[string]roll.Person{}
	for step := range 20000 {
		id := fmt.Sprintf("P%02d", rnd.IntN(60))
		if rnd.IntN(4) == 0 {
			r.Remove(id)
			delete(model, id)
			continue
		}
		p := person(id, given[rnd.IntN(6)]+" "+given[rnd.IntN(6)], fmt.Sprintf("+2279000%04d", rnd.IntN(30)))
		p.Volunteer.Version = int64(step)
		r.Put(p)
		model[id] = p
	}
	for _, name := range given {
		want := 0
		for _, p := range model {
			if n := p.Facts.Name.Reveal(); n[:len(name)] == name || n[len(n)-len(name):] == name {
				want++
			}
		}
		got := 0
		for _, h := range r.Search("", name, 100) {
			if h.Score >= 100 {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: got %d people, want %d", name, got, want)
		}
	}
	for n := range 30 {
		number, want := fmt.Sprintf("+2279000%04d", n), 0
		for _, p := range model {
			if p.Facts.Phones[0].E164.Reveal() == number {
				want++
			}
		}
		if got := len(r.ByPhone(number)); got != want {
			t.Errorf("number %d: got %d people, want %d", n, got, want)
		}
	}
	if r.Count() != len(model) {
		t.Errorf("got %d people, want %d", r.Count(), len(model))
	}
}

func TestManyAtOnce(t *testing.T) {
	r := roll.New()
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 500 {
				id := fmt.Sprintf("%d%04d", g, i)
				r.Put(person(id, "Amina Oumarou", "+22790000011"))
				r.Search("d", "amina", 5)
				r.Each("d", func(p *roll.Person) bool { return p.Volunteer.ID != id })
				if i%3 == 0 {
					r.Remove(id)
				}
				r.Silence("+22790000011", i%2 == 0)
			}
		})
	}
	all.Wait()
	if want := 4 * (500 - 167); r.Count() != want {
		t.Errorf("got %d people, want %d", r.Count(), want)
	}
}

func TestFirstTwentyAreFast(t *testing.T) {
	r := roll.New()
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range 30000 {
		name := fmt.Sprintf("%s %s", syllables(rnd, 2), syllables(rnd, 3))
		r.Put(person(fmt.Sprintf("P%05d", i), name, fmt.Sprintf("+227%08d", 90000000+rnd.IntN(9999999))))
	}
	begin := time.Now()
	for range 50 {
		r.Search("d", syllables(rnd, 2)+" "+syllables(rnd, 3), 20)
	}
	if each := time.Since(begin) / 50; each > 50*time.Millisecond { // ten times what a slow laptop needs
		t.Errorf("a search among 30,000 takes %v", each)
	}
}

func syllables(rnd *rand.Rand, n int) string {
	parts := []string{"ma", "ha", "mou", "sa", "is", "ka", "do", "zei", "na", "ra", "ki", "bou", "ba", "car", "fa", "ti", "ama", "dou"}
	s := ""
	for range n {
		s += parts[rnd.IntN(len(parts))]
	}
	return s
}
