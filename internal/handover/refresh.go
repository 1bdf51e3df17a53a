package handover

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
)

// Refreshing is a recipient applying a feed to its folder.
type Refreshing struct {
	Feed     []byte
	Identity reserve.Private // signs the receipt
	Out      string
	Now      time.Time
}

// Refreshed says what a feed changed.
type Refreshed struct {
	Sequence int64
	Hidden   int // people taken out of the files now
	Left     int // people that stay, over all lists of the folder
	Receipt  []byte
	Stale    bool // the feed is older than a day: ask for a newer one before calling anybody
}

// feedGoodFor is how long a recipient may go by a feed.
const feedGoodFor = 24 * time.Hour

// Refresh applies a signed feed to all lists of a folder: the people whose entries ended leave the files and the pages,
// now and when a later list names them. The same feed again changes nothing; an older one is refused. The errors are
// those of seal.OpenFeed, and NotFound where the folder has no list of that recipient.
func Refresh(o Refreshing) (Refreshed, error) {
	f, err := openFolder(o.Out)
	if err != nil {
		return Refreshed{}, err
	}
	pinned, err := f.pin("")
	if err != nil {
		return Refreshed{}, err
	}
	feed, err := seal.OpenFeed(o.Feed, pinned, 0)
	if err != nil {
		return Refreshed{}, fmt.Errorf("read a feed: %w", err)
	}
	k := f.known(feed.Origin, feed.Drive, feed.Recipient)
	if k.List == 0 {
		return Refreshed{}, &reserve.Error{Kind: reserve.NotFound, Code: "not-found", Args: map[string]string{"thing": "list"}}
	}
	if feed.Sequence < k.Feed {
		return Refreshed{}, fmt.Errorf("read a feed: %w", seal.ErrListReplayed)
	}
	receipt, err := seal.SignFeedReceipt(feed, o.Identity.Reveal(), o.Now)
	if err != nil {
		return Refreshed{}, err
	}
	had := k.ended()
	for _, e := range feed.Entries {
		if !had[e.Entry] {
			k.Ended = append(k.Ended, e.Entry)
		}
	}
	k.Feed, k.FeedMade = feed.Sequence, feed.Created
	// What must not be shown is known on disk before the first page is written anew.
	if err := f.save(); err != nil {
		return Refreshed{}, fmt.Errorf("keep a feed: %w", err)
	}
	done := Refreshed{Sequence: feed.Sequence, Receipt: receipt, Stale: o.Now.Sub(feed.Created) > feedGoodFor}
	if done.Hidden, done.Left, err = f.hide(o.Now); err != nil {
		return Refreshed{}, fmt.Errorf("hide ended entries: %w", err)
	}
	// The receipt last: it says that the entries are gone.
	if err := f.write(fileFeedReceipt, receipt); err != nil {
		return Refreshed{}, fmt.Errorf("write the receipt of a feed: %w", err)
	}
	return done, nil
}

// hide writes every list of the folder anew without its ended entries.
func (f *folder) hide(now time.Time) (hidden, left int, err error) {
	folders := []string{"."}
	earlier, err := os.ReadDir(filepath.Join(f.path, folderEarlier))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, 0, err
	}
	for _, d := range earlier {
		folders = append(folders, filepath.Join(folderEarlier, d.Name()))
	}
	for _, sub := range folders {
		m, err := f.manifest(sub)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return hidden, left, err
		}
		people, err := os.ReadFile(filepath.Join(f.path, sub, filePeople))
		if err != nil {
			return hidden, left, err
		}
		_, before, err := without(people, nil)
		if err != nil {
			return hidden, left, err
		}
		rest, stay, err := without(people, f.known(m.Origin, m.Drive, m.Recipient).ended())
		if err != nil {
			return hidden, left, err
		}
		hidden, left = hidden+before-stay, left+stay
		if before != stay {
			if err := f.write(filepath.Join(sub, filePeople), rest); err != nil {
				return hidden, left, err
			}
		}
		if err := f.page(sub, m, rest, now); err != nil {
			return hidden, left, err
		}
	}
	return hidden, left, nil
}
