package seal

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"time"
)

const openingKind = "muster-opening 1"

// Opening is what a recipient's tool sends back: this list was opened then. Its
// key is derived from the recipient's secret key and named in it.
type Opening struct {
	Origin    string    `json:"origin"`
	List      string    `json:"list"`
	Drive     string    `json:"drive"`
	Recipient string    `json:"recipient"`
	Sequence  int64     `json:"sequence"`
	Count     int       `json:"count"`
	Manifest  string    `json:"manifest_sha256"`
	At        time.Time `json:"at"`
	Key       string    `json:"key"`
}

// SignOpening says that the list was opened at now, as three lines of text.
func (l *List) SignOpening(now time.Time) ([]byte, error) {
	m := l.Manifest
	return signText(openingKind, l.owner.sign, Opening{
		Origin: m.Origin, List: m.List, Drive: m.Drive, Recipient: m.Recipient, Sequence: m.Sequence, Count: m.Count,
		Manifest: hex.EncodeToString(l.manifestSum[:]), At: now.UTC().Truncate(time.Second), Key: openingKey(l.owner),
	})
}

// OpeningKey is the key that a recipient's openings will name, so that it can be
// confirmed together with the fingerprint. The error wraps ErrRecipientFile.
func OpeningKey(identity string) (string, error) {
	me, err := parseIdentity(identity)
	if err != nil {
		return "", err
	}
	return openingKey(me), nil
}

func openingKey(me owner) string {
	return base64.StdEncoding.EncodeToString(me.sign.Public().(ed25519.PublicKey))
}

// CheckOpening reads an opening signed by the key it names. pinned is that key
// where it is known; with an empty pinned the caller keeps the key named for the
// next time. Any fault is ErrOpening.
func CheckOpening(text []byte, pinned string) (Opening, error) {
	var o Opening
	if !readSigned(openingKind, text, &o) || (pinned != "" && o.Key != pinned) {
		return Opening{}, ErrOpening
	}
	key, err := base64.StdEncoding.Strict().DecodeString(o.Key)
	if err != nil || !checkSigned(text, key) {
		return Opening{}, ErrOpening
	}
	return o, nil
}
