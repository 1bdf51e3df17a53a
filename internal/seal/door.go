package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

const doorFormat = "muster-door-1 "

// Door is the key under which a locked node finds a registration again by its
// reference. It opens nothing. It lies in a file of its own and in no backup.
type Door struct{ key [keySize]byte }

// NewDoor draws a key.
func NewDoor() *Door { return &Door{newKey()} }

// ParseDoor reads the file Encode wrote. The error wraps ErrDoorFile.
func ParseDoor(file []byte) (*Door, error) {
	text, ok := strings.CutPrefix(strings.TrimSuffix(string(file), "\n"), doorFormat)
	if !ok {
		return nil, ErrDoorFile
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) != keySize {
		return nil, ErrDoorFile
	}
	return &Door{[keySize]byte(key)}, nil
}

// Encode is the content of the door file: one line.
func (d *Door) Encode() []byte {
	return []byte(doorFormat + base64.StdEncoding.EncodeToString(d.key[:]) + "\n")
}

// String masks the key.
func (d *Door) String() string { return "[door key]" }

// RefNames are the names one reference has. The same drive, sender and
// reference give the same names on every node with this door key.
type RefNames struct {
	// Token is the secret of the person's own page: 128 bits, 26 characters.
	Token string
	// TokenHash is what is stored of it, and the one unique index of intake.
	TokenHash [16]byte
	// Receipt is a label that opens nothing, such as 7K3MQ-2XWT9-4. The caller
	// puts the site before it.
	Receipt string

	digestKey [sha256.Size]byte
}

// Ref names a reference. sender is the token of the device or partner that sent
// it, so that nobody else's references can meet it.
func (d *Door) Ref(drive, sender, ref string) RefNames {
	name := appendPart(appendPart(appendPart([]byte("muster ref v1"), drive), sender), ref)
	key := mac(d.key[:], name)
	token, receipt := mac(key[:], []byte("token")), mac(key[:], []byte("receipt"))
	n := RefNames{Token: lowerBase32(token[:16]), digestKey: mac(key[:], []byte("digest"))}
	n.TokenHash = TokenHash(n.Token)
	n.Receipt = receiptForm(crockfordText(receipt[:], receiptSymbols))
	return n
}

// Digest tells whether the same reference came with the same content. Its key
// hangs on the reference, so that nobody can find a content by trying: 32 bytes.
func (n RefNames) Digest(content []byte) []byte {
	sum := mac(n.digestKey[:], content)
	return sum[:]
}

// TokenHash is what is stored of a token: 16 bytes. Case does not matter; a text
// that is no token hashes to something that is nowhere stored.
func TokenHash(token string) [16]byte {
	sum := sha256.Sum256([]byte("muster token v1 " + strings.ToLower(token)))
	return [16]byte(sum[:16])
}

// receiptSymbols is ten characters, 50 bits; the check comes after them.
const receiptSymbols = 10

// CheckReceipt puts a receipt as a person typed it, without its site, into the
// form we print. It refuses any one wrong character and any two exchanged.
// The error wraps ErrReceipt.
func CheckReceipt(text string) (string, error) {
	symbols, ok := readCrockford(text, receiptSymbols)
	if !ok {
		return "", ErrReceipt
	}
	return receiptForm(symbols), nil
}

func receiptForm(symbols string) string {
	return symbols[:5] + "-" + symbols[5:10] + "-" + symbols[10:]
}

func mac(key, message []byte) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	h.Sum(sum[:0])
	return sum
}
