package seal

import (
	"crypto/cipher"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
)

const (
	epochVersion = 1
	epochIDSize  = 16
)

// Epoch is an AES-256 key that seals the records of a minute or of a thousand,
// because sealing each to the intake key would cost 40 times as much. It is safe
// for concurrent use. As long as a process holds it, it also opens.
type Epoch struct {
	id   string
	aead cipher.AEAD
}

// NewEpoch draws a fresh key and seals it to pub. The sealed key (version, 16
// bytes of id, HPKE output; 97 bytes) must be committed before the first record
// that is sealed with the epoch; Rotor sees to that.
func NewEpoch(pub IntakePublic) (*Epoch, []byte, error) {
	id := make([]byte, epochIDSize)
	rand.Read(id)
	key := newKey()
	defer clear(key[:])
	box, err := hpke.Seal(pub.key, hpke.HKDFSHA256(), hpke.AES256GCM(), epochInfo(id), key[:])
	if err != nil {
		return nil, nil, fmt.Errorf("seal the key of an epoch: %w", err)
	}
	sealed := append(append([]byte{epochVersion}, id...), box...)
	return &Epoch{id: lowerBase32(id), aead: newAEAD(key)}, sealed, nil
}

// OpenEpoch opens a sealed key. The error wraps ErrBox.
func OpenEpoch(priv IntakePrivate, sealedKey []byte) (*Epoch, error) {
	if len(sealedKey) < 1+epochIDSize || sealedKey[0] != epochVersion {
		return nil, fmt.Errorf("open the key of an epoch: %w", ErrBox)
	}
	id, box := sealedKey[1:1+epochIDSize], sealedKey[1+epochIDSize:]
	plain, err := hpke.Open(priv.key, hpke.HKDFSHA256(), hpke.AES256GCM(), epochInfo(id), box)
	if err != nil || len(plain) != keySize {
		return nil, fmt.Errorf("open the key of an epoch: %w", ErrBox)
	}
	defer clear(plain)
	return &Epoch{id: lowerBase32(id), aead: newAEAD([keySize]byte(plain))}, nil
}

// ID names the epoch: 26 characters, random. It is the same after OpenEpoch.
func (e *Epoch) ID() string { return e.id }

// Seal seals a record for its place, padded to a multiple of RecordSize. The
// epoch puts its own id into the place.
func (e *Epoch) Seal(ad AD, plain []byte) []byte {
	ad.Epoch = e.id
	return sealRecord(e.aead, forEpoch, ad, plain)
}

// Open opens a record sealed by the same epoch for the same place. The error wraps ErrBox.
func (e *Epoch) Open(ad AD, box []byte) ([]byte, error) {
	ad.Epoch = e.id
	return openRecord(e.aead, forEpoch, ad, box)
}

func epochInfo(id []byte) []byte {
	return append([]byte("muster intake epoch v1 "), id...)
}

func lowerBase32(b []byte) string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
}
