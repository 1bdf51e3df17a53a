package cases

import (
	"fmt"
	"slices"
	"testing"
)

func caseC008(t *testing.T, c *Case) {
	type file struct {
		Accept, Refuse []string
		Trimmed        map[string]string
	}
	f := decode[file](t, c, 0)
	c.line(t, 2, func(t *testing.T) {
		h := newHouse(t)
		for _, name := range f.Refuse {
			for _, d := range h.allDoors() {
				p := adult(name)
				p.phone = "93123457"
				if got := d.send(p); got.taken || got.faults["name"] == "" {
					t.Errorf("%s, %q: got %s, want a fault of the name", d.name, name, got)
				}
			}
		}
		if got := h.people(); len(got) != 0 {
			t.Errorf("got %q in the registry, want nobody", names(got))
		}
	})
	c.line(t, 3, func(t *testing.T) { readsBack(t, []string{"Null"}, f.Trimmed) })
	t.Run("the doors that are built take every name", func(t *testing.T) { readsBack(t, f.Accept, f.Trimmed) })
}

// readsBack registers every name through each door, in a house of its own, and reads all of them back.
func readsBack(t *testing.T, list []string, trimmed map[string]string) {
	for i := range newHouse(t).allDoors() {
		h := newHouse(t)
		d := h.allDoors()[i]
		var want []string
		for n, name := range list {
			p := adult(name)
			p.birth = fmt.Sprintf("%d-05-17", 1960+n)
			if got := d.send(p); !got.taken {
				t.Errorf("%s: %q got %s, want taken", d.name, name, got)
			}
			if s, ok := trimmed[name]; ok {
				name = s
			}
			want = append(want, name)
		}
		slices.Sort(want)
		if got := names(h.people()); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", d.name, got, want)
		}
	}
}
