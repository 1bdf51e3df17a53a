package seal

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"filippo.io/age"
)

// Fingerprint is what two people read to each other to be sure of a recipient's
// key: 32 hex digits of the SHA-256 of its text, in groups of four. The error
// wraps ErrRecipientKey.
func Fingerprint(recipient string) (string, error) {
	if _, err := parseRecipient(recipient); err != nil {
		return "", err
	}
	return fingerprint(strings.TrimSpace(recipient)), nil
}

func fingerprint(recipient string) string {
	sum := sha256.Sum256([]byte(recipient))
	digits := hex.EncodeToString(sum[:16])
	groups := make([]string, 0, 8)
	for i := 0; i < len(digits); i += 4 {
		groups = append(groups, digits[i:i+4])
	}
	return strings.Join(groups, "-")
}

// parseRecipient takes exactly one age key, classic or post-quantum.
func parseRecipient(text string) (age.Recipient, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, " \r\n") || !strings.HasPrefix(text, "age1") {
		return nil, fmt.Errorf("read the key of a recipient: %w", ErrRecipientKey)
	}
	rs, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(rs) != 1 {
		return nil, fmt.Errorf("read the key of a recipient: %w", ErrRecipientKey)
	}
	return rs[0], nil
}

// owner is a recipient who holds the secret key.
type owner struct {
	age   age.Identity
	print string
	sign  ed25519.PrivateKey // signs that a list was opened
}

// parseIdentity takes the file age-keygen wrote, with exactly one key in it.
func parseIdentity(file string) (owner, error) {
	ids, err := age.ParseIdentities(strings.NewReader(file))
	if err != nil || len(ids) != 1 {
		return owner{}, fmt.Errorf("read the secret key of a recipient: %w", ErrRecipientFile)
	}
	var public, secret string
	switch id := ids[0].(type) {
	case *age.X25519Identity:
		public, secret = id.Recipient().String(), id.String()
	case *age.HybridIdentity:
		public, secret = id.Recipient().String(), id.String()
	default:
		return owner{}, fmt.Errorf("an identity of another kind: %w", ErrRecipientFile)
	}
	seed, err := hkdf.Key(sha256.New, []byte(secret), nil, "muster opening key v1", ed25519.SeedSize)
	if err != nil {
		return owner{}, fmt.Errorf("derive the key of openings: %w", err)
	}
	return owner{age: ids[0], print: fingerprint(public), sign: ed25519.NewKeyFromSeed(seed)}, nil
}
