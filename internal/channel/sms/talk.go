package sms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/store"
)

// mostTalks bounds the memory of dialogues; mostQueued how many people may register one after the other from one phone.
const (
	mostTalks  = 50_000
	mostQueued = 8
)

// talks is the half-finished registrations by number.
type talks struct {
	mu   sync.Mutex
	byNo map[string]*talking
}

// talking is one phone's registrations: the first is being asked about, the others wait, because families share phones (field
// case C033). Its lock is held while a text of it is handled.
type talking struct {
	mu      sync.Mutex
	list    []*dialogue
	touched time.Time
}

func newTalks() talks { return talks{byNo: map[string]*talking{}} }

// of finds a phone's registrations, or makes room for one where begin.
func (t *talks) of(number string, begin bool, now time.Time) *talking {
	t.mu.Lock()
	defer t.mu.Unlock()
	d := t.byNo[number]
	if d != nil && now.Sub(d.touched) >= dialogueLife {
		delete(t.byNo, number)
		d = nil
	}
	if d == nil && begin {
		if len(t.byNo) >= mostTalks {
			t.sweep(now)
		}
		d = &talking{}
		t.byNo[number] = d
	}
	if d != nil {
		d.touched = now
	}
	return d
}

// sweep forgets those that have lapsed, or, if none has, the one that has been silent for longest.
func (t *talks) sweep(now time.Time) {
	oldest := ""
	for n, d := range t.byNo {
		if now.Sub(d.touched) >= dialogueLife {
			delete(t.byNo, n)
		} else if oldest == "" || d.touched.Before(t.byNo[oldest].touched) {
			oldest = n
		}
	}
	if len(t.byNo) >= mostTalks {
		delete(t.byNo, oldest)
	}
}

func (t *talks) end(number string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byNo, number)
}

// talkNow handles a text of a dialogue while its words are still at hand, because a locked node cannot open them later.
func (s *SMS) talkNow(ctx context.Context, a arrival) error {
	if a.row.Kind != reserve.InboundText || s.nobody(a.from) {
		return nil
	}
	_, err := s.talk(ctx, a, reserve.ReadAnswer(reserve.CleanText(a.body), nil))
	return err
}

// talk handles a text that begins or continues a registration; false where it does neither. STOP and withdrawal go before it.
func (s *SMS) talk(ctx context.Context, a arrival, read reserve.Answer) (bool, error) {
	begin := read.Meaning == reserve.MeansJoin
	switch read.Meaning {
	case reserve.MeansStop, reserve.MeansWithdraw, reserve.MeansHelp:
		return false, nil
	}
	d := s.talks.of(a.from, begin, s.Now())
	if d == nil {
		return false, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.list) == 0 && !begin {
		return false, nil
	}
	if begin && len(d.list) >= mostQueued {
		return true, s.settle(ctx, a.row, store.InboxUnclear, "join-too-many")
	}
	drive, err := s.Registry.Drive(ctx, s.Drive)
	if err != nil {
		return true, fmt.Errorf("read drive: %w", err)
	}
	t := &turn{SMS: s, ctx: ctx, arrival: a, drive: &drive.Drive, list: copied(d.list), reading: "join"}
	if err := t.hear(begin, read); err != nil {
		return true, err
	}
	kept, err := t.keep()
	if err != nil || !kept {
		return true, err
	}
	if d.list = t.list; len(d.list) == 0 {
		s.talks.end(a.from)
	}
	return true, nil
}

// copied is dialogues that can be changed without touching what is kept if the change is not.
func copied(list []*dialogue) []*dialogue {
	out := make([]*dialogue, len(list))
	for i, g := range list {
		c := *g
		c.app.Functions, c.app.Qualifications, c.app.Consents = slices.Clone(g.app.Functions), slices.Clone(g.app.Qualifications), slices.Clone(g.app.Consents)
		c.choices = slices.Clone(g.choices)
		out[i] = &c
	}
	return out
}

// turn is one text of a dialogue being handled.
type turn struct {
	*SMS
	ctx     context.Context
	arrival arrival
	drive   *reserve.Drive
	list    []*dialogue
	replies []store.Outbound
	reading string
}

// hear takes the text and asks what comes next.
func (t *turn) hear(begin bool, read reserve.Answer) error {
	r := reader{t.Gazetteer, t.Catalog}
	text := strings.TrimSpace(reserve.CleanText(t.arrival.body))
	again := false
	switch {
	case begin:
		t.list = append(t.list, r.begin(t.drive, joinLanguage(text), store.PublicID(), t.arrival.from, read.Rest.Reveal(), t.Now()))
		if len(t.list) > 1 {
			return nil // who registers the next one while the first is being asked is not asked both at once
		}
	case westernDigits(text) == "0":
		language := t.list[0].language
		t.list = t.list[1:]
		if err := t.say(language, sentence{key: "sms.join-cancelled"}); err != nil {
			return err
		}
	default:
		again = r.hear(t.list[0], text, t.Now())
	}
	return t.ask(r, again)
}

// ask puts the next question, or, where a registration is whole, sends it in and turns to the next one that waits.
func (t *turn) ask(r reader, again bool) error {
	for len(t.list) > 0 {
		g := t.list[0]
		next := r.next(g)
		if g.asked != askNothing {
			if again {
				next = sentence{"sms.join-again", []any{"question", t.Catalog.Text(g.language, next.key, next.pairs...)}}
			}
			return t.say(g.language, next)
		}
		done, err := t.apply(g)
		if err != nil {
			return err
		}
		if done {
			t.list = t.list[1:]
		}
		again = !done
	}
	return nil
}

// apply sends a whole registration through the one door. Its reference is the dialogue's, so that the same again is the same
// registration. done is false where the registry found something that can be asked again.
func (t *turn) apply(g *dialogue) (done bool, err error) {
	g.app.Site = site(t.drive, g.app.Place)
	receipt, err := t.Registry.Apply(t.ctx, reserve.Self(), g.app)
	faults := reserve.FaultsOf(err)
	underAge := slices.ContainsFunc(faults, func(f *reserve.Error) bool { return f.Code == "under-age" })
	switch {
	case err == nil && receipt.State == reserve.ReceivedPending:
		return true, t.say(g.language, sentence{"sms.join-done-pending", []any{"receipt", receipt.Number}})
	case err == nil:
		return true, t.say(g.language, sentence{"sms.join-done", []any{"receipt", receipt.Number}})
	case underAge:
		t.reading = "join-under-age"
		return true, t.say(g.language, sentence{key: "sms.join-under-age"})
	case reserve.KindOf(err) == reserve.Closed:
		return true, t.say(g.language, sentence{key: "sms.join-closed"})
	case len(faults) == 0:
		return false, fmt.Errorf("register by text: %w", err)
	}
	reopened := false
	for _, f := range faults {
		reopened = g.reopen(f.Field) || reopened
	}
	if !reopened { // nothing the sender can mend: a person looks at the text
		t.reading = "join-refused"
		return true, t.say(g.language, sentence{key: "sms.help"})
	}
	return false, nil
}

// say queues a reply of the dialogue.
func (t *turn) say(language string, s sentence) error {
	args := map[string]string{}
	for i := 0; i+1 < len(s.pairs); i += 2 {
		args[fmt.Sprint(s.pairs[i])] = fmt.Sprint(s.pairs[i+1])
	}
	o, err := t.outbound(t.arrival.from, s.key, language, args)
	if err == nil {
		t.replies = append(t.replies, o)
	}
	return err
}

// keep marks the text as handled and queues the replies, in one change; the dialogue moves on only if that was kept. kept is
// false where the text had been handled already.
func (t *turn) keep() (kept bool, err error) {
	row := t.arrival.row
	row.State, row.Reading = store.InboxDone, t.reading
	act := reserve.Act{Actor: actor(row), Verb: reserve.ActAnswer, Note: row.Reading}
	err = t.Store.Change(t.ctx, act, func(tx *store.Tx) error {
		if err := tx.SettleInbound(row, store.InboxNew); err != nil {
			return err
		}
		return tx.Queue(t.replies...)
	})
	if errors.Is(err, store.ErrNothing) {
		return false, nil
	}
	return err == nil, err
}

// joinLanguage is the language of the word that begins a dialogue, where it tells one.
func joinLanguage(text string) string {
	word, _, _ := strings.Cut(strings.ToLower(lang.Plain(text)), " ")
	switch word {
	case "join", "register":
		return "en"
	}
	return ""
}

// site is the site of the drive whose place shares the longest beginning with the person's, for P-codes begin with those of
// what they lie in; else the drive's first.
func site(d *reserve.Drive, place string) string {
	best, fit := "", -1
	for _, s := range d.Sites {
		n := 0
		for n < len(s.Place) && n < len(place) && s.Place[n] == place[n] {
			n++
		}
		if n > fit {
			best, fit = s.Code, n
		}
	}
	return best
}
