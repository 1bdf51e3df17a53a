package callup

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// subject makes a person the subject of the act.
func (a *answering) subject(p *roll.Person) {
	a.tx.Act().Subject, a.tx.Act().Salt = p.Volunteer.ID, p.Volunteer.Salt
}

// done marks the inbox row and, where key is set, queues the reply, to the number that wrote.
func (a *answering) done(s *asked, key, reading string, state store.InboxState) error {
	row := a.heard.Row
	row.State, row.Reading = state, reading
	if s != nil {
		a.subject(s.person)
		row.Volunteer, row.Invitation = s.Volunteer, s.ID
	} else if len(a.people) == 1 {
		row.Volunteer = a.people[0].Volunteer.ID
	}
	a.tx.Act().Note = reading
	if err := a.tx.SettleInbound(row, store.InboxNew); err != nil {
		return err
	}
	if key == "" {
		return nil
	}
	return a.reply(s, key, sealedText{To: a.heard.From})
}

func (a *answering) reply(s *asked, key string, sealed sealedText) error {
	o := store.Outbound{Lane: store.LaneReply, TextKey: key}
	switch {
	case s != nil:
		o.Volunteer, o.CallUp, o.Invitation = s.Volunteer, s.CallUp, s.ID
		if err := a.tx.Told(s.ID); err != nil {
			return err
		}
	case len(a.people) > 0:
		o.Volunteer = a.people[0].Volunteer.ID
	}
	if err := a.sealText(&o, sealed); err != nil {
		return err
	}
	return a.tx.Queue(o)
}

// unclear puts a text before a person, with the likely reading as a suggestion. hint is sent back at most once an invitation
// and twice a day, and never to a machine.
func (a *answering) unclear(s *asked, hint string) error {
	a.tx.Act().Verb = reserve.ActUnclear
	if s != nil {
		if err := a.tx.MarkUnclear(s.ID); err != nil && !errors.Is(err, store.ErrNothing) {
			return err
		}
	}
	if a.read.Machine {
		hint = "" // it would only answer again
	}
	hint, err := a.fresh(s, hint)
	if err != nil {
		return err
	}
	return a.done(s, hint, readingOf(a.read), store.InboxUnclear)
}

// fresh is a text that settles nothing, or none where the person has had it today: whoever writes the same again, a machine
// perhaps, is not answered the same again.
func (a *answering) fresh(s *asked, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	said, err := a.saidAlready(s.Volunteer, key)
	if err != nil || said {
		return "", err
	}
	return key, nil
}

// saidAlready reports whether a person has had a hint today, or two of our texts that settle nothing.
func (a *answering) saidAlready(volunteer, hint string) (bool, error) {
	since, hints := a.tx.Now()-hintWindow.Microseconds(), int64(0)
	for _, pair := range [][2]string{{hint, hint}, {"sms.unclear", "sms.which-callup"}, {"sms.who", "sms.later"}} {
		n, err := a.tx.HintsSince(volunteer, since, pair[0], pair[1])
		if err != nil || pair[0] == pair[1] && n > 0 {
			return n > 0, err
		}
		if pair[0] != pair[1] {
			hints += n
		}
	}
	return hints >= mostHints, nil
}

// readingOf is a reading as the code kept beside the row: "unclear", "unclear:yes", "machine".
func readingOf(r reserve.Answer) string {
	switch {
	case r.Machine:
		return "machine"
	case r.Meaning.Decides():
		return "unclear:" + string(r.Meaning)
	case r.Suggest != "":
		return "unclear:" + string(r.Suggest)
	}
	return string(r.Meaning)
}

// ask asks back where an answer can mean several invitations: which person on a shared phone, or which call-up. It decides
// nothing, asks once a day, and the coordinator sees it as open.
func (a *answering) ask(left []asked) error {
	a.tx.Act().Verb = reserve.ActUnclear
	key, list := "sms.which-callup", callUpChoices(left)
	if severalPeople(left) {
		key, list = "sms.which-person", personChoices(left)
	}
	for _, s := range left {
		if err := a.tx.Reached(s.ID); err != nil {
			return err
		}
		said, err := a.saidAlready(s.Volunteer, key)
		if err != nil {
			return err
		}
		if said || a.read.Machine || !a.read.Meaning.Decides() && a.read.Suggest == "" && a.read.Meaning != reserve.MeansLater && key == "sms.which-callup" {
			key = ""
			break
		}
	}
	if err := a.done(nil, "", readingOf(a.read), store.InboxUnclear); err != nil || key == "" {
		return err
	}
	o := store.Outbound{Lane: store.LaneReply, TextKey: key, Volunteer: left[0].Volunteer}
	if err := a.sealText(&o, sealedText{To: a.heard.From, Args: map[string]string{"list": list}}); err != nil {
		return err
	}
	return a.tx.Queue(o)
}

// callUpChoices names call-ups by code: "1 A / 1 B".
func callUpChoices(left []asked) string {
	codes := codesOf(left)
	slices.Sort(codes)
	for i, code := range codes {
		codes[i] = fmt.Sprintf("1 %[1]s / 2 %[1]s", code)
	}
	return strings.Join(codes, ", ")
}

// personChoices names people who share a phone with the digits by which each answers.
func personChoices(left []asked) string {
	parts := make([]string, len(left))
	for i, s := range left {
		parts[i] = fmt.Sprintf("%s: 1 %s", s.person.Facts.CallName().Reveal(), store.Pin(s.ID))
	}
	return strings.Join(parts, ", ")
}
