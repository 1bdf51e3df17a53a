package handover

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
	"muster/internal/store"
)

func TestWhoLeavesBetweenTwoStepsStopsTheList(t *testing.T) {
	worlds(t, func(w *world) {
		h := w.prepare()
		w.withdraw(w.people[0])
		w.refused("withdrawn before the approval", w.tryApprove(w.two, h), "count-changed")
		if got := w.state(h.ID); got != store.ListCancelled {
			w.t.Errorf("state: got %s, want cancelled: it must be prepared again", got)
		}
		h = w.prepare()
		if h.Count != 11 {
			w.t.Fatalf("prepared again: %d people, want 11", h.Count)
		}
		w.approve(h)
		w.withdraw(w.people[1])
		w.refused("withdrawn before the seal", w.trySeal(h), "count-changed")
		if got := w.state(h.ID); got != store.ListCancelled {
			w.t.Errorf("state: got %s, want cancelled", got)
		}
		// Another node's withdrawal, which this node's roll has not heard of.
		h = w.prepare()
		w.approve(h)
		w.change(reserve.ActWithdraw, func(tx *store.Tx) error { return tx.SetVolunteerState(w.people[2], reserve.Withdrawn, reserve.Active) })
		w.refused("withdrawn on another node", w.trySeal(h), "count-changed")
		// A consent taken back, a person held as a duplicate, a row that changed.
		h = w.prepare()
		w.change(reserve.ActWithdraw, func(tx *store.Tx) error {
			return tx.EndConsent(w.people[3], store.ConsentEnd{Recipient: "civil-protection", Purpose: "call-up"}, false)
		})
		w.refused("consent taken back", w.tryApprove(w.two, h), "count-changed")
		h = w.prepare()
		w.approve(h)
		w.change(reserve.ActPairOffer, func(tx *store.Tx) error { return tx.SetVolunteerState(w.people[4], reserve.Held, reserve.Active) })
		w.refused("held meanwhile", w.trySeal(h), "count-changed")
		w.change(reserve.ActPairOffer, func(tx *store.Tx) error { return tx.SetVolunteerState(w.people[4], reserve.Active, reserve.Held) })
		w.roll.Remove(w.people[4])
		h = w.prepare()
		w.approve(h)
		w.change(reserve.ActVerify, func(tx *store.Tx) error { return tx.TouchVolunteer(w.people[5]) })
		w.refused("a row newer than the roll", w.trySeal(h), "roll-behind")
		if got := w.state(h.ID); got != store.ListSealing {
			w.t.Errorf("state: got %s, want sealing: it can be tried again", got)
		}
		p, _ := w.roll.Person(w.people[5])
		p.Volunteer.Version++
		w.roll.Put(p)
		if err := w.trySeal(h); err != nil {
			w.t.Errorf("once the roll has caught up: %v", err)
		}
	})
}

func TestASealAsksEveryRowAgain(t *testing.T) {
	worlds(t, func(w *world) {
		ctx := context.Background()
		// A birth corrected after the approval, which this node has read: not of age after all.
		h := w.prepare()
		w.approve(h)
		w.change(reserve.ActCorrect, func(tx *store.Tx) error { return tx.TouchVolunteer(w.people[0]) })
		p, _ := w.roll.Person(w.people[0])
		old := p.Facts.Birth
		p.Volunteer.Version++
		p.Facts.Birth = reserve.Birth{Year: 2010, Precision: reserve.PrecisionYear}
		w.roll.Put(p)
		w.refused("not of age after all", w.trySeal(h), "count-changed")
		if got := w.state(h.ID); got != store.ListCancelled {
			w.t.Errorf("state: got %s, want cancelled", got)
		}
		p.Volunteer.Version++
		p.Facts.Birth = old
		w.change(reserve.ActCorrect, func(tx *store.Tx) error { return tx.TouchVolunteer(w.people[0]) })
		w.roll.Put(p)
		// Something changes while the file is being made, after the rows were read and before it is kept.
		h = w.prepare()
		w.approve(h)
		h, d, err := w.lists.beginSealing(ctx, w.one.Actor, h.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		_, versions, err := w.lists.people(ctx, h, d)
		if err != nil {
			w.t.Fatal(err)
		}
		w.change(reserve.ActVerify, func(tx *store.Tx) error { return tx.TouchVolunteer(w.people[1]) })
		w.refused("a row changed under the seal", w.lists.keep(ctx, w.one.Actor, h, []byte("file"), versions), "changed-meanwhile")
		w.withdraw(w.people[2])
		w.refused("somebody left under the seal", w.lists.keep(ctx, w.one.Actor, h, []byte("file"), versions), "count-changed")
		if _, err := w.lists.File(ctx, w.one.Actor, h.ID); reserve.KindOf(err) != reserve.NotFound {
			w.t.Errorf("the file of a list that was not sealed: got %v, want none", err)
		}
	})
}

// TestASealThatBrokeOffKeepsItsNumber tries again after a seal that got its number and no file.
func TestASealThatBrokeOffKeepsItsNumber(t *testing.T) {
	worlds(t, func(w *world) {
		h := w.prepare()
		w.approve(h)
		if _, _, err := w.lists.beginSealing(context.Background(), w.one.Actor, h.ID); err != nil {
			w.t.Fatal(err)
		}
		m, err := w.lists.Seal(context.Background(), w.one.Actor, h.ID)
		if err != nil || m.Sequence != 1 {
			w.t.Errorf("sealed again: number %d, %v, want 1", m.Sequence, err)
		}
		h = w.prepare()
		w.approve(h)
		if m, err = w.lists.Seal(context.Background(), w.one.Actor, h.ID); err != nil || m.Sequence < 2 {
			w.t.Errorf("the next list: number %d, %v, want a higher one", m.Sequence, err)
		}
		w.change(reserve.ActWithdraw, func(tx *store.Tx) error { _, err := tx.EndEntries(w.people[0]); return err })
		_, _, err = w.lists.beginSealing(context.Background(), w.one.Actor, h.ID)
		w.refused("a sealed list", err, "changed-meanwhile")
		if got := w.state(h.ID); got != store.ListSealed {
			w.t.Errorf("state: got %s, want sealed", got)
		}
	})
}

func TestAWithdrawalReachesTheRecipient(t *testing.T) {
	worlds(t, func(w *world) {
		ctx, out := context.Background(), w.t.TempDir()
		h, file := w.sealed()
		opened, err := w.open(file, out)
		if err != nil {
			w.t.Fatal(err)
		}
		gone := w.people[3]
		name := "Amina Canari003"
		w.withdraw(gone)
		if n := w.steps(); n != 0 {
			w.t.Errorf("at once after a withdrawal %d steps, want 0: the first waits for others", n)
		}
		w.clock.Add(w.lists.FeedEvery)
		w.back()
		w.steps()
		f, err := w.lists.Feed(ctx, w.drive.Code, "civil-protection")
		if err != nil {
			w.t.Fatal(err)
		}
		if f.Count != 1 || f.Sequence != 1 || strings.Contains(string(f.File), "Canari") || strings.Contains(string(f.File), gone) || strings.Contains(string(f.File), "withdr") {
			w.t.Errorf("the feed: %d entries, number %d; it must name nobody and give no reason", f.Count, f.Sequence)
		}
		whole := w.whoHas(gone)
		if len(whole) != 1 || whole[0].Recipient != "Protection civile" || whole[0].Ended.IsZero() || whole[0].Told.IsZero() || !whole[0].Acknowledged.IsZero() {
			w.t.Errorf("what the person sees: got %+v, want told and not acknowledged", whole)
		}
		done, err := Refresh(Refreshing{Feed: f.File, Identity: reserve.Private(w.identity), Out: out, Now: w.clock.Now()})
		if err != nil || done.Hidden != 1 || done.Left != 11 || done.Stale {
			w.t.Fatalf("refresh: got %+v, %v, want one hidden and eleven left", done, err)
		}
		for _, file := range []string{filePeople, filePage} {
			if strings.Contains(read(w.t, out, file), name) {
				w.t.Errorf("%s still shows who withdrew", file)
			}
		}
		again, err := Refresh(Refreshing{Feed: f.File, Identity: reserve.Private(w.identity), Out: out, Now: w.clock.Now().Add(2 * day)})
		if err != nil || again.Hidden != 0 || !again.Stale {
			w.t.Errorf("the same feed two days later: got %+v, %v, want nothing new, and stale", again, err)
		}
		if !strings.Contains(read(w.t, out, filePage), "warning") {
			w.t.Error("the page does not warn of an old feed")
		}
		w.refused("a receipt before any list was opened", w.lists.Acknowledge(ctx, w.one.Actor, w.drive.Code, "civil-protection", done.Receipt), "opening-forged")
		if err := w.lists.RecordReceipt(ctx, w.one.Actor, h.ID, opened.Receipt); err != nil {
			w.t.Fatal(err)
		}
		w.refused("a receipt with another's key", w.lists.Acknowledge(ctx, w.one.Actor, w.drive.Code, "civil-protection", w.foreignReceipt(f.File)), "opening-forged")
		if err := w.lists.Acknowledge(ctx, w.one.Actor, w.drive.Code, "civil-protection", done.Receipt); err != nil {
			w.t.Fatal(err)
		}
		if whole = w.whoHas(gone); whole[0].Acknowledged.IsZero() {
			w.t.Error("the person does not see that the recipient acknowledged")
		}
		if open, err := w.lists.OpenFeeds(ctx); err != nil || len(open) != 0 {
			w.t.Errorf("open feeds: got %v, %v, want none", open, err)
		}
		if stands := w.whoHas(w.people[4]); len(stands) != 1 || !stands[0].Ended.IsZero() {
			w.t.Errorf("somebody who stays: got %+v, want one copy that stands", stands)
		}
	})
}

func (w *world) whoHas(id string) []Copy {
	w.t.Helper()
	list, err := w.lists.WhoHas(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// foreignReceipt is a receipt for a feed, signed by somebody else's key.
func (w *world) foreignReceipt(file []byte) []byte {
	w.t.Helper()
	f, err := seal.OpenFeed(file, w.pinned, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	other := newWorld(storeOf(w.t))
	receipt, err := seal.SignFeedReceipt(f, other.identity, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return receipt
}

func TestFeedsAreMixedAndRepeatedUntilAcknowledged(t *testing.T) {
	worlds(t, func(w *world) {
		ctx, out := context.Background(), w.t.TempDir()
		_, first := w.sealed()
		if _, err := w.open(first, out); err != nil {
			w.t.Fatal(err)
		}
		w.withdraw(w.people[0])
		w.clock.Add(w.lists.FeedEvery)
		w.steps()
		nags := func() int64 {
			open, err := w.lists.OpenFeeds(ctx)
			if err != nil || len(open) != 1 {
				w.t.Fatalf("open feeds: got %d, %v, want 1", len(open), err)
			}
			return open[0].Nags
		}
		if n := nags(); n != 0 {
			w.t.Errorf("at once: %d reminders, want 0", n)
		}
		for i, wait := range []int{1, 2, 4, 7, 7} {
			w.clock.Add(time.Duration(wait) * day)
			w.steps()
			if n := nags(); n != int64(i+1) {
				w.t.Errorf("after %d more days: %d reminders, want %d", wait, n, i+1)
			}
		}
		// The list runs out: its eleven others end, and the next feed names all twelve alike.
		w.clock.Add(listLife)
		w.steps()
		w.clock.Add(w.lists.FeedEvery)
		w.steps()
		f, err := w.lists.Feed(ctx, w.drive.Code, "civil-protection")
		if err != nil || f.Count != 12 || f.Sequence != 2 {
			w.t.Fatalf("after the list ran out: feed %d with %d entries, %v, want 2 with 12", f.Sequence, f.Count, err)
		}
		feed, err := seal.OpenFeed(f.File, w.pinned, 0)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range feed.Entries {
			if e.Reason != ended || e.Ended.Hour() != 0 || e.Ended.Minute() != 0 {
				w.t.Errorf("an entry of a feed: got %+v, want no reason and no more than the day", e)
			}
		}
		if w.steps() != 0 {
			w.t.Error("a feed is made twice of the same entries")
		}
	})
}

func TestAFeedIsTakenOnlyFromTheRegistryAndInOrder(t *testing.T) {
	w := newWorld(storeOf(t))
	out := t.TempDir()
	_, file := w.sealed()
	if _, err := w.open(file, out); err != nil {
		t.Fatal(err)
	}
	var feeds [][]byte
	for _, id := range w.people[:2] {
		w.withdraw(id)
		w.clock.Add(w.lists.FeedEvery)
		w.steps()
		f, err := w.lists.Feed(context.Background(), w.drive.Code, "civil-protection")
		if err != nil {
			t.Fatal(err)
		}
		feeds = append(feeds, f.File)
	}
	apply := func(feed []byte, folder string) (Refreshed, error) {
		return Refresh(Refreshing{Feed: feed, Identity: reserve.Private(w.identity), Out: folder, Now: w.clock.Now()})
	}
	// The first feed was lost: the second holds its entry too.
	done, err := apply(feeds[1], out)
	if err != nil || done.Hidden != 2 {
		t.Errorf("the second feed alone: got %+v, %v, want two hidden", done, err)
	}
	_, err = apply(feeds[0], out)
	w.refused("an older feed", err, "list-replayed")
	bad := append([]byte(nil), feeds[1]...)
	bad[len(bad)/2] ^= 1
	if _, err := apply(bad, out); reserve.KindOf(err) == "" {
		t.Errorf("a changed feed: got %v, want a refusal", err)
	}
	_, err = apply(feeds[1][:len(feeds[1])-3], out)
	w.refused("a cut feed", err, "list-cut")
	_, err = apply(file, out)
	if reserve.KindOf(err) == "" {
		t.Errorf("a list in the place of a feed: got %v, want a refusal", err)
	}
	_, err = apply(feeds[1], t.TempDir())
	w.refused("a folder without lists", err, "pinned-key-bad")
	// A later list that still names somebody of an applied feed does not show them.
	w.back()
	_, later := w.sealed()
	if opened, err := w.open(later, out); err != nil || opened.Shown != 10 {
		t.Errorf("a later list: got %+v, %v, want ten shown", opened, err)
	}
	if n := lines(read(t, filepath.Join(out, folderEarlier, "test-drive-civil-protection-1"), filePeople)); n != 10 {
		t.Errorf("the earlier list shows %d people, want 10", n)
	}
	if left, err := filepath.Glob(filepath.Join(out, ".new-*")); err != nil || len(left) != 0 {
		t.Errorf("half-written files were left: %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(out, fileFeedReceipt)); err != nil {
		t.Errorf("no receipt of the feed: %v", err)
	}
}

func TestALargeListGoesInSlices(t *testing.T) {
	w := newWorld(storeOf(t))
	for i := range 450 {
		w.person(200+i, reserve.Active, "1980")
	}
	h := w.prepare()
	if h.Count != 462 {
		t.Fatalf("prepared: %d people, want 462", h.Count)
	}
	w.approve(h)
	if err := w.trySeal(h); err != nil {
		t.Fatal(err)
	}
	w.clock.Add(listLife)
	w.steps()
	w.clock.Add(w.lists.FeedEvery)
	w.steps()
	f, err := w.lists.Feed(context.Background(), w.drive.Code, "civil-protection")
	if err != nil || f.Count != 462 || f.Sequence != 1 {
		t.Errorf("the feed of a large list: number %d with %d entries, %v, want 1 with 462", f.Sequence, f.Count, err)
	}
}

func TestWhoWasFoundTwiceSeesBothCopies(t *testing.T) {
	worlds(t, func(w *world) {
		w.sealed()
		w.clock.Add(time.Minute)
		w.sealed()
		winner, _ := w.roll.Person(w.people[0])
		loser, _ := w.roll.Person(w.people[1])
		w.change(reserve.ActMerge, func(tx *store.Tx) error {
			return tx.Merge(store.MergeRequest{ID: w.s.NewID(), Winner: winner.Volunteer, Loser: loser.Volunteer, State: reserve.Active, Offers: winner.Volunteer.Offers, Staff: w.one.Actor.ID})
		})
		copies := w.whoHas(w.people[0])
		if len(copies) != 4 || !copies[0].Given.After(copies[3].Given) {
			w.t.Errorf("after a merge: got %+v, want the four copies of both, the newest first", copies)
		}
		w.change(reserve.ActWithdraw, func(tx *store.Tx) error { return tx.Withdraw(w.people[0]) })
		for _, c := range w.whoHas(w.people[0]) {
			if c.Ended.IsZero() {
				w.t.Errorf("after the withdrawal a copy stands: %+v", c)
			}
		}
	})
}
