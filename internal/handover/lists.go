package handover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// Config is what lists need.
type Config struct {
	Store  *store.Store
	Vault  *seal.Vault
	Roll   *roll.Roll
	Origin string // the registry's name, as in its keys file
	Now    func() time.Time
	// FeedEvery is how long ended entries gather before a recipient is told, so that a feed names more than one; 0 is an hour.
	FeedEvery time.Duration
}

// Lists is the hand-over of a registry. It is safe for concurrent use.
type Lists struct{ Config }

// New makes the lists of a registry.
func New(c Config) *Lists {
	if c.FeedEvery == 0 {
		c.FeedEvery = time.Hour
	}
	return &Lists{c}
}

// Times of a list. Two people work together within a day; what a recipient holds is good for thirty days.
const (
	waitForSecond = 24 * time.Hour
	waitForSeal   = 24 * time.Hour
	listLife      = 30 * 24 * time.Hour
)

func refuse(code string) error  { return &reserve.Error{Kind: reserve.Forbidden, Code: code} }
func changed(code string) error { return &reserve.Error{Kind: reserve.Conflict, Code: code} }
func tooLate() error            { return &reserve.Error{Kind: reserve.Closed, Code: "list-too-old"} }

// signedIn is a person at work, as the rows say in this transaction.
type signedIn struct {
	reserve.Actor
	session []byte
	hands   []string // who else may be behind the sign-in, and the person
}

// person reads who is behind a session now and whether they have a right. Neither the system nor a device is a person.
func person(tx *store.Tx, actor reserve.Actor, session []byte, right reserve.Right) (signedIn, error) {
	if actor.Kind != reserve.ActorStaff {
		return signedIn{}, refuse("needs-a-person")
	}
	t, s, err := tx.SignedIn(session, tx.Now())
	if err != nil {
		return signedIn{}, err
	}
	if s.ID != actor.ID {
		return signedIn{}, &reserve.Error{Kind: reserve.SignedOut, Code: "signed-out"}
	}
	p := signedIn{Actor: asActor(s), session: session, hands: store.Hands(t, s)}
	return p, reserve.Demand(p.Actor, right)
}

// employed reads whether an account may still do something.
func employed(r *store.Read, id string, right reserve.Right) (reserve.Actor, error) {
	s, err := r.Staff(id)
	if reserve.KindOf(err) == reserve.NotFound || err == nil && s.State != store.StaffActive {
		return reserve.Actor{}, refuse("no-right")
	}
	if err != nil {
		return reserve.Actor{}, err
	}
	return asActor(s), reserve.Demand(asActor(s), right)
}

func asActor(s store.Staff) reserve.Actor {
	kind := reserve.ActorStaff
	if s.Role == reserve.RoleDevice {
		kind = reserve.ActorDevice
	}
	return reserve.Actor{Kind: kind, ID: s.ID, Role: s.Role, Sites: s.Sites, Functions: s.Functions}
}

// covers reports whether a list's sites and functions lie within a person's. A list without functions has all of them.
func covers(a reserve.Actor, sites, functions []string) bool {
	inside := func(own, list []string) bool {
		if len(own) == 0 {
			return true
		}
		return len(list) > 0 && !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(own, s) })
	}
	return inside(a.Sites, sites) && inside(a.Functions, functions)
}

// meet reports whether two sign-ins may be one person.
func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// find reads a drive and one of its recipients.
func find(r *store.Read, drive, recipient string) (reserve.Drive, reserve.Recipient, error) {
	drives, err := r.Drives()
	if err != nil {
		return reserve.Drive{}, reserve.Recipient{}, fmt.Errorf("find drive: %w", err)
	}
	i := slices.IndexFunc(drives, func(d store.KeptDrive) bool { return d.Code == drive })
	if i < 0 {
		return reserve.Drive{}, reserve.Recipient{}, &reserve.Error{Kind: reserve.NotFound, Code: "not-found", Args: map[string]string{"thing": "drive"}}
	}
	d := drives[i].Drive
	to, ok := d.Recipient(recipient)
	if !ok {
		return d, to, reserve.Fault("recipient", "unknown-recipient")
	}
	return d, to, nil
}

// permitted says whether lists may go to a recipient as the drive names it now. pinned tells whether two people have
// already stood for its key.
func permitted(r *store.Read, drive string, to reserve.Recipient) (pinned bool, err error) {
	if !slices.Contains(reserve.RecipientTypes(), to.Type) {
		return false, refuse("recipient-not-civil")
	}
	if to.Key == "" {
		return false, refuse("handover-off")
	}
	a, err := r.Allowed(drive, to.Code)
	switch {
	case reserve.KindOf(err) == reserve.NotFound:
		if !to.Handover {
			return false, refuse("handover-off")
		}
		return false, nil
	case err != nil:
		return false, err
	case a.State != store.AllowGiven:
		return false, refuse("handover-off")
	case a.RecipientKey != to.Key:
		return true, refuse("recipient-key-changed")
	}
	return true, nil
}

// Permission is how it stands with one recipient of a drive.
type Permission struct {
	Recipient   reserve.Recipient
	Fingerprint string // of its key as the drive names it now; two people compare it with the recipient's own, by voice
	May         bool
	Why         string // code of the reason where it may not
	Asked       bool   // one person has asked, a second is awaited
}

// Permissions says for each recipient of a drive whether lists may go to it.
func (l *Lists) Permissions(ctx context.Context, drive string) (list []Permission, err error) {
	err = l.Store.View(ctx, func(r *store.Read) error {
		drives, err := r.Drives()
		if err != nil {
			return err
		}
		for _, d := range drives {
			if d.Code != drive {
				continue
			}
			for _, to := range d.Recipients {
				p, err := permission(r, drive, to)
				if err != nil {
					return err
				}
				list = append(list, p)
			}
		}
		return nil
	})
	return list, err
}

func permission(r *store.Read, drive string, to reserve.Recipient) (Permission, error) {
	p := Permission{Recipient: to, May: true}
	if print, err := seal.Fingerprint(to.Key); err == nil {
		p.Fingerprint = print
	}
	if _, err := permitted(r, drive, to); err != nil {
		if reserve.KindOf(err) != reserve.Forbidden {
			return p, err
		}
		p.May, p.Why = false, reserve.CodeOf(err)
	}
	a, err := r.Allowed(drive, to.Code)
	if err != nil && reserve.KindOf(err) != reserve.NotFound {
		return p, err
	}
	p.Asked = err == nil && a.State == store.AllowAsked
	return p, nil
}

// Allow switches lists to a recipient on, at the key the drive names now. The first call asks, the second, by another
// person on another session, allows; asked tells which it was. An earlier permission falls with a new question.
func (l *Lists) Allow(ctx context.Context, actor reserve.Actor, session []byte, drive, recipient string) (asked bool, err error) {
	act := reserve.Act{Actor: actor, Verb: reserve.ActListAllow, Subject: drive + "/" + recipient}
	err = l.Store.Change(ctx, act, func(tx *store.Tx) error {
		asked = false
		p, err := person(tx, actor, session, reserve.MayManageDrive)
		if err != nil {
			return err
		}
		_, to, err := find(&tx.Read, drive, recipient)
		if err != nil {
			return err
		}
		if _, err := seal.Fingerprint(to.Key); err != nil || !slices.Contains(reserve.RecipientTypes(), to.Type) {
			return reserve.Fault("recipient", "recipient-key-bad")
		}
		a, err := tx.Allowed(drive, recipient)
		if err != nil && reserve.KindOf(err) != reserve.NotFound {
			return err
		}
		if err == nil && a.RecipientKey == to.Key && a.State == store.AllowGiven {
			return store.ErrNothing
		}
		fresh := err == nil && a.State == store.AllowAsked && a.RecipientKey == to.Key && tx.Now()-a.AskedAt < waitForSecond.Microseconds()
		if !fresh {
			asked = true
			tx.Act().Note = "asked"
			return tx.AskAllowed(store.Allowed{Drive: drive, Recipient: recipient, RecipientKey: to.Key, AskedBy: p.ID, AskedSession: session, AskedHands: p.hands})
		}
		if err := apart(p, a.AskedBy, a.AskedSession, a.AskedHands); err != nil {
			return err
		}
		if _, err := employed(&tx.Read, a.AskedBy, reserve.MayManageDrive); err != nil {
			return refuse("first-person-gone")
		}
		return tx.GiveAllowed(a, p.ID)
	})
	if errors.Is(err, store.ErrNothing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("allow hand-over: %w", err)
	}
	return asked, nil
}

// apart refuses a second person who may be the first.
func apart(p signedIn, firstID string, firstSession []byte, firstHands []string) error {
	switch {
	case p.ID == firstID:
		return refuse("same-person")
	case slices.Equal(p.session, firstSession):
		return refuse("same-session")
	case meet(p.hands, firstHands):
		return refuse("same-hands")
	}
	return nil
}

// Stop switches lists to a recipient off at once. One person is enough; what was prepared can no longer be sealed.
func (l *Lists) Stop(ctx context.Context, actor reserve.Actor, session []byte, drive, recipient string) error {
	act := reserve.Act{Actor: actor, Verb: reserve.ActListStop, Subject: drive + "/" + recipient}
	err := l.Store.Change(ctx, act, func(tx *store.Tx) error {
		p, err := person(tx, actor, session, reserve.MayApproveList)
		if err != nil {
			return err
		}
		_, to, err := find(&tx.Read, drive, recipient)
		if err != nil {
			return err
		}
		return tx.StopAllowed(store.Allowed{Drive: drive, Recipient: recipient, RecipientKey: to.Key, AskedBy: p.ID, AskedSession: session, AskedHands: p.hands})
	})
	if err != nil && !errors.Is(err, store.ErrNothing) {
		return fmt.Errorf("stop hand-over: %w", err)
	}
	return nil
}
