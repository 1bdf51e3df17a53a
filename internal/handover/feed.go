package handover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// ended is the one reason a feed gives: whether somebody withdrew, was erased, was found twice or ran out is not told.
const ended = "ended"

// The reminders about a feed that nobody acknowledged: after a day, then twice as long each time, at most a week.
const (
	firstNag = 24 * time.Hour
	lastNag  = 7 * 24 * time.Hour
)

// Step does one small thing for the recipients' sake: ends entries whose lists ran out, makes a feed where ended entries
// wait, counts a reminder where a feed was not acknowledged. On a locked node it does nothing, because a feed is signed.
func (l *Lists) Step(ctx context.Context) (did bool, err error) {
	if !l.Vault.Unlocked() {
		return false, nil
	}
	for _, step := range []func(context.Context) (bool, error){l.expire, l.feed, l.nag} {
		if did, err = step(ctx); did || err != nil {
			return did, err
		}
	}
	return false, nil
}

func isNothing(err error) bool { return errors.Is(err, store.ErrNothing) }

// system is this node's loop as an actor.
func (l *Lists) system() reserve.Actor { return reserve.System(l.Store.Node()) }

func (l *Lists) expire(ctx context.Context) (bool, error) {
	act := reserve.Act{Actor: l.system(), Verb: reserve.ActListEnd, Note: "expired"}
	err := l.Store.ChangeLater(ctx, act, func(tx *store.Tx) error {
		n, err := tx.ExpireEntries()
		if err == nil && n == 0 {
			return store.ErrNothing
		}
		tx.Act().Count = n
		return err
	})
	if isNothing(err) {
		return false, nil
	}
	return err == nil, err
}

// feed makes a feed for the first recipient who waits for one.
func (l *Lists) feed(ctx context.Context) (bool, error) {
	var due []store.Untold
	err := l.Store.View(ctx, func(r *store.Read) error {
		untold, err := r.UntoldRecipients()
		if err != nil {
			return err
		}
		for _, u := range untold {
			last, err := r.Feed(u.Drive, u.Recipient, 0)
			if err != nil && reserve.KindOf(err) != reserve.NotFound {
				return err
			}
			// The first to leave waits for others to leave with: no longer than FeedEvery, whether a feed went before or not.
			if l.micros(-l.FeedEvery) >= max(last.MadeAt, u.Oldest) {
				due = append(due, u)
			}
		}
		return nil
	})
	if err != nil || len(due) == 0 {
		return false, err
	}
	if err := l.makeFeed(ctx, due[0]); err != nil {
		return false, fmt.Errorf("make a feed: %w", err)
	}
	return true, nil
}

// makeFeed signs all ended entries of a recipient and marks those that are new. Where another node made the same feed
// first, ours is dropped.
func (l *Lists) makeFeed(ctx context.Context, u store.Untold) error {
	secrets, err := l.Vault.Secrets()
	if err != nil {
		return err
	}
	var entries []store.EndedEntry
	var sequence int64
	err = l.Store.View(ctx, func(r *store.Read) error {
		if sequence, err = r.NextFeed(u.Drive, u.Recipient); err != nil {
			return err
		}
		entries, err = r.EndedEntries(u.Drive, u.Recipient)
		return err
	})
	if err != nil {
		return err
	}
	f := seal.Feed{Origin: l.Origin, Drive: u.Drive, Recipient: u.Recipient, Sequence: sequence, Created: l.Now()}
	var fresh []string
	for _, e := range entries {
		// The day is enough for the recipient; the minute would tell who left together.
		f.Entries = append(f.Entries, seal.FeedEntry{Entry: e.Entry, Reason: ended, Ended: store.Time(e.EndedAt).Truncate(24 * time.Hour)})
		if !e.Told {
			fresh = append(fresh, e.Entry)
		}
	}
	file, err := seal.SignFeed(f, secrets.ListSigner())
	if err != nil {
		return err
	}
	kept := store.Feed{Drive: u.Drive, Recipient: u.Recipient, Sequence: sequence, File: file, Count: int64(len(entries)), NextNagAt: l.micros(firstNag)}
	first := true
	for part := range slices.Chunk(fresh, slice) {
		begin := first
		first = false
		act := reserve.Act{Actor: l.system(), Verb: reserve.ActFeedMake, Subject: u.Drive + "/" + u.Recipient, Count: int64(len(part))}
		err := l.Store.ChangeLater(ctx, act, func(tx *store.Tx) error {
			if begin {
				if err := tx.AddFeed(kept); err != nil {
					return err
				}
			}
			return tx.MarkTold(sequence, part)
		})
		if reserve.KindOf(err) == reserve.Conflict {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Lists) nag(ctx context.Context) (bool, error) {
	open, err := l.OpenFeeds(ctx)
	if err != nil {
		return false, err
	}
	for _, f := range open {
		if f.NextNagAt > l.micros(0) {
			continue
		}
		wait := min(firstNag<<min(f.Nags+1, 8), lastNag)
		act := reserve.Act{Actor: l.system(), Verb: reserve.ActFeedNag, Subject: f.Drive + "/" + f.Recipient, Count: f.Nags + 1}
		err := l.Store.ChangeLater(ctx, act, func(tx *store.Tx) error { return tx.NagFeed(f, l.micros(wait)) })
		if err != nil && !isNothing(err) {
			return false, err
		}
		return true, nil
	}
	return false, nil
}

// OpenFeeds lists the newest feed of each recipient who has not acknowledged it, with how often the organiser was reminded: what the console nags about.
func (l *Lists) OpenFeeds(ctx context.Context) (list []store.Feed, err error) {
	err = l.Store.View(ctx, func(r *store.Read) error {
		list, err = r.OpenFeeds()
		return err
	})
	return list, err
}

// Feed gives a recipient's newest feed: a signed file of entry ids, nothing personal.
func (l *Lists) Feed(ctx context.Context, drive, recipient string) (f store.Feed, err error) {
	err = l.Store.View(ctx, func(r *store.Read) error {
		f, err = r.Feed(drive, recipient, 0)
		return err
	})
	return f, err
}

// Acknowledge notes that a recipient has applied a feed, and with it all earlier ones. receipt is what its tool wrote at
// refreshing, signed with the key of its receipts of lists.
func (l *Lists) Acknowledge(ctx context.Context, actor reserve.Actor, drive, recipient string, receipt []byte) error {
	if err := reserve.Demand(actor, reserve.MayPrepareList); err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActFeedTell, Subject: drive + "/" + recipient}
	err := l.Store.Change(ctx, act, func(tx *store.Tx) error {
		pinned, err := openingKey(&tx.Read, drive, recipient)
		if err != nil {
			return err
		}
		got, err := seal.CheckFeedReceipt(receipt, pinned)
		if err != nil {
			return err
		}
		if got.Origin != l.Origin || got.Drive != drive || got.Recipient != recipient {
			return seal.ErrOpening
		}
		if _, err := tx.Feed(drive, recipient, got.Sequence); err != nil || got.Sequence == 0 {
			return errors.Join(err, nothingWhere(got.Sequence == 0))
		}
		tx.Act().Count = got.Sequence
		return tx.AcknowledgeFeed(drive, recipient, got.Sequence)
	})
	if err != nil && !isNothing(err) {
		return fmt.Errorf("acknowledge a feed: %w", err)
	}
	return nil
}

func nothingWhere(yes bool) error {
	if yes {
		return store.ErrNothing
	}
	return nil
}

// Copy is one copy of a person that a recipient was given, as the person sees it on their own page.
type Copy struct {
	Recipient    string // name, as the drive says it
	Given        time.Time
	Expires      time.Time
	Ended        time.Time // zero: it stands
	Told         time.Time // when the recipient was told of the end; zero: not yet
	Acknowledged time.Time // when the recipient said that it no longer uses the entry; zero: not yet
}

// WhoHas lists who was given a person, the newest first. Copies made elsewhere cannot be seen or recalled.
func (l *Lists) WhoHas(ctx context.Context, volunteer string) (list []Copy, err error) {
	err = l.Store.View(ctx, func(r *store.Read) error {
		list = nil
		held, err := r.HeldBy(volunteer)
		if err != nil {
			return err
		}
		for _, h := range held {
			name := h.Recipient
			_, to, err := find(r, h.Drive, h.Recipient)
			switch {
			case err == nil:
				name = to.Name
			case reserve.KindOf(err) == "":
				return err
			}
			list = append(list, Copy{Recipient: name, Given: store.Time(h.SealedAt), Expires: store.Time(h.ExpiresAt), Ended: store.Time(h.EndedAt),
				Told: store.Time(h.ToldAt), Acknowledged: store.Time(h.AcknowledgedAt)})
		}
		return nil
	})
	return list, err
}
