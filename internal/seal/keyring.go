package seal

import (
	"crypto/cipher"
	"fmt"
)

// PersonKey seals what is kept of one person. To erase the person is to delete
// this key wherever it is wrapped.
type PersonKey struct{ key [keySize]byte }

// NewPersonKey draws a key.
func NewPersonKey() PersonKey { return PersonKey{newKey()} }

// String masks the key.
func (PersonKey) String() string { return "[person key]" }

// SealRecord seals a record under the key of its person, padded to a multiple of
// RecordSize.
func SealRecord(k PersonKey, ad AD, plain []byte) []byte {
	return sealRecord(newAEAD(k.key), forRecord, ad, plain)
}

// OpenRecord opens what SealRecord sealed for the same place. The error wraps ErrBox.
func OpenRecord(k PersonKey, ad AD, box []byte) ([]byte, error) {
	return openRecord(newAEAD(k.key), forRecord, ad, box)
}

// RingKey wraps the keys of people. It changes every day, and yesterday's is
// deleted when all are wrapped again: a backup of the ring older than that opens
// nobody. It is safe for concurrent use.
type RingKey struct {
	id   string
	key  [keySize]byte
	aead cipher.AEAD
}

// NewRingKey draws a key. Its id (the day, or a random name) is part of every
// wrapping.
func NewRingKey(id string) *RingKey { return ringKey(id, newKey()) }

func ringKey(id string, key [keySize]byte) *RingKey {
	return &RingKey{id: id, key: key, aead: newAEAD(key)}
}

// ID is the name given to NewRingKey.
func (r *RingKey) ID() string { return r.id }

// String masks the key.
func (r *RingKey) String() string { return "[ring key " + r.id + "]" }

// Wrap wraps the key of a person for one record id: 61 bytes.
func (r *RingKey) Wrap(recordID string, k PersonKey) []byte {
	return sealBox(r.aead, forPerson, r.place(recordID), k.key[:])
}

// Unwrap gives back the key of the person whose record id is given. The error wraps ErrBox.
func (r *RingKey) Unwrap(recordID string, wrapped []byte) (PersonKey, error) {
	plain, err := openBox(r.aead, forPerson, r.place(recordID), wrapped)
	if err != nil {
		return PersonKey{}, fmt.Errorf("unwrap the key of a person: %w", err)
	}
	defer clear(plain)
	if len(plain) != keySize {
		return PersonKey{}, fmt.Errorf("the key of a person has %d bytes: %w", len(plain), ErrBox)
	}
	return PersonKey{[keySize]byte(plain)}, nil
}

// Rewrap wraps under r what old had wrapped: the daily rotation, record by record.
func (r *RingKey) Rewrap(old *RingKey, recordID string, wrapped []byte) ([]byte, error) {
	k, err := old.Unwrap(recordID, wrapped)
	if err != nil {
		return nil, err
	}
	return r.Wrap(recordID, k), nil
}

func (r *RingKey) place(recordID string) AD {
	return AD{Table: "keyring", ID: recordID, Epoch: r.id}
}

// MemoryKey seals rows that a locked node must be able to read again, such as a
// half-finished dialogue or a text that may go out while locked. It lives in one
// process: after a restart those rows open no more. It is safe for concurrent use.
type MemoryKey struct {
	aead  cipher.AEAD
	index [keySize]byte
}

// NewMemoryKey draws a key that cannot be saved.
func NewMemoryKey() *MemoryKey { return &MemoryKey{newAEAD(newKey()), newKey()} }

// Seal seals a row, padded to a multiple of RecordSize.
func (m *MemoryKey) Seal(ad AD, plain []byte) []byte {
	return sealRecord(m.aead, forMemory, ad, plain)
}

// Open opens a row sealed by the same process for the same place. The error wraps ErrBox.
func (m *MemoryKey) Open(ad AD, box []byte) ([]byte, error) {
	return openRecord(m.aead, forMemory, ad, box)
}
