package seal

import (
	"encoding/json"
	"fmt"
	"time"
)

const (
	feedFormat  = "muster-feed-1"
	feedTrusted = "muster feed"

	feedName    = "feed.json"
	feedSigName = "feed.json.minisig"
)

// FeedEntry is an entry of an earlier list that has ended: withdrawn, erased,
// corrected. Entry is the id the entry has for this recipient alone.
type FeedEntry struct {
	Entry  string    `json:"entry"`
	Reason string    `json:"reason"` // a code
	Ended  time.Time `json:"ended"`
}

// Feed tells a recipient which entries to stop using. It holds all that have
// ended, so one feed lost does no harm. It names nobody and is not sealed.
type Feed struct {
	Format    string      `json:"format"` // filled in
	Origin    string      `json:"origin"`
	Drive     string      `json:"drive"`
	Recipient string      `json:"recipient"`
	Sequence  int64       `json:"sequence"`
	Created   time.Time   `json:"created"`
	Entries   []FeedEntry `json:"entries"`
}

// SignFeed makes one file: a ZIP of feed.json and feed.json.minisig. The error is
// ErrWiped or internal.
func SignFeed(f Feed, signer ListSigner) ([]byte, error) {
	f.Format, f.Created = feedFormat, f.Created.UTC().Truncate(time.Second)
	body, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a feed: %w", err)
	}
	body = append(body, '\n')
	sig, err := signer.sign(body, feedTrusted)
	if err != nil {
		return nil, err
	}
	return pack([]packed{{feedName, body}, {feedSigName, sig}}), nil
}

// OpenFeed reads a feed the pinned key signed. One older than the last is
// refused; the same again is not, because to read it twice does no harm. The
// errors are those of OpenList. The caller compares Drive and Recipient with the
// list, and Created with the age it still trusts.
func OpenFeed(file []byte, pinned string, lastSequence int64) (Feed, error) {
	key, err := parsePinned(pinned)
	if err != nil {
		return Feed{}, err
	}
	parts, err := unpack(file, feedName, feedSigName)
	if err != nil {
		return Feed{}, err
	}
	if !checkMinisig(key, parts[0], parts[1], feedTrusted) {
		return Feed{}, ErrListForged
	}
	var f Feed
	if err := strictJSON(parts[0], &f); err != nil || f.Format != feedFormat {
		return Feed{}, ErrListVersion
	}
	if f.Sequence < lastSequence {
		return Feed{}, ErrListReplayed
	}
	return f, nil
}
