package handover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"muster/internal/reserve"
	"muster/internal/seal"
)

// Opening is what a recipient has in hand: no registry, no network.
type Opening struct {
	File     []byte          // the sealed list
	Identity reserve.Private // content of the file age-keygen wrote
	// Pinned is the registry's public key, compared by voice; empty takes the one this folder was first used with.
	Pinned   string
	Out      string // folder of the recipient's lists; made where it is missing
	Language string // of the local page
	Now      time.Time
}

// Opened says what was opened.
type Opened struct {
	Manifest seal.Manifest
	Shown    int // people in the files: without those a feed has ended since
	Receipt  []byte
}

// The files of the newest list in a recipient's folder. Earlier lists lie in folders below.
const (
	filePeople      = "people.jsonl"
	filePage        = "people.html"
	fileManifest    = "manifest.json"
	fileReceipt     = "receipt.txt"
	fileFeedReceipt = "feed-receipt.txt"
	fileState       = "state.json"
	folderEarlier   = "earlier"
)

// OpenFile opens a sealed list into a folder: people.jsonl, a page to read them, and a signed receipt to send back, all
// for the owner alone. It refuses what is forged, cut, damaged, for somebody else, expired or not newer than what this
// folder has seen, and then writes nothing. The errors are those of seal.OpenList.
func OpenFile(o Opening) (Opened, error) {
	f, err := openFolder(o.Out)
	if err != nil {
		return Opened{}, err
	}
	if o.Pinned, err = f.pin(o.Pinned); err != nil {
		return Opened{}, err
	}
	list, err := seal.OpenList(o.File, seal.ListCheck{Identity: o.Identity.Reveal(), Pinned: o.Pinned, Now: o.Now})
	if err != nil {
		return Opened{}, fmt.Errorf("open a list: %w", err)
	}
	defer clear(list.People)
	m := list.Manifest
	known := f.known(m.Origin, m.Drive, m.Recipient)
	if m.Sequence <= known.List {
		return Opened{}, fmt.Errorf("open a list: %w", seal.ErrListReplayed)
	}
	receipt, err := list.SignOpening(o.Now)
	if err != nil {
		return Opened{}, err
	}
	people, shown, err := without(list.People, known.ended())
	if err != nil {
		return Opened{}, err
	}
	if err := f.put(m, people, receipt, o); err != nil {
		return Opened{}, fmt.Errorf("write an opened list: %w", err)
	}
	return Opened{Manifest: m, Shown: shown, Receipt: receipt}, nil
}

// put writes an opened list. What the folder has seen is written last: where the machine stops in between, the list can
// be opened again.
func (f *folder) put(m seal.Manifest, people, receipt []byte, o Opening) error {
	if err := f.moveAway(); err != nil {
		return err
	}
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	for _, w := range []struct {
		name string
		data []byte
	}{{filePeople, people}, {fileReceipt, receipt}, {fileManifest, append(manifest, '\n')}} {
		if err := f.write(w.name, w.data); err != nil {
			return err
		}
	}
	known := f.known(m.Origin, m.Drive, m.Recipient)
	known.List = m.Sequence
	f.state.Pinned = o.Pinned
	if o.Language != "" {
		f.state.Language = o.Language
	}
	if err := f.page(".", m, people, o.Now); err != nil {
		return err
	}
	return f.save()
}

// without leaves the ended entries out of the people of a list, line by line as they were.
func without(people []byte, ended map[string]bool) (left []byte, shown int, err error) {
	var out bytes.Buffer
	for raw := range bytes.Lines(people) {
		var l struct {
			Entry string `json:"entry"`
		}
		if err := json.Unmarshal(raw, &l); err != nil || l.Entry == "" {
			return nil, 0, seal.ErrListDamaged
		}
		if !ended[l.Entry] {
			out.Write(raw)
			shown++
		}
	}
	return out.Bytes(), shown, nil
}

// folder is where a recipient keeps its lists.
type folder struct {
	path  string
	state state
}

// state is what a folder has seen: the key of the registry, the newest list and feed of each recipient, the ended entries.
type state struct {
	Pinned   string   `json:"pinned"`
	Language string   `json:"language,omitempty"`
	Lists    []*known `json:"lists"`
}

type known struct {
	Origin    string    `json:"origin"`
	Drive     string    `json:"drive"`
	Recipient string    `json:"recipient"`
	List      int64     `json:"list"` // newest opened
	Feed      int64     `json:"feed"` // newest applied
	FeedMade  time.Time `json:"feed_made,omitzero"`
	Ended     []string  `json:"ended"`
}

func (k *known) ended() map[string]bool {
	set := make(map[string]bool, len(k.Ended))
	for _, e := range k.Ended {
		set[e] = true
	}
	return set
}

// openFolder reads a folder, or begins one. A state that cannot be read is an error and never a fresh start: it would let an old list in again.
func openFolder(path string) (*folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	f := &folder{path: path}
	b, err := os.ReadFile(filepath.Join(path, fileState))
	if errors.Is(err, os.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the folder: %w", err)
	}
	if err := json.Unmarshal(b, &f.state); err != nil {
		return nil, &reserve.Error{Kind: reserve.Invalid, Code: "list-folder-bad"}
	}
	return f, nil
}

// pin settles the registry's key: the folder's own, or the given one in a new folder. Another than the folder's is refused.
func (f *folder) pin(given string) (string, error) {
	switch {
	case f.state.Pinned == "" && given == "":
		return "", seal.ErrPinnedKey
	case f.state.Pinned == "":
		return given, nil
	case given != "" && given != f.state.Pinned:
		return "", &reserve.Error{Kind: reserve.Forbidden, Code: "pinned-key-other"}
	}
	return f.state.Pinned, nil
}

func (f *folder) known(origin, drive, recipient string) *known {
	for _, k := range f.state.Lists {
		if k.Origin == origin && k.Drive == drive && k.Recipient == recipient {
			return k
		}
	}
	k := &known{Origin: origin, Drive: drive, Recipient: recipient}
	f.state.Lists = append(f.state.Lists, k)
	return k
}

func (f *folder) save() error {
	b, err := json.MarshalIndent(f.state, "", "  ")
	if err != nil {
		return err
	}
	return f.write(fileState, append(b, '\n'))
}

// write puts a file whole or not at all, for the owner alone.
func (f *folder) write(name string, data []byte) (err error) {
	target := filepath.Join(f.path, name)
	tmp, err := os.CreateTemp(filepath.Dir(target), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err = tmp.Sync(); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), target)
}

// moveAway puts the list that was the newest into a folder of its own.
func (f *folder) moveAway() error {
	m, err := f.manifest(".")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	to := filepath.Join(f.path, folderEarlier, m.Drive+"-"+m.Recipient+"-"+strconv.FormatInt(m.Sequence, 10))
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	// The manifest goes last: as long as it is here, this is done again after a stop.
	for _, name := range []string{filePeople, filePage, fileReceipt, fileManifest} {
		if err := os.Rename(filepath.Join(f.path, name), filepath.Join(to, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (f *folder) manifest(sub string) (m seal.Manifest, err error) {
	b, err := os.ReadFile(filepath.Join(f.path, sub, fileManifest))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, &reserve.Error{Kind: reserve.Invalid, Code: "list-folder-bad"}
	}
	return m, nil
}
