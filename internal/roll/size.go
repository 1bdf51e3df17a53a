package roll

// What an entry of a Go map costs beside its key and value: the control byte, the room left free and the words of its group.
const mapEntry = 16

// IndexBytes is about how many bytes the search holds beside the people themselves: terms, postings, packed numbers, receipts and
// ids. The index of linkage is not among them.
func (r *Roll) IndexBytes() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := 4*cap(r.tokens.arena) + 4*cap(r.tokens.at) + cap(r.tokens.count) + cap(r.tokens.mine)
	for i := range r.terms.terms {
		t := &r.terms.terms[i]
		n += 48 + 8 + len(t.text) + 4*cap(t.people)
	}
	n += len(r.terms.ids)*(mapEntry+20) + len(r.terms.sounds)*(mapEntry+20+8)
	n += 8*cap(r.phones.numbers) + 4*cap(r.phones.owner) + 4*cap(r.phones.next) + 4*cap(r.phones.first.cells)
	n += len(r.receipts)*(mapEntry+12) + len(r.byID)*(mapEntry+20)
	return n
}
