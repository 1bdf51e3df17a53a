package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"muster/internal/lang"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// Sealed is what the sealed part of an outbox row says: to which number, with which further arguments, or a text of a
// coordinator's own. It is JSON inside a house or memory box for store.OutboxPlace.
type Sealed struct {
	To   string            `json:"to,omitempty"`
	Lang string            `json:"lang,omitempty"`
	Args map[string]string `json:"args,omitempty"`
	Text string            `json:"text,omitempty"`
}

// letter is a text ready to go, or the state it goes into instead.
type letter struct {
	row   store.Outbound
	text  reserve.OutboundText
	state store.OutboxState // empty: send it
	dueAt int64
}

// writer turns the rows of one batch into letters; what they share is read once.
type writer struct {
	*Outbox
	now     time.Time
	read    *store.Read
	drives  map[string]reserve.Drive
	callups map[string]*store.KeptCallUp
}

func (o *Outbox) write(ctx context.Context, b batch) (out []letter, err error) {
	err = o.Store.View(ctx, func(r *store.Read) error {
		w := &writer{Outbox: o, now: o.Now(), read: r, drives: map[string]reserve.Drive{}, callups: map[string]*store.KeptCallUp{}}
		drives, err := r.Drives()
		if err != nil {
			return err
		}
		for _, d := range drives {
			w.drives[d.Code] = d.Drive
		}
		for _, t := range b.texts {
			l, err := w.letter(t)
			if reserve.KindOf(err) == reserve.Locked {
				l, err = w.later(t, 0), nil
			}
			if err != nil {
				return err
			}
			out = append(out, l)
		}
		return nil
	})
	return out, err
}

// later puts a text back.
func (w *writer) later(t store.Outbound, after time.Duration) letter {
	return letter{row: t, state: store.Queued, dueAt: store.Micros(w.now.Add(after))}
}

// patience is how often a text waits for its person to appear in this node's roll before it is given up.
const patience = 20

func (w *writer) letter(t store.Outbound) (letter, error) {
	if !t.Wanted {
		return letter{row: t, state: store.Dropped}, nil
	}
	var s Sealed
	if t.SealKind != store.SealNone {
		opened, err := w.open(t)
		if err != nil {
			return letter{}, err
		}
		if opened == nil { // sealed by a process that is gone
			return letter{row: t, state: store.Dropped}, nil
		}
		s = *opened
	}
	person, known := w.Roll.Person(t.Volunteer)
	if t.Volunteer != "" && !known && s.To == "" {
		if t.Attempts > patience {
			return letter{row: t, state: store.Failed}, nil
		}
		return w.later(t, 5*time.Second), nil
	}
	callup, err := w.callup(t.CallUp)
	if err != nil {
		return letter{}, err
	}
	if callup != nil && t.Lane == store.LaneCallUp && !callup.Urgent {
		d := w.drives[callup.Drive]
		if d.QuietHours.Quiet(w.now, d.Zone()) {
			return w.later(t, d.QuietHours.NextLoud(w.now, d.Zone()).Sub(w.now)), nil
		}
	}
	to, err := w.number(t, s, &person)
	if err != nil {
		return letter{}, err
	}
	if to == "" {
		return letter{row: t, state: store.Dropped}, nil
	}
	body := w.body(t, s, &person, callup)
	return letter{row: t, text: reserve.OutboundText{Ref: t.ID, To: to, Body: reserve.Private(body), ValidUntil: store.Time(t.ExpiresAt)}}, nil
}

// open opens a row's sealed part; nil where its key has gone with its process.
func (w *writer) open(t store.Outbound) (*Sealed, error) {
	var plain []byte
	if t.SealKind == store.SealMemory {
		var err error
		if plain, err = w.Vault.Memory().Open(store.OutboxPlace(t.ID), t.Sealed); err != nil {
			return nil, nil // a memory key opens nothing after a restart: that is its purpose
		}
	} else {
		secrets, err := w.Vault.Secrets()
		if err != nil {
			return nil, err
		}
		if plain, err = secrets.OpenHouse(store.OutboxPlace(t.ID), t.Sealed); err != nil {
			return nil, fmt.Errorf("open text: %w", err)
		}
	}
	var s Sealed
	if err := json.Unmarshal(plain, &s); err != nil {
		return nil, fmt.Errorf("read text: %w", err)
	}
	return &s, nil
}

func (w *writer) callup(id string) (*store.KeptCallUp, error) {
	if id == "" {
		return nil, nil
	}
	if c, ok := w.callups[id]; ok {
		return c, nil
	}
	secrets, err := w.Vault.Secrets()
	if err != nil {
		return nil, err
	}
	c, err := w.read.CallUpAlone(id)
	if err != nil {
		return nil, err
	}
	if err := c.OpenDetails(secrets); err != nil {
		return nil, err
	}
	w.callups[id] = &c
	return &c, nil
}

// number is where a text goes: where the row says, else the first number of the person that takes texts. A number under
// STOP gets only the word that confirms it; the row in the store decides, the roll's mark may be late.
func (w *writer) number(t store.Outbound, s Sealed, p *roll.Person) (reserve.Private, error) {
	to := reserve.Private(s.To)
	if to == "" {
		to = p.Reachable()
	}
	if to == "" || t.TextKey == "sms.stop" || t.TextKey == "sms.wrong-person" || t.SealKind == store.SealMemory {
		return to, nil
	}
	secrets, err := w.Vault.Secrets()
	if err != nil {
		return "", err
	}
	index, err := secrets.PhoneIndex(to.Reveal())
	if err != nil {
		return "", err
	}
	silenced, err := w.read.Silenced(index)
	if err != nil {
		return "", fmt.Errorf("look for STOP: %w", err)
	}
	if silenced {
		return "", nil
	}
	return to, nil
}

// body is the text in the person's language, spelled plainly where that makes it cheaper.
func (w *writer) body(t store.Outbound, s Sealed, p *roll.Person, c *store.KeptCallUp) string {
	drive := w.drives[p.Volunteer.Drive]
	if c != nil {
		drive = w.drives[c.Drive]
	}
	language := p.Facts.Language
	if language == "" {
		language = s.Lang
	}
	voice := w.Catalog.Voice(drive.Language(language))
	key := t.TextKey
	pairs := []any{"name", p.Facts.CallName().Reveal(), "contact", drive.Organiser.Contact}
	if c != nil {
		pairs = append(pairs, "code", c.Code, "hour", hourText(store.Time(c.ReportBy), w.now, drive.Zone()), "place", w.point(t, c), "pin", store.Pin(t.Invitation))
		if key == "sms.invite" && len(w.Roll.ByPhone(p.Reachable().Reveal())) > 1 {
			key = "sms.invite-shared"
		}
	}
	for _, args := range []map[string]string{t.Args, s.Args} {
		pairs = append(pairs, lang.Pairs(args)...)
	}
	text := s.Text
	if text == "" {
		text = voice.Text(key, pairs...)
	}
	if c != nil && c.Exercise {
		text = voice.Text("sms.exercise") + " " + text
	}
	return lang.Plain(text)
}

// point is the assembly point of the need a text's invitation belongs to, for the texts that name it. Invitations do not:
// whoever reads a text on its way must not learn where people will gather.
func (w *writer) point(t store.Outbound, c *store.KeptCallUp) string {
	switch t.TextKey {
	case "sms.seat", "sms.standby-up", "sms.moved", "sms.reminder":
	default:
		return ""
	}
	inv, err := w.read.Invitation(t.Invitation)
	if err != nil {
		return ""
	}
	for _, n := range c.Needs {
		if n.ID == inv.Need {
			return n.AssemblyPoint
		}
	}
	return ""
}

// hourText is an hour on the wall of a zone, with the day where it is not today.
func hourText(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("02/01 15:04")
}
