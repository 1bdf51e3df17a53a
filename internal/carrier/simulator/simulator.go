package simulator

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"muster/internal/reserve"
)

// Config is what a Simulator works with.
type Config struct {
	Now  func() time.Time
	Seed uint64
	// Post gives the house what a phone sent or the network reports, in the form Decode reads, as an HTTP gateway would. An
	// error means that it was not taken; it is posted again for ten minutes.
	Post func(ctx context.Context, body []byte) error
	// Arrived, if set, is told of every text that reaches a phone.
	Arrived func(to, text string, at time.Time)
	// OwnNumber is the number of the house.
	OwnNumber string
}

// Simulator is a network of phones. It is safe for concurrent use.
type Simulator struct {
	config Config

	mu       sync.Mutex
	rng      *rand.Rand
	settings Settings
	sent     []Sent
	byRef    map[string]int // our own reference → index in sent: the same reference is sent once
	phones   map[string][]string
	events   agenda
	serial   int
	nextSlot time.Time
	start    string // keeps ids apart from those of an earlier process
}

// Sent is one text as the network has it.
type Sent struct {
	Seq   int       `json:"seq"` // counts from 1
	ID    string    `json:"id"`
	Ref   string    `json:"ref"`
	To    string    `json:"to"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
	State string    `json:"state"` // accepted, delivered, lost
}

// event is something that happens at a time: a text reaches its phone, or the house is told something.
type event struct {
	due    time.Time
	order  int
	sent   int     // index of the text that arrives, or -1
	post   Message // otherwise
	giveUp time.Time
}

// agenda is what is to happen, the earliest first; what is due at the same time stays in order.
type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if a[i].due.Equal(a[j].due) {
		return a[i].order < a[j].order
	}
	return a[i].due.Before(a[j].due)
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push is for container/heap.
func (a *agenda) Push(e any) { *a = append(*a, e.(event)) }

// Pop is for container/heap.
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// New makes a Simulator.
func New(c Config) *Simulator {
	return &Simulator{config: c, rng: rand.New(rand.NewPCG(c.Seed, 0x5eed)), byRef: map[string]int{}, phones: map[string][]string{},
		start: strconv.FormatInt(c.Now().UnixNano(), 36)}
}

// Set changes how the network behaves from now on.
func (s *Simulator) Set(to Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = to
}

// chance draws once. The caller holds the lock.
func (s *Simulator) chance(p float64) bool { return p > 0 && s.rng.Float64() < p }

// Send takes one text. The same Ref again is answered with the same id and not sent again.
func (s *Simulator) Send(ctx context.Context, t reserve.OutboundText) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", &reserve.SendError{Code: "cancelled", Retry: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settings.Down {
		return "", &reserve.SendError{Code: "down", Retry: true}
	}
	if i, ok := s.byRef[t.Ref]; ok && t.Ref != "" {
		return s.sent[i].ID, nil
	}
	now := s.config.Now()
	if s.settings.Rate > 0 {
		if now.Before(s.nextSlot) {
			return "", &reserve.SendError{Code: "throttled", Retry: true, Wait: s.nextSlot.Sub(now)}
		}
		s.nextSlot = now.Add(time.Hour / time.Duration(s.settings.Rate))
	}
	if s.chance(s.settings.ErrorRate) {
		return "", &reserve.SendError{Code: "refused", Retry: true}
	}
	id := s.accept(t, now)
	if s.chance(s.settings.LostAnswer) {
		return "", &reserve.SendError{Code: "no-answer", Unknown: true}
	}
	return id, nil
}

// accept puts a text on its way. The caller holds the lock.
func (s *Simulator) accept(t reserve.OutboundText, now time.Time) string {
	i := len(s.sent)
	m := Sent{Seq: i + 1, ID: s.start + "-" + strconv.Itoa(i+1), Ref: t.Ref, To: t.To.Reveal(), Text: t.Body.Reveal(), At: now, State: "accepted"}
	s.sent = append(s.sent, m)
	if t.Ref != "" {
		s.byRef[t.Ref] = i
	}
	if s.chance(s.settings.Loss) {
		s.sent[i].State = "lost"
		if s.rng.IntN(2) == 0 { // half of the losses are reported, the rest is silence
			s.tell(Message{Kind: kindReport, ID: m.ID, Ref: m.Ref, State: string(reserve.Undelivered)}, now)
		}
		return m.ID
	}
	s.schedule(event{due: now.Add(s.settings.delay()), sent: i})
	if s.chance(s.settings.Duplicate) {
		s.schedule(event{due: now.Add(s.settings.delay()), sent: i})
	}
	return m.ID
}

// tell schedules a message to the house, perhaps late, perhaps twice. The caller holds the lock.
func (s *Simulator) tell(m Message, now time.Time) {
	due := now.Add(s.settings.delay())
	if s.chance(s.settings.Reordering) {
		due = due.Add(heldBack)
	}
	s.schedule(event{due: due, sent: -1, post: m, giveUp: due.Add(postFor)})
	if s.chance(s.settings.Duplicate) {
		if m.Kind == kindText {
			m.ID = s.newID("copy")
		}
		s.schedule(event{due: due, sent: -1, post: m, giveUp: due.Add(postFor)})
	}
}

// Gateways post again for ten minutes, every five seconds (field case C033).
const (
	postFor   = 10 * time.Minute
	postAgain = 5 * time.Second
)

func (s *Simulator) schedule(e event) {
	s.serial++
	e.order = s.serial
	heap.Push(&s.events, e)
}

func (s *Simulator) newID(kind string) string {
	s.serial++
	return kind + "-" + s.start + "-" + strconv.Itoa(s.serial)
}

// Text sends a text from a phone and gives its id.
func (s *Simulator) Text(from, text string) string { return s.Raw(from, []byte(text)) }

// Raw sends a text of any bytes from a phone.
func (s *Simulator) Raw(from string, text []byte) string {
	return s.from(Message{Kind: kindText, From: from, To: s.config.OwnNumber, Text: text})
}

// Call rings the house from a phone and hangs up.
func (s *Simulator) Call(from string) string {
	return s.from(Message{Kind: kindCall, From: from, To: s.config.OwnNumber})
}

func (s *Simulator) from(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	m.ID, m.SentAt = s.newID("in"), now
	if m.Kind == kindText && s.chance(s.settings.InboundLoss) {
		return m.ID
	}
	s.tell(m, now)
	return m.ID
}

// Post schedules a message to the house exactly as given: for the cases of the field.
func (s *Simulator) Post(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	s.schedule(event{due: now, sent: -1, post: m, giveUp: now.Add(postFor)})
}

// Step lets what is due happen, in order: texts reach phones, the house is told. did is false where nothing was due.
func (s *Simulator) Step(ctx context.Context) (did bool, err error) {
	for {
		e, ok := s.take()
		if !ok {
			return did, err
		}
		did = true
		if e.sent >= 0 {
			s.arrive(e)
			continue
		}
		body, e2 := e.post.encode()
		if e2 != nil {
			return did, errors.Join(err, e2)
		}
		if e2 := s.config.Post(ctx, body); e2 != nil {
			err = errors.Join(err, fmt.Errorf("post to the house: %w", e2))
			s.postponed(e)
		}
	}
}

// take removes the earliest event that is due.
func (s *Simulator) take() (event, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events) == 0 || s.events[0].due.After(s.config.Now()) {
		return event{}, false
	}
	return heap.Pop(&s.events).(event), true
}

// Next is when something happens next; ok is false where nothing will.
func (s *Simulator) Next() (at time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events) == 0 {
		return time.Time{}, false
	}
	return s.events[0].due, true
}

func (s *Simulator) postponed(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.due = s.config.Now().Add(postAgain)
	if e.due.Before(e.giveUp) {
		heap.Push(&s.events, e)
	}
}

func (s *Simulator) arrive(e event) {
	s.mu.Lock()
	now := s.config.Now()
	m := &s.sent[e.sent]
	m.State = "delivered"
	s.phones[m.To] = append(s.phones[m.To], m.Text)
	s.tell(Message{Kind: kindReport, ID: m.ID, Ref: m.Ref, State: string(reserve.Delivered), SentAt: now}, now)
	to, text := m.To, m.Text
	s.mu.Unlock()
	if s.config.Arrived != nil {
		s.config.Arrived(to, text, now)
	}
}

// Phone gives the texts a phone has received, in the order they came.
func (s *Simulator) Phone(number string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.phones[number])
}

// Sent gives what was taken for a number after a sequence number; for all numbers where to is empty.
func (s *Simulator) Sent(to string, after int) []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Sent{}
	for _, m := range s.sent[min(max(after, 0), len(s.sent)):] {
		if to == "" || m.To == to {
			out = append(out, m)
		}
	}
	return out
}
