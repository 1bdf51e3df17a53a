package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"filippo.io/age"
)

const (
	listFormat  = "muster-list-1"
	listTrusted = "muster list"

	manifestName = "manifest.json"
	minisigName  = "manifest.json.minisig"
	peopleName   = "people.age"

	// clockSlack is how far the clocks of sealer and opener may differ. Beyond
	// it the opener's clock is wrong, and then expiry would mean nothing.
	clockSlack = 48 * time.Hour
)

// The forms of the people in a list.
const (
	ListJSONLines = "jsonl" // one JSON value a line
	ListCSV       = "csv"   // RFC 4180 with one line of headings
)

// Manifest says what a list is. It is signed, and through PeopleSHA256 it signs
// the sealed people too.
type Manifest struct {
	Format       string    `json:"format"`
	Origin       string    `json:"origin"` // the registry
	List         string    `json:"list"`
	Drive        string    `json:"drive"`
	Recipient    string    `json:"recipient"`
	RecipientKey string    `json:"recipient_key"` // Fingerprint of the key
	Sequence     int64     `json:"sequence"`      // of this recipient, from 1
	Count        int       `json:"count"`         // people
	PeopleFormat string    `json:"people_format"` // ListJSONLines or ListCSV
	Fields       []string  `json:"fields"`
	Purpose      string    `json:"purpose"`
	Created      time.Time `json:"created"`
	Expires      time.Time `json:"expires"`
	PeopleSHA256 string    `json:"people_sha256"` // of people.age, in hex
}

// ListInput is what SealList needs. Of the manifest, Format, RecipientKey and
// PeopleSHA256 are filled in.
type ListInput struct {
	Recipient string // age1…
	Manifest  Manifest
	People    []byte
	Signer    ListSigner
}

// SealList makes the one file that goes to the recipient: a ZIP of
// manifest.json, manifest.json.minisig (minisign -V checks it) and people.age
// (age -d opens it). It refuses to seal another number of people than the
// manifest says: the two persons who approved it approved a number. The errors
// are ErrRecipientKey, ErrListInput, ErrListCount and ErrWiped.
func SealList(in ListInput) (file []byte, m Manifest, err error) {
	m = in.Manifest
	recipient, err := parseRecipient(in.Recipient)
	if err != nil {
		return nil, m, err
	}
	if m.Origin == "" || m.List == "" || m.Drive == "" || m.Recipient == "" || m.Purpose == "" || len(m.Fields) == 0 ||
		m.Sequence < 1 || m.Created.IsZero() || !m.Expires.After(m.Created) {
		return nil, m, ErrListInput
	}
	if rows, err := countRows(m.PeopleFormat, in.People); err != nil || rows != m.Count {
		return nil, m, fmt.Errorf("seal a list of %d: %w", m.Count, errors.Join(ErrListCount, err))
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err != nil {
		return nil, m, fmt.Errorf("seal the people of a list: %w", err)
	}
	if _, err = w.Write(in.People); err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, m, fmt.Errorf("seal the people of a list: %w", err)
	}
	if sealed.Len() > math.MaxInt32 {
		return nil, m, fmt.Errorf("a list of %d bytes: %w", sealed.Len(), ErrListInput)
	}
	sum := sha256.Sum256(sealed.Bytes())
	m.Format, m.PeopleSHA256 = listFormat, hex.EncodeToString(sum[:])
	if m.RecipientKey, err = Fingerprint(in.Recipient); err != nil {
		return nil, m, err
	}
	m.Created, m.Expires = m.Created.UTC().Truncate(time.Second), m.Expires.UTC().Truncate(time.Second)
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, m, fmt.Errorf("write a manifest: %w", err)
	}
	manifest = append(manifest, '\n')
	sig, err := in.Signer.sign(manifest, listTrusted)
	if err != nil {
		return nil, m, err
	}
	return pack([]packed{{manifestName, manifest}, {minisigName, sig}, {peopleName, sealed.Bytes()}}), m, nil
}

// ListCheck is what a recipient knows before opening a list.
type ListCheck struct {
	Identity     string // content of the file age-keygen wrote
	Pinned       string // public key of the registry, confirmed by voice
	Now          time.Time
	LastSequence int64 // of the last list opened from this registry; 0 for none
}

// List is a list that was checked to its last byte.
type List struct {
	Manifest Manifest
	People   []byte

	manifestSum [sha256.Size]byte
	owner       owner
}

// OpenList opens a list. Nothing of the people is released unless all of it
// holds: whole, signed by the pinned key, for this recipient, not expired, newer
// than the last. The errors are ErrListCut, ErrListDamaged, ErrListForged,
// ErrListVersion, ErrListRecipient, ErrListExpired, ErrListClock,
// ErrListReplayed, ErrListCount, ErrRecipientFile and ErrPinnedKey.
func OpenList(file []byte, check ListCheck) (*List, error) {
	me, err := parseIdentity(check.Identity)
	if err != nil {
		return nil, err
	}
	m, parts, err := openManifest(file, check.Pinned)
	if err != nil {
		return nil, err
	}
	manifest, sealed := parts[0], parts[2]
	if sum := sha256.Sum256(sealed); hex.EncodeToString(sum[:]) != m.PeopleSHA256 {
		return nil, ErrListDamaged
	}
	switch {
	case m.RecipientKey != me.print:
		return nil, ErrListRecipient
	case m.Created.After(check.Now.Add(clockSlack)):
		return nil, ErrListClock
	case !check.Now.Before(m.Expires):
		return nil, ErrListExpired
	case m.Sequence <= check.LastSequence:
		return nil, ErrListReplayed
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), me.age)
	if err != nil {
		return nil, fmt.Errorf("open the people of a list: %w", ErrListRecipient)
	}
	people, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("open the people of a list: %w", ErrListDamaged)
	}
	if rows, err := countRows(m.PeopleFormat, people); err != nil || rows != m.Count {
		clear(people)
		return nil, ErrListCount
	}
	return &List{Manifest: m, People: people, manifestSum: sha256.Sum256(manifest), owner: me}, nil
}

// openManifest gives the manifest once the pinned key has signed it.
func openManifest(file []byte, pinned string) (m Manifest, parts [][]byte, err error) {
	key, err := parsePinned(pinned)
	if err != nil {
		return m, nil, err
	}
	if parts, err = unpack(file, manifestName, minisigName, peopleName); err != nil {
		return m, nil, err
	}
	if !checkMinisig(key, parts[0], parts[1], listTrusted) {
		return m, nil, ErrListForged
	}
	var form struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(parts[0], &form); err != nil || form.Format != listFormat {
		return m, nil, ErrListVersion
	}
	if err := strictJSON(parts[0], &m); err != nil {
		return m, nil, ErrListVersion
	}
	return m, parts, nil
}

// countRows counts people. It wants whole lines, so that two lists put together
// or a list cut short are not miscounted.
func countRows(format string, people []byte) (int, error) {
	switch format {
	case ListJSONLines:
		n := 0
		for line := range bytes.Lines(people) {
			if !bytes.HasSuffix(line, []byte("\n")) || !json.Valid(line) {
				return 0, ErrListInput
			}
			n++
		}
		return n, nil
	case ListCSV:
		r := csv.NewReader(bytes.NewReader(people))
		r.ReuseRecord = true
		n := -1 // the headings
		for {
			switch _, err := r.Read(); {
			case errors.Is(err, io.EOF) && n >= 0:
				return n, nil
			case err != nil:
				// The reader's own text may quote a person.
				return 0, ErrListInput
			}
			n++
		}
	}
	return 0, ErrListInput
}
