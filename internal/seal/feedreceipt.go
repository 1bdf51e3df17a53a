package seal

import (
	"crypto/ed25519"
	"encoding/base64"
	"time"
)

const feedReceiptKind = "muster-feed-receipt 1"

// FeedReceipt is what a recipient's tool sends back: this feed was applied then, the entries in it are used no more. It is
// signed with the key of the recipient's openings.
type FeedReceipt struct {
	Origin    string    `json:"origin"`
	Drive     string    `json:"drive"`
	Recipient string    `json:"recipient"`
	Sequence  int64     `json:"sequence"`
	Ended     int       `json:"ended"` // entries in the feed
	At        time.Time `json:"at"`
	Key       string    `json:"key"`
}

// SignFeedReceipt says that a feed was applied at now, as three lines of text. identity is the content of the file
// age-keygen wrote. The error wraps ErrRecipientFile.
func SignFeedReceipt(f Feed, identity string, now time.Time) ([]byte, error) {
	me, err := parseIdentity(identity)
	if err != nil {
		return nil, err
	}
	return signText(feedReceiptKind, me.sign, FeedReceipt{
		Origin: f.Origin, Drive: f.Drive, Recipient: f.Recipient, Sequence: f.Sequence, Ended: len(f.Entries),
		At: now.UTC().Truncate(time.Second), Key: openingKey(me),
	})
}

// CheckFeedReceipt reads a receipt signed by the key it names. pinned is that key where an opening has shown it; with an
// empty pinned nobody has opened a list yet, and no receipt is taken. Any fault is ErrOpening.
func CheckFeedReceipt(text []byte, pinned string) (FeedReceipt, error) {
	var r FeedReceipt
	if pinned == "" || !readSigned(feedReceiptKind, text, &r) || r.Key != pinned {
		return FeedReceipt{}, ErrOpening
	}
	key, err := base64.StdEncoding.Strict().DecodeString(r.Key)
	if err != nil || len(key) != ed25519.PublicKeySize || !checkSigned(text, key) {
		return FeedReceipt{}, ErrOpening
	}
	return r, nil
}
