package demo

import (
	"container/heap"
	"strings"
	"sync"
	"time"
)

// phones is what people do with the texts that reach them. Texts come from the simulator, on whatever goroutine delivers
// them; what people do next happens when the story's clock is there.
type phones struct {
	mu     sync.Mutex
	of     map[string][]*known // by E.164
	asked  map[*known]int      // questions a person has got
	plans  plans
	serial int
	told   map[*known]string // the last text that told a person where to come
	moved  map[*known]bool   // has read that the place moved
	back   map[*known]bool   // has read that nobody more is needed
	dead   bool              // texts from phones go nowhere at the moment

	drill   bool     // a rehearsal: everybody waits for the word to answer
	drilled []string // the phones that were asked in it
}

// plan is something a person will do at a time.
type plan struct {
	at    time.Time
	order int
	do    func()
}

// plans is a heap, the earliest first.
type plans []plan

func (p plans) Len() int { return len(p) }
func (p plans) Less(i, j int) bool {
	if p[i].at.Equal(p[j].at) {
		return p[i].order < p[j].order
	}
	return p[i].at.Before(p[j].at)
}
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }

// Push is for container/heap.
func (p *plans) Push(x any) { *p = append(*p, x.(plan)) }

// Pop is for container/heap.
func (p *plans) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

func newPhones() *phones {
	return &phones{of: map[string][]*known{}, asked: map[*known]int{}, told: map[*known]string{}, moved: map[*known]bool{}, back: map[*known]bool{}}
}

// hold gives a person their phones.
func (p *phones) hold(k *known) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range k.person.Phones {
		p.of[n.E164] = append(p.of[n.E164], k)
	}
}

// plan notes that something happens at a time. The caller holds the lock.
func (p *phones) plan(at time.Time, do func()) {
	p.serial++
	heap.Push(&p.plans, plan{at, p.serial, do})
}

// next is when somebody does something next.
func (p *phones) next() (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.plans) == 0 {
		return time.Time{}, false
	}
	return p.plans[0].at, true
}

// due takes what people do by now.
func (p *phones) due(now time.Time) []func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []func()
	for len(p.plans) > 0 && !p.plans[0].at.After(now) {
		out = append(out, heap.Pop(&p.plans).(plan).do)
	}
	return out
}

// reader is the person a text is for: the one it names, where several share the phone. Names in texts may have lost their
// accents, because a text with them costs more.
func (p *phones) reader(to, text string) *known {
	list := p.of[to]
	if len(list) == 0 {
		return nil
	}
	for _, k := range list {
		name := k.person.KnownAs
		if name == "" {
			name = k.person.Name
		}
		if strings.Contains(text, name) {
			return k
		}
	}
	return list[0]
}

// owner finds the person of a number whom a caller asks for by name.
func (p *phones) owner(number, name string) *known {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reader(number, name)
}

// heard reports whether a person has read that nobody more is needed.
func (p *phones) heard(k *known) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.back[k]
}

// isQuestion reports whether a text asks for 1 or 2.
func isQuestion(text string) bool {
	return strings.Contains(text, "1=") && strings.Contains(text, "2=")
}

// arrived is called for each text that reaches a phone.
func (s *story) arrived(to, text string, at time.Time) {
	p := s.phones
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.reader(to, text)
	if k == nil {
		return
	}
	if strings.Contains(text, "assez nombreux") {
		p.back[k] = true
		return
	}
	if strings.Contains(text, placeAfter) {
		p.moved[k], p.told[k] = true, placeAfter
	} else if strings.Contains(text, placeBefore) {
		p.told[k] = placeBefore
	}
	if p.drill {
		p.drillText(to, text)
		return
	}
	if !isQuestion(text) || !k.habit.reached {
		return
	}
	if p.told[k] != "" { // they hold a seat: this asks whether they still come
		s.stillComing(to, k, at)
		return
	}
	p.asked[k]++
	switch {
	case p.asked[k] == 1 && k.habit.answers:
		p.plan(at.Add(k.habit.after), func() { s.reply(to, k, k.habit.says) })
	case p.asked[k] > 1 && k.habit.answers && p.asked[k] < 5:
		plain := "2"
		if k.habit.yes {
			plain = "1"
		}
		p.plan(at.Add(4*time.Minute), func() { s.reply(to, k, plain) })
	}
}

// stillComing answers the question before the road: who comes mostly says so, who does not mostly says nothing. The caller
// holds the lock.
func (s *story) stillComing(to string, k *known, at time.Time) {
	switch {
	case k.habit.comes && s.rand.Float64() < 0.8:
		s.phones.plan(at.Add(time.Duration(2+s.rand.IntN(20))*time.Minute), func() { s.reply(to, k, "1") })
	case !k.habit.comes && s.rand.Float64() < 0.5:
		s.phones.plan(at.Add(time.Duration(5+s.rand.IntN(30))*time.Minute), func() { s.reply(to, k, "2") })
	}
}

// reply sends a text, or, where texts go nowhere and the person means yes, rings once and hangs up: the notice at the
// health centre says that this counts too.
func (s *story) reply(from string, k *known, text string) {
	s.result.Answers++
	s.phones.mu.Lock()
	dead := s.phones.dead
	s.phones.mu.Unlock()
	if dead && k.habit.yes {
		s.missedCalls++
		s.node.Simulated.Call(from)
		return
	}
	s.node.Simulated.Text(from, text)
}
