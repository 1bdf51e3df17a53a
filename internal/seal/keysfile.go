package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"aead.dev/minisign"
	"golang.org/x/crypto/argon2"
	"golang.org/x/mod/sumdb/note"
)

const (
	keysFormat  = "muster-keys"
	keysVersion = 1
	saltSize    = 16
	// MinPassphrase is the shortest passphrase taken, in characters.
	MinPassphrase = 12
)

// Argon2id says how costly it is to try a passphrase.
type Argon2id struct {
	MemoryKiB uint32 `json:"memory_kib"`
	Time      uint32 `json:"time"`
	Threads   uint8  `json:"threads"`
}

// MinArgon2id is the least taken: 19 MiB, two passes, one thread (OWASP Password
// Storage Cheat Sheet). More is better where the machine has it.
func MinArgon2id() Argon2id { return Argon2id{MemoryKiB: 19 * 1024, Time: 2, Threads: 1} }

// check has an upper bound too: a keys file put in our way must not take the machine down.
func (a Argon2id) check() error {
	low := MinArgon2id()
	if a.MemoryKiB < low.MemoryKiB || a.Time < low.Time || a.Threads < low.Threads ||
		a.MemoryKiB > 4<<20 || a.Time > 64 || a.Threads > 64 {
		return ErrKeysWeak
	}
	return nil
}

// Wrap is one way to the master key. Kind "passphrase" is the only one now;
// shares held by several people wrap the same master and stand beside it.
type Wrap struct {
	Kind     string    `json:"kind"`
	Argon2id *Argon2id `json:"argon2id,omitempty"`
	Salt     []byte    `json:"salt,omitempty"`
	Box      []byte    `json:"box"`
}

const passphraseWrap = "passphrase"

// KeysFile is the file a node starts with: in the clear what a locked node
// needs, sealed under a master key what an unlocked one needs. The master is
// wrapped, so a change of passphrase touches nothing else.
type KeysFile struct {
	Origin        string `json:"origin"`          // name of the registry, and of its log's key
	IntakePublic  string `json:"intake_public"`   // ParseIntakePublic reads it
	AuditVerifier string `json:"audit_verifier"`  // note.NewVerifier reads it
	ListPublic    string `json:"handover_public"` // minisign -P takes it
	Wraps         []Wrap `json:"wraps"`
	Sealed        []byte `json:"secrets"`
}

// Create makes all keys of a registry anew. The errors are ErrShortPassphrase,
// ErrOrigin and ErrKeysWeak.
func Create(passphrase, origin string, cost Argon2id) (KeysFile, *Secrets, error) {
	auditKey, verifier, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return KeysFile{}, nil, fmt.Errorf("make the key of the log: %w", err)
	}
	if _, err := note.NewSigner(auditKey); err != nil {
		return KeysFile{}, nil, ErrOrigin
	}
	listPublic, listKey, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return KeysFile{}, nil, fmt.Errorf("make the key of lists: %w", err)
	}
	listText, err := listKey.MarshalText()
	if err != nil {
		return KeysFile{}, nil, fmt.Errorf("make the key of lists: %w", err)
	}
	intake, intakePublic := NewIntakeKey()
	intakeBytes, err := intake.key.Bytes()
	if err != nil {
		return KeysFile{}, nil, fmt.Errorf("make the intake key: %w", err)
	}
	index, house, ring, badge := newKey(), newKey(), newKey(), newKey()
	plain, err := json.Marshal(vault{
		Intake: intakeBytes, Audit: auditKey, Handover: string(listText),
		Index: index[:], House: house[:], Ring: ring[:], Badge: badge[:],
	})
	if err != nil {
		return KeysFile{}, nil, fmt.Errorf("make a keys file: %w", err)
	}
	defer clear(plain)
	k := KeysFile{
		Origin: origin, IntakePublic: intakePublic.String(),
		AuditVerifier: verifier, ListPublic: listPublic.String(),
	}
	master := newKey()
	defer clear(master[:])
	k.Sealed = sealBox(newAEAD(master), forSecrets, k.place(), plain)
	w, err := wrapMaster(master, passphrase, origin, cost)
	if err != nil {
		return KeysFile{}, nil, err
	}
	k.Wraps = []Wrap{w}
	secrets, err := openVault(plain)
	return k, secrets, err
}

// place binds the sealed half to the public half: a registry whose public keys
// were exchanged in the file cannot be unlocked without notice.
func (k KeysFile) place() AD {
	return AD{Drive: k.Origin, Table: k.IntakePublic, ID: k.AuditVerifier, Epoch: k.ListPublic}
}

// Unlock opens the sealed half. It takes the time and memory the file's Argon2id
// asks for; whoever calls it limits how often. The errors are ErrWrongPassphrase,
// ErrKeysWeak, ErrKeysTampered and ErrKeysFile.
func (k KeysFile) Unlock(passphrase string) (*Secrets, error) {
	_, master, err := k.master(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(master[:])
	plain, err := openBox(newAEAD(master), forSecrets, k.place(), k.Sealed)
	if err != nil {
		return nil, ErrKeysTampered
	}
	defer clear(plain)
	return openVault(plain)
}

// Rewrap exchanges the passphrase. The master stays, so nothing else is sealed
// anew; a copy of the old file still opens with the old passphrase.
func (k *KeysFile) Rewrap(old, new string) error {
	at, master, err := k.master(old)
	if err != nil {
		return err
	}
	defer clear(master[:])
	w, err := wrapMaster(master, new, k.Origin, *k.Wraps[at].Argon2id)
	if err != nil {
		return err
	}
	k.Wraps = append([]Wrap(nil), k.Wraps...)
	k.Wraps[at] = w
	return nil
}

// master tries every passphrase wrap, and says which one opened.
func (k KeysFile) master(passphrase string) (int, [keySize]byte, error) {
	for at, w := range k.Wraps {
		if w.Kind != passphraseWrap {
			continue
		}
		if w.Argon2id == nil {
			return 0, [keySize]byte{}, ErrKeysFile
		}
		if err := w.Argon2id.check(); err != nil {
			return 0, [keySize]byte{}, err
		}
		kek := passphraseKey(passphrase, w.Salt, *w.Argon2id)
		plain, err := openBox(newAEAD(kek), forMaster, w.place(k.Origin), w.Box)
		if err == nil && len(plain) == keySize {
			defer clear(plain)
			return at, [keySize]byte(plain), nil
		}
	}
	return 0, [keySize]byte{}, ErrWrongPassphrase
}

func wrapMaster(master [keySize]byte, passphrase, origin string, cost Argon2id) (Wrap, error) {
	if utf8.RuneCountInString(passphrase) < MinPassphrase {
		return Wrap{}, ErrShortPassphrase.With("min", fmt.Sprint(MinPassphrase))
	}
	if err := cost.check(); err != nil {
		return Wrap{}, err
	}
	w := Wrap{Kind: passphraseWrap, Argon2id: &cost, Salt: make([]byte, saltSize)}
	rand.Read(w.Salt)
	w.Box = sealBox(newAEAD(passphraseKey(passphrase, w.Salt, cost)), forMaster, w.place(origin), master[:])
	return w, nil
}

func (w Wrap) place(origin string) AD { return AD{Drive: origin, Table: "master", ID: w.Kind} }

func passphraseKey(passphrase string, salt []byte, cost Argon2id) [keySize]byte {
	return [keySize]byte(argon2.IDKey([]byte(passphrase), salt, cost.Time, cost.MemoryKiB, cost.Threads, keySize))
}

type keysJSON struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	KeysFile
}

// Encode is the content of the file: JSON, indented.
func (k KeysFile) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(keysJSON{keysFormat, keysVersion, k}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a keys file: %w", err)
	}
	return append(b, '\n'), nil
}

// ParseKeysFile reads the file. It refuses other formats, other versions and
// unknown fields with ErrKeysFile, and public keys that are none.
func ParseKeysFile(file []byte) (KeysFile, error) {
	var k keysJSON
	if err := strictJSON(file, &k); err != nil {
		return KeysFile{}, fmt.Errorf("read a keys file: %w", ErrKeysFile)
	}
	if k.Format != keysFormat || k.Version != keysVersion || len(k.Wraps) == 0 {
		return KeysFile{}, fmt.Errorf("a keys file of format %q, version %d: %w", k.Format, k.Version, ErrKeysFile)
	}
	if _, err := k.Intake(); err != nil {
		return KeysFile{}, err
	}
	if _, err := k.Verifier(); err != nil {
		return KeysFile{}, err
	}
	if _, err := parsePinned(k.ListPublic); err != nil {
		return KeysFile{}, fmt.Errorf("read the public key of lists: %w", ErrKeysFile)
	}
	return k.KeysFile, nil
}

// Intake is the public intake key.
func (k KeysFile) Intake() (IntakePublic, error) { return ParseIntakePublic(k.IntakePublic) }

// Verifier checks checkpoints of the log.
func (k KeysFile) Verifier() (note.Verifier, error) {
	v, err := note.NewVerifier(k.AuditVerifier)
	if err != nil {
		return nil, fmt.Errorf("read the public key of the log: %w", ErrKeysFile)
	}
	return v, nil
}

// strictJSON reads one value and nothing behind it, with no unknown fields.
func strictJSON(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if rest := bytes.TrimSpace(b[d.InputOffset():]); len(rest) > 0 {
		return fmt.Errorf("%d bytes after the value", len(rest))
	}
	return nil
}
