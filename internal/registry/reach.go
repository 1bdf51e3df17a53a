package registry

import (
	"context"
	"errors"
	"fmt"

	"muster/internal/reserve"
	"muster/internal/store"
)

// mostMerges bounds the way from a merged person to the one they are now.
const mostMerges = 64

// find reads a person by id; who was merged leads to the person they are now.
func find(rd *store.Read, id string) (reserve.Volunteer, error) {
	for range mostMerges {
		v, err := rd.Volunteer(id)
		if err != nil || v.State != reserve.Merged {
			return v, err
		}
		id = v.MergedInto
	}
	return reserve.Volunteer{}, errors.New("merges go round in a circle")
}

// reach finds a person for somebody who wants to do something: the right is asked first, and who is outside the actor's sites
// and compartments is NotFound, as if they did not exist. A person acts on their own entry through a door that knows them by
// a secret or a number; the right is theirs.
func (r *Registry) reach(ctx context.Context, actor reserve.Actor, right reserve.Right, id string) (v reserve.Volunteer, err error) {
	if actor.Kind != reserve.ActorSelf {
		if err := reserve.Demand(actor, right); err != nil {
			return v, err
		}
	}
	err = r.Store.View(ctx, func(rd *store.Read) (err error) {
		v, err = find(rd, id)
		return err
	})
	if err != nil {
		return v, fmt.Errorf("find a person: %w", err)
	}
	if actor.Kind != reserve.ActorSelf && !inScope(actor, v) {
		return reserve.Volunteer{}, &reserve.Error{Kind: reserve.NotFound, Code: "not-found"}
	}
	return v, nil
}

// inScope asks whether a person is the actor's to see. An erased person offers nothing any more and is seen by site alone.
func inScope(actor reserve.Actor, v reserve.Volunteer) bool {
	if v.State == reserve.Erased {
		actor.Functions = nil
	}
	functions := make([]string, len(v.Offers))
	for i, o := range v.Offers {
		functions[i] = o.Function
	}
	return reserve.InScope(actor, v.Site, functions)
}

// act is a line of the log about a person.
func act(actor reserve.Actor, verb reserve.Verb, v reserve.Volunteer) reserve.Act {
	return reserve.Act{Actor: actor, Verb: verb, Subject: v.ID, Salt: v.Salt, Count: 1}
}

// unchanged treats "there was nothing to do" as done.
func unchanged(err error, doing string) error {
	if err == nil || errors.Is(err, store.ErrNothing) {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
