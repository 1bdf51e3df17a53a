package cases

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"muster/internal/reserve"
	"muster/internal/store"
)

// pairs gives what waits for the desk.
func (h *house) pairs() (list []store.Pair) {
	h.t.Helper()
	h.people()
	list, err := h.Registry.Pairs(context.Background(), store.PairFilter{Drive: h.drive, Limit: 100, Actor: h.Operator()})
	check(h.t, err)
	return list
}

var stated = regexp.MustCompile(`^(\d+) \((year|age on .*)\)$`)

// side is one person of a pair of C015.
func side(row map[string]string, prefix string) person {
	p := person{name: row[prefix+"_name"], birth: row[prefix+"_birth"], sex: strings.ToLower(row[prefix+"_sex"]), phone: row[prefix+"_phone"], place: row[prefix+"_commune"]}
	if m := stated.FindStringSubmatch(p.birth); m != nil {
		p.birth, p.age = m[1], ""
		if m[2] != "year" {
			p.birth, p.age = "", m[1]
		}
	}
	return p
}

func caseC015(t *testing.T, c *Case) {
	rows := c.rows(t, 0)
	houses := make([]*house, len(rows))
	whole := t
	each := func(t *testing.T, expect string, judge func(t *testing.T, h *house, what string, row map[string]string)) {
		for i, row := range rows {
			if row["expect"] != expect && expect != "" {
				continue
			}
			if houses[i] == nil {
				houses[i] = newHouse(whole)
				houses[i].in(t).mustTake(side(row, "a"))
				houses[i].people()
				houses[i].mustTake(side(row, "b"))
			}
			judge(t, houses[i].in(t), fmt.Sprintf("row %d, %s and %s", i+1, row["a_name"], row["b_name"]), row)
		}
	}
	c.line(t, 1, func(t *testing.T) {
		each(t, "same", func(t *testing.T, h *house, what string, _ map[string]string) {
			list := h.pairs()
			if len(list) != 1 || list[0].Band != store.AlmostSure || len(h.counted()) != 1 {
				t.Errorf("%s: got pairs %+v and %d counted, want one almost sure and one counted", what, list, len(h.counted()))
			}
		})
	})
	c.line(t, 2, func(t *testing.T) {
		each(t, "review", func(t *testing.T, h *house, what string, row map[string]string) {
			list := h.pairs()
			if len(list) != 1 || list[0].Band != store.Review || len(h.counted()) != 2 {
				t.Fatalf("%s: got pairs %+v and %d counted, want one to review and two counted", what, list, len(h.counted()))
			}
			h.sideBySide(list[0], what, row)
		})
	})
	c.line(t, 3, func(t *testing.T) {
		each(t, "different", func(t *testing.T, h *house, what string, _ map[string]string) {
			if list := h.pairs(); len(list) != 0 || len(h.counted()) != 2 {
				t.Errorf("%s: got pairs %+v and %d counted, want none and two", what, list, len(h.counted()))
			}
		})
	})
	c.line(t, 4, func(t *testing.T) {
		each(t, "", func(t *testing.T, h *house, what string, row map[string]string) {
			list := h.people()
			if len(list) != 2 {
				t.Errorf("%s: got %d people, want both registrations kept", what, len(list))
			}
			for _, p := range list {
				if p.Volunteer.State == reserve.Merged || len(p.Receipts) != 1 {
					t.Errorf("%s: merged without a person", what)
				}
			}
		})
	})
	c.line(t, 5, func(t *testing.T) {
		inside, equal := 0, 0
		for i, row := range rows {
			if strings.Contains(row["a_birth"], "(") {
				inside++
				if why := houses[i].in(t).why(row); !slices.ContainsFunc(why, func(s string) bool { return s == "birth-inside" || s == "birth-year-equal" }) {
					t.Errorf("row %d: got %v, want an estimate that agrees with a date inside it", i+1, why)
				}
			}
			if strings.HasSuffix(row["a_birth"], "-01-01") {
				equal++
				if why := houses[i].in(t).why(row); slices.Contains(why, "birth-equal") || len(houses[i].pairs()) != 0 {
					t.Errorf("row %d: got %v and %d pairs, want 1 January to say nothing", i+1, why, len(houses[i].pairs()))
				}
			}
		}
		if inside != 2 || equal != 1 {
			t.Errorf("got %d estimates and %d births on 1 January, want 2 and 1", inside, equal)
		}
	})
}

// why gives what the comparison of the two people of a house found.
func (h *house) why(row map[string]string) []string {
	h.t.Helper()
	list := h.people()
	if len(list) != 2 {
		h.t.Fatalf("got %d people, want two", len(list))
	}
	found, ok := h.Roll.Compare(list[0].Volunteer.ID, list[1].Volunteer.ID)
	if !ok {
		h.t.Fatalf("%s and %s cannot be compared", row["a_name"], row["b_name"])
	}
	return found.Reasons
}

var lineOfPair = regexp.MustCompile(`(?s)<tr class="differs">(.*?)</tr>`)

// sideBySide looks at the page of a pair: what differs stands marked, one value beside the other.
func (h *house) sideBySide(p store.Pair, what string, row map[string]string) {
	h.t.Helper()
	page := h.signIn().page("/console/duplicates/" + p.ID)
	var differs []string
	for _, m := range lineOfPair.FindAllStringSubmatch(page, -1) {
		differs = append(differs, m[1])
	}
	shown := func(field, v string) string {
		switch {
		case field == "birth" && stated.MatchString(v):
			return stated.FindStringSubmatch(v)[1]
		case field == "sex":
			return h.french().Text("join.sex-" + strings.ToLower(v))
		case field == "phone":
			return v[len(v)-2:]
		}
		return v
	}
	for _, field := range []string{"name", "birth", "sex", "phone", "commune"} {
		a, b := row["a_"+field], row["b_"+field]
		if a == b || a == "" || b == "" {
			continue
		}
		both := func(line string) bool {
			return strings.Contains(line, shown(field, a)) && strings.Contains(line, shown(field, b))
		}
		if !slices.ContainsFunc(differs, both) {
			h.t.Errorf("%s: the page does not show that the %s differs: %q", what, field, differs)
		}
	}
}
