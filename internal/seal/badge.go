package seal

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base32"
	"strings"
)

const (
	badgeMACSize  = 8
	badgeTextSize = 29 // (10+8) bytes in base32
	codeSymbols   = 8  // 40 bits; the check comes after them
)

// BadgeID is the random id printed on a badge. It is of the badge, not of the person.
type BadgeID [10]byte

// NewBadgeID draws an id.
func NewBadgeID() (id BadgeID) {
	rand.Read(id[:])
	return id
}

// Code is what a person can read out where no camera works: eight characters
// of the id and a check. Codes are short enough to meet (40 bits); the caller's
// unique index decides.
func (id BadgeID) Code() string { return crockfordText(id[:], codeSymbols) }

// Badge is what is printed: Text for the QR code (29 characters of the dense
// alphabet of QR), Code for eyes (9 characters).
type Badge struct {
	Text string
	Code string
}

// ParseBadge reads the id of a badge without proving it: a locked node has no
// key, and the id is unguessable by itself. The error wraps ErrBadge.
func ParseBadge(text string) (BadgeID, error) {
	id, _, err := splitBadge(text)
	return id, err
}

// CheckCode puts a code as a person typed it into the form we print. It refuses
// any one wrong character and any two exchanged. The error wraps ErrCode.
func CheckCode(text string) (string, error) {
	code, ok := readCrockford(text, codeSymbols)
	if !ok {
		return "", ErrCode
	}
	return code, nil
}

func badgeText(key [keySize]byte, id BadgeID) string {
	sum := badgeMAC(key, id)
	return badgeBase32().EncodeToString(append(id[:], sum...))
}

func checkBadge(key [keySize]byte, text string) (BadgeID, error) {
	id, sum, err := splitBadge(text)
	if err != nil {
		return BadgeID{}, err
	}
	if !hmac.Equal(sum, badgeMAC(key, id)) {
		return BadgeID{}, ErrBadge
	}
	return id, nil
}

func splitBadge(text string) (id BadgeID, sum []byte, err error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	b, err := badgeBase32().DecodeString(text)
	// The last character has a bit to spare: only its one written form counts.
	if err != nil || len(text) != badgeTextSize || badgeBase32().EncodeToString(b) != text {
		return BadgeID{}, nil, ErrBadge
	}
	return BadgeID(b[:len(id)]), b[len(id):], nil
}

func badgeMAC(key [keySize]byte, id BadgeID) []byte {
	sum := mac(key[:], append([]byte("muster badge v1 "), id[:]...))
	return sum[:badgeMACSize]
}

func badgeBase32() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }
