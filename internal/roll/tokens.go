package roll

// mostTokens bounds the words of one person's names that are searched; the longest known real name has 20.
const mostTokens = 32

// tokenStore keeps the terms of each slot in one arena, because a slice each would cost more than its content.
type tokenStore struct {
	arena []uint32
	at    []uint32 // where a slot's terms begin; 0 with count 0: none
	count []uint8
	mine  []uint8 // how many of them are the person's own, not the father's alone
	waste int
}

// own is how many terms of a slot are the person's own.
func (s *tokenStore) own(slot uint32) int {
	if int(slot) >= len(s.mine) {
		return 0
	}
	return int(s.mine[slot])
}

func (s *tokenStore) of(slot uint32) []uint32 {
	if int(slot) >= len(s.at) {
		return nil
	}
	return s.arena[s.at[slot] : s.at[slot]+uint32(s.count[slot])]
}

func (s *tokenStore) put(slot uint32, terms []uint32) {
	for int(slot) >= len(s.at) {
		s.at, s.count, s.mine = append(s.at, 0), append(s.count, 0), append(s.mine, 0)
	}
	s.mine[slot] = 0
	for _, t := range terms {
		if t&fathers == 0 {
			s.mine[slot]++
		}
	}
	s.waste += int(s.count[slot])
	s.at[slot], s.count[slot] = uint32(len(s.arena)), uint8(len(terms))
	s.arena = append(s.arena, terms...)
	if s.waste > 1<<16 && s.waste > len(s.arena)/2 {
		s.compact()
	}
}

func (s *tokenStore) compact() {
	fresh := make([]uint32, 0, len(s.arena)-s.waste)
	for slot := range s.at {
		list := s.of(uint32(slot))
		s.at[slot] = uint32(len(fresh))
		fresh = append(fresh, list...)
	}
	s.arena, s.waste = fresh, 0
}
