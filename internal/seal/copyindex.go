package seal

// A text that a gateway passes on twice is known again by an index over its sender, time and words. All three can be guessed,
// so the key must lie nowhere a thief of the disk can look: not the door key, but a secret, or a key of this process.

// CopyIndex hides a text behind 16 bytes that only an unlocked node can compute, the same on every node. The error is ErrWiped.
func (s *Secrets) CopyIndex(text []byte) (index []byte, err error) {
	err = s.with(func() error {
		sum := mac(s.index[:], append([]byte("muster copy v1 "), text...))
		index = sum[:16]
		return nil
	})
	return index, err
}

// CopyIndex hides a text behind 16 bytes that only this process can compute.
func (m *MemoryKey) CopyIndex(text []byte) [16]byte {
	sum := mac(m.index[:], append([]byte("muster copy v1 "), text...))
	return [16]byte(sum[:16])
}
