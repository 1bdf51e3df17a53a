package roll

import (
	"slices"
	"strings"
	"sync"

	"muster/internal/linkage"
	"muster/internal/names"
	"muster/internal/reserve"
)

// Roll is the people of one node. The zero Roll is not usable; all methods are safe for concurrent use.
type Roll struct {
	mu     sync.RWMutex
	closed bool // takes nobody in
	loaded bool

	people   []*Person // by slot; nil: free
	free     []uint32
	byID     map[string]uint32
	receipts map[uint64]uint32 // by the eleven signs after the site
	phones   phoneBook
	terms    vocabulary
	tokens   tokenStore
	silenced map[digits]bool
	shared   words

	linking sync.Mutex // a look-up in links learns words; taken after mu
	links   *linkage.Index

	learning   sync.Mutex // one lesson at a time; taken before mu
	nextLesson int        // how many people make the next lesson due; under mu
	expected   int        // people to make room for; under mu
}

// usualCrowd is how many people the index of linkage has room for where nobody said how many will come: filing everybody
// anew takes seconds, and a rush has none to spare.
const usualCrowd = 50_000

// New is an empty roll, not loaded.
func New() *Roll {
	r := &Roll{}
	r.reset()
	return r
}

func (r *Roll) reset() {
	r.loaded = false
	r.people, r.free, r.byID, r.receipts = nil, nil, map[string]uint32{}, map[uint64]uint32{}
	r.phones, r.terms, r.tokens, r.silenced, r.shared = phoneBook{}, newVocabulary(), tokenStore{}, map[digits]bool{}, words{}
	r.links, r.nextLesson = linkage.NewIndex(linkage.Sahel(), max(r.expected, usualCrowd)), firstLesson
}

// Expect says how many people may be in soon. It makes room in a roll that is empty, and is remembered for the next time.
func (r *Roll) Expect(people int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expected = people
	if len(r.byID) == 0 && people > usualCrowd {
		r.links = linkage.NewIndex(linkage.Sahel(), people)
	}
}

// Clear forgets everybody and every mark, and takes nobody in until Open: the node was locked, and who was being read at that
// moment must not stay behind.
func (r *Roll) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reset()
	r.closed = true
}

// Open lets a roll that was cleared take people in again.
func (r *Roll) Open() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = false
}

// Loaded reports whether everybody is in: before that, what is not found may still come.
func (r *Roll) Loaded() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.loaded
}

// SetLoaded says that everybody is in, and lets linkage learn from them.
func (r *Roll) SetLoaded() {
	r.mu.Lock()
	r.loaded = true
	due := r.lessonDue()
	r.mu.Unlock()
	if due {
		r.Learn()
	}
}

// Count is how many people are in, held ones included.
func (r *Roll) Count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.byID)
}

// Put adds a person or replaces what was known of them. Somebody who was merged, has withdrawn or is erased is taken
// out. A version older than the one already there changes nothing, so that late news cannot undo newer ones.
func (r *Roll) Put(p Person) {
	if r.put(p) {
		r.Learn()
	}
}

// put reports that a lesson is due.
func (r *Roll) put(p Person) (due bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slot, had := r.byID[p.Volunteer.ID]
	if r.closed || had && r.people[slot].Volunteer.Version > p.Volunteer.Version {
		return false
	}
	if had {
		r.drop(slot)
	}
	if !listed(p.Volunteer.State) {
		if had {
			r.release(slot, p.Volunteer.ID)
		}
		return false
	}
	if !had {
		slot = r.place(p.Volunteer.ID)
	}
	r.shared.share(&p)
	r.stop(&p)
	r.people[slot] = &p
	r.index(slot, &p)
	return !had && r.lessonDue()
}

// Remove takes a person out.
func (r *Roll) Remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slot, ok := r.byID[id]; ok {
		r.drop(slot)
		r.release(slot, id)
	}
}

// place finds a free slot.
func (r *Roll) place(id string) uint32 {
	slot := uint32(len(r.people))
	if n := len(r.free); n > 0 {
		slot, r.free = r.free[n-1], r.free[:n-1]
	} else {
		r.people = append(r.people, nil)
	}
	r.byID[id] = slot
	return slot
}

func (r *Roll) release(slot uint32, id string) {
	r.people[slot] = nil
	delete(r.byID, id)
	r.free = append(r.free, slot)
}

// index makes a person findable.
func (r *Roll) index(slot uint32, p *Person) {
	for _, n := range p.Facts.Phones {
		if d, ok := packDigits(n.E164.Reveal()); ok {
			r.phones.add(d, slot)
		}
	}
	for _, receipt := range p.Receipts {
		r.receipts[receiptKey(receipt)] = slot
	}
	r.tokens.put(slot, r.tokensOf(p))
	for _, id := range r.tokens.of(slot) {
		r.terms.link(id&^fathers, slot)
	}
	r.links.Add(slot, recordOf(p))
}

// drop undoes index.
func (r *Roll) drop(slot uint32) {
	p := r.people[slot]
	r.links.Remove(slot)
	for _, n := range p.Facts.Phones {
		if d, ok := packDigits(n.E164.Reveal()); ok {
			r.phones.remove(d, slot)
		}
	}
	for _, receipt := range p.Receipts {
		if key := receiptKey(receipt); r.receipts[key] == slot {
			delete(r.receipts, key)
		}
	}
	gone := slices.Clone(r.tokens.of(slot))
	r.tokens.put(slot, nil)
	for _, id := range gone {
		r.terms.unlink(id&^fathers, r.hasToken)
	}
}

// fathers marks a term that stands in the father's name only: it fits, and ranks lower.
const fathers = 1 << 31

func (r *Roll) hasToken(slot, id uint32) bool {
	return slices.ContainsFunc(r.tokens.of(slot), func(t uint32) bool { return t&^fathers == id })
}

// tokensOf gives the terms of a person, each once: the names, then the father's.
func (r *Roll) tokensOf(p *Person) []uint32 {
	var out []uint32
	add := func(text reserve.Private, mark uint32) {
		for w := range strings.FieldsSeq(names.Fold(text.Reveal())) {
			id := r.terms.id(w)
			if !slices.Contains(out, id) && !slices.Contains(out, id|fathers) && len(out) < mostTokens {
				out = append(out, id|mark)
			}
		}
	}
	add(p.Facts.Name, 0)
	add(p.Facts.KnownAs, 0)
	add(p.Facts.FatherName, fathers)
	return out
}

// Person gives one person by id.
func (r *Roll) Person(id string) (Person, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	slot, ok := r.byID[id]
	if !ok {
		return Person{}, false
	}
	return *r.people[slot], true
}

// Version gives the version of a person's row as the roll has it.
func (r *Roll) Version(id string) (int64, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	slot, ok := r.byID[id]
	if !ok {
		return 0, false
	}
	return r.people[slot].Volunteer.Version, true
}

// ByPhone gives everybody who has this number, in E.164: families share phones.
func (r *Roll) ByPhone(e164 string) []Person {
	d, ok := packDigits(e164)
	if !ok {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Person
	for _, slot := range r.phones.slots(d) {
		out = append(out, *r.people[slot])
	}
	slices.SortFunc(out, func(a, b Person) int { return strings.Compare(a.Volunteer.ID, b.Volunteer.ID) })
	return out
}

// ByReceipt gives the person of a receipt, as printed or typed: with or without its site, dashes and blanks, in any case.
func (r *Roll) ByReceipt(receipt string) (Person, bool) {
	key := receiptKey(receipt)
	if key == 0 {
		return Person{}, false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	slot, ok := r.receipts[key]
	if !ok {
		return Person{}, false
	}
	return *r.people[slot], true
}

// chunk is how many people Each takes at once under the lock.
const chunk = 512

// Each shows every person of a drive, of all drives where drive is empty, until f returns false. The order is that of
// arrival for the most part. f may call the roll; it must neither keep nor change what it is shown.
func (r *Roll) Each(drive string, f func(*Person) bool) {
	var batch [chunk]*Person
	for at := 0; ; at += chunk {
		r.mu.RLock()
		if at >= len(r.people) {
			r.mu.RUnlock()
			return
		}
		n := copy(batch[:], r.people[at:])
		r.mu.RUnlock()
		for _, p := range batch[:n] {
			if p != nil && (drive == "" || p.Volunteer.Drive == drive) && !f(p) {
				return
			}
		}
	}
}

// Silence marks a number, in E.164, as under STOP, or lifts the mark; everybody who has the number is seen so from now on.
func (r *Roll) Silence(e164 string, on bool) {
	d, ok := packDigits(e164)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.silenced[d] == on {
		return
	}
	if on {
		r.silenced[d] = true
	} else {
		delete(r.silenced, d)
	}
	for _, slot := range r.phones.slots(d) {
		p := *r.people[slot]
		r.stop(&p)
		r.people[slot] = &p
	}
}

// Silenced reports whether a number, in E.164, is under STOP.
func (r *Roll) Silenced(e164 string) bool {
	d, ok := packDigits(e164)
	r.mu.RLock()
	defer r.mu.RUnlock()
	return ok && r.silenced[d]
}

// stop sets a person's marks.
func (r *Roll) stop(p *Person) {
	p.Stopped = nil
	open := false
	texts := 0
	for _, n := range p.Facts.Phones {
		d, ok := packDigits(n.E164.Reveal())
		if ok && r.silenced[d] {
			p.Stopped = append(p.Stopped, n.E164)
		} else if !n.NoTexts {
			open = true
		}
		if !n.NoTexts {
			texts++
		}
	}
	p.Silenced = texts > 0 && !open
}

// receiptKey is what tells receipts apart: the last eleven signs, in the alphabet of receipts, as one number; 0 where there
// are fewer.
func receiptKey(s string) uint64 {
	key, n := uint64(0), 0
	for i := len(s) - 1; i >= 0 && n < receiptSigns; i-- {
		if at := strings.IndexByte(receiptAlphabet, sign(s[i])); at >= 0 {
			key, n = key*uint64(len(receiptAlphabet)+1)+uint64(at)+1, n+1
		}
	}
	if n < receiptSigns {
		return 0
	}
	return key
}

// sign is a letter as receipts have it.
func sign(c byte) byte {
	if c >= 'a' && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch c {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	}
	return c
}

const (
	receiptSigns    = 11
	receiptAlphabet = "0123456789ABCDEFGHJKMNPQRSTUVWXYZ*~$="
)
