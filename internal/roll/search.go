package roll

import (
	"slices"
	"strings"

	"muster/internal/names"
	"muster/internal/phone"
)

// Hit is one person found. Score ranks, 100 for each word that is exactly a word of the name, and ten more for a query
// that names all of it; it means nothing else.
type Hit struct {
	ID    string
	Score int
}

// mostWords bounds a query; the rest of a longer one is not looked at.
const mostWords = 8

// Search finds people of a drive (of all where drive is empty) by any part of a name in any order, with accents, a spelling
// or one letter wrong, by part of a number, or by receipt, alone or together; the best first, at most limit. It finds
// those who count and, by receipt only, held ones. An empty query finds nobody.
func (r *Roll) Search(drive, q string, limit int) []Hit {
	if limit <= 0 {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if slot, ok := r.receipts[receiptKey(q)]; ok { // no receipt has the key 0
		if p := r.people[slot]; drive == "" || p.Volunteer.Drive == drive {
			return []Hit{{p.Volunteer.ID, 1000}}
		}
	}
	s := search{roll: r, drive: drive, limit: limit}
	part, hasPart := s.read(q)
	switch {
	case hasPart:
		s.byNumber(part)
	case len(s.words) > 0:
		s.byName()
	}
	out := make([]Hit, len(s.best))
	for i, f := range s.best {
		out[i] = Hit{r.people[f.slot].Volunteer.ID, f.score}
	}
	return out
}

// found is a person on the way into the answer.
type found struct {
	slot  uint32
	score int
}

// search is one search under way.
type search struct {
	roll  *Roll
	drive string
	limit int
	words []queryWord
	best  []found // the best so far, sorted, at most limit
}

// queryWord is a word of the query with the fit of every term of the vocabulary.
type queryWord struct {
	fits  []fit
	terms []uint32 // those that fit at all, the best first
	cost  int      // people behind them
}

// read cuts a query into words of a name and part of a number.
func (s *search) read(q string) (part digits, hasPart bool) {
	if typed, ok := typedDigits(strings.TrimSpace(q)); ok {
		part, hasPart = packDigits(strings.TrimPrefix(phone.Canonical("+"+typed), "+"))
		return part, hasPart
	}
	var number strings.Builder
	for w := range strings.FieldsSeq(q) {
		if typed := strings.Trim(w, "+./-()"); typed != "" && strings.Trim(typed, "0123456789") == "" {
			number.WriteString(typed)
			continue
		}
		for t := range strings.FieldsSeq(names.Fold(w)) {
			if len(s.words) < mostWords {
				s.words = append(s.words, s.look(t))
			}
		}
	}
	if number.Len() < fewestDigits {
		return 0, false
	}
	return packDigits(number.String())
}

// look holds a word against every term.
func (s *search) look(text string) queryWord {
	v := &s.roll.terms
	w := v.word(text)
	q := queryWord{fits: make([]fit, len(v.terms))}
	for id, g := range v.glances {
		if !w.may(g) {
			continue
		}
		t := &v.terms[id]
		if f := w.fits(t.text, g); f != 0 && len(t.people) > 0 {
			q.fits[id] = f
			q.terms = append(q.terms, uint32(id))
			q.cost += len(t.people)
		}
	}
	slices.SortStableFunc(q.terms, func(a, b uint32) int { return int(q.fits[b]) - int(q.fits[a]) })
	return q
}

// byNumber looks through the numbers, and ranks those who also fit the words.
func (s *search) byNumber(part digits) {
	s.roll.phones.part(part, func(slot uint32) bool {
		score := 100
		if len(s.words) > 0 {
			named := s.score(slot)
			if named == 0 {
				return true
			}
			score += named
		}
		s.take(slot, score)
		return len(s.words) > 0 || len(s.best) < s.limit
	})
}

// byName starts from the word that fewest people fit, and holds those against the other words. It stops where nobody who
// is still to come can be better than the worst one taken. One word alone names the whole name of few: they come first, so
// that the thousands of others can be left as soon as there are enough.
func (s *search) byName() {
	rarest := &s.words[0]
	for i := range s.words {
		if s.words[i].cost < rarest.cost {
			rarest = &s.words[i]
		}
	}
	for _, id := range rarest.terms {
		most := int(rarest.fits[id]) + (len(s.words)-1)*int(fitWhole)
		people := s.roll.terms.terms[id].people
		if s.full(most + wholeName) {
			return
		}
		if len(s.words) > 1 {
			s.among(people, most+wholeName)
			continue
		}
		for _, slot := range people {
			if s.roll.tokens.own(slot) == 1 {
				s.take(slot, s.score(slot))
			}
		}
		s.among(people, most+wholeName/2)
	}
}

// among judges people until there are enough who are as good as any of them can be.
func (s *search) among(people []uint32, most int) {
	for _, slot := range people {
		if s.take(slot, s.score(slot)) && s.full(most) {
			return
		}
	}
}

// full reports whether the answer is full of people whom a score of most cannot better.
func (s *search) full(most int) bool {
	return len(s.best) == s.limit && s.best[s.limit-1].score >= most
}

// wholeName is added in the measure in which the query names the whole name.
const wholeName = 10

// score judges a person against all words; 0 where one of them fits nothing.
func (s *search) score(slot uint32) int {
	tokens := s.roll.tokens.of(slot)
	sum, own := 0, s.roll.tokens.own(slot)
	for i := range s.words {
		best := 0
		for _, t := range tokens {
			f := int(s.words[i].fits[t&^fathers])
			if t&fathers != 0 {
				f /= 2
			}
			best = max(best, f)
		}
		if best == 0 {
			return 0
		}
		sum += best
	}
	return sum + wholeName*min(len(s.words), own)/max(own, 1)
}

// take puts a person among the best, once, and says whether it did. Of equal scores the one who came first stays first.
func (s *search) take(slot uint32, score int) bool {
	if score == 0 {
		return false
	}
	if len(s.best) == s.limit {
		worst := s.best[s.limit-1]
		if score < worst.score || score == worst.score && slot >= worst.slot {
			return false
		}
	}
	p := s.roll.people[slot]
	if p == nil || !p.Volunteer.State.Counted() || s.drive != "" && p.Volunteer.Drive != s.drive {
		return false
	}
	if slices.ContainsFunc(s.best, func(f found) bool { return f.slot == slot }) {
		return false
	}
	at, _ := slices.BinarySearchFunc(s.best, found{slot, score}, func(a, b found) int {
		if a.score != b.score {
			return b.score - a.score
		}
		return int(a.slot) - int(b.slot)
	})
	s.best = slices.Insert(s.best, at, found{slot, score})
	if len(s.best) > s.limit {
		s.best = s.best[:s.limit]
	}
	return true
}
