package seal

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"fmt"
)

// IntakePublic is the key registrations are sealed to. A node that holds only
// this can take people in and read nobody.
type IntakePublic struct{ key hpke.PublicKey }

// IntakePrivate opens what was sealed to its public half.
type IntakePrivate struct{ key hpke.PrivateKey }

// The suite is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180).
func intakeKEM() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }

// NewIntakeKey makes a new pair.
func NewIntakeKey() (IntakePrivate, IntakePublic) {
	key, err := intakeKEM().GenerateKey()
	if err != nil {
		panic(err) // only the random source could fail, and that ends the process
	}
	return IntakePrivate{key}, IntakePublic{key.PublicKey()}
}

func parseIntakePrivate(b []byte) (IntakePrivate, error) {
	key, err := intakeKEM().NewPrivateKey(b)
	if err != nil {
		return IntakePrivate{}, fmt.Errorf("read the intake key: %w", ErrKeysFile)
	}
	return IntakePrivate{key}, nil
}

// Public is the public half.
func (k IntakePrivate) Public() IntakePublic { return IntakePublic{k.key.PublicKey()} }

// String masks the key.
func (k IntakePrivate) String() string { return "[intake private key]" }

// ParseIntakePublic reads the 32 bytes of a public key in base64.
func ParseIntakePublic(text string) (IntakePublic, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return IntakePublic{}, fmt.Errorf("read the public intake key: %w", ErrKeysFile)
	}
	key, err := intakeKEM().NewPublicKey(b)
	if err != nil {
		return IntakePublic{}, fmt.Errorf("read the public intake key: %w", ErrKeysFile)
	}
	return IntakePublic{key}, nil
}

// String is the form ParseIntakePublic reads; empty for the zero value.
func (k IntakePublic) String() string {
	if k.key == nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(k.key.Bytes())
}
