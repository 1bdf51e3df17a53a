package registry

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"muster/internal/names"
	"muster/internal/reserve"
	"muster/internal/roll"
	"muster/internal/seal"
	"muster/internal/store"
)

// ImportMode says what becomes of a row about somebody who is there already.
type ImportMode string

// The modes. In both nobody's STOP, withdrawal or ended consent is undone.
const (
	ImportAdd    ImportMode = "add"    // every row is a registration; who is almost surely there already is held for the desk
	ImportUpdate ImportMode = "update" // the operator says: a row with the number and name of exactly one person is a correction of theirs
)

// ImportPlan is a file that a channel has read, ready to be imported.
type ImportPlan struct {
	Drive  string
	Digest []byte // of the file, 16 bytes or more
	// Rows carry their line in Row. Where Ref is empty the content of a row is its reference, so that the same row in a file
	// that was mended, or in another file, is a repeat.
	Rows     []reserve.Application
	Mode     ImportMode // empty: add
	DryRun   bool       // judges everything and writes nothing
	Progress func(done, total int)
}

// Outcome says what became of a row.
type Outcome string

// The outcomes.
const (
	RowAdded    Outcome = "added"
	RowUpdated  Outcome = "updated"
	RowRepeated Outcome = "repeated" // taken before
	RowRefused  Outcome = "refused"  // Faults says why
	RowConflict Outcome = "conflict" // its own reference was used for other content
)

// ImportedRow is one row of the report.
type ImportedRow struct {
	Row       int
	Outcome   Outcome
	Receipt   string
	State     reserve.RegistrationState
	Faults    reserve.Faults
	Warnings  []string
	Volunteer string // where the node is unlocked
	// SameAs is the person a row is almost surely about, who was there before it; SameRow is their line where they came with this file.
	SameAs     string
	SameRow    int
	SameNumber int // an earlier line with one of its numbers
	OptedOut   bool
}

// ImportReport is what became of a file.
type ImportReport struct {
	Batch                                                                string
	Before                                                               bool // the same file was imported before
	Rows                                                                 []ImportedRow
	Added, Updated, Repeated, Refused, Minors, Conflicts, Same, OptedOut int
}

// perSlice is how many rows share one change: below the 200 rows and 5 ms that a change may take, with room for others between.
const perSlice = 50

// Import takes the rows of a file in, slice by slice behind everything interactive. The same file again adds nobody; an import
// that was broken off goes on where it was. Errors: Forbidden, Closed, NotFound for the drive; Locked for ImportUpdate; what is
// wrong with a row stands in its report and stops nothing.
func (r *Registry) Import(ctx context.Context, actor reserve.Actor, plan ImportPlan) (ImportReport, error) {
	if err := reserve.Demand(actor, reserve.MayImport); err != nil {
		return ImportReport{}, err
	}
	d, err := r.drive(ctx, plan.Drive)
	if err != nil {
		return ImportReport{}, err
	}
	if !d.takes(r.Now()) {
		return ImportReport{}, &reserve.Error{Kind: reserve.Closed, Code: "closed"}
	}
	if plan.Progress == nil {
		plan.Progress = func(int, int) {}
	}
	if plan.Mode == ImportUpdate {
		if err := r.Drain(ctx); err != nil {
			return ImportReport{}, err
		}
	}
	im := &importing{r: r, actor: actor, drive: d, plan: plan, report: ImportReport{Rows: make([]ImportedRow, len(plan.Rows))}, numbers: map[string]int{}}
	if !plan.DryRun {
		if err := im.begin(ctx); err != nil {
			return ImportReport{}, err
		}
	}
	for at := 0; at < len(plan.Rows); at += perSlice {
		if err := im.slice(ctx, at, min(at+perSlice, len(plan.Rows))); err != nil {
			return im.report, err
		}
		plan.Progress(min(at+perSlice, len(plan.Rows)), len(plan.Rows))
	}
	if !plan.DryRun {
		if err := im.finish(ctx); err != nil {
			return im.report, err
		}
	}
	im.count()
	return im.report, nil
}

// importing is one import under way.
type importing struct {
	r       *Registry
	actor   reserve.Actor
	drive   *driveCard
	plan    ImportPlan
	report  ImportReport
	numbers map[string]int // by E.164: the line it stood in first
}

// waiting is a judged row on its way into the store.
type waiting struct {
	at    int
	reg   store.Registration
	names seal.RefNames
}

func (im *importing) begin(ctx context.Context) error {
	id := im.r.Store.NewID()
	a := reserve.Act{Actor: im.actor, Verb: reserve.ActBatchImport, Subject: id, Count: int64(len(im.plan.Rows)), Note: "begin"}
	var b store.Batch
	err := im.r.Store.Change(ctx, a, func(tx *store.Tx) (err error) {
		b, err = tx.BeginBatch(store.Batch{ID: id, Drive: im.plan.Drive, Digest: im.plan.Digest, Rows: int64(len(im.plan.Rows)), Staff: im.actor.ID})
		tx.Act().Subject = b.ID
		return err
	})
	im.report.Batch, im.report.Before = b.ID, b.ID != id
	if err != nil {
		return fmt.Errorf("begin an import: %w", err)
	}
	return nil
}

// slice judges and keeps some rows.
func (im *importing) slice(ctx context.Context, from, to int) error {
	var list []waiting
	minors := int64(0)
	for i := from; i < to; i++ {
		a := im.plan.Rows[i]
		row := &im.report.Rows[i]
		row.Row = a.Row
		a.Drive, a.Batch = im.plan.Drive, im.report.Batch
		if a.Ref == "" {
			a.Sender, a.Ref = "sheet", im.rowRef(&a)
		}
		names := im.r.Vault.Door().Ref(a.Drive, a.Sender, a.Ref)
		j := im.r.judge(im.drive, &a, im.drive.today(im.r.Now()))
		if len(im.actor.Sites) > 0 && !slices.Contains(im.actor.Sites, a.Site) {
			j.fault("site", "no-right")
		}
		im.numbered(row, j.facts.Phones)
		row.Warnings = j.facts.Warnings
		done, err := im.update(ctx, &a, &j, row, names)
		switch {
		case err != nil:
			return err
		case done:
		case len(j.faults) > 0:
			row.Outcome, row.Faults = RowRefused, j.faults
			if underAge(j.faults) {
				minors++
			}
		case im.plan.DryRun:
			row.Outcome = RowAdded
		default:
			reg, err := im.r.sealed(im.drive, &a, j, names)
			if err != nil {
				return err
			}
			reg.Digest = names.Digest(content(&a))
			list = append(list, waiting{i, reg, names})
		}
	}
	if im.plan.DryRun || len(list) == 0 && minors == 0 {
		return nil
	}
	return im.keep(ctx, list, minors)
}

// rowRef names a row that has no reference of its own. By its content where the node is unlocked, so that the same row in
// another file is the same registration; under a secret key, because what a row says can be guessed and the door key lies on
// disk. A locked node has no such key: there the row is named by its place in the file.
func (im *importing) rowRef(a *reserve.Application) string {
	if secrets, err := im.r.Vault.Secrets(); err == nil {
		if index, err := secrets.CopyIndex(append([]byte("sheet row "+a.Drive+" "), content(a)...)); err == nil {
			return hex.EncodeToString(index)
		}
	}
	return fmt.Sprintf("%s %d", im.report.Batch, a.Row)
}

// numbered notes whether a row's number stood in the file before, in whatever shape.
func (im *importing) numbered(row *ImportedRow, phones []reserve.Phone) {
	for _, p := range phones {
		if first, ok := im.numbers[p.E164.Reveal()]; ok {
			row.SameNumber = first
		} else {
			im.numbers[p.E164.Reveal()] = row.Row
		}
	}
}

// keep stores a slice in one change.
func (im *importing) keep(ctx context.Context, list []waiting, minors int64) error {
	results := make([]kept, len(list))
	a := reserve.Act{Actor: im.actor, Verb: reserve.ActBatchImport, Subject: im.report.Batch}
	err := im.r.Store.ChangeLater(ctx, a, func(tx *store.Tx) error {
		fresh := int64(0)
		for i, w := range list {
			done, err := add(tx, w.reg, w.names)
			if err != nil {
				return err
			}
			results[i] = done
			if done.fresh {
				fresh++
			}
		}
		tx.Act().Count = fresh
		if minors > 0 {
			return tx.AddCounter(minorsCounter(im.plan.Drive), minors)
		}
		return nothingIf(fresh == 0)
	})
	if err := unchanged(err, "import rows"); err != nil {
		return err
	}
	for i, w := range list {
		row := &im.report.Rows[w.at]
		row.Receipt, row.State, row.Outcome = results[i].reg.Receipt, results[i].reg.State, RowRepeated
		switch {
		case results[i].conflict:
			row.Outcome = RowConflict
		case results[i].fresh:
			row.Outcome = RowAdded
		}
	}
	im.r.notify()
	return nil
}

// update makes a row a correction of the one person it names, where the operator asked for that. What a row cannot do is give a
// consent, lift a STOP or bring somebody back.
func (im *importing) update(ctx context.Context, a *reserve.Application, j *judgement, row *ImportedRow, names seal.RefNames) (bool, error) {
	if im.plan.Mode != ImportUpdate {
		return false, nil
	}
	faults := slices.DeleteFunc(slices.Clone(j.faults), func(e *reserve.Error) bool { return e.Field == "functions" && e.Code == "required" })
	if len(faults) > 0 {
		return false, nil
	}
	p, ok := im.same(j.facts)
	if !ok {
		return false, nil
	}
	row.Volunteer, row.Receipt, row.OptedOut, row.Outcome = p.Volunteer.ID, p.Volunteer.Receipt, p.Silenced, RowUpdated
	if im.plan.DryRun {
		return true, nil
	}
	err := im.r.Store.View(ctx, func(rd *store.Read) error {
		_, err := rd.RegistrationByToken(names.TokenHash[:])
		return err
	})
	if err == nil {
		row.Outcome = RowRepeated
		return true, nil
	}
	if reserve.KindOf(err) != reserve.NotFound {
		return true, fmt.Errorf("look for a repeat: %w", err)
	}
	facts := sealedFacts{Facts: j.facts}
	facts.Consents, facts.Functions = nil, nil
	rec := correction{volunteer: p.Volunteer, facts: facts, act: act(im.actor, reserve.ActCorrect, p.Volunteer), channel: a.Channel,
		tokenHash: names.TokenHash[:], batch: im.report.Batch}
	rec.act.Note = "import"
	return true, im.r.keepCorrection(ctx, rec)
}

// same finds the one person who has a row's number and name, and whose birth does not contradict it.
func (im *importing) same(f reserve.Facts) (found roll.Person, ok bool) {
	for _, n := range f.Phones {
		for _, p := range im.r.Roll.ByPhone(n.E164.Reveal()) {
			if p.Volunteer.Drive != im.plan.Drive || !inScope(im.actor, p.Volunteer) || !sameWords(p.Facts.Name, f.Name) || !p.Facts.Birth.Contains(f.Birth) {
				continue
			}
			if ok && p.Volunteer.ID != found.Volunteer.ID {
				return roll.Person{}, false // two people: the desk has to look
			}
			found, ok = p, true
		}
	}
	return found, ok
}

// sameWords reports whether two names are the same words in any order.
func sameWords(a, b reserve.Private) bool {
	x, y := strings.Fields(names.Fold(a.Reveal())), strings.Fields(names.Fold(b.Reveal()))
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// finish opens what was taken, where the node is unlocked, and says of each row who it is about.
func (im *importing) finish(ctx context.Context) error {
	taken, refused := int64(0), int64(0)
	for _, row := range im.report.Rows {
		if row.Outcome == RowRefused {
			refused++
		} else {
			taken++
		}
	}
	a := reserve.Act{Actor: im.actor, Verb: reserve.ActBatchImport, Subject: im.report.Batch, Count: taken, Note: "end"}
	err := im.r.Store.ChangeLater(ctx, a, func(tx *store.Tx) error { return tx.FinishBatch(im.report.Batch, taken, refused) })
	if err != nil {
		return fmt.Errorf("end an import: %w", err)
	}
	if err := im.r.Drain(ctx); err != nil {
		if reserve.KindOf(err) == reserve.Locked {
			return nil
		}
		return err
	}
	lines := map[string]int{}
	for i := range im.report.Rows {
		row := &im.report.Rows[i]
		p, ok := im.r.Roll.ByReceipt(row.Receipt)
		if row.Receipt == "" || !ok {
			continue
		}
		row.Volunteer, row.OptedOut = p.Volunteer.ID, p.Silenced
		if _, seen := lines[p.Volunteer.ID]; !seen {
			lines[p.Volunteer.ID] = row.Row
		}
		if p.Volunteer.State == reserve.Held {
			if err := im.sameAs(ctx, row, lines); err != nil {
				return err
			}
		}
	}
	return nil
}

func (im *importing) sameAs(ctx context.Context, row *ImportedRow, lines map[string]int) error {
	return im.r.Store.View(ctx, func(rd *store.Read) error {
		pairs, err := rd.PairsOf(row.Volunteer)
		for _, p := range pairs {
			if p.Band == store.AlmostSure && p.Newer == row.Volunteer && row.SameAs == "" {
				row.SameAs, row.SameRow = p.Older(), lines[p.Older()]
			}
		}
		return err
	})
}

func (im *importing) count() {
	c := &im.report
	for _, row := range c.Rows {
		switch row.Outcome {
		case RowAdded:
			c.Added++
		case RowUpdated:
			c.Updated++
		case RowRepeated:
			c.Repeated++
		case RowConflict:
			c.Conflicts++
		case RowRefused:
			c.Refused++
			if underAge(row.Faults) {
				c.Minors++
			}
		}
		if row.SameAs != "" {
			c.Same++
		}
		if row.OptedOut {
			c.OptedOut++
		}
	}
}
