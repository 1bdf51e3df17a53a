package audit

import (
	"crypto/sha256"
	"slices"
)

// ListDigest is the SHA-256 of a list of ids in order, each ended by a line feed: what an act about many keeps of them.
func ListDigest(ids []string) []byte {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	h := sha256.New()
	for _, id := range sorted {
		h.Write([]byte(id))
		h.Write([]byte{'\n'})
	}
	return h.Sum(nil)
}
