package names

import (
	"math/bits"
	"strings"
)

// How says by what two tokens match.
type How uint8

// The ways to match, from none to the surest.
const (
	None     How = iota
	Initial      // one is the first letter of the other
	Bare         // the consonants agree, of which one side is from Arabic script
	Typo         // Jaro-Winkler of 0.88 or more, or one slip behind the first letter
	Variant      // one name in another language or short form: Mohamed, Mamadou
	Particle     // one name, with a particle on one side only
	Joined       // one side writes as two words what the other writes as one
	Sound        // spelt otherwise, sounds the same
	Spelling     // listed spellings of one name: Mohamed, Muhammad
	Exact        // the same but for case, accents and signs
)

var howNames = [...]string{"none", "initial", "bare", "typo", "variant", "particle", "joined", "sound", "spelling", "exact"}

// String names the way, for explanations.
func (h How) String() string { return howNames[h] }

// Pair is a token of the first name and the token of the second that it fits best.
type Pair struct {
	A, B  uint8 // which token of each, counted from 0
	How   How
	Class uint16 // of Class, where both are of one class
	Score float32
}

// Similarity says how alike two names are and why.
type Similarity struct {
	Score    float64 // 1: the same tokens; 0: nothing in common, or one is no name
	Swapped  bool    // matching tokens stand in another order
	Unpaired uint8   // tokens of the longer name that match nothing, other names aside
	N        uint8   // how many of Pairs are set
	Pairs    [mostTokens]Pair
}

// matchAt is the Jaro-Winkler similarity from which two tokens are taken for misspellings of one (domain.md 3.1).
const matchAt = 0.88

// missing is what a token that only one of the names has costs, against one that both have and that differs: leaving
// a part off is common, and says little against two records being one person.
const missing = 0.35

// Compare takes two names apart and compares them; for many comparisons use Parse and CompareParsed.
func Compare(a, b string) Similarity {
	pa, pb := Parse(a), Parse(b)
	return CompareParsed(&pa, &pb)
}

// CompareParsed compares two names as sets of tokens, whatever their order. It allocates nothing.
func CompareParsed(a, b *Parsed) Similarity {
	var s Similarity
	if a.n == 0 || b.n == 0 {
		return s
	}
	var usedA, usedB uint16
	if int(a.n)*int(b.n) <= len(smallGrid{}) {
		var grid smallGrid
		s.pairUp(a, b, grid[:], &usedA, &usedB)
	} else {
		s.pairUpLong(a, b, &usedA, &usedB)
	}
	s.join(a, b, &usedA, &usedB)
	s.finish(a, b, usedA, usedB)
	return s
}

// smallGrid has room for the pairs of nearly all names; clearing the room for the longest costs as much as comparing.
type smallGrid [12]Pair

//go:noinline
func (s *Similarity) pairUpLong(a, b *Parsed, usedA, usedB *uint16) {
	var grid [mostTokens * mostTokens]Pair
	s.pairUp(a, b, grid[:], usedA, usedB)
}

// pairUp takes the best pair of tokens, then the best of the rest, and so on.
func (s *Similarity) pairUp(a, b *Parsed, grid []Pair, usedA, usedB *uint16) {
	var lettersB [mostTokens]letterSet
	for j := range int(b.n) {
		lettersB[j] = lettersOf(b.fold(j), b.sound(j))
	}
	n := 0
	for i := range int(a.n) {
		lettersA := lettersOf(a.fold(i), a.sound(i))
		for j := range int(b.n) {
			p := comparePart(a, b, i, j)
			if p.Score == undecided {
				p.How, p.Score = byLetters(a, b, p, lettersA, lettersB[j])
			}
			if p.Score == 0 {
				continue
			}
			grid[n] = p
			n++
		}
	}
	for {
		best := -1
		for k := range n {
			p := &grid[k]
			if *usedA&(1<<p.A) == 0 && *usedB&(1<<p.B) == 0 && (best < 0 || p.Score > grid[best].Score) {
				best = k
			}
		}
		if best < 0 {
			return
		}
		s.take(grid[best], usedA, usedB)
	}
}

func (s *Similarity) take(p Pair, usedA, usedB *uint16) {
	s.Pairs[s.N] = p
	s.N++
	*usedA |= 1 << p.A
	*usedB |= 1 << p.B
}

// join looks for a token that the other side writes as two: "Abdoulmoumouni" and "Abdou lmoumouni". Weak pairs that
// stand in the way are given up for it.
func (s *Similarity) join(a, b *Parsed, usedA, usedB *uint16) {
	if a.n == b.n && s.N == a.n && s.strong() {
		return
	}
	for i := range int(a.n) {
		for j := range int(b.n) - 1 {
			if a.fold(i) == b.text[b.start(j):b.at[j+1].end] {
				s.replace(i, j, false, usedA, usedB)
			}
		}
	}
	for j := range int(b.n) {
		for i := range int(a.n) - 1 {
			if b.fold(j) == a.text[a.start(i):a.at[i+1].end] {
				s.replace(i, j, true, usedA, usedB)
			}
		}
	}
}

func (s *Similarity) strong() bool {
	for _, p := range s.Pairs[:s.N] {
		if p.How == None {
			return false
		}
	}
	return true
}

// replace puts a joined pair in place of what its tokens were paired with; twoOfA says which side has two tokens.
func (s *Similarity) replace(i, j int, twoOfA bool, usedA, usedB *uint16) {
	maskA, maskB := uint16(1)<<i, uint16(1)<<j
	if twoOfA {
		maskA |= maskA << 1
	} else {
		maskB |= maskB << 1
	}
	kept := uint8(0)
	for _, p := range s.Pairs[:s.N] {
		if maskA&(1<<p.A) != 0 || maskB&(1<<p.B) != 0 {
			*usedA &^= 1 << p.A
			*usedB &^= 1 << p.B
			continue
		}
		s.Pairs[kept] = p
		kept++
	}
	s.N = kept
	s.take(Pair{A: uint8(i), B: uint8(j), How: Joined, Score: scoreSound}, usedA, usedB)
	*usedA |= maskA
	*usedB |= maskB
}

// finish sums the pairs up. A token that is another name ("dit Bouba") helps where it matches and costs nothing
// where it does not.
func (s *Similarity) finish(a, b *Parsed, usedA, usedB uint16) {
	lost := func(p *Parsed, used uint16) int {
		n := 0
		for i := range int(p.n) {
			if used&(1<<i) == 0 && p.at[i].flags&flagAlias == 0 {
				n++
			}
		}
		return n
	}
	sum := 0.0
	for i, p := range s.Pairs[:s.N] {
		sum += float64(p.Score)
		for _, q := range s.Pairs[:i] {
			if p.How != None && q.How != None && (p.A < q.A) != (p.B < q.B) {
				s.Swapped = true
			}
		}
	}
	lostA, lostB := lost(a, usedA), lost(b, usedB)
	s.Unpaired = uint8(max(lostA, lostB))
	whole := float64(s.N) + float64(min(lostA, lostB)) + missing*float64(max(lostA, lostB)-min(lostA, lostB))
	if whole > 0 {
		s.Score = sum / whole
	}
}

// What a pair of tokens is worth by the way it matches. The order is that of How; the distances are judgement, and
// what they do is measured by linkage's evaluation.
const (
	scoreSpelling = 0.97
	scoreSound    = 0.95
	scoreParticle = 0.92
	scoreVariant  = 0.90
	scoreBare     = 0.88
	scoreInitial  = 0.70
	scoreOther    = 0.30 // two known names that are not one: letters in common are chance
)

// comparePart compares one token with one token.
func comparePart(a, b *Parsed, i, j int) Pair {
	x, y := &a.at[i], &b.at[j]
	p := Pair{A: uint8(i), B: uint8(j)}
	fa, fb := a.fold(i), b.fold(j)
	samePrefix := (x.flags^y.flags)&flagParticle == 0
	switch {
	case fa == fb:
		p.How, p.Score = Exact, 1
		if !samePrefix {
			p.How, p.Score = Particle, scoreSpelling
		}
		if x.class == y.class {
			p.Class = x.class
		}
	case x.class != 0 && x.class == y.class:
		p.Class = x.class
		p.How, p.Score = classMatch(x, y, samePrefix)
	case a.sound(i) == b.sound(j) && len(fa) > 1 && len(fb) > 1:
		p.How, p.Score = Sound, scoreSound
	case len(fa) == 1 || len(fb) == 1:
		if fa[0] == fb[0] {
			p.How, p.Score = Initial, scoreInitial
		}
	case (x.flags^y.flags)&flagArabic != 0 && sameConsonants(a.sound(i), b.sound(j)):
		p.How, p.Score = Bare, scoreBare
	default:
		p.Score = undecided
	}
	return p
}

// undecided is the score of a pair that only its letters can settle.
const undecided = -1

// classMatch weighs two different spellings of one class. Group 0 is a spelling that only sounds like the class.
func classMatch(x, y *part, samePrefix bool) (How, float32) {
	switch {
	case !samePrefix:
		return Particle, scoreParticle
	case x.group == y.group && x.group != 0:
		return Spelling, scoreSpelling
	case x.group == 0 || y.group == 0:
		return Sound, scoreParticle
	default:
		return Variant, scoreVariant
	}
}

// byLetters compares what neither class nor sound settles. Below the mark for a misspelling a pair still counts a
// little, so that near misses rank above strangers.
func byLetters(a, b *Parsed, p Pair, la, lb letterSet) (How, float32) {
	i, j := int(p.A), int(p.B)
	score := 0.0
	fa, fb := a.fold(i), b.fold(j)
	if len(fa) == 0 || len(fb) == 0 {
		return None, 0
	}
	if canReach(len(fa), len(fb), la.fold, lb.fold) {
		score = jaroWinkler(fa, fb)
	}
	if sa, sb := a.sound(i), b.sound(j); score < matchAt && canReach(len(sa), len(sb), la.sound, lb.sound) {
		score = max(score, jaroWinkler(sa, sb)*scoreSound)
	}
	if score < matchAt && fa[0] == fb[0] && min(len(fa), len(fb)) >= 3 && oneApart(fa, fb) {
		score = matchAt // Ali and Ail: Jaro-Winkler is too hard on short words
	}
	switch {
	case score < 0.75:
		return None, 0
	case score < matchAt:
		return None, float32(score / 2)
	case a.at[i].class != 0 && b.at[j].class != 0:
		return None, scoreOther
	default:
		return Typo, float32(min(score, scoreSpelling))
	}
}

// letterSet is which letters a token has, spelt and sounded; other bytes share a bit with some letter, which errs on
// the side of comparing.
type letterSet struct{ fold, sound uint32 }

func lettersOf(fold, sound string) letterSet {
	var l letterSet
	for i := range len(fold) {
		l.fold |= 1 << (fold[i] & 31)
	}
	for i := range len(sound) {
		l.sound |= 1 << (sound[i] & 31)
	}
	return l
}

// canReach says whether two words of these lengths and letters may have a Jaro similarity over 0.7, below which
// nothing is made of it: a letter that the other word lacks cannot match.
func canReach(la, lb int, a, b uint32) bool {
	m := float64(min(la-bits.OnesCount32(a&^b), lb-bits.OnesCount32(b&^a)))
	return m > 0 && m/float64(la)+m/float64(lb) > 3*0.7-1
}

// sameConsonants compares two sounds without their vowels, which Arabic does not write. Two consonants say too little.
func sameConsonants(a, b string) bool {
	n, i, j := 0, 0, 0
	for {
		i, j = skipVowels(a, i), skipVowels(b, j)
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b) && n >= 2
		}
		if a[i] != b[j] {
			return false
		}
		i, j, n = i+1, j+1, n+1
	}
}

func skipVowels(s string, i int) int {
	for i < len(s) && strings.IndexByte("aeiouyh", s[i]) >= 0 {
		i++
	}
	return i
}
