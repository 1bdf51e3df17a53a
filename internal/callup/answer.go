package callup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"muster/internal/names"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// Heard is a text or missed call that came in, opened: its inbox row, the sender's number in E.164 and the text made readable.
type Heard struct {
	Row  store.Inbound
	From string
	Text string
}

// The memory of answers: how long after its end a call-up is still answered about, and what the guard against machines counts.
const (
	lateAnswers = 7 * 24 * time.Hour
	hintWindow  = 24 * time.Hour
	mostHints   = 2 // automatic texts a day about things we did not understand, to one person (field case C031)
)

// Answer settles what somebody sent about a call-up and marks the inbox row in the same transaction: a yes gets a seat,
// stand-by or the word that it is full; a no is replaced at once; what is not clear goes to a person, with at most one hint.
// A sender is a claim, not a proof: only somebody who was asked and has not been answered can be moved by it. Handling the
// same row again changes nothing. It needs an unlocked node.
func (c *CallUps) Answer(ctx context.Context, actor reserve.Actor, h Heard) error {
	if _, err := c.Vault.Secrets(); err != nil {
		return err
	}
	people := c.Roll.ByPhone(h.From)
	act := reserve.Act{Actor: actor, Verb: reserve.ActAnswer}
	for {
		err := c.Store.Change(ctx, act, func(tx *store.Tx) error {
			a := &answering{CallUps: c, tx: tx, heard: h, people: people}
			return a.settle()
		})
		if errors.Is(err, store.ErrMoved) {
			continue
		}
		return nothingIsFine(err, "settle an answer")
	}
}

// answering is one answer being settled within its change.
type answering struct {
	*CallUps
	tx     *store.Tx
	heard  Heard
	people []roll.Person
	read   reserve.Answer
}

// asked is one invitation with whom it is for.
type asked struct {
	store.Standing
	person *roll.Person
}

func (a *answering) settle() error {
	since := a.tx.Now() - lateAnswers.Microseconds()
	var open, closed []asked
	for i := range a.people {
		list, err := a.tx.StandingOf(a.people[i].Volunteer.ID, since)
		if err != nil {
			return fmt.Errorf("read invitations: %w", err)
		}
		for _, s := range list {
			switch {
			case s.State == reserve.InviteDropped || s.Channel == "walk-in":
			case s.Open:
				open = append(open, asked{s, &a.people[i]})
			default:
				closed = append(closed, asked{s, &a.people[i]})
			}
		}
	}
	if a.heard.Row.Kind == reserve.InboundCall {
		a.read = reserve.Answer{Meaning: reserve.MeansYes}
	} else {
		a.read = reserve.ReadAnswer(a.heard.Text, codesOf(open))
	}
	if done, err := a.home(open, closed); done || err != nil {
		return err
	}
	if done, err := a.late(open, closed); done || err != nil {
		return err
	}
	left := a.narrow(open)
	switch {
	case len(left) == 0:
		return a.unclear(nil, "")
	case len(left) == 1:
		return a.one(left[0])
	}
	return a.ask(left)
}

func codesOf(list []asked) (codes []string) {
	for _, s := range list {
		if !slices.Contains(codes, s.Code) {
			codes = append(codes, s.Code)
		}
	}
	return codes
}

// home takes a yes or no of somebody who was there and is not known to be home for the answer to that question.
func (a *answering) home(open, closed []asked) (bool, error) {
	if !a.read.Meaning.Decides() || slices.ContainsFunc(open, func(s asked) bool { return s.CheckedIn == 0 }) {
		return false, nil
	}
	i := slices.IndexFunc(closed, func(s asked) bool { return s.CheckedIn != 0 && s.HomeSafeAt == 0 })
	if i < 0 {
		return false, nil
	}
	s := closed[i]
	if a.read.Meaning == reserve.MeansYes {
		if err := a.tx.HomeSafe(s.ID); err != nil && !errors.Is(err, store.ErrNothing) {
			return true, err
		}
		a.tx.Act().Verb = reserve.ActHomeSafe
		return true, a.done(&s, "sms.home-safe-thanks", "home-safe", store.InboxDone)
	}
	return true, a.done(&s, "sms.home-safe-help", "needs-help", store.InboxUnclear)
}

// late answers those whose call-up is over, where nothing open can be meant.
func (a *answering) late(open, closed []asked) (bool, error) {
	for _, s := range closed {
		if named := a.read.Code == s.Code && !slices.Contains(codesOf(open), s.Code); named || len(open) == 0 && a.read.Meaning.Decides() {
			return true, a.done(&s, "sms.closed", "closed", store.InboxDone)
		}
	}
	return false, nil
}

// narrow keeps the invitations that an answer can mean: by the code, the pin or the name it holds, else those that still wait
// for an answer, to the invitation or to whether they still come. A no can also give back a place, so it keeps all.
func (a *answering) narrow(open []asked) []asked {
	keep := func(list []asked, ok func(asked) bool) []asked {
		return slices.DeleteFunc(slices.Clone(list), func(s asked) bool { return !ok(s) })
	}
	if a.read.Code != "" {
		open = keep(open, func(s asked) bool { return s.Code == a.read.Code })
	}
	if a.read.Pin != "" {
		open = keep(open, func(s asked) bool { return store.Pin(s.ID) == a.read.Pin })
	}
	if named := keep(open, func(s asked) bool { return nameIn(s.person, a.read.Rest) }); len(named) == 1 && a.read.Suggest != "" && len(open) > 1 {
		a.read.Meaning, open = a.read.Suggest, named
	}
	if len(open) < 2 || a.read.Meaning == reserve.MeansNo || severalPeople(open) {
		return open
	}
	if waiting := keep(open, func(s asked) bool { return waits(s.State) || s.StillComing() }); len(waiting) > 0 {
		return waiting
	}
	return open
}

// waits reports whether an invitation waits for an answer.
func waits(s reserve.InvitationState) bool { return s == reserve.Invited || s == reserve.Unreached }

func severalPeople(list []asked) bool {
	return slices.ContainsFunc(list, func(s asked) bool { return s.Volunteer != list[0].Volunteer })
}

// nameIn reports whether words are a name of a person: all of them, as folded.
func nameIn(p *roll.Person, words reserve.Private) bool {
	said := strings.Fields(names.Fold(words.Reveal()))
	has := strings.Fields(names.Fold(p.Facts.Name.Reveal() + " " + p.Facts.KnownAs.Reveal()))
	return len(said) > 0 && !slices.ContainsFunc(said, func(w string) bool { return !slices.Contains(has, w) })
}

// one settles an answer that can mean one invitation only.
func (a *answering) one(s asked) error {
	a.subject(s.person)
	if err := a.tx.Reached(s.ID); err != nil {
		return err
	}
	switch a.read.Meaning {
	case reserve.MeansYes:
		if a.tooLate(s) {
			a.read.Suggest = reserve.MeansYes
			return a.unclear(&s, "")
		}
		return a.yes(s)
	case reserve.MeansNo:
		return a.no(s)
	case reserve.MeansLater:
		if err := a.tx.MarkUnclear(s.ID); err != nil && !errors.Is(err, store.ErrNothing) {
			return err
		}
		return a.settleNothing(&s, "sms.later", "later")
	case reserve.MeansWho:
		return a.settleNothing(&s, "sms.who", "who")
	}
	return a.unclear(&s, "sms.unclear")
}

// settleNothing answers a text that a person has to read, where that answer was not given today.
func (a *answering) settleNothing(s *asked, key, reading string) error {
	key, err := a.fresh(s, key)
	if err != nil {
		return err
	}
	return a.done(s, key, reading, store.InboxUnclear)
}

// tooLate reports whether a yes is tied to an hour after the call-up's: a person decides what it is worth.
func (a *answering) tooLate(s asked) bool {
	by := store.Time(s.ReportBy)
	if a.read.In > 0 {
		return store.Time(a.tx.Now()).Add(a.read.In).After(by)
	}
	if a.read.At == "" {
		return false
	}
	zone := a.zone(s.Drive)
	now := store.Time(a.tx.Now()).In(zone)
	at, err := time.ParseInLocation("2006-01-02 15:04", now.Format(time.DateOnly)+" "+a.read.At, zone)
	if err != nil {
		return true
	}
	if at.Before(now) {
		at = at.AddDate(0, 0, 1) // an hour that has passed today is tomorrow's
	}
	return at.After(by)
}

// zone is a drive's zone; UTC where the drive cannot be read.
func (a *answering) zone(code string) *time.Location {
	drives, err := a.tx.Drives()
	if err != nil {
		return time.UTC
	}
	for _, d := range drives {
		if d.Code == code {
			return d.Zone()
		}
	}
	return time.UTC
}

func (a *answering) yes(s asked) error {
	if s.State == reserve.Confirmed && s.DepartAskedAt != 0 {
		return a.onTheWay(s)
	}
	place, repeat, err := a.tx.TakeSeat(s.ID, a.tx.Now() >= s.ReportBy)
	if err != nil {
		return err
	}
	key := map[reserve.Place]string{reserve.PlaceSeat: "sms.seat", reserve.PlaceStandby: "sms.standby", reserve.PlaceFull: "sms.full"}[place]
	if repeat {
		// Who asks again has perhaps not had our answer; but not more than once in ten minutes.
		if n, err := a.tx.HintsSince(s.Volunteer, a.tx.Now()-(10*time.Minute).Microseconds(), key, key); err != nil || n > 0 {
			return errors.Join(err, a.done(&s, "", "yes-again", store.InboxDone))
		}
	}
	return a.done(&s, key, "yes-"+string(place), store.InboxDone)
}

func (a *answering) no(s asked) error {
	to, key := reserve.Declined, "sms.declined"
	if s.State == reserve.Confirmed || s.State == reserve.OnStandby {
		to, key = reserve.Released, "sms.released"
	}
	if s.State == reserve.Released || s.State == reserve.Declined {
		return a.done(&s, "", "no-again", store.InboxDone)
	}
	up, _, err := a.tx.Release(s.ID, to)
	if err != nil {
		return err
	}
	if err := a.tx.TellUp(up, s.ReportBy); err != nil {
		return err
	}
	if err := a.tx.WakeCallUp(s.CallUp, a.tx.Now()); err != nil {
		return err
	}
	return a.done(&s, key, "no", store.InboxDone)
}
