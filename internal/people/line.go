package people

import (
	"fmt"

	"muster/internal/reserve"
)

// prefixes are mobile ranges of Niger; each has a million numbers.
var prefixes = []string{"90", "91", "92", "96", "97", "98", "99", "80", "81", "84", "85", "86", "87", "88", "89", "94", "95", "93", "70", "74"}

// newLine draws a number that no other person has been given: a walk through all numbers of the ranges in leaps that
// visit each once.
func (s *Source) newLine() Phone {
	const total = 20 * 1_000_000
	s.line++
	at := (s.line*7_368_787 + 1_234_567) % total // a prime leap
	rest := at % 1_000_000
	return Phone{E164: "+227" + prefixes[at/1_000_000] + fmt.Sprintf("%06d", rest), Owner: reserve.PhoneSelf}
}

// foreignLine is a SIM of a neighbour: people of Gaya and Maradi cross the border daily.
func (s *Source) foreignLine() Phone {
	s.line++
	n := (s.line*7_368_787 + 1_234_567) % 1_000_000
	if chance(s.rand, 60) {
		return Phone{E164: fmt.Sprintf("+234803%07d", n*7%10_000_000), Owner: reserve.PhoneSelf}
	}
	return Phone{E164: fmt.Sprintf("+2290196%06d", n), Owner: reserve.PhoneSelf}
}

func (s *Source) phonesFor(h home) []Phone {
	r := s.rand
	var out []Phone
	kind := pick(r, []share{{"own", 82}, {"family", 6}, {"relay", 5}, {"none", 7}})
	if h.phone != nil {
		kind = pick(r, []share{{"own", 42}, {"family", 54}, {"none", 4}})
	}
	if s.options.Papers && kind != "family" {
		kind = "own"
	}
	switch {
	case kind == "relay":
		out = append(out, s.relay())
	case kind == "family" && h.phone != nil:
		out = append(out, *h.phone)
	case kind == "family":
		p := s.newLine()
		p.Owner = reserve.PhoneShared
		out = append(out, p)
	case kind == "own" && chance(r, 2.5):
		out = append(out, s.foreignLine())
	case kind == "own":
		out = append(out, s.newLine())
	}
	if kind == "own" && chance(r, 15) {
		out = append(out, s.newLine())
	}
	for i := range out {
		out[i].Written = s.typed(out[i].E164)
	}
	return out
}

// relay is the number of a shop or a chief that several households give.
func (s *Source) relay() Phone {
	if len(s.relays) == 0 || chance(s.rand, 25) {
		p := s.newLine()
		p.Owner = reserve.PhoneRelay
		p.Relay = pick(s.rand, []share{{"Boutique ", 2}, {"Chef ", 1}, {"Malam ", 1}}) + s.lists.men.draw(s.rand)
		s.relays = append(s.relays, p)
		return p
	}
	return s.relays[s.rand.IntN(len(s.relays))]
}

// typed writes a number as people do.
func (s *Source) typed(e164 string) string {
	const niger = "+227"
	if e164[:len(niger)] != niger {
		if e164[:4] == "+229" && chance(s.rand, 40) {
			return "+229" + e164[len("+22901"):] // as it was before November 2024
		}
		return e164
	}
	n := e164[len(niger):]
	pairs := func(sign string) string { return n[:2] + sign + n[2:4] + sign + n[4:6] + sign + n[6:] }
	switch pick(s.rand, []share{{"bare", 40}, {"blanks", 25}, {"code", 20}, {"00", 5}, {"dots", 5}, {"dashes", 3}, {"no plus", 2}}) {
	case "blanks":
		return pairs(" ")
	case "code":
		return e164
	case "00":
		return "00227 " + pairs(" ")
	case "dots":
		return pairs(".")
	case "dashes":
		return pairs("-")
	case "no plus":
		return e164[1:]
	}
	return n
}
