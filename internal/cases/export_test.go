package cases

import (
	"slices"
	"strings"
	"testing"

	"muster/internal/channel/sheet"
)

func caseC053(t *testing.T, c *Case) {
	type entry struct{ Name, Phone string }
	list := decode[[]entry](t, c, 0)
	h := newHouse(t)
	kept := map[string]string{} // names by number
	for _, e := range list {
		p := adult(e.Name)
		p.phone = e.Phone
		got := h.api(p)
		if got.taken {
			kept[e.Phone] = e.Name
		} else if got.faults["name"] == "" { // what has no letter, or a tab or line end inside, is no name at this door
			t.Fatalf("%q: got %s, want taken, or a fault of the name", e.Name, got)
		}
	}
	if len(kept) < 5 {
		t.Fatalf("got %d of %d names taken, want most", len(kept), len(list))
	}
	file := h.export(h.people()...)
	rows := readCSV(t, file)
	column := func(head string) int { return slices.Index(rows[0], head) }
	c.line(t, 3, func(t *testing.T) {
		seen := 0
		for _, row := range rows[1:] {
			name, number := row[column("name")], row[column("phone")]
			if number != "" && kept[number] == "" {
				t.Errorf("the phone column reads %q, want +227…", number)
			}
			if strings.ContainsAny(kept[number][:1], "=+-@\t\r") {
				seen++
				if name != "'"+kept[number] {
					t.Errorf("got %q, want an apostrophe before %q and nothing else", name, kept[number])
				}
			}
			for i, cell := range row {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") && i != column("phone") {
					t.Errorf("a spreadsheet computes %q", cell)
				}
			}
		}
		if seen == 0 {
			t.Error("no name of the file begins with a sign")
		}
		for _, e := range list { // those the door refused, should they ever be in an older list
			if g := sheet.Guard(e.Name); strings.ContainsAny(e.Name[:1], "=+-@\t\r") != (g == "'"+e.Name) || sheet.Unguard(g) != e.Name {
				t.Errorf("%q is guarded as %q", e.Name, g)
			}
		}
	})
	c.line(t, 4, func(t *testing.T) {
		for _, how := range []sheet.How{{}, {Update: true}} {
			rep := h.in(t).load(file, sheet.Choices{}, how)
			if rep.Unchanged != len(kept) || rep.Added+rep.Updated+rep.Refused != 0 {
				t.Errorf("importing the export: got %+v, want nothing changed", rep)
			}
		}
		for phone, name := range kept {
			if got := h.Roll.ByPhone(phone); len(got) != 1 || got[0].Facts.Name.Reveal() != name {
				t.Errorf("%s: got %d people, want the one as they were", phone, len(got))
			}
		}
		// In another registry, where nobody is there yet, the same people come out of it.
		other := newHouse(t)
		rep := other.load(file, sheet.Choices{Map: map[string]sheet.Field{"receipt": sheet.FieldNone}}, sheet.How{})
		for phone, name := range kept {
			if got := other.Roll.ByPhone(phone); len(got) != 1 || got[0].Facts.Name.Reveal() != name {
				t.Errorf("%s in another registry: got %d people (%+v), want %q", phone, len(got), rep.Faults, name)
			}
		}
	})
	c.line(t, 5, func(t *testing.T) {
		i := slices.IndexFunc(rows, func(r []string) bool { return r[column("phone")] == "+22793123457" })
		if i < 0 || rows[i][column("name")] != "Normal =1" {
			t.Errorf("got %q, want the name as it is", rows)
		}
	})
}
