package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
)

// boxVersion is the first byte of every box of this form:
// version, nonce (12 bytes), ciphertext, tag (16 bytes).
const boxVersion = 1

const (
	nonceSize = 12
	tagSize   = 16
	keySize   = 32
)

// RecordSize is the step to which records are padded, in bytes of plaintext
// with the two bytes that say how much is padding. A registration fits one step.
const RecordSize = 768

// AD is the place a box belongs to. A box sealed for one place does not open at
// another, so that rows cannot be exchanged behind our back.
type AD struct {
	Drive string
	Table string
	ID    string
	Epoch string // set by Epoch; empty for other keys
}

// purpose separates the uses of AES-GCM, should two keys ever be the same.
type purpose byte

const (
	forEpoch   purpose = 'e'
	forRecord  purpose = 'r'
	forPerson  purpose = 'p'
	forRing    purpose = 'k'
	forHouse   purpose = 'h'
	forMemory  purpose = 'm'
	forSecrets purpose = 's'
	forMaster  purpose = 'w'
)

// appendAD is the one place where associated data is built: version, purpose,
// then each part after its length, so that no two places give the same bytes.
func appendAD(dst []byte, use purpose, ad AD) []byte {
	dst = append(dst, "muster"...)
	dst = append(dst, boxVersion, byte(use))
	dst = appendPart(dst, ad.Drive)
	dst = appendPart(dst, ad.Table)
	dst = appendPart(dst, ad.ID)
	return appendPart(dst, ad.Epoch)
}

func appendPart(dst []byte, part string) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(part)))
	return append(dst, part...)
}

// newAEAD cannot fail for a key of 32 bytes.
func newAEAD(key [keySize]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func newKey() (key [keySize]byte) {
	rand.Read(key[:]) // ends the process rather than fail (crypto/rand)
	return key
}

// sealBox seals plain as it is; its length shows.
func sealBox(aead cipher.AEAD, use purpose, ad AD, plain []byte) []byte {
	out := make([]byte, 1+nonceSize, 1+nonceSize+len(plain)+tagSize)
	return seal(aead, use, ad, append(out, plain...))
}

// sealRecord pads plain to the next multiple of RecordSize and seals it.
func sealRecord(aead cipher.AEAD, use purpose, ad AD, plain []byte) []byte {
	size := (2 + len(plain) + RecordSize - 1) / RecordSize * RecordSize
	out := make([]byte, 1+nonceSize+size, 1+nonceSize+size+tagSize)
	body := out[1+nonceSize:]
	binary.BigEndian.PutUint16(body, uint16(size-2-len(plain)))
	copy(body[2:], plain)
	return seal(aead, use, ad, out)
}

// seal encrypts in place what stands behind the room for version and nonce.
func seal(aead cipher.AEAD, use purpose, ad AD, out []byte) []byte {
	var room [192]byte
	out[0] = boxVersion
	nonce := out[1 : 1+nonceSize]
	rand.Read(nonce)
	return aead.Seal(out[:1+nonceSize], nonce, out[1+nonceSize:], appendAD(room[:0], use, ad))
}

func openBox(aead cipher.AEAD, use purpose, ad AD, box []byte) ([]byte, error) {
	if len(box) < 1+nonceSize+tagSize || box[0] != boxVersion {
		return nil, fmt.Errorf("open a box of %d bytes: %w", len(box), ErrBox)
	}
	var room [192]byte
	plain, err := aead.Open(nil, box[1:1+nonceSize], box[1+nonceSize:], appendAD(room[:0], use, ad))
	if err != nil {
		return nil, fmt.Errorf("open a box of %d bytes: %w", len(box), ErrBox)
	}
	return plain, nil
}

func openRecord(aead cipher.AEAD, use purpose, ad AD, box []byte) ([]byte, error) {
	body, err := openBox(aead, use, ad, box)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 || len(body)%RecordSize != 0 {
		return nil, fmt.Errorf("a record of %d bytes: %w", len(body), ErrBox)
	}
	pad := int(binary.BigEndian.Uint16(body))
	if pad >= RecordSize {
		return nil, fmt.Errorf("a record with %d bytes of padding: %w", pad, ErrBox)
	}
	return body[2 : len(body)-pad], nil
}
