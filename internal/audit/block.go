package audit

import (
	"encoding/binary"
	"fmt"
)

// blockVersion is the first byte of every block of leaves.
const blockVersion = 1

// EncodeBlock packs the leaves of one commit into the bytes of one row: the
// version byte, the number of leaves, then each leaf after its length, all
// numbers as unsigned varints in their shortest form.
func EncodeBlock(leaves [][]byte) []byte {
	size := 1 + binary.MaxVarintLen64
	for _, leaf := range leaves {
		size += binary.MaxVarintLen32 + len(leaf)
	}
	out := make([]byte, 0, size)
	out = append(out, blockVersion)
	out = binary.AppendUvarint(out, uint64(len(leaves)))
	for _, leaf := range leaves {
		out = binary.AppendUvarint(out, uint64(len(leaf)))
		out = append(out, leaf...)
	}
	return out
}

// DecodeBlock unpacks a block. The leaves share the block's memory and must not
// be changed. It refuses another version, a block cut short, trailing bytes and
// numbers that are not in their shortest form; the error wraps ErrEntry.
func DecodeBlock(block []byte) ([][]byte, error) {
	if len(block) == 0 || block[0] != blockVersion {
		return nil, fmt.Errorf("%w: not a block of version %d", ErrEntry, blockVersion)
	}
	count, rest, err := cutUvarint(block[1:])
	if err != nil {
		return nil, err
	}
	// Each leaf takes at least its length byte, so a count above the bytes left
	// is a lie; without this a few bytes could ask for gigabytes.
	if count > uint64(len(rest)) {
		return nil, fmt.Errorf("%w: block of %d bytes says %d leaves", ErrEntry, len(block), count)
	}
	leaves := make([][]byte, count)
	for i := range leaves {
		var size uint64
		if size, rest, err = cutUvarint(rest); err != nil {
			return nil, err
		}
		if size > uint64(len(rest)) {
			return nil, fmt.Errorf("%w: leaf %d of the block is cut short", ErrEntry, i)
		}
		leaves[i], rest = rest[:size:size], rest[size:]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes after the block", ErrEntry, len(rest))
	}
	return leaves, nil
}

func cutUvarint(b []byte) (uint64, []byte, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || (n > 1 && b[n-1] == 0) {
		return 0, nil, fmt.Errorf("%w: bad number in a block", ErrEntry)
	}
	return v, b[n:], nil
}
