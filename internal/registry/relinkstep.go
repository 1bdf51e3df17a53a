package registry

import (
	"context"
	"fmt"
	"strconv"

	"muster/internal/reserve"
	"muster/internal/store"
)

// settingRelinked holds how many people were in when everybody was last compared with everybody, on whichever node.
const settingRelinked = "linkage.relinked"

// When everybody is compared again: when the roll has grown by half and by leastGrowth people. While registrations wait to
// be opened they go first, until it has grown to rushGrowth times its size.
const (
	leastGrowth = 200
	rushGrowth  = 3
)

// AskRelink makes the next RelinkStep compare everybody, as after an import of older lists.
func (r *Registry) AskRelink() { r.relinkAsked.Store(true) }

// RelinkStep compares everybody of every drive again where the roll has grown enough since the last time, or where it was
// asked to. did is false where there was no reason. It is a loop of its own and may run on several nodes.
func (r *Registry) RelinkStep(ctx context.Context) (did bool, err error) {
	if !r.Vault.Unlocked() || !r.Roll.Loaded() {
		return false, nil
	}
	people := r.Roll.Count()
	asked := r.relinkAsked.Load()
	if !asked && !grown(people, int(r.relinkedAt.Load())) {
		return false, nil
	}
	var last int
	var waiting []store.Registration
	var drives []store.KeptDrive
	err = r.Store.View(ctx, func(rd *store.Read) error {
		text, err := rd.Setting(settingRelinked)
		if err != nil {
			return err
		}
		last, _ = strconv.Atoi(text) // never set: 0
		if waiting, err = rd.Unopened("", 1); err != nil {
			return err
		}
		drives, err = rd.Drives()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether to compare everybody: %w", err)
	}
	if !asked && !grown(people, last) {
		r.relinkedAt.Store(int64(last)) // another node did it
		return false, nil
	}
	if !asked && len(waiting) > 0 && people < rushGrowth*last {
		return false, nil
	}
	r.relinkAsked.Store(false)
	r.Roll.Learn()
	by := reserve.System(r.Store.Node())
	found := 0
	for _, d := range drives {
		out, err := r.relink(ctx, by, d.Drive.Code, nil)
		if err != nil {
			r.relinkAsked.Store(asked)
			return false, err
		}
		found += out.Added + out.Raised
	}
	act := reserve.Act{Actor: by, Verb: reserve.ActRelink, Count: int64(found)}
	err = r.Store.ChangeLater(ctx, act, func(tx *store.Tx) error { return tx.PutSetting(settingRelinked, strconv.Itoa(people)) })
	if err != nil {
		return false, fmt.Errorf("note that everybody was compared: %w", err)
	}
	r.relinkedAt.Store(int64(people))
	return true, nil
}

// grown reports whether so many people, after a run with last, are worth another.
func grown(people, last int) bool { return people-last >= max(leastGrowth, last/2) }
