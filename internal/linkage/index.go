package linkage

import (
	"cmp"
	"slices"
)

// Index holds the records of a set ready for comparison. It is not safe for concurrent use, not even two look-ups:
// a look-up learns words. Ids should be small numbers dealt in order; memory grows with the highest.
type Index struct {
	rows   rows
	years  years
	blocks blocks
	keys   *keys
	model  *Model
	look   *lookup
	probe  view
	fields [][]uint32
}

// NewIndex is an empty index of records of one schema, with room for about expect records before its first rebuild.
func NewIndex(s *Schema, expect int) *Index {
	x := &Index{rows: newRows(s), model: NewModel(s)}
	x.blocks = newBlocks(expect * keysPerRecord)
	// Room for all at once: growing by appending would hold the old and the new for a while.
	x.rows.atoms = append(make([]uint32, 0, 1+expect*atomsPerRecord), 0)
	x.rows.at = make([]uint32, 0, expect)
	x.blocks.pool = make([]uint32, 0, expect*keysPerRecord)
	x.keys = newKeys(&x.rows)
	x.look = x.lookup()
	x.fields = make([][]uint32, len(s.Fields))
	return x
}

// About how many blocking keys share a bucket with others, and how many atoms there are, in a record of the Sahel schema.
const (
	keysPerRecord  = 8
	atomsPerRecord = 14
)

// stamps marks the ids met while one record is looked up.
type stamps struct {
	mark []uint32
	turn uint32
}

func (s *stamps) begin(n int) {
	if len(s.mark) < n {
		s.mark = append(s.mark, make([]uint32, n-len(s.mark))...)
	}
	if s.turn++; s.turn == 0 {
		clear(s.mark)
		s.turn = 1
	}
}

func (s *stamps) first(id uint32) bool {
	if s.mark[id] == s.turn {
		return false
	}
	s.mark[id] = s.turn
	return true
}

// Len is the number of records held.
func (x *Index) Len() int { return x.rows.live }

// Bytes is about how much memory the index holds, its vocabulary of words included.
func (x *Index) Bytes() int {
	n := 4*(cap(x.rows.atoms)+cap(x.rows.at)+cap(x.blocks.pool)+cap(x.look.seen.mark)) + 8*len(x.blocks.buckets)
	counted := map[*vocabulary]bool{}
	for _, v := range x.rows.words {
		if v == nil || counted[v] {
			continue
		}
		counted[v] = true
		for i := range v.terms {
			n += termBytes + len(v.terms[i].text)
		}
	}
	return n
}

// termBytes is a term in its slice and in its map.
const termBytes = 88

// Model is the model the index weighs with.
func (x *Index) Model() *Model { return x.model }

// put stores the record laid out in v as id.
func (x *Index) put(id uint32, v *view) {
	if x.rows.has(id) {
		x.Remove(id)
	}
	x.rows.put(id, v)
	x.countBirth(v, 1)
	if x.blocks.held > 3*len(x.blocks.buckets) {
		x.rebuild(2 * len(x.blocks.buckets))
		return
	}
	x.post(id, v)
}

func (x *Index) post(id uint32, v *view) {
	list, _ := x.keys.of(v, false)
	for _, k := range list {
		x.blocks.add(k, id)
	}
}

// rebuild files all records anew, as when they have outgrown the buckets; blocks closed for size get another chance.
func (x *Index) rebuild(buckets int) {
	x.blocks = newBlocks(buckets)
	var v view
	for id := range x.rows.at {
		if x.rows.has(uint32(id)) {
			x.rows.open(uint32(id), &v)
			x.post(uint32(id), &v)
		}
	}
}

func (x *Index) countBirth(v *view, by int32) {
	for i, f := range x.rows.schema.Fields {
		if f.Kind == Birth && len(v.field(i)) > 0 {
			x.years.add(v.field(i)[0], by)
		}
	}
}

// Remove forgets record id; nothing happens where it is not held.
func (x *Index) Remove(id uint32) {
	if !x.rows.has(id) {
		return
	}
	var v view
	x.rows.open(id, &v)
	list, _ := x.keys.of(&v, false)
	for _, k := range list {
		x.blocks.remove(k, id)
	}
	x.countBirth(&v, -1)
	x.rows.drop(id)
}

// near collects the ids that share a blocking key with v, each once, below limit (for a whole run, where each pair is
// met from its higher id). The smallest blocks come first, since they say most; when more than most ids have been met
// the rest is left.
func (l *lookup) near(v *view, limit uint32, most int) []uint32 {
	l.found, l.runs = l.found[:0], l.runs[:0]
	l.seen.begin(len(l.x.rows.at))
	list, rules := l.keys.of(v, true)
	l.touched += l.x.blocks.warm(list)
	var one [1]uint32
	for i, k := range list {
		ids, closed := l.x.blocks.of(k, &one)
		switch {
		case closed || len(ids) > l.x.rows.schema.Rules[rules[i]].Limit:
		case len(ids) == 1:
			if id := ids[0]; id < limit && l.seen.first(id) {
				l.found = append(l.found, id)
			}
		case len(ids) > 1:
			l.runs = append(l.runs, ids)
		}
	}
	slices.SortFunc(l.runs, func(a, b []uint32) int { return len(a) - len(b) })
	met := 0
	for _, ids := range l.runs {
		if met += len(ids); met > most {
			break
		}
		for _, id := range ids {
			if id < limit && l.seen.first(id) {
				l.found = append(l.found, id)
			}
		}
	}
	l.touched += l.x.rows.warm(l.found)
	return l.found
}

// How many ids are met for one record: these bound its work, so that a whole run grows with the number of records
// alone. One arriving person can be given more time.
const (
	mostInRun    = 160
	mostArriving = 800
)

// lookup is what one goroutine needs to look up and weigh records of an index that does not change meanwhile.
type lookup struct {
	x       *Index
	keys    *keys
	cmp     *comparer
	seen    stamps
	found   []uint32
	runs    [][]uint32
	prior   evidence
	touched uint32 // keeps the compiler from leaving out what warm reads
}

func (x *Index) lookup() *lookup {
	return &lookup{x: x, keys: newKeys(&x.rows), cmp: newComparer(&x.rows, &x.years)}
}

// Match is a record that may be the same person: how sure, and where it belongs on the desk.
type Match struct {
	ID          uint32
	Bits        float64 // log2 of the odds that the two are one person
	Probability float64
	Band        Band
}

// begin takes a as the first of the pairs to come.
func (l *lookup) begin(a *view) {
	l.cmp.begin(a)
	l.prior = l.x.model.prior(l.x.rows.live)
}

// weigh compares the record of begin with b. Where even names that agree entirely could not lift the pair to floor
// bits, it says so without comparing them.
func (l *lookup) weigh(b *view, floor float32, out *[maxFields]outcome) (m Match, worth bool) {
	model, e := l.x.model, l.prior
	l.cmp.quick(b, out)
	for _, i := range l.cmp.early {
		if out[i].level != missing {
			e.add(model.of(i, out[i]))
		}
	}
	if e.same-e.stranger+l.cmp.hope(b) < floor {
		return Match{}, false
	}
	l.cmp.rest(b, out)
	for _, i := range l.cmp.late {
		if out[i].level != missing {
			e.add(model.of(i, out[i]))
		}
	}
	odds := model.odds(e)
	if odds < floor {
		return Match{}, false
	}
	return Match{Bits: float64(odds), Probability: probability(odds), Band: model.band(out, odds)}, true
}

func sortMatches(list []Match) {
	slices.SortFunc(list, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Band, a.Band), cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.ID, b.ID))
	})
}
