package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"muster/internal/callup"
	"muster/internal/reserve"
	"muster/internal/store"
)

// perDrain is how many rows one Step handles.
const perDrain = 200

// Step handles what has come in, the oldest first. did is false where nothing waits or the node is locked. A row that cannot be
// handled is put before a person, so that it holds up nothing behind it.
func (s *SMS) Step(ctx context.Context) (did bool, err error) {
	if !s.Vault.Unlocked() || !s.Roll.Loaded() {
		return false, nil
	}
	s.handling.Lock()
	defer s.handling.Unlock()
	var rows []store.Inbound
	err = s.Store.View(ctx, func(r *store.Read) (err error) {
		rows, err = r.NewInbound(perDrain)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read the inbox: %w", err)
	}
	for _, row := range rows {
		if err := s.handleRow(ctx, row); err != nil {
			return true, err
		}
	}
	return len(rows) > 0, nil
}

// Drain handles everything that has come in; the outbox calls it before each claim, so that nobody is texted who has said STOP.
func (s *SMS) Drain(ctx context.Context) error {
	for {
		if did, err := s.Step(ctx); err != nil || !did {
			return err
		}
	}
}

func (s *SMS) handleRow(ctx context.Context, row store.Inbound) error {
	plain, err := s.opener.Open(ctx, row.Epoch, store.InboxPlace(row.ID), row.Sealed)
	if reserve.KindOf(err) == reserve.Locked {
		return err
	}
	if err == nil {
		a := arrival{row: row}
		if a.from, a.sentAt, a.body, err = store.UnpackInbound(plain); err == nil {
			err = s.handle(ctx, a)
		}
	}
	if err == nil || reserve.KindOf(err) == reserve.Locked || ctx.Err() != nil {
		return err
	}
	s.Log.Error("a text could not be handled", "carrier", row.Carrier, "error", err)
	return s.settle(ctx, row, store.InboxUnclear, "fault")
}

// settle marks a row that has no other effect.
func (s *SMS) settle(ctx context.Context, row store.Inbound, state store.InboxState, reading string) error {
	row.State, row.Reading = state, reading
	act := reserve.Act{Actor: actor(row), Verb: reserve.ActUnclear, Note: reading}
	err := s.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.SettleInbound(row, store.InboxNew) })
	return handled(err)
}

// handled takes "somebody else has handled it" for done.
func handled(err error) error {
	if errors.Is(err, store.ErrNothing) {
		return nil
	}
	return err
}

// actor is the carrier, as the hand that brought a text: a sender is a claim, not a person who signed in.
func actor(row store.Inbound) reserve.Actor {
	return reserve.Actor{Kind: reserve.ActorDevice, ID: row.Carrier}
}

// nobody reports whether a sender is no person: ourselves, a short code, a name.
func (s *SMS) nobody(from string) bool {
	return slices.Contains(s.Own, from) || from == "" || from[0] != '+'
}

func (s *SMS) handle(ctx context.Context, a arrival) error {
	if s.nobody(a.from) {
		return s.settle(ctx, a.row, store.InboxIgnored, "no-person")
	}
	if isCopy, err := s.copied(ctx, a); err != nil || isCopy {
		if err != nil {
			return err
		}
		return s.settle(ctx, a.row, store.InboxIgnored, "copy")
	}
	text := reserve.CleanText(a.body)
	if a.row.Kind == reserve.InboundCall {
		return s.answer(ctx, a, text, reserve.Answer{})
	}
	read := reserve.ReadAnswer(text, nil)
	if talked, err := s.talk(ctx, a, read); talked || err != nil {
		return err
	}
	switch read.Meaning {
	case reserve.MeansStop:
		return s.stop(ctx, a, "sms.stop", reserve.InviteDropped)
	case reserve.MeansWrongPerson:
		return s.stop(ctx, a, "sms.wrong-person", reserve.WrongPerson)
	case reserve.MeansStart:
		return s.Registry.Unsilence(ctx, actor(a.row), a.from, s.mark(a, "start", "sms.start"))
	case reserve.MeansWithdraw:
		return s.withdraw(ctx, a)
	case reserve.MeansInfo:
		return s.reply(ctx, a, "info", "sms.info-none")
	case reserve.MeansHelp:
		return s.reply(ctx, a, "help", "sms.help")
	}
	return s.answer(ctx, a, text, read)
}

// answer gives a text or call to the call-ups where the number is somebody's. From a number that is nobody's nothing follows.
func (s *SMS) answer(ctx context.Context, a arrival, text string, read reserve.Answer) error {
	if len(s.Roll.ByPhone(a.from)) > 0 {
		return s.CallUps.Answer(ctx, actor(a.row), callup.Heard{Row: a.row, From: a.from, Text: text})
	}
	if a.row.Kind == reserve.InboundCall {
		return s.settle(ctx, a.row, store.InboxIgnored, "call")
	}
	if read.Machine || !s.guard.allow(a.from, s.Now()) {
		return s.settle(ctx, a.row, store.InboxUnclear, "machine")
	}
	return s.replyAs(ctx, a, store.InboxUnclear, string(read.Meaning), "sms.info-none")
}

// stop puts a number under STOP and takes back what it was asked and has not answered. Seats stay: the person may still come.
func (s *SMS) stop(ctx context.Context, a arrival, key string, to reserve.InvitationState) error {
	mark := s.mark(a, key[len("sms."):], key)
	return s.Registry.Silence(ctx, actor(a.row), a.from, mark, func(tx *store.Tx) error { return s.CallUps.Unask(tx, a.from, to) })
}

// withdraw takes out the one person of a number. Where several share it nobody is withdrawn by a guess: texts stop at once for
// all of them, and a person asks who it was.
func (s *SMS) withdraw(ctx context.Context, a arrival) error {
	people := s.Roll.ByPhone(a.from)
	if len(people) == 0 {
		return s.reply(ctx, a, "withdraw-nobody", "sms.info-none")
	}
	if len(people) > 1 {
		row := a.row
		row.State, row.Reading = store.InboxUnclear, "withdraw-shared"
		return s.Registry.Silence(ctx, actor(a.row), a.from, func(tx *store.Tx) error { return tx.SettleInbound(row, store.InboxNew) }, s.queue(a, "sms.stop"))
	}
	a.row.Volunteer = people[0].Volunteer.ID
	return s.Registry.Withdraw(ctx, reserve.Self(), people[0].Volunteer.ID, s.mark(a, "withdraw", "sms.withdrawn"))
}

// mark settles the row and queues a reply, in somebody else's transaction.
func (s *SMS) mark(a arrival, reading, key string) func(tx *store.Tx) error {
	row := a.row
	row.State, row.Reading = store.InboxDone, reading
	queue := s.queue(a, key)
	return func(tx *store.Tx) error {
		if err := tx.SettleInbound(row, store.InboxNew); err != nil {
			return err
		}
		return queue(tx)
	}
}

// queue puts a reply to the number that wrote into the outbox. It names no volunteer: it goes to a number, whoever has it.
func (s *SMS) queue(a arrival, key string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		o, err := s.outbound(a.from, key, "", nil)
		if err != nil {
			return err
		}
		return tx.Queue(o)
	}
}

// sealedText is the sealed part of an outbox row, as the outbox reads it.
type sealedText struct {
	To   string            `json:"to,omitempty"`
	Lang string            `json:"lang,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// replyFor is how long a reply of this process is worth sending: after a quarter of an hour the other side has put the phone away.
const replyFor = 15 * time.Minute

// outbound is a reply sealed under this process's memory key, so that it may go out while the node is locked.
func (s *SMS) outbound(to, key, language string, args map[string]string) (store.Outbound, error) {
	if args == nil {
		args = map[string]string{}
	}
	contact, spoken := s.house()
	args["contact"] = contact
	if language == "" {
		language = spoken
	}
	if people := s.Roll.ByPhone(to); language == spoken && len(people) == 1 && people[0].Facts.Language != "" {
		language = people[0].Facts.Language
	}
	plain, err := json.Marshal(sealedText{To: to, Lang: language, Args: args})
	if err != nil {
		return store.Outbound{}, fmt.Errorf("write reply: %w", err)
	}
	o := store.Outbound{ID: s.Store.NewID(), Lane: store.LaneReply, TextKey: key, SealKind: store.SealMemory, Holder: s.Store.Node(),
		ExpiresAt: store.Micros(s.Now().Add(replyFor))}
	o.Sealed = s.Vault.Memory().Seal(store.OutboxPlace(o.ID), plain)
	return o, nil
}

// house is where a person can ask, the drive's organiser, and the language we speak to strangers.
func (s *SMS) house() (contact, language string) {
	d, err := s.Registry.Drive(context.Background(), s.Drive)
	if err != nil {
		return "", ""
	}
	return d.Organiser.Contact, d.Language("")
}

// reply settles a row and answers it with one text.
func (s *SMS) reply(ctx context.Context, a arrival, reading, key string) error {
	if !s.guard.allow(a.from, s.Now()) {
		return s.settle(ctx, a.row, store.InboxUnclear, "machine")
	}
	return s.replyAs(ctx, a, store.InboxDone, reading, key)
}

func (s *SMS) replyAs(ctx context.Context, a arrival, state store.InboxState, reading, key string) error {
	row := a.row
	row.State, row.Reading = state, reading
	act := reserve.Act{Actor: actor(row), Verb: reserve.ActUnclear, Note: reading}
	return handled(s.Store.Change(ctx, act, func(tx *store.Tx) error {
		if err := tx.SettleInbound(row, store.InboxNew); err != nil {
			return err
		}
		return s.queue(a, key)(tx)
	}))
}
