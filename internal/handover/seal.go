package handover

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

// Seal makes the file of an approved list: the facts from the roll, every row asked again, sealed to the key that two
// people saw, numbered, good for thirty days. Where a person has left since, it is refused and the list must be prepared
// again. A seal that broke off can be tried again. Errors: as Approve's; Locked; Busy "roll-behind" where this node has not
// yet read somebody's newest row.
func (l *Lists) Seal(ctx context.Context, actor reserve.Actor, id string) (seal.Manifest, error) {
	secrets, err := l.Vault.Secrets()
	if err != nil {
		return seal.Manifest{}, err
	}
	h, d, err := l.beginSealing(ctx, actor, id)
	if err != nil {
		return seal.Manifest{}, fmt.Errorf("seal a list: %w", err)
	}
	people, versions, err := l.people(ctx, h, d)
	if err != nil {
		return seal.Manifest{}, fmt.Errorf("seal a list: %w", err)
	}
	defer clear(people)
	now := l.Now()
	file, manifest, err := seal.SealList(seal.ListInput{
		Recipient: h.RecipientKey, People: people, Signer: secrets.ListSigner(),
		Manifest: seal.Manifest{Origin: l.Origin, List: h.ID, Drive: h.Drive, Recipient: h.Recipient, Sequence: h.Sequence, Count: int(h.Count),
			PeopleFormat: seal.ListJSONLines, Fields: h.Fields, Purpose: h.Purpose, Created: now, Expires: now.Add(listLife)},
	})
	if err != nil {
		return seal.Manifest{}, fmt.Errorf("seal a list: %w", err)
	}
	if err := l.keep(ctx, actor, h, file, versions); err != nil {
		return seal.Manifest{}, fmt.Errorf("seal a list: %w", err)
	}
	return manifest, nil
}

// beginSealing gives the list its number.
func (l *Lists) beginSealing(ctx context.Context, actor reserve.Actor, id string) (h store.Handover, d reserve.Drive, err error) {
	var refusal error
	act := reserve.Act{Actor: actor, Verb: reserve.ActListSeal, Subject: id, Note: "begin"}
	err = l.Store.Change(ctx, act, func(tx *store.Tx) error {
		refusal = nil
		if h, err = l.sealable(tx, actor, id); err != nil {
			if refusal = err; h.ID != "" && lasting(err) {
				return cancel(tx, id)
			}
			return err
		}
		if d, _, err = find(&tx.Read, h.Drive, h.Recipient); err != nil {
			return err
		}
		h.Sequence, err = tx.BeginSealing(h)
		return err
	})
	if err == nil {
		err = refusal
	}
	return h, d, err
}

// sealable reads a list that may be sealed now by this actor; with an error, its id is set only where the fault is the list's own.
func (l *Lists) sealable(tx *store.Tx, actor reserve.Actor, id string) (store.Handover, error) {
	if actor.Kind != reserve.ActorStaff {
		return store.Handover{}, refuse("needs-a-person")
	}
	a, err := employed(&tx.Read, actor.ID, reserve.MaySealList)
	if err != nil {
		return store.Handover{}, err
	}
	h, err := seen(&tx.Read, a, id)
	if err != nil {
		return store.Handover{}, err
	}
	if h.State != store.ListApproved && h.State != store.ListSealing {
		return store.Handover{}, changed("changed-meanwhile")
	}
	if tx.Now() >= h.ExpiresAt {
		return store.Handover{}, tooLate()
	}
	second, err := employed(&tx.Read, h.ApprovedBy, reserve.MayApproveList)
	if reserve.KindOf(err) == reserve.Forbidden || err == nil && !covers(second, h.Sites, h.Functions) {
		return h, refuse("second-person-gone")
	}
	if err != nil {
		return store.Handover{}, err
	}
	_, err = l.stands(&tx.Read, h)
	return h, err
}

// people writes the lines of a list and notes with which version of each row. The roll gives the facts only where it knows the row as it is.
func (l *Lists) people(ctx context.Context, h store.Handover, d reserve.Drive) ([]byte, map[string]int64, error) {
	var entries []store.StandingEntry
	err := l.Store.View(ctx, func(r *store.Read) (err error) {
		entries, err = r.StandingEntries(h.ID)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	on := reserve.DateOf(l.Now(), d.Zone())
	versions := make(map[string]int64, len(entries))
	var out bytes.Buffer
	for _, e := range entries {
		p, ok := l.Roll.Person(e.Volunteer)
		if !ok || p.Volunteer.Version != e.Version {
			return nil, nil, &reserve.Error{Kind: reserve.Busy, Code: "roll-behind"}
		}
		if !may(&p, h, d, on) {
			return nil, nil, l.giveUp(ctx, h.ID)
		}
		b, err := line(e.Entry.Entry, &p, h.Fields, h.Functions)
		if err != nil {
			return nil, nil, err
		}
		out.Write(b)
		versions[e.Volunteer] = e.Version
	}
	if int64(len(entries)) != h.Count {
		return nil, nil, l.giveUp(ctx, h.ID)
	}
	return out.Bytes(), versions, nil
}

// giveUp cancels a list on which somebody is no more as both persons saw them, and says so.
func (l *Lists) giveUp(ctx context.Context, id string) error {
	act := reserve.Act{Actor: reserve.System(l.Store.Node()), Verb: reserve.ActListCancel, Subject: id}
	if err := l.Store.Change(ctx, act, func(tx *store.Tx) error { return tx.CancelHandover(id) }); err != nil {
		return err
	}
	return changed("count-changed")
}

// keep stores the file if every person on it is in this very transaction as they were when it was made.
func (l *Lists) keep(ctx context.Context, actor reserve.Actor, h store.Handover, file []byte, versions map[string]int64) error {
	digest := sha256.Sum256(file)
	act := reserve.Act{Actor: actor, Verb: reserve.ActListSeal, Subject: h.ID, Count: h.Count, Digest: digest[:]}
	return l.Store.Change(ctx, act, func(tx *store.Tx) error {
		if _, err := l.sealable(tx, actor, h.ID); err != nil {
			return err
		}
		entries, err := tx.StandingEntries(h.ID)
		if err != nil {
			return err
		}
		if len(entries) != len(versions) {
			return changed("count-changed")
		}
		for _, e := range entries {
			if v, ok := versions[e.Volunteer]; !ok || v != e.Version {
				return changed("changed-meanwhile")
			}
		}
		return tx.KeepFile(h.ID, actor.ID, file, l.micros(listLife))
	})
}

// File gives the sealed file of a list; every fetch is an act.
func (l *Lists) File(ctx context.Context, actor reserve.Actor, id string) (file []byte, err error) {
	act := reserve.Act{Actor: actor, Verb: reserve.ActListFetch, Subject: id}
	err = l.Store.Change(ctx, act, func(tx *store.Tx) error {
		if actor.Kind != reserve.ActorStaff {
			return refuse("needs-a-person")
		}
		a, err := employed(&tx.Read, actor.ID, reserve.MayPrepareList)
		if err != nil {
			return err
		}
		h, err := seen(&tx.Read, a, id)
		if err != nil {
			return err
		}
		if h.State == store.ListSealed && tx.Now() >= h.ExpiresAt {
			return tooLate()
		}
		if file, err = tx.HandoverFile(id); err != nil {
			return err
		}
		tx.Act().Count = h.Count
		digest := sha256.Sum256(file)
		tx.Act().Digest = digest[:]
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("fetch a list: %w", err)
	}
	return file, nil
}

// RecordReceipt keeps the recipient's signed word that a list was opened. The first receipt of a recipient pins the key of
// its later ones. Errors: Forbidden "opening-forged", NotFound.
func (l *Lists) RecordReceipt(ctx context.Context, actor reserve.Actor, id string, receipt []byte) error {
	if err := reserve.Demand(actor, reserve.MayPrepareList); err != nil {
		return err
	}
	act := reserve.Act{Actor: actor, Verb: reserve.ActListReceipt, Subject: id}
	err := l.Store.Change(ctx, act, func(tx *store.Tx) error {
		h, err := seen(&tx.Read, actor, id)
		if err != nil {
			return err
		}
		pinned, err := openingKey(&tx.Read, h.Drive, h.Recipient)
		if err != nil {
			return err
		}
		o, err := seal.CheckOpening(receipt, pinned)
		if err != nil {
			return err
		}
		if o.Origin != l.Origin || o.List != id || o.Drive != h.Drive || o.Recipient != h.Recipient || o.Sequence != h.Sequence || int64(o.Count) != h.Count {
			return seal.ErrOpening
		}
		tx.Act().Count = int64(o.Count)
		return tx.KeepReceipt(id, string(receipt))
	})
	if err != nil && !isNothing(err) {
		return fmt.Errorf("record a receipt: %w", err)
	}
	return nil
}

// openingKey is the key a recipient signed with before, or "" where it has not yet.
func openingKey(r *store.Read, drive, recipient string) (string, error) {
	kept, err := r.FirstReceipt(drive, recipient)
	if err != nil || kept == "" {
		return "", err
	}
	o, err := seal.CheckOpening([]byte(kept), "")
	return o.Key, err
}
