package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"muster/internal/channel/sheet"
	"muster/internal/roll"
)

// number is a row of C010, C011 or the CSV of C013.
type number struct{ raw, country, e164, state string }

func numbersOf(rows []map[string]string) []number {
	var out []number
	for _, r := range rows {
		n := number{r["raw"], r["default_country"], r["expect_e164"], r["state"]}
		if r["telephone"] != "" {
			n.raw, n.country = r["telephone"], "NE"
		}
		out = append(out, n)
	}
	return out
}

// kept says what became of a number that was taken, in the words of the files.
func keptAs(p roll.Person) (e164, state string) {
	if len(p.Facts.Phones) != 1 {
		return fmt.Sprintf("%d numbers", len(p.Facts.Phones)), ""
	}
	e164 = p.Facts.Phones[0].E164.Reveal()
	switch {
	case slices.Contains(p.Facts.Warnings, "phone-unlisted-range"):
		state = "ok_unlisted_range"
	case !strings.HasPrefix(e164, "+227"):
		state = "ok_foreign"
	case p.Facts.Reachable() == "":
		state = "ok_no_sms"
	default:
		state = "ok"
	}
	return e164, state
}

// judge sends a number through a door and compares what comes out with the file.
func (n number) judge(t *testing.T, h *house, d door, name string) {
	t.Helper()
	p := adult(name)
	p.phone = n.raw
	got := d.send(p)
	switch n.state {
	case "reject", "reject_damaged":
		if got.taken || got.faults["phones"] == "" || n.state == "reject_damaged" && !got.has("phones", "phone-damaged") {
			t.Errorf("%s, %q: got %s, want a fault of the number", d.name, n.raw, got)
		}
	case "two_numbers":
		n.two(t, h, d, name, got)
	default:
		if !got.taken {
			t.Errorf("%s, %q: got %s, want %s", d.name, n.raw, got, n.e164)
			return
		}
		if e164, state := keptAs(h.named(name)); e164 != n.e164 || state != n.state {
			t.Errorf("%s, %q: got %s %s, want %s %s", d.name, n.raw, e164, state, n.e164, n.state)
		}
	}
}

// two wants both numbers kept, or a question that says there are two; never one long number.
func (n number) two(t *testing.T, h *house, d door, name string, got answer) {
	t.Helper()
	if !got.taken {
		if !got.has("phones", "two-numbers") {
			t.Errorf("%s, %q: got %s, want to be asked which of two", d.name, n.raw, got)
		}
		return
	}
	if list := phonesOf(h.named(name)); !slices.Equal(list, []string{"+22793123457", "+22796000001"}) {
		t.Errorf("%s, %q: got %v, want both numbers", d.name, n.raw, list)
	}
}

func caseC010(t *testing.T, c *Case) {
	list := numbersOf(c.rows(t, 0))
	h := newHouse(t)
	each := func(t *testing.T, states ...string) {
		t.Helper()
		seen := 0
		for i, n := range list {
			if len(states) > 0 && !slices.Contains(states, n.state) {
				continue
			}
			seen++
			for _, d := range h.doors() {
				n.judge(t, h.in(t), d, strings.TrimSpace(fmt.Sprintf("Issoufou %d %s %s", i, d.name, strings.Join(states, ""))))
			}
		}
		if seen == 0 {
			t.Errorf("no row of %v", states)
		}
	}
	c.line(t, 1, func(t *testing.T) { each(t) })
	c.line(t, 2, func(t *testing.T) { each(t, "two_numbers") })
	c.line(t, 3, func(t *testing.T) {
		each(t, "ok_unlisted_range")
		rep := h.load(csvOf([]string{"nom", "telephone"}, []string{"Fadima Bello", "50 12 34 56"}), sheet.Choices{}, sheet.How{DryRun: true})
		if !slices.ContainsFunc(rep.Remarks, func(r sheet.Remark) bool { return r.Line == 2 && r.Code == "phone-unlisted-range" }) {
			t.Errorf("got remarks %+v, want a warning on line 2", rep.Remarks)
		}
	})
	c.line(t, 4, func(t *testing.T) { each(t, "ok_no_sms") })
	c.line(t, 5, func(t *testing.T) {
		h.in(t)
		rows := [][]string{{"nom", "telephone"}}
		for i, n := range list {
			rows = append(rows, []string{"Nouhou " + string(rune('A'+i)), n.raw})
		}
		rep := h.load(csvOf(rows...), sheet.Choices{}, sheet.How{DryRun: true})
		first := map[string]int{}
		for i, n := range list {
			line := i + 2
			if n.e164 == "" {
				continue
			}
			if first[n.e164] == 0 {
				first[n.e164] = line
				continue
			}
			told := slices.ContainsFunc(rep.Remarks, func(r sheet.Remark) bool {
				return r.Line == line && r.Code == sheet.RemarkSameNumber && r.Args["line"] == strconv.Itoa(first[n.e164])
			})
			if !told {
				t.Errorf("line %d, %q: not told that line %d has the same number", line, n.raw, first[n.e164])
			}
		}
	})
}

func caseC013(t *testing.T, c *Case) {
	rows := c.rows(t, 0)
	list := numbersOf(rows)
	c.line(t, 1, func(t *testing.T) {
		h := newHouse(t)
		// What the file says of the outcome is no column of a list.
		rep := h.load(c.bytes(t, 0), sheet.Choices{Map: map[string]sheet.Field{"state": sheet.FieldNone, "expect_e164": sheet.FieldNone}}, sheet.How{})
		for i, n := range list {
			line := i + 2
			fault := slices.ContainsFunc(rep.Faults, func(r sheet.Remark) bool {
				return r.Line == line && r.Column == "telephone" && r.Code == "phone-damaged"
			})
			var kept []string
			for _, p := range h.people() {
				if p.Facts.Name.Reveal() == rows[i]["nom"] {
					kept = phonesOf(p)
				}
			}
			rejected := n.state == "reject_damaged" || n.state == "ok_or_reject_damaged" && kept == nil
			if rejected != (kept == nil) || rejected != fault || !rejected && !slices.Equal(kept, []string{n.e164}) {
				t.Errorf("line %d, %q: got %v, damaged %v; want %s %s", line, n.raw, kept, fault, n.e164, n.state)
			}
		}
		for _, p := range h.people() {
			if slices.Contains(phonesOf(p), "+22793100000") {
				t.Error("a damaged number became the valid one of a stranger")
			}
		}
	})
}
