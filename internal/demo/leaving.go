package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"muster/examples"
	"muster/internal/carrier/simulator"
	"muster/internal/handover"
	"muster/internal/reserve"
	"muster/internal/store"
)

const recipientCode = "civil-protection"

// list prepares, approves, seals and opens a list; before that, two people switch hand-over on, because no list leaves by default.
func (s *story) list(ctx context.Context) error {
	lists := s.node.Lists
	if _, err := s.prepare(ctx); reserve.CodeOf(err) != "handover-off" {
		return off("a list could be prepared although hand-over is off (%v)", err)
	}
	if _, err := lists.Allow(ctx, s.owner.Actor, s.owner.Session, examples.NigerCode, recipientCode); err != nil {
		return err
	}
	if _, err := lists.Allow(ctx, s.second.Actor, s.second.Session, examples.NigerCode, recipientCode); err != nil {
		return err
	}
	h, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	if err := lists.Approve(ctx, s.owner.Actor, s.owner.Session, h.ID, h.Count); err == nil {
		return off("one person prepared and approved a list")
	}
	if err := lists.Approve(ctx, s.second.Actor, s.second.Session, h.ID, h.Count-1); err == nil {
		return off("a list was approved with a wrong count")
	}
	if err := lists.Approve(ctx, s.second.Actor, s.second.Session, h.ID, h.Count); err != nil {
		return err
	}
	if _, err := lists.Seal(ctx, s.owner.Actor, h.ID); err != nil {
		return err
	}
	file, err := lists.File(ctx, s.owner.Actor, h.ID)
	if err != nil {
		return err
	}
	opened, err := handover.OpenFile(handover.Opening{File: file, Identity: reserve.Private(s.identity.String()), Pinned: s.node.Folder.Keys.ListPublic,
		Out: s.recipientFolder(), Language: "fr", Now: s.clock.Now()})
	if err != nil {
		return err
	}
	if err := lists.RecordReceipt(ctx, s.owner.Actor, h.ID, opened.Receipt); err != nil {
		return err
	}
	s.result.HandedOver = opened.Shown
	s.say("   Hand-over was off; two people switched it on for the civil protection. %d people who agreed are on the list; one person prepared it, another typed the exact count, and the recipient opened it with its own key.", opened.Shown)
	return nil
}

// prepare signs both in first: sessions end after half an hour in which nothing was asked, and the story jumps further than that.
func (s *story) prepare(ctx context.Context) (store.Handover, error) {
	if err := s.people(ctx); err != nil {
		return store.Handover{}, err
	}
	return s.node.Lists.Prepare(ctx, s.owner.Actor, handover.Request{Session: s.owner.Session, Drive: examples.NigerCode, Recipient: recipientCode, Purpose: "call-up", Functions: []string{"medical"}})
}

// recipientFolder is the recipient's own machine: what lies there is outside of any registry.
func (s *story) recipientFolder() string { return filepath.Join(s.dir, "recipient") }

// withdrawal is one person on the list who sends one word from a basic phone.
func (s *story) withdrawal(ctx context.Context) error {
	k, err := s.listed()
	if err != nil {
		return err
	}
	from := k.person.Phones[0].E164
	s.node.Simulated.Set(simulator.Settings{DelayMS: 2000})
	s.node.Simulated.Text(from, "RETRAIT")
	if err := s.live(ctx, s.clock.Now().Add(5*time.Minute)); err != nil {
		return err
	}
	if texts := s.node.Simulated.Phone(from); len(texts) > 0 && isQuestion(texts[len(texts)-1]) {
		s.node.Simulated.Text(from, "1")
	}
	if err := s.live(ctx, s.clock.Now().Add(2*time.Hour)); err != nil {
		return err
	}
	s.result.WithdrawnAfter++
	for _, shows := range []func(context.Context, *known) (bool, error){s.inSearch, s.inWave, s.onNewList, s.atRecipient} {
		shown, err := shows(ctx, k)
		if err != nil {
			return err
		}
		if shown {
			s.result.ShownAfterWithdrawal++
		}
	}
	return s.tellsWhoKnows(ctx, k)
}

// listed picks somebody on the opened list who has a phone of their own.
func (s *story) listed() (*known, error) {
	people, err := os.ReadFile(filepath.Join(s.recipientFolder(), "people.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, k := range s.crowd {
		if k.volunteer == "" || k.token == "" || len(k.person.Phones) == 0 || len(s.phones.of[k.person.Phones[0].E164]) != 1 || !k.habit.reached {
			continue
		}
		if bytes.Contains(people, []byte(k.person.Phones[0].E164)) {
			return k, nil
		}
	}
	return nil, off("nobody on the list has a phone of their own")
}

func (s *story) inSearch(ctx context.Context, k *known) (bool, error) {
	found, err := s.node.Registry.Search(ctx, s.owner.Actor, examples.NigerCode, k.person.Name, 50)
	for _, p := range found {
		if p.Volunteer.ID == k.volunteer {
			return true, err
		}
	}
	return false, err
}

// inWave opens another call-up for everybody there is and looks whether the person is asked.
func (s *story) inWave(ctx context.Context, k *known) (bool, error) {
	c, err := s.node.Calls.Open(ctx, s.owner.Actor, reserve.CallUpRequest{
		Drive: examples.NigerCode, ReportBy: s.clock.Now().Add(90 * time.Minute), Urgent: true, Exercise: true, Risk: risk(), Reason: "exercise",
		Needs: []reserve.NeedRequest{{Function: "medical", Wanted: 30, AssemblyPoint: placeAfter}},
	})
	if err != nil {
		return false, err
	}
	if err := s.node.Settle(ctx); err != nil {
		return false, err
	}
	asked := false
	err = s.node.Store.View(ctx, func(r *store.Read) error {
		list, err := r.StandingOf(k.volunteer, store.Micros(s.clock.Now().Add(-time.Minute)))
		for _, st := range list {
			asked = asked || st.Invitation.CallUp == c.ID
		}
		return err
	})
	if err != nil {
		return false, err
	}
	if err := s.node.Calls.Close(ctx, s.owner.Actor, c.ID); err != nil {
		return asked, err
	}
	return asked, s.node.Settle(ctx)
}

func (s *story) onNewList(ctx context.Context, k *known) (bool, error) {
	h, err := s.prepare(ctx)
	if err != nil {
		return false, err
	}
	on := false
	err = s.node.Store.View(ctx, func(r *store.Read) error {
		held, err := r.HeldBy(k.volunteer)
		for _, e := range held {
			on = on || e.Handover == h.ID
		}
		return err
	})
	if err != nil {
		return on, err
	}
	return on, s.node.Lists.Cancel(ctx, s.owner.Actor, s.owner.Session, h.ID)
}

// atRecipient lets the recipient apply the feed of ended entries and reads its files.
func (s *story) atRecipient(ctx context.Context, k *known) (bool, error) {
	feed, err := s.node.Lists.Feed(ctx, examples.NigerCode, recipientCode)
	if err != nil {
		return true, err
	}
	done, err := handover.Refresh(handover.Refreshing{Feed: feed.File, Identity: reserve.Private(s.identity.String()), Out: s.recipientFolder(), Now: s.clock.Now()})
	if err != nil {
		return true, err
	}
	if err := s.node.Lists.Acknowledge(ctx, s.owner.Actor, examples.NigerCode, recipientCode, done.Receipt); err != nil {
		return true, err
	}
	people, err := os.ReadFile(filepath.Join(s.recipientFolder(), "people.jsonl"))
	return bytes.Contains(people, []byte(k.person.Phones[0].E164)), err
}

// tellsWhoKnows reads what the person sees: who had the entry, and that they have confirmed its end.
func (s *story) tellsWhoKnows(ctx context.Context, k *known) error {
	copies, err := s.node.Lists.WhoHas(ctx, k.volunteer)
	if err != nil {
		return err
	}
	if len(copies) == 0 || copies[0].Acknowledged.IsZero() {
		return off("the person does not see that the recipient has acknowledged")
	}
	last := ""
	if texts := s.node.Simulated.Phone(k.person.Phones[0].E164); len(texts) > 0 {
		last = texts[len(texts)-1]
	}
	if strings.TrimSpace(last) == "" {
		return off("the person got no answer to the withdrawal")
	}
	s.say("   One word, and the person is in no search, no wave and on no new list; the recipient was told at %s and has confirmed, and the person's own page says so. Copies made elsewhere cannot be recalled, and every text about it says that.",
		local(copies[0].Told))
	return nil
}
