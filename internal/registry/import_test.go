package registry_test

import (
	"fmt"
	"testing"

	"muster/internal/registry"
	"muster/internal/reserve"
	"muster/internal/store"
	"muster/internal/testkit"
)

// sheetRow is a row as a sheet gives it.
func sheetRow(line int, name, birth, number, place string) reserve.Application {
	a := reserve.Application{Channel: reserve.ChannelSheet, Row: line, Name: reserve.Private(name), Birth: birth, Place: place, Functions: []string{"other"}}
	if number != "" {
		a.Phones = []reserve.PhoneGiven{{Number: reserve.Private(number)}}
	}
	return a
}

func (n *node) importFile(file string, mode registry.ImportMode, rows ...reserve.Application) registry.ImportReport {
	n.t.Helper()
	report, err := n.Import(ctx(), desk("d"), registry.ImportPlan{Drive: "test-drive", Digest: []byte(file), Rows: rows, Mode: mode})
	if err != nil {
		n.t.Fatalf("import: %v", err)
	}
	return report
}

// TestOnePhoneSeveralPeople is case C014 at the registry.
func TestOnePhoneSeveralPeople(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		rows := []reserve.Application{
			sheetRow(2, "Hadiza Maïga", "1990-05-17", "90 00 00 11", "NIAMEY 2"), sheetRow(3, "Moussa Maïga", "1985-01-20", "90 00 00 11", "NIAMEY 2"),
			sheetRow(4, "Hadiza Maiga", "1990-05-17", "+227 90000011", "Niamey 2"), sheetRow(5, "Issa Maïga", "2012-03-02", "90 00 00 11", "NIAMEY 2"),
		}
		got := n.importFile("C014", registry.ImportAdd, rows...)
		if got.Added != 3 || got.Minors != 1 || got.Same != 1 || got.Rows[2].SameRow != 2 || got.Rows[3].Faults[0].Code != "under-age" || got.Rows[1].SameNumber != 2 {
			t.Errorf("got %+v", got)
		}
		if people := n.people(); people[reserve.Active] != 2 || people[reserve.Held] != 1 {
			t.Errorf("got %v, want two people and one held", people)
		}
		again := n.importFile("C014", registry.ImportAdd, rows...)
		if again.Added != 0 || again.Repeated != 3 || !again.Before {
			t.Errorf("the same file again: got %+v", again)
		}
		other := n.importFile("C014 mended", registry.ImportAdd, append(rows, sheetRow(6, "Rakia Labo", "1999-10-10", "", ""))...)
		if other.Added != 1 || other.Repeated != 3 {
			t.Errorf("a longer file with the same rows: got %d added and %d repeated, want 1 and 3", other.Added, other.Repeated)
		}
	})
}

// TestAListUploadedAgainDoesNotUndoStop is case C025 at the registry.
func TestAListUploadedAgainDoesNotUndoStop(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		n.importFile("before", registry.ImportAdd, sheetRow(2, "Hadiza Noma", "1990-05-17", "+22793123451", ""), sheetRow(3, "Fadima Bello", "1992-03-03", "+22793123452", ""))
		if err := n.Silence(ctx(), reserve.Self(), "+22793123451"); err != nil {
			t.Fatal(err)
		}
		rows := []reserve.Application{sheetRow(2, "Hadiza Noma", "", "93 12 34 51", "Kollo"), sheetRow(3, "Fadima Bello", "", "93 12 34 52", "Say"), sheetRow(4, "Rakia Labo", "1999-10-10", "93 12 34 53", "Say")}
		rows[0].Functions = nil // the list has no such column
		rows[0].PlaceWithin, rows[1].PlaceWithin, rows[2].PlaceWithin = "Kollo", "Say", "Say"
		got := n.importFile("after", registry.ImportUpdate, rows...)
		if got.Added != 1 || got.Updated != 2 || got.OptedOut != 1 {
			t.Fatalf("got %d added, %d updated, %d opted out; want 1, 2, 1: %+v", got.Added, got.Updated, got.OptedOut, got.Rows)
		}
		p, _ := n.Roll.Person(got.Rows[0].Volunteer)
		if !p.Silenced || p.Facts.Place == "" || p.Facts.Birth.String() != "1990-05-17" {
			t.Errorf("got silenced %v, place %q, birth %s", p.Silenced, p.Facts.Place, p.Facts.Birth)
		}
		if p := n.people(); p[reserve.Active]+p[reserve.PendingAge] != 3 || p[reserve.Held] != 0 {
			t.Errorf("got %v, want three people", p)
		}
		again := n.importFile("after", registry.ImportUpdate, rows...)
		if again.Added != 0 || again.Updated != 0 || again.Repeated != 3 {
			t.Errorf("again: got %d added, %d updated, %d repeated", again.Added, again.Updated, again.Repeated)
		}
		if err := n.Undo(ctx(), desk("d"), got.Batch); err != nil {
			t.Fatal(err)
		}
		if p, _ := n.Roll.Person(got.Rows[0].Volunteer); p.Facts.Place != "" || !p.Silenced {
			t.Errorf("after undo: got place %q and silenced %v, want the entry as before", p.Facts.Place, p.Silenced)
		}
	})
}

func TestADryRunWritesNothing(t *testing.T) {
	t.Parallel()
	n := newNode(t, testkit.SQLite(t))
	before := len(acts(t, n))
	report, err := n.Import(ctx(), desk("d"), registry.ImportPlan{Drive: "test-drive", Digest: []byte("x"), DryRun: true, Rows: []reserve.Application{
		sheetRow(2, "Hadiza Noma", "1990-05-17", "+22793123451", ""), sheetRow(3, "Issa", "31/02/1990", "93 12 34 52", "")}})
	if err != nil || report.Added != 1 || report.Refused != 1 || report.Rows[1].Faults[0].Field != "birth" {
		t.Errorf("got %+v and %v", report, err)
	}
	if got := len(acts(t, n)); got != before || n.Roll.Count() != 0 {
		t.Errorf("got %d acts and %d people after a dry run", got-before, n.Roll.Count())
	}
}

func TestAnImportIsTakenBackAndCanComeAgain(t *testing.T) {
	t.Parallel()
	testkit.Stores(t, func(t *testing.T, s *store.Store) {
		n := newNode(t, s)
		var rows []reserve.Application
		for i := range 120 {
			a := stranger(i)
			a.Ref, a.Row, a.Channel = "", i+2, reserve.ChannelSheet
			rows = append(rows, a)
		}
		kept := n.join(amina(500))
		got := n.importFile("f", registry.ImportAdd, rows...)
		if got.Added != 120 || n.Roll.Count() != 121 {
			t.Fatalf("got %d added and %d people", got.Added, n.Roll.Count())
		}
		for range 2 {
			if err := n.Undo(ctx(), desk("d"), got.Batch); err != nil {
				t.Fatal(err)
			}
		}
		if p := n.people(); p[reserve.Active]+p[reserve.Held] != 1 || p[reserve.Erased] != 120 || n.Roll.Count() != 1 {
			t.Errorf("got %v after undo, want only who was there before", p)
		}
		if _, ok := n.Roll.Person(kept.Volunteer.ID); !ok {
			t.Errorf("who was there before is gone")
		}
		again := n.importFile("f", registry.ImportAdd, rows...)
		if again.Added != 120 || fmt.Sprint(n.people()[reserve.Active]) != "121" {
			t.Errorf("got %d added and %v, want all of them again", again.Added, n.people())
		}
	})
}

func TestALockedNodeImportsToo(t *testing.T) {
	t.Parallel()
	n := lockedNode(t, testkit.SQLite(t), testkit.Keyring(t))
	got := n.importFile("f", registry.ImportAdd, sheetRow(2, "Hadiza Noma", "1990-05-17", "+22793123451", ""))
	if got.Added != 1 || got.Rows[0].Receipt == "" {
		t.Errorf("got %+v", got)
	}
	_, err := n.Import(ctx(), desk("d"), registry.ImportPlan{Drive: "test-drive", Digest: []byte("g"), Mode: registry.ImportUpdate})
	if reserve.KindOf(err) != reserve.Locked {
		t.Errorf("got %v for an update, want locked", err)
	}
	n.unlock()
	n.drain()
	if n.Roll.Count() != 1 {
		t.Errorf("got %d people after the unlock, want 1", n.Roll.Count())
	}
}
