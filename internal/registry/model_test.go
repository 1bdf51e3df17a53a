package registry_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
	"muster/internal/testkit"
)

// modelPerson is a person as a clerk with paper would keep them.
type modelPerson struct {
	id       string
	state    reserve.VolunteerState
	receipts []string // of all registrations that are theirs now
	ended    bool     // took the consent back
}

type modelMerge struct {
	winner, loser             int
	moved                     []string
	before, after, loserState reserve.VolunteerState
}

// clerk runs random changes on a registry and on paper.
type clerk struct {
	n      *node
	next   *int
	people []*modelPerson
	merges []modelMerge // standing, the oldest first
}

// pick chooses somebody, -1 where nobody fits.
func (c *clerk) pick(t *rapid.T, name string, ok func(*modelPerson) bool) int {
	var list []int
	for i, p := range c.people {
		if ok(p) {
			list = append(list, i)
		}
	}
	if len(list) == 0 {
		return -1
	}
	return rapid.SampledFrom(list).Draw(t, name)
}

func alive(p *modelPerson) bool { return p.state == reserve.Active || p.state == reserve.Withdrawn }

func (c *clerk) register(t *rapid.T) {
	*c.next++
	receipt := c.n.apply(stranger(*c.next))
	if rapid.Bool().Draw(t, "again") && !c.n.apply(stranger(*c.next)).Repeat {
		t.Fatal("a repeat was taken for new")
	}
	c.n.drain()
	p, ok := c.n.Roll.ByReceipt(receipt.Number)
	if !ok || p.Volunteer.State != reserve.Active {
		t.Fatalf("registered somebody who is %q", p.Volunteer.State)
	}
	c.people = append(c.people, &modelPerson{id: p.Volunteer.ID, state: reserve.Active, receipts: []string{receipt.Number}})
}

func (c *clerk) merge(t *rapid.T) {
	w := c.pick(t, "winner", alive)
	l := c.pick(t, "loser", func(p *modelPerson) bool { return alive(p) && w >= 0 && p != c.people[w] })
	if w < 0 || l < 0 {
		return
	}
	winner, loser := c.people[w], c.people[l]
	if err := c.n.Merge(ctx(), desk("d"), winner.id, loser.id); err != nil {
		t.Fatal(err)
	}
	m := modelMerge{winner: w, loser: l, moved: slices.Clone(loser.receipts), before: winner.state, loserState: loser.state}
	if loser.state == reserve.Withdrawn {
		winner.state = reserve.Withdrawn
	}
	m.after = winner.state
	winner.receipts, loser.receipts, loser.state = append(winner.receipts, loser.receipts...), nil, reserve.Merged
	c.merges = append(c.merges, m)
}

func (c *clerk) unmerge(t *rapid.T) {
	if len(c.merges) == 0 {
		return
	}
	at := rapid.IntRange(0, len(c.merges)-1).Draw(t, "merge")
	m := c.merges[at]
	winner, loser := c.people[m.winner], c.people[m.loser]
	err := c.n.Unmerge(ctx(), desk("d"), loser.id)
	switch winner.state {
	case reserve.Merged:
		if reserve.CodeOf(err) != "merged-again" {
			t.Fatalf("got %v, want the later merge taken back first", err)
		}
		return
	case reserve.Erased:
		if reserve.KindOf(err) != reserve.NotFound {
			t.Fatalf("got %v for a merge into somebody who is erased", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	loser.state = m.loserState
	if winner.state == m.after {
		winner.state = m.before
	} else {
		loser.state = reserve.Withdrawn
	}
	loser.receipts = m.moved
	winner.receipts = slices.DeleteFunc(winner.receipts, func(r string) bool { return slices.Contains(m.moved, r) })
	c.merges = slices.Delete(c.merges, at, at+1)
}

func (c *clerk) withdraw(t *rapid.T) {
	at := c.pick(t, "who", alive)
	if at < 0 {
		return
	}
	p := c.people[at]
	if err := c.n.Withdraw(ctx(), desk("d"), p.id); err != nil {
		t.Fatal(err)
	}
	p.state = reserve.Withdrawn
}

func (c *clerk) erase(t *rapid.T) {
	at := c.pick(t, "who", alive)
	if at < 0 {
		return
	}
	p := c.people[at]
	if err := c.n.Erase(ctx(), desk("d"), p.id); err != nil {
		t.Fatal(err)
	}
	p.state = reserve.Erased
}

func (c *clerk) endConsent(t *rapid.T) {
	at := c.pick(t, "who", func(p *modelPerson) bool { return p.state == reserve.Active })
	if at < 0 {
		return
	}
	if err := c.n.EndConsent(ctx(), desk("d"), c.people[at].id, reserve.ConsentGiven{Recipient: "civil-protection", Purpose: "call-up"}); err != nil {
		t.Fatal(err)
	}
	c.end(at)
}

// end notes the end for a person and for everybody folded into them: should the merge be taken back, it binds all.
func (c *clerk) end(at int) {
	c.people[at].ended = true
	for _, m := range c.merges {
		if m.winner == at {
			c.end(m.loser)
		}
	}
}

func (c *clerk) restart(*rapid.T) {
	c.n.lock()
	c.n.unlock()
}

// endedOf says whether the consent of a person and of those folded into them stands no more.
func (c *clerk) endedOf(at int) bool {
	ended := c.people[at].ended
	for _, m := range c.merges {
		if m.winner == at {
			ended = ended || c.endedOf(m.loser)
		}
	}
	return ended
}

// check holds the registry against the paper.
func (c *clerk) check(t *rapid.T) {
	for at, m := range c.people {
		var v reserve.Volunteer
		err := c.n.Store.View(ctx(), func(r *store.Read) (err error) {
			v, err = r.Volunteer(m.id)
			return err
		})
		if err != nil || v.State != m.state {
			t.Fatalf("person %d: got %s and %v, want %s", at, v.State, err, m.state)
		}
		p, in := c.n.Roll.Person(m.id)
		if in != (m.state == reserve.Active) {
			t.Fatalf("person %d, who is %s: in the roll %v", at, m.state, in)
		}
		if !in {
			continue
		}
		got, want := slices.Sorted(slices.Values(p.Receipts)), slices.Sorted(slices.Values(m.receipts))
		if !slices.Equal(got, want) || p.Volunteer.Version != v.Version || len(p.Facts.Phones) != len(want) {
			t.Fatalf("person %d: got receipts %v, version %d, %d numbers; want %v, %d", at, got, p.Volunteer.Version, len(p.Facts.Phones), want, v.Version)
		}
		if p.Consent("civil-protection", "call-up", 1) == c.endedOf(at) {
			t.Fatalf("person %d: consents %+v, taken back %v", at, p.Consents, c.endedOf(at))
		}
	}
	count := 0
	c.n.Roll.Each("", func(*roll.Person) bool { count++; return true })
	if count != c.n.Roll.Count() {
		t.Fatalf("the roll shows %d people and counts %d", count, c.n.Roll.Count())
	}
}

func TestRandomChangesAgreeWithPaper(t *testing.T) {
	t.Parallel()
	testkit.MovingStores(t, func(t *testing.T, s *store.Store, clock *testkit.Clock) {
		n := newNode(t, s)
		next, rounds := 0, 0
		rapid.Check(t, func(rt *rapid.T) {
			if rounds++; rounds > 20 && !rt.Failed() {
				return // each round is twenty changes with their syncs; rapid's hundred would take a minute
			}
			c := &clerk{n: n, next: &next}
			for range 4 {
				c.register(rt)
			}
			steps := map[string]func(*rapid.T){"register": c.register, "merge": c.merge, "unmerge": c.unmerge, "withdraw": c.withdraw,
				"erase": c.erase, "end consent": c.endConsent, "restart": c.restart}
			names := slices.Sorted(maps.Keys(steps))
			for i := range 16 {
				name := rapid.SampledFrom(append(names, "merge", "merge", "unmerge", "unmerge")).Draw(rt, fmt.Sprint(i))
				clock.Add(time.Second)
				n.clock.Add(time.Second)
				steps[name](rt)
				c.check(rt)
			}
		})
	})
}
