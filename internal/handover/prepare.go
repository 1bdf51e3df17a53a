package handover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// Request is the list somebody wants.
type Request struct {
	Session   []byte // what the actor is signed in with
	Drive     string
	Recipient string
	Purpose   string
	Functions []string // empty: all the actor may see
	Fields    []string // empty: DefaultFields
}

// slice is how many rows one change may write.
const slice = 200

// Prepare makes a list of all who may be given to a recipient now, for a second person to approve within a day. Errors:
// Forbidden ("handover-off", "recipient-key-changed", "no-right"…), Faults, Locked, Conflict "list-empty".
func (l *Lists) Prepare(ctx context.Context, actor reserve.Actor, q Request) (store.Handover, error) {
	none := store.Handover{}
	if !l.Vault.Unlocked() || !l.Roll.Loaded() {
		return none, &reserve.Error{Kind: reserve.Locked, Code: "locked"}
	}
	fields, fault := chosen(q.Fields)
	if fault != nil {
		return none, fault
	}
	h := store.Handover{ID: store.PublicID(), Drive: q.Drive, Recipient: q.Recipient, Purpose: q.Purpose, Fields: fields,
		ExpiresAt: store.Micros(l.Now().Add(waitForSecond))}
	var people []string
	err := l.Store.View(ctx, func(r *store.Read) error {
		a, err := employed(r, actor.ID, reserve.MayPrepareList)
		if err != nil || actor.Kind != reserve.ActorStaff {
			return errors.Join(err, refuse("needs-a-person"))
		}
		d, to, err := find(r, q.Drive, q.Recipient)
		if err != nil {
			return err
		}
		if h, err = l.fill(r, h, a, d, to, q.Functions); err != nil {
			return err
		}
		people = l.candidates(h, d)
		return nil
	})
	if err != nil {
		return none, fmt.Errorf("prepare a list: %w", err)
	}
	if len(people) == 0 {
		return none, changed("list-empty")
	}
	if err := l.write(ctx, actor, q.Session, h, people); err != nil {
		return none, fmt.Errorf("prepare a list: %w", err)
	}
	return l.Handover(ctx, actor, h.ID)
}

// fill judges a request and completes the list's row by what the drive and the actor's scope say.
func (l *Lists) fill(r *store.Read, h store.Handover, a reserve.Actor, d reserve.Drive, to reserve.Recipient, functions []string) (store.Handover, error) {
	if _, err := permitted(r, d.Code, to); err != nil {
		return h, err
	}
	var f reserve.Faults
	if !slices.Contains(to.Purposes, h.Purpose) {
		f = append(f, reserve.Fault("purpose", "unknown-purpose"))
	}
	for _, code := range functions {
		if _, ok := d.Function(code); !ok {
			f = append(f, reserve.Fault("functions", "unknown-function"))
		}
	}
	if err := f.Err(); err != nil {
		return h, err
	}
	if len(functions) == 0 {
		functions = a.Functions
	}
	if !covers(reserve.Actor{Functions: a.Functions}, nil, functions) {
		return h, refuse("no-right")
	}
	h.Functions, h.Sites, h.Wording, h.RecipientKey, h.PreparedBy = functions, a.Sites, d.Consent.Version, to.Key, a.ID
	return h, nil
}

// candidates are those in the roll who may go on a list.
func (l *Lists) candidates(h store.Handover, d reserve.Drive) (ids []string) {
	on := reserve.DateOf(l.Now(), d.Zone())
	l.Roll.Each(h.Drive, func(p *roll.Person) bool {
		if may(p, h, d, on) {
			ids = append(ids, p.Volunteer.ID)
		}
		return true
	})
	slices.Sort(ids)
	return ids
}

// may is the rule of who goes on a list: active (so not held, not pending, not gone), of age on the day by the youngest
// reading of their birth, agreed to this recipient for this purpose under this wording, and within the list's sites and functions.
func may(p *roll.Person, h store.Handover, d reserve.Drive, on reserve.Date) bool {
	v := &p.Volunteer
	if v.State != reserve.Active || v.Drive != h.Drive {
		return false
	}
	if reserve.AgeStateOn(p.Facts.Birth, max(d.MinimumAge, reserve.MajorityAge), on) != reserve.Adult {
		return false
	}
	offered := make([]string, len(v.Offers))
	for i, o := range v.Offers {
		offered[i] = o.Function
	}
	scope := reserve.Actor{Kind: reserve.ActorStaff, Sites: h.Sites, Functions: h.Functions}
	return p.Consent(h.Recipient, h.Purpose, h.Wording) && reserve.InScope(scope, v.Site, offered)
}

// write keeps the list and its entries, in slices. The sign-in is asked again in each of them, and a list whose writing
// broke off is never approved: it stays in state preparing.
func (l *Lists) write(ctx context.Context, actor reserve.Actor, session []byte, h store.Handover, people []string) error {
	entries := make([]store.Entry, len(people))
	for i, id := range people {
		entries[i] = store.Entry{Volunteer: id, Entry: store.PublicID()}
	}
	h.PreparedSession = session
	first := true
	for part := range slices.Chunk(entries, slice) {
		last := part[len(part)-1] == entries[len(entries)-1]
		begin := first
		first = false
		act := reserve.Act{Actor: actor, Verb: reserve.ActListPrepare, Subject: h.ID, Count: int64(len(part)), Note: "part"}
		err := l.Store.Change(ctx, act, func(tx *store.Tx) error {
			p, err := person(tx, actor, session, reserve.MayPrepareList)
			if err != nil {
				return err
			}
			if begin {
				h := h
				h.PreparedHands = p.hands
				if err := tx.AddHandover(h); err != nil {
					return err
				}
			}
			if err := tx.AddEntries(h, part); err != nil || !last {
				return err
			}
			count, err := tx.FinishPreparing(h.ID)
			if err == nil && count == 0 {
				return changed("list-empty")
			}
			tx.Act().Count, tx.Act().Note = count, ""
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Handover reads a list, for those whose scope covers it; to others it is not there.
func (l *Lists) Handover(ctx context.Context, actor reserve.Actor, id string) (h store.Handover, err error) {
	if err := reserve.Demand(actor, reserve.MayPrepareList); err != nil {
		return h, err
	}
	err = l.Store.View(ctx, func(r *store.Read) error {
		h, err = seen(r, actor, id)
		return err
	})
	return h, err
}

func seen(r *store.Read, a reserve.Actor, id string) (store.Handover, error) {
	h, err := r.Handover(id)
	if err == nil && a.Kind != reserve.ActorSystem && !covers(a, h.Sites, h.Functions) {
		return store.Handover{}, &reserve.Error{Kind: reserve.NotFound, Code: "not-found", Args: map[string]string{"thing": "hand-over"}}
	}
	return h, err
}

// shown is how many lists a page shows.
const shown = 200

// Handovers lists the newest lists of a drive within an actor's scope.
func (l *Lists) Handovers(ctx context.Context, actor reserve.Actor, drive string) (list []store.Handover, err error) {
	if err := reserve.Demand(actor, reserve.MayPrepareList); err != nil {
		return nil, err
	}
	err = l.Store.View(ctx, func(r *store.Read) error {
		list, err = r.Handovers(drive, shown)
		return err
	})
	return slices.DeleteFunc(list, func(h store.Handover) bool {
		return actor.Kind != reserve.ActorSystem && !covers(actor, h.Sites, h.Functions)
	}), err
}

// micros is an instant some time after now, as the store keeps it.
func (l *Lists) micros(after time.Duration) int64 { return store.Micros(l.Now().Add(after)) }
