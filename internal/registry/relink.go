package registry

import (
	"context"

	"muster/internal/reserve"
	"muster/internal/roll"
)

// Relink compares everybody of a drive with everybody else, as after an import of older lists or a change of the model, and
// offers the pairs that were never offered; what the desk has decided stays decided. progress, which may be nil, hears how
// many people are done. It answers how many people were compared. Errors: Forbidden, Locked, NotFound for the drive.
func (r *Registry) Relink(ctx context.Context, actor reserve.Actor, drive string, progress func(done, total int)) (int, error) {
	if err := reserve.Demand(actor, reserve.MayDecidePairs); err != nil {
		return 0, err
	}
	if _, err := r.drive(ctx, drive); err != nil {
		return 0, err
	}
	if err := r.Drain(ctx); err != nil {
		return 0, err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	done, total := 0, r.Roll.Count()
	var failed error
	r.Roll.Each(drive, func(p *roll.Person) bool {
		if failed = ctx.Err(); failed == nil {
			failed = r.offer(ctx, *p)
		}
		if done++; done%100 == 0 {
			progress(done, total)
		}
		return failed == nil
	})
	progress(done, total)
	return done, failed
}
