package registry

import (
	"context"
	"fmt"
	"slices"

	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/store"
)

// ListFilter narrows a list of people; empty fields narrow nothing.
type ListFilter struct {
	Drive    string
	Function string
	Site     string
	State    reserve.VolunteerState
	Level    *int   // 0 takes the unverified too, n those verified at 1 to n; whose age is not settled is never among them
	After    string // cursor
	Limit    int
}

// pagesPerList bounds how many rows one page of a list looks through for those of a level.
const pagesPerList = 20

// List gives people of a drive by id, within the actor's scope, and the cursor of the next page, which is empty on the last. On
// an unlocked node they come with what the roll knows of them, and the reading is kept in the log before it is answered; on
// a locked one with the clear row alone. Errors: Forbidden; NotFound for the drive.
func (r *Registry) List(ctx context.Context, actor reserve.Actor, f ListFilter) (list []roll.Person, next string, err error) {
	if err := reserve.Demand(actor, reserve.MaySeePeople); err != nil {
		return nil, "", err
	}
	if _, err := r.drive(ctx, f.Drive); err != nil {
		return nil, "", err
	}
	err = r.Store.View(ctx, func(rd *store.Read) error {
		list, next, err = r.listed(rd, actor, f)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list people: %w", err)
	}
	if len(list) == 0 || !r.Vault.Unlocked() {
		return list, next, nil
	}
	a := reserve.Act{Actor: actor, Verb: reserve.ActRead, Count: int64(len(list)), Note: "list"}
	if err := r.Store.Change(ctx, a, func(*store.Tx) error { return nil }); err != nil {
		return nil, "", fmt.Errorf("log a reading: %w", err)
	}
	return list, next, nil
}

func (r *Registry) listed(rd *store.Read, actor reserve.Actor, f ListFilter) (list []roll.Person, next string, err error) {
	after := f.After
	for range pagesPerList {
		rows, err := rd.Volunteers(store.VolunteerFilter{Drive: f.Drive, Function: f.Function, Site: f.Site, State: f.State, Actor: actor, After: after, Limit: f.Limit + 1})
		if err != nil {
			return nil, "", err
		}
		for _, v := range rows {
			if !f.takes(v) {
				after = v.ID
				continue
			}
			if len(list) == f.Limit {
				return list, after, nil
			}
			after = v.ID
			list = append(list, r.known(v))
		}
		if len(rows) <= f.Limit {
			return list, "", nil
		}
	}
	return list, after, nil
}

// known is a row with what the roll has of the person; where the two disagree the row decides.
func (r *Registry) known(v reserve.Volunteer) roll.Person {
	p, ok := r.Roll.Person(v.ID)
	if !ok || !r.Vault.Unlocked() {
		return roll.Person{Volunteer: v}
	}
	p.Volunteer = v
	return p
}

func (f ListFilter) takes(v reserve.Volunteer) bool {
	if f.Level == nil {
		return true
	}
	return v.State != reserve.PendingAge && slices.ContainsFunc(v.Offers, func(o reserve.Offer) bool {
		return (f.Function == "" || o.Function == f.Function) && o.Meets(*f.Level)
	})
}
